//! Polls.

use crate::{
    api::{
        operations,
        params::{DISCUSSION_ID, DISCUSSION_KEY, EXCLUDE_TYPES, FROM, GROUP_KEY, Kind, PER, Param},
    },
    services::poll,
};

const STATUS: Param = Param::query("status", Kind::Text, "`active`, `closed`, `recent`, `vote` (nobody has voted yet) or `template`.");
const SUBGROUPS: Param = Param::query("subgroups", Kind::Text, "`none` leaves out the polls of subgroups.");
const AUTHOR_ID: Param = Param::query("author_id", Kind::Number, "Who started them.");
const POLL_TYPE: Param = Param::query("poll_type", Kind::Text, "Their type, such as `proposal`.");
const TAGS: Param = Param::query("tags", Kind::Text, "Tags that they all have, separated by `|`.");
const QUERY: Param = Param::query("query", Kind::Text, "A part of their title.");

const POLL: Param = Param::body(
    "poll",
    Kind::Object,
    "The poll's attributes.",
    r#"{"poll_type": "proposal", "title": "Replace the roof", "group_id": 1, "closing_at": "2026-12-24T12:00:00Z", "poll_options_attributes": [{"name": "Agree", "icon": "agree", "priority": 0}, {"name": "Disagree", "icon": "disagree", "priority": 1}]}"#,
);
const END: Param = Param::body("poll", Kind::Object, "The new end, none for an open one.", r#"{"closing_at": "2026-12-24T12:00:00Z"}"#);
const REMINDED: Param = Param::body("poll", Kind::Object, "Who is reminded, and with which words.", r#"{"recipient_audience": "undecided_voters", "recipient_message": "Last call"}"#);
const THREAD: Param = Param::body("discussion_id", Kind::Number, "The thread.", "1");

operations! {
    /// Polls, newest first.
    GET "/v1/polls" index_polls [GROUP_KEY, SUBGROUPS, DISCUSSION_ID, DISCUSSION_KEY, STATUS, AUTHOR_ID, POLL_TYPE, TAGS, QUERY, FROM, PER, EXCLUDE_TYPES] => |visit| poll::index(visit);
    /// One poll.
    GET "/v1/polls/:id" show_poll [EXCLUDE_TYPES] => |visit| poll::show(visit);
    /// Who could vote and, where that is no secret, whether they did.
    GET "/v1/polls/:id/receipts" receipts_of_poll [] => |visit| poll::receipts::index(visit);
    /// Who may vote.
    GET "/v1/polls/:id/voters" voters_of_poll [EXCLUDE_TYPES] => |visit| poll::voters(visit);
    /// Starts a poll.
    POST "/v1/polls" create_poll [POLL] => |visit| poll::create::create(visit);
    /// Changes a poll.
    PATCH "/v1/polls/:id" update_poll [POLL] => |visit| poll::update::update(visit);
    /// Changes a poll.
    PUT "/v1/polls/:id" replace_poll [POLL] => |visit| poll::update::update(visit);
    /// Closes a poll before its time is up.
    POST "/v1/polls/:id/close" close_poll [] => |visit| poll::close::close_now(visit);
    /// Opens a closed poll again.
    POST "/v1/polls/:id/reopen" reopen_poll [END] => |visit| poll::close::reopen(visit);
    /// Puts a poll away.
    DELETE "/v1/polls/:id/discard" discard_poll [] => |visit| poll::close::discard(visit);
    /// Reminds people of a poll and says how many.
    POST "/v1/polls/:id/remind" remind_of_poll [REMINDED] => |visit| poll::remind::remind(visit);
    /// Puts a poll into a thread.
    PATCH "/v1/polls/:id/add_to_thread" add_poll_to_thread [THREAD] => |visit| poll::close::add_to_thread(visit);
}
