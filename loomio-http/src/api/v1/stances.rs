//! Votes.

use crate::{
    api::{
        operations,
        params::{DISCUSSION_ID, FROM, GROUP_ID, Kind, PER, POLL_ID, POLL_KEY, Param},
    },
    services::stance,
};

const NAME: Param = Param::query("name", Kind::Text, "The beginning of a voter's name.");
const OPTION: Param = Param::query("poll_option_id", Kind::Number, "An option that they chose.");
const QUERY: Param = Param::query("query", Kind::Text, "The beginning of a voter's name, address or username.");

const STANCE: Param =
    Param::body("stance", Kind::Object, "The vote.", r#"{"poll_id": 1, "reason": "<p>It will last</p>", "reason_format": "html", "stance_choices_attributes": [{"poll_option_id": 1, "score": 1}]}"#);
const VOTER: Param = Param::body("participant_id", Kind::Number, "The voter.", "2");
const POLL: Param = Param::body("poll_id", Kind::Number, "The poll.", "1");

operations! {
    /// The votes of a poll, latest first.
    GET "/v1/stances" index_stances [POLL_ID, POLL_KEY, NAME, OPTION, FROM, PER] => |visit| stance::index(visit);
    /// The voters of a poll.
    GET "/v1/stances/users" users_of_stances [POLL_ID, POLL_KEY, QUERY, FROM, PER] => |visit| stance::users(visit);
    /// One's own votes.
    GET "/v1/stances/my_stances" my_stances [DISCUSSION_ID, GROUP_ID] => |visit| stance::mine(visit);
    /// Casts a vote.
    POST "/v1/stances" create_stance [STANCE] => |visit| stance::cast::create(visit);
    /// Lets a voter administer the poll.
    POST "/v1/stances/make_admin" make_admin_of_stance [VOTER, POLL] => |visit| stance::manage::make_admin(visit);
    /// Lets a voter administer the poll no more.
    POST "/v1/stances/remove_admin" remove_admin_of_stance [VOTER, POLL] => |visit| stance::manage::remove_admin(visit);
    /// Takes somebody's vote away.
    POST "/v1/stances/revoke" revoke_stance [VOTER, POLL] => |visit| stance::manage::revoke(visit);
    /// Casts or changes one's vote.
    PATCH "/v1/stances/:id" update_stance [STANCE] => |visit| stance::cast::update(visit);
    /// Casts or changes one's vote.
    PUT "/v1/stances/:id" replace_stance [STANCE] => |visit| stance::cast::update(visit);
    /// Takes one's vote back.
    PATCH "/v1/stances/:id/uncast" uncast_stance [] => |visit| stance::cast::uncast(visit);
}
