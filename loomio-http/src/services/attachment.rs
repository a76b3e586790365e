//! The files of a group, wherever in it they were attached.
//!
//! Sources: `app/controllers/api/v1/attachments_controller.rb`, `app/queries/attachment_query.rb`.

use super::{Done, ServiceError, Visit, locate, text};
use crate::App;
use loomio_core::policy::{self, Permit, attachment::AttachmentFacts};
use loomio_db::{
    Write, facts,
    find::{self, Find},
    rows::{Comment, Discussion, Group, Outcome, Poll, Stance, StorageAttachment},
    sql,
};
use std::sync::Arc;

/// SQL: attached files of the groups `$1` whose name contains `$2`. Files of votes
/// are found through the vote's poll; the original takes the poll with the vote's
/// number.
const FOUND: &str = "active_storage_attachments.name = 'files' \
    and exists(select 1 from active_storage_blobs b where b.id = active_storage_attachments.blob_id and b.filename ilike $2) \
    and ((active_storage_attachments.record_type = 'Group' and active_storage_attachments.record_id = any($1)) \
      or (active_storage_attachments.record_type = 'Discussion' and exists(select 1 from discussions d where d.id = active_storage_attachments.record_id and d.group_id = any($1) and d.discarded_at is null)) \
      or (active_storage_attachments.record_type = 'Comment' and exists(select 1 from comments c join discussions d on d.id = c.discussion_id where c.id = active_storage_attachments.record_id and d.group_id = any($1) and d.discarded_at is null and c.discarded_at is null)) \
      or (active_storage_attachments.record_type = 'Poll' and exists(select 1 from polls p where p.id = active_storage_attachments.record_id and p.group_id = any($1) and p.discarded_at is null)) \
      or (active_storage_attachments.record_type = 'Outcome' and exists(select 1 from outcomes o join polls p on p.id = o.poll_id where o.id = active_storage_attachments.record_id and p.group_id = any($1) and p.discarded_at is null)) \
      or (active_storage_attachments.record_type = 'Stance' and exists(select 1 from stances s join polls p on p.id = s.poll_id where s.id = active_storage_attachments.record_id and s.revoked_at is null and p.group_id = any($1) and p.discarded_at is null and (p.hide_results = 0 or p.closed_at is not null))))";

/// How many files are counted at most.
const MOST: u64 = 1000;

/// The files of one of the visitor's groups and of the subgroups they may read.
///
/// # Errors
/// When the visitor is no member.
pub async fn index(visit: &Visit) -> Done {
    let own = locate::own_groups(visit).await?;
    let group_id = visit.params.id("group_id").unwrap_or_default();
    if !own.contains(&group_id) {
        // The words in which ActiveRecord says that somebody's groups do not include it.
        let condition = if visit.actor.is_logged_in() {
            "\"memberships\".\"user_id\" = $1 AND \"memberships\".\"revoked_at\" IS NULL AND \"groups\".\"archived_at\" IS NULL AND \"groups\".\"id\" = $2"
        } else {
            "(1=0) AND \"groups\".\"id\" = $1"
        };
        return Err(ServiceError::NotFound(format!("Couldn't find Group with [WHERE {condition}]")));
    }
    let groups: Vec<i32> = sql::column(
        visit.db(),
        "select g.id from groups g where (g.id = $1 or (g.parent_id = $1 and g.archived_at is null)) and g.id = any($2) \
         union select g.id from groups g where g.archived_at is null and g.parent_members_can_see_discussions and g.parent_id = $1",
        vec![group_id.into(), sql::ids(&own)],
    )
    .await?;
    let name = format!("%{}%", visit.params.text("q").unwrap_or_default());
    let build = || Find::<StorageAttachment>::new(FOUND, vec![sql::ids(&groups), name.clone().into()]);
    let (from, per) = visit.page(20);
    let total = build().count(visit.db()).await?.min(MOST);
    let rows = build().order("active_storage_attachments.id desc").offset(from).limit(per).all(visit.db()).await?;
    visit.render(&rows, Some(total), "attachments").await
}

