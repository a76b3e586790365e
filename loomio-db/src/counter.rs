//! Counters that rows keep of other rows, recomputed after each change.
//!
//! Each is a count of today's rows, never an increment, so that a counter that
//! was wrong becomes right. Source: the `define_counter_cache` lines of
//! `app/models/{group,discussion,user,event,comment,outcome}.rb`.

use crate::{Write, error::Result, search_document};
use loomio_core::policy::Permit;

const GROUP: [(&str, &str); 13] = [
    ("polls_count", "select count(*) from polls where polls.group_id = groups.id"),
    ("closed_polls_count", "select count(*) from polls where polls.group_id = groups.id and discarded_at is null and closed_at is not null"),
    ("poll_templates_count", "select count(*) from poll_templates where poll_templates.group_id = groups.id and discarded_at is null"),
    ("memberships_count", "select count(*) from memberships where memberships.group_id = groups.id and revoked_at is null"),
    ("pending_memberships_count", "select count(*) from memberships where memberships.group_id = groups.id and revoked_at is null and accepted_at is null"),
    ("admin_memberships_count", "select count(*) from memberships where memberships.group_id = groups.id and revoked_at is null and admin"),
    ("delegates_count", "select count(*) from memberships where memberships.group_id = groups.id and revoked_at is null and delegate"),
    ("public_discussions_count", "select count(*) from discussions where discussions.group_id = groups.id and discarded_at is null and not private"),
    ("discussions_count", "select count(*) from discussions where discussions.group_id = groups.id and discarded_at is null"),
    ("open_discussions_count", "select count(*) from discussions where discussions.group_id = groups.id and discarded_at is null and closed_at is null"),
    ("closed_discussions_count", "select count(*) from discussions where discussions.group_id = groups.id and discarded_at is null and closed_at is not null"),
    ("discussion_templates_count", "select count(*) from discussion_templates where discussion_templates.group_id = groups.id and discarded_at is null"),
    ("subgroups_count", "select count(*) from groups subgroups where subgroups.parent_id = groups.id and archived_at is null"),
];

const DISCUSSION: [(&str, &str); 5] = [
    ("closed_polls_count", "select count(*) from polls where polls.discussion_id = discussions.id and discarded_at is null and closed_at is not null"),
    ("anonymous_polls_count", "select count(*) from polls where polls.discussion_id = discussions.id and anonymous"),
    ("versions_count", "select count(*) from versions where item_type = 'Discussion' and item_id = discussions.id"),
    ("seen_by_count", "select count(*) from discussion_readers where discussion_readers.discussion_id = discussions.id and last_read_at is not null"),
    ("members_count", "select count(*) from discussion_readers where discussion_readers.discussion_id = discussions.id and revoked_at is null"),
];

/// The counters a membership moves.
pub const OF_MEMBERSHIP: &[&str] = &["memberships_count", "delegates_count", "pending_memberships_count", "admin_memberships_count"];
/// The counters a discussion moves.
pub const OF_DISCUSSION: &[&str] = &["discussions_count", "public_discussions_count", "open_discussions_count", "closed_discussions_count", "closed_polls_count"];
/// The group's counters a poll moves.
pub const OF_POLL: &[&str] = &["polls_count", "closed_polls_count"];
/// The thread's counters a poll moves.
pub const OF_POLL_IN_DISCUSSION: &[&str] = &["closed_polls_count", "anonymous_polls_count"];
/// The thread's counters a reader moves.
pub const OF_READER: &[&str] = &["seen_by_count", "members_count"];

async fn recount(w: &Write, permit: &Permit, table: &str, known: &[(&str, &str)], wanted: &[&str], ids: &[i32]) -> Result<()> {
    let chosen: Vec<_> = known.iter().filter(|(name, _)| wanted.contains(name)).collect();
    if chosen.is_empty() || ids.is_empty() {
        return Ok(());
    }
    let set: Vec<String> = chosen.iter().map(|(name, count)| format!("{name} = ({count})")).collect();
    let differs: Vec<String> = chosen.iter().map(|(name, count)| format!("{table}.{name} is distinct from ({count})")).collect();
    w.execute(permit, &format!("update {table} set {}, updated_at = $2 where id = any($1) and ({})", set.join(", "), differs.join(" or ")), vec![crate::sql::ids(ids), w.now().into()]).await?;
    Ok(())
}

/// Recounts some counters of groups.
///
/// # Errors
/// When the database refuses.
pub async fn groups(w: &Write, permit: &Permit, ids: &[i32], wanted: &[&str]) -> Result<()> {
    recount(w, permit, "groups", &GROUP, wanted, ids).await
}

/// Recounts some counters of threads, writes their search documents anew and
/// recounts their groups, because the original saves the whole thread each time.
///
/// # Errors
/// When the database refuses.
pub async fn discussions(w: &Write, permit: &Permit, ids: &[i32], wanted: &[&str]) -> Result<()> {
    recount(w, permit, "discussions", &DISCUSSION, wanted, ids).await?;
    for id in ids {
        search_document::index(w, permit, "Discussion", *id).await?;
    }
    let group_ids = crate::sql::column(w.conn(), "select distinct group_id from discussions where id = any($1) and group_id is not null", vec![crate::sql::ids(ids)]).await?;
    groups(w, permit, &group_ids, OF_DISCUSSION).await
}

/// Recounts the active memberships of users.
///
/// # Errors
/// When the database refuses.
pub async fn users(w: &Write, permit: &Permit, ids: &[i32]) -> Result<()> {
    const COUNT: [(&str, &str); 1] = [("memberships_count", "select count(*) from memberships where memberships.user_id = users.id and revoked_at is null")];
    recount(w, permit, "users", &COUNT, &["memberships_count"], ids).await
}

/// Recounts the kept versions of a comment, outcome or poll.
///
/// # Errors
/// When the database refuses.
pub async fn versions(w: &Write, permit: &Permit, table: &str, class: &str, id: i32) -> Result<()> {
    w.execute(permit, &format!("update {table} set versions_count = (select count(*) from versions where item_type = $2 and item_id = $1) where id = $1"), vec![id.into(), class.into()]).await?;
    Ok(())
}
