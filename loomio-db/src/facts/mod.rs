//! What must be known before deciding: for each concept one question to the
//! database, answered with a struct of booleans.
//!
//! Source of the conditions: `app/models/{discussion,poll}.rb` (members, admins,
//! guests) and `app/queries/*.rb` (what is visible).

pub mod discussion;
pub mod group;
pub mod identity;
pub mod membership;
pub mod notification;
pub mod poll;
pub mod text;
pub mod user;

/// Who asks.
#[derive(Debug, Clone, Default)]
pub struct Actor {
    /// The user; 0 when nobody is signed in.
    pub id: i32,
    /// Whether their address is verified.
    pub verified: bool,
    /// Whether they administer the whole site.
    pub site_admin: bool,
    /// The token of a group, presented by somebody who is not signed in.
    pub group_token: Option<String>,
    /// The token of an invitation, presented likewise.
    pub membership_token: Option<String>,
    /// The token of a thread's guest, presented likewise.
    pub discussion_reader_token: Option<String>,
    /// What the site lets everybody do.
    pub site: Site,
    /// The time of the question, UTC.
    pub now: chrono::NaiveDateTime,
}

/// What the site lets everybody do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Site {
    /// Whether everybody may start groups.
    pub creates_groups: bool,
    /// Whether everybody may register.
    pub creates_users: bool,
    /// Whether only administrators see who voted.
    pub receipts_for_admins: bool,
}

impl Actor {
    /// Whether somebody is signed in.
    #[must_use]
    pub fn is_logged_in(&self) -> bool {
        self.id != 0
    }
}

/// SQL: the groups of which the user `$1` is a member, without archived ones.
pub const GROUPS_OF_USER: &str = "select m.group_id from memberships m join groups g on g.id = m.group_id where m.user_id = $1 and m.revoked_at is null and g.archived_at is null";
