//! Inviting and notifying people.

use crate::{
    api::{
        operations,
        params::{COMMENT_ID, DISCUSSION_ID, DISCUSSION_KEY, EXCLUDE_TYPES, GROUP_ID, GROUP_KEY, Kind, OUTCOME_ID, POLL_ID, POLL_KEY, Param, Q},
    },
    services::announcement::{create, read},
};

const AUDIENCE: Param = Param::query("recipient_audience", Kind::Text, "`group`, `group-7`, `delegates-7`, `discussion_group`, `voters`, `decided_voters`, `undecided_voters` or `non_voters`.");
const EXCLUDE_MEMBERS: Param = Param::query("exclude_members", Kind::Truth, "Without who votes in the poll already.");
const INCLUDE_ACTOR: Param = Param::query("include_actor", Kind::Truth, "With the visitor.");
const USERS: Param = Param::query("recipient_user_xids", Kind::Text, "Numbers of people, as `1x2x3`.");
const EMAILS: Param = Param::query("recipient_emails_cmr", Kind::Text, "Addresses, separated by commas.");

operations! {
    /// Invites people to a group, thread, poll or outcome, and tells them of it.
    POST "/v1/announcements" create_announcement [
        Param::body("recipient_user_ids", Kind::List, "People by number.", "[2, 3]"),
        Param::body("recipient_emails", Kind::List, "People by address, who may have no account yet.", "[\"gus@example.org\"]"),
        Param::body("recipient_audience", Kind::Text, "An audience such as `group`.", "\"group\""),
        Param::body("recipient_chatbot_ids", Kind::List, "Chat bots by number.", "[1]"),
        Param::body("recipient_message", Kind::Text, "What they are told.", "\"Your view please\""),
        Param::body("invited_group_ids", Kind::List, "Groups of one organisation to invite to, instead of the one named.", "[1, 2]"),
        Param::body("notify_recipients", Kind::Truth, "Whether voters are told.", "true"),
        Param::body("include_actor", Kind::Truth, "Whether the visitor is part of the audience.", "false"),
        GROUP_ID, GROUP_KEY, DISCUSSION_ID, DISCUSSION_KEY, COMMENT_ID, POLL_ID, POLL_KEY, OUTCOME_ID,
    ] => |visit| create::create(visit);
    /// The people of an audience.
    GET "/v1/announcements/audience" audience_of_announcement [GROUP_ID, GROUP_KEY, DISCUSSION_ID, DISCUSSION_KEY, COMMENT_ID, POLL_ID, POLL_KEY, OUTCOME_ID, AUDIENCE, EXCLUDE_MEMBERS, INCLUDE_ACTOR, EXCLUDE_TYPES] => |visit| read::audience(visit);
    /// How many people an announcement would reach.
    GET "/v1/announcements/count" count_of_announcement [GROUP_ID, GROUP_KEY, DISCUSSION_ID, DISCUSSION_KEY, COMMENT_ID, POLL_ID, POLL_KEY, OUTCOME_ID, AUDIENCE, EXCLUDE_MEMBERS, INCLUDE_ACTOR, USERS, EMAILS, Param::query("recipient_chatbot_xids", Kind::Text, "Numbers of chat bots, as `1x2x3`."), Param::query("recipient_usernames", Kind::Text, "Usernames, separated by commas.")] => |visit| read::count(visit);
    /// How many of the invited are new to the organisation.
    GET "/v1/announcements/new_member_count" new_members_of_announcement [GROUP_ID, GROUP_KEY, DISCUSSION_ID, DISCUSSION_KEY, POLL_ID, POLL_KEY, USERS, EMAILS] => |visit| read::new_member_count(visit);
    /// People to invite or to notify.
    GET "/v1/announcements/search" search_for_announcement [GROUP_ID, GROUP_KEY, DISCUSSION_ID, DISCUSSION_KEY, COMMENT_ID, POLL_ID, POLL_KEY, OUTCOME_ID, Q, Param::query("existing_only", Kind::Truth, "Only who belongs to it already."), EXCLUDE_TYPES] => |visit| read::search(visit);
    /// Who was told of something, when and by whom.
    GET "/v1/announcements/history" history_of_announcements [GROUP_ID, GROUP_KEY, DISCUSSION_ID, DISCUSSION_KEY, COMMENT_ID, POLL_ID, POLL_KEY, OUTCOME_ID] => |visit| read::history(visit);
    /// How many people were told of something.
    GET "/v1/announcements/users_notified_count" users_notified_of_announcements [GROUP_ID, GROUP_KEY, DISCUSSION_ID, DISCUSSION_KEY, COMMENT_ID, POLL_ID, POLL_KEY, OUTCOME_ID] => |visit| read::users_notified_count(visit);
}
