//! Memberships.

use crate::{
    api::{
        operations,
        params::{DISCUSSION_ID, EXCLUDE_TYPES, FROM, GROUP_ID, GROUP_KEY, Kind, PER, POLL_ID, Param, Q},
    },
    services::{membership, visit::Visit},
};

const SUBGROUPS: Param = Param::query("subgroups", Kind::Text, "`mine` or `all`: with the members of subgroups.");
const FILTER: Param = Param::query("filter", Kind::Text, "`admin`, `delegate`, `pending` or `accepted`.");
const ORDER: Param = Param::query("order", Kind::Text, "Such as `users.name`, `memberships.created_at desc`, `admin desc`.");
const USERS: Param = Param::query("user_xids", Kind::Text, "Numbers of people, as `1x2x3`.");
const SINCE: Param = Param::query("since", Kind::Text, "Only memberships since this time.");
const UNTIL: Param = Param::query("until", Kind::Text, "Only memberships until this time.");
const TIMEFRAME_FOR: Param = Param::query("timeframe_for", Kind::Text, "The time meant by `since` and `until`: `created_at`, `updated_at` or `accepted_at`.");

fn id(visit: &Visit) -> String {
    visit.params.text("id").unwrap_or_default()
}

operations! {
    /// The members of a group, or of all groups the visitor may see into.
    GET "/v1/memberships" index_memberships [GROUP_ID, GROUP_KEY, DISCUSSION_ID, POLL_ID, SUBGROUPS, FILTER, USERS, Q, ORDER, SINCE, UNTIL, TIMEFRAME_FOR, FROM, PER, EXCLUDE_TYPES] => |visit| membership::read::index(visit);
    /// Members whose names begin as typed.
    GET "/v1/memberships/autocomplete" autocomplete_memberships [GROUP_ID, GROUP_KEY, SUBGROUPS, FILTER, Q, ORDER, FROM, PER, EXCLUDE_TYPES] => |visit| membership::read::index(visit);
    /// The memberships of somebody that the visitor may know.
    GET "/v1/memberships/for_user" memberships_for_user [Param::query("user_id", Kind::Number, "The person, by number."), FROM, PER, EXCLUDE_TYPES] => |visit| membership::read::for_user(visit);
    /// The visitor's own memberships.
    GET "/v1/memberships/my_memberships" my_memberships [EXCLUDE_TYPES] => |visit| membership::read::my_memberships(visit);
    /// Joins a group that takes whoever asks.
    POST "/v1/memberships/join_group" join_group [Param::body("group_id", Kind::Number, "The group, by its number.", "1")] => |visit| membership::update::join_group(visit);
    /// Names somebody who has not named themselves.
    POST "/v1/memberships/user_name" name_member [Param::body("id", Kind::Number, "The person, by number.", "7"), Param::body("name", Kind::Text, "Their name.", "\"Gus Guest\""), Param::body("username", Kind::Text, "Their username.", "\"gus\"")] => |visit| membership::update::user_name(visit);
    /// Gives a membership a title.
    PATCH "/v1/memberships/:id" update_membership [Param::body("membership", Kind::Object, "Its attributes.", "{\"title\": \"Treasurer\"}")] => |visit| membership::update::update(visit, &id(visit));
    /// Gives a membership a title.
    PUT "/v1/memberships/:id" replace_membership [Param::body("membership", Kind::Object, "Its attributes.", "{\"title\": \"Treasurer\"}")] => |visit| membership::update::update(visit, &id(visit));
    /// Ends a membership and those in the group's subgroups.
    DELETE "/v1/memberships/:id" destroy_membership [] => |visit| membership::revoke::destroy(visit, &id(visit));
    /// Makes a member an administrator.
    POST "/v1/memberships/:id/make_admin" make_member_admin [] => |visit| membership::update::set_admin(visit, &id(visit), true);
    /// Takes an administrator's rights.
    POST "/v1/memberships/:id/remove_admin" remove_member_admin [] => |visit| membership::update::set_admin(visit, &id(visit), false);
    /// Makes a member a delegate.
    POST "/v1/memberships/:id/make_delegate" make_member_delegate [] => |visit| membership::update::set_delegate(visit, &id(visit), true);
    /// Makes a delegate an ordinary member.
    POST "/v1/memberships/:id/remove_delegate" remove_member_delegate [] => |visit| membership::update::set_delegate(visit, &id(visit), false);
    /// Sends an invitation again.
    POST "/v1/memberships/:id/resend" resend_membership [] => |visit| membership::update::resend(visit, &id(visit));
    /// Sets how loudly a member is told.
    PATCH "/v1/memberships/:id/set_volume" set_volume_of_membership [Param::body("volume", Kind::Text, "`mute`, `quiet`, `normal` or `loud`.", "\"loud\""), Param::body("apply_to_all", Kind::Truth, "For all groups of the organisation.", "false"), Param::body("unsubscribe_token", Kind::Text, "The token of a mail's link, instead of a session.", "\"\"")] => |visit| membership::update::set_volume(visit, &id(visit));
    /// Notes that a member has seen something.
    POST "/v1/memberships/:id/save_experience" save_experience_of_membership [Param::body("experience", Kind::Text, "What they have seen.", "\"welcome\"")] => |visit| membership::update::save_experience(visit, &id(visit));
}