async fn group_of(visit: &Visit, a: &StorageAttachment) -> Done<Option<i32>> {
    let query = match a.record_type.as_str() {
        "Group" => "select id from groups where id = $1",
        "Discussion" => "select group_id from discussions where id = $1",
        "Comment" => "select d.group_id from comments c join discussions d on d.id = c.discussion_id where c.id = $1",
        "Poll" => "select group_id from polls where id = $1",
        "Outcome" => "select p.group_id from outcomes o join polls p on p.id = o.poll_id where o.id = $1",
        "Stance" => "select p.group_id from stances s join polls p on p.id = s.poll_id where s.id = $1",
        _ => return Ok(None),
    };
    Ok(sql::scalar::<Option<i32>>(visit.db(), query, vec![i32::try_from(a.record_id).unwrap_or_default().into()]).await?.flatten())
}

/// Stores what the file was attached to again, without it, and answers it.
async fn saved<T>(visit: &Visit, w: Write, permit: &Permit, id: i64, root: &str) -> Done
where
    T: text::RichText + crate::json::records::Collection,
{
    let id = i32::try_from(id).unwrap_or_default();
    let row: T = find::by_id(w.conn(), id).await?.ok_or_else(ServiceError::not_found)?;
    let (row, _) = text::save(&visit.app, &w, permit, &row, row.clone(), &text::Files::KEPT).await?;
    w.commit().await?;
    visit.render(&[row], None, root).await
}

/// Tells a text that a file has been attached to it, and puts the file's new signed
/// name where the text shows it by the old one.
///
/// # Errors
/// When the database refuses.
pub async fn file_came(app: &Arc<App>, w: &Write, permit: &Permit, (class, id): (&str, i64), names: (&str, &str)) -> Done<()> {
    match class {
        "Group" => renamed::<Group>(app, w, permit, id, names).await,
        "Discussion" => renamed::<Discussion>(app, w, permit, id, names).await,
        "Comment" => renamed::<Comment>(app, w, permit, id, names).await,
        "Poll" => renamed::<Poll>(app, w, permit, id, names).await,
        "Outcome" => renamed::<Outcome>(app, w, permit, id, names).await,
        _ => Ok(()),
    }
}

async fn renamed<T: text::RichText>(app: &Arc<App>, w: &Write, permit: &Permit, id: i64, (old, new): (&str, &str)) -> Done<()> {
    let Some(row) = find::by_id::<T>(w.conn(), id).await? else { return Ok(()) };
    let mut after = row.clone();
    if !old.is_empty()
        && let Some(body) = row.body().filter(|body| body.contains(old))
    {
        after.set_body(Some(body.replace(old, new)));
    }
    text::save(app, w, permit, &row, after, &text::Files::KEPT).await?;
    Ok(())
}

/// Takes a file away from what it is attached to.
///
/// # Errors
/// When the visitor does not administer its group.
pub async fn destroy(visit: &Visit, id: &str) -> Done {
    let a: StorageAttachment = locate::by_id(visit, id).await?;
    let admin = match group_of(visit, &a).await? {
        Some(group_id) => facts::group::load(visit.db(), &visit.actor, group_id).await?.is_some_and(|f| f.admin),
        None => false,
    };
    let permit = policy::authorize(&AttachmentFacts { group_admin: admin, group_member: admin }, "destroy")?;
    let w = visit.begin().await?;
    w.destroy(&permit, &a).await?;
    match a.record_type.as_str() {
        "Group" => saved::<Group>(visit, w, &permit, a.record_id, "groups").await,
        "Discussion" => saved::<Discussion>(visit, w, &permit, a.record_id, "discussions").await,
        "Comment" => saved::<Comment>(visit, w, &permit, a.record_id, "comments").await,
        "Poll" => saved::<Poll>(visit, w, &permit, a.record_id, "polls").await,
        "Outcome" => saved::<Outcome>(visit, w, &permit, a.record_id, "outcomes").await,
        "Stance" => saved::<Stance>(visit, w, &permit, a.record_id, "stances").await,
        _ => Err(ServiceError::not_found()),
    }
}
