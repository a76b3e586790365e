//! Which columns hold numbers of other rows.

/// What becomes of a row when what it refers to is not in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It refers to nothing.
    Forget,
    /// It makes no sense and is left out.
    LeaveOut,
    /// An administrator of the imported groups stands in.
    StandIn,
}

use Missing::{Forget, LeaveOut, StandIn};

/// A column, the table it refers to, and what if there is no such row.
pub type Reference = (&'static str, &'static str, Missing);

/// The references of a table's rows.
#[must_use]
pub fn of(table: &str) -> &'static [Reference] {
    match table {
        "users" => &[("deactivator_id", "users", Forget)],
        "groups" => &[("parent_id", "groups", Forget), ("creator_id", "users", Forget)],
        "memberships" => &[("group_id", "groups", LeaveOut), ("user_id", "users", LeaveOut), ("inviter_id", "users", Forget), ("revoker_id", "users", Forget)],
        "membership_requests" => &[("group_id", "groups", LeaveOut), ("requestor_id", "users", Forget), ("responder_id", "users", Forget)],
        "tags" => &[("group_id", "groups", LeaveOut)],
        "poll_templates" => &[("group_id", "groups", LeaveOut), ("author_id", "users", StandIn)],
        "discussion_templates" => &[("group_id", "groups", LeaveOut), ("author_id", "users", StandIn), ("discarded_by", "users", Forget), ("source_discussion_id", "discussions", Forget)],
        "discussions" => &[
            ("group_id", "groups", Forget),
            ("author_id", "users", StandIn),
            ("discarded_by", "users", Forget),
            ("closer_id", "users", Forget),
            ("discussion_template_id", "discussion_templates", Forget),
        ],
        "discussion_readers" => &[("discussion_id", "discussions", LeaveOut), ("user_id", "users", LeaveOut), ("inviter_id", "users", Forget), ("revoker_id", "users", Forget)],
        "polls" => &[
            ("discussion_id", "discussions", Forget),
            ("group_id", "groups", Forget),
            ("author_id", "users", StandIn),
            ("discarded_by", "users", Forget),
            ("poll_template_id", "poll_templates", Forget),
        ],
        "poll_options" => &[("poll_id", "polls", LeaveOut)],
        "stances" => &[("poll_id", "polls", LeaveOut), ("participant_id", "users", Forget), ("inviter_id", "users", Forget), ("revoker_id", "users", Forget)],
        "stance_choices" => &[("stance_id", "stances", LeaveOut), ("poll_option_id", "poll_options", LeaveOut)],
        "stance_receipts" => &[("poll_id", "polls", LeaveOut), ("voter_id", "users", Forget), ("inviter_id", "users", Forget)],
        "outcomes" => &[("poll_id", "polls", LeaveOut), ("author_id", "users", StandIn), ("poll_option_id", "poll_options", Forget)],
        "comments" => &[("discussion_id", "discussions", LeaveOut), ("user_id", "users", StandIn), ("discarded_by", "users", Forget)],
        "events" => &[("user_id", "users", Forget), ("discussion_id", "discussions", Forget), ("parent_id", "events", Forget)],
        "notifications" => &[("event_id", "events", LeaveOut), ("user_id", "users", LeaveOut), ("actor_id", "users", Forget)],
        "reactions" => &[("user_id", "users", LeaveOut)],
        _ => &[],
    }
}

/// Columns whose table another column names: the stem of both.
#[must_use]
pub fn by_class(table: &str) -> Option<&'static str> {
    match table {
        "events" => Some("eventable"),
        "reactions" => Some("reactable"),
        "comments" => Some("parent"),
        _ => None,
    }
}

/// The table of a class.
#[must_use]
pub fn table_of(class: &str) -> Option<&'static str> {
    Some(match class {
        "Group" => "groups",
        "User" => "users",
        "Membership" => "memberships",
        "MembershipRequest" => "membership_requests",
        "Discussion" => "discussions",
        "Comment" => "comments",
        "Poll" => "polls",
        "PollOption" => "poll_options",
        "Stance" => "stances",
        "Outcome" => "outcomes",
        "Reaction" => "reactions",
        "DiscussionTemplate" => "discussion_templates",
        "PollTemplate" => "poll_templates",
        _ => return None,
    })
}

/// Columns that hold objects whose keys are numbers of rows.
#[must_use]
pub fn keyed(table: &str) -> Option<(&'static str, &'static str)> {
    match table {
        "poll_options" => Some(("voter_scores", "users")),
        "stances" => Some(("option_scores", "poll_options")),
        _ => None,
    }
}

/// Columns that point to what no file holds.
#[must_use]
pub fn elsewhere(table: &str) -> &'static [&'static str] {
    match table {
        "groups" => &["subscription_id", "cohort_id", "default_group_cover_id", "theme_id", "category_id"],
        "memberships" => &["invitation_id"],
        "events" => &["eventable_version_id"],
        "users" => &["facebook_community_id", "slack_community_id"],
        _ => &[],
    }
}

/// Columns that must be unlike those of any other row: (column, length of a new one).
/// One that is free stays as it is.
#[must_use]
pub fn unique(table: &str) -> &'static [(&'static str, usize)] {
    match table {
        "users" => &[("key", 8), ("username", 0)],
        "groups" => &[("key", 8), ("handle", 0)],
        "discussions" | "polls" => &[("key", 8)],
        _ => &[],
    }
}

/// Columns that open something and are made anew: (column, length).
#[must_use]
pub fn fresh(table: &str) -> &'static [(&'static str, usize)] {
    match table {
        "users" => &[("unsubscribe_token", 24), ("secret_token", 24), ("email_api_key", 24), ("api_key", 24)],
        "groups" | "memberships" | "discussion_readers" | "stances" => &[("token", 24)],
        _ => &[],
    }
}
