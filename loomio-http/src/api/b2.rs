//! Version b2: programs that act in somebody's name, by that person's key.

use super::{
    Operation, operations,
    params::{FROM, GROUP_ID, Kind, PER, Param},
};
use crate::services::bot;

/// The key of whoever the program acts for; also as `Authorization: Bearer KEY`.
const KEY: Param = Param::query("api_key", Kind::Text, "The key of whoever the program acts for; also as the header `Authorization: Bearer KEY`.");
const GROUP: Param = Param::body("group_id", Kind::Number, "The group.", "1");
const TITLE: Param = Param::body("title", Kind::Text, "The title.", r#""Fix the roof""#);

operations! {
    /// A thread.
    GET "/b2/discussions/:id" b2_show_discussion [KEY] => |visit| bot::show_discussion(visit);
    /// Starts a thread.
    POST "/b2/discussions" b2_create_discussion [KEY, GROUP, TITLE, Param::body("description", Kind::Text, "Its context.", r#""It leaks.""#), Param::body("description_format", Kind::Text, "`md` or `html`.", r#""md""#)] => |visit| bot::create_discussion(visit);
    /// A poll.
    GET "/b2/polls/:id" b2_show_poll [KEY] => |visit| bot::show_poll(visit);
    /// Starts a poll.
    POST "/b2/polls" b2_create_poll [KEY, GROUP, TITLE, Param::body("poll_type", Kind::Text, "Its type.", r#""proposal""#), Param::body("options", Kind::List, "What can be chosen.", r#"["agree", "disagree"]"#), Param::body("closing_at", Kind::Text, "When it closes.", r#""2030-01-01T12:00:00Z""#)] => |visit| bot::create_poll(visit);
    /// Comments; as a form, not as JSON.
    POST "/b2/comments" b2_create_comment [KEY, Param::body("discussion_id", Kind::Number, "The thread.", "1"), Param::body("body", Kind::Text, "The words.", r#""Done.""#), Param::body("body_format", Kind::Text, "`md` or `html`.", r#""md""#)] => |visit| bot::create_comment(visit);
    /// The memberships of a group that one administers.
    GET "/b2/memberships" b2_index_memberships [KEY, GROUP_ID, FROM, PER] => |visit| bot::memberships(visit);
    /// Invites people to a group that one administers.
    POST "/b2/memberships" b2_create_memberships [KEY, GROUP, Param::body("emails", Kind::List, "The addresses of all who shall be members.", r#"["ana@example.org"]"#), Param::body("remove_absent", Kind::Number, "1 to send everybody else away.", "0")] => |visit| bot::create_memberships(visit);
}

/// The tables.
pub const TABLES: &[&[Operation]] = &[OPERATIONS];
