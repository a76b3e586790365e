//! Removing an archived group with everything in it, subgroups included.
//!
//! Each row that keeps versions leaves a last one; whatever hangs on rows (events,
//! notifications, reactions, files, tasks) goes with them in one statement each.
//! Uploaded files themselves are left to the cleaning of unattached ones.

use crate::{
    App,
    jobs::{self, destroy_group::DestroyGroup},
    services::{Done, tag},
};
use loomio_core::policy::Permit;
use loomio_db::{
    Record, Write, counter,
    find::{self, Find},
    rows::{Comment, Discussion, DiscussionTemplate, Group, Membership, Outcome, Poll, PollTemplate, Stance},
    search_document, sql,
};
use std::sync::Arc;

/// The positions below an item are forgotten when one of them goes before the item
/// itself: first goes what the thread itself did, then polls, then comments, each in
/// the order in which they are stored.
const FORGOTTEN_POSITIONS: &str = "delete from partition_sequences s using events p, events c \
    where s.key = 'events_position' and p.id = s.id and c.parent_id = p.id and c.discussion_id = any($1) \
      and case when c.eventable_type = 'Discussion' then p.eventable_type <> 'Discussion' or c.ctid < p.ctid \
          when c.eventable_type <> 'Comment' then p.eventable_type = 'Comment' \
          else p.eventable_type = 'Comment' and (select ctid from comments where id = c.eventable_id) < (select ctid from comments where id = p.eventable_id) end";

/// One removal.
struct Removal<'w> {
    w: &'w Write,
    permit: Permit,
}

impl Removal<'_> {
    async fn run(&self, statement: &str, ids: &[i32]) -> Done<()> {
        if !ids.is_empty() {
            self.w.execute(&self.permit, statement, vec![sql::ids(ids)]).await?;
        }
        Ok(())
    }

    /// Rows in the order in which they are stored, as the original finds them.
    async fn found<R: Record>(&self, condition: &str, id: i32) -> Done<Vec<R>> {
        let table = condition.split('.').next().unwrap_or_default();
        Ok(Find::<R>::new(condition, vec![id.into()]).order(&format!("{table}.ctid")).all(self.w.conn()).await?)
    }

    /// What hangs on rows of a class.
    async fn around(&self, class: &str, ids: &[i32]) -> Done<()> {
        if ids.is_empty() {
            return Ok(());
        }
        for statement in [
            "delete from notifications n using events e where n.event_id = e.id and e.eventable_type = $1 and e.eventable_id = any($2)",
            "delete from events where eventable_type = $1 and eventable_id = any($2)",
            "delete from reactions where reactable_type = $1 and reactable_id = any($2)",
            "delete from documents where model_type = $1 and model_id = any($2)",
            "delete from translations where translatable_type = $1 and translatable_id = any($2)",
            "delete from tasks_users u using tasks t where t.id = u.task_id and t.record_type = $1 and t.record_id = any($2)",
            "delete from tasks where record_type = $1 and record_id = any($2)",
            "delete from active_storage_attachments where record_type = $1 and record_id = any($2)",
            "delete from pg_search_documents where searchable_type = $1 and searchable_id = any($2) and $1 <> 'Discussion'",
        ] {
            self.w.execute(&self.permit, statement, vec![class.into(), sql::ids(ids)]).await?;
        }
        Ok(())
    }

    /// Rows of a class with what hangs on them.
    async fn rows<R: Record>(&self, rows: &[R]) -> Done<()> {
        let ids: Vec<i32> = rows.iter().filter_map(|r| i32::try_from(r.id()).ok()).collect();
        self.around(R::TYPE, &ids).await?;
        for row in rows {
            self.w.destroy(&self.permit, row).await?;
        }
        Ok(())
    }

    async fn poll(&self, poll: &Poll) -> Done<()> {
        let outcomes: Vec<Outcome> = self.found("outcomes.poll_id = $1", poll.id).await?;
        self.rows(&outcomes).await?;
        let stances: Vec<Stance> = self.found("stances.poll_id = $1", poll.id).await?;
        self.run("delete from stance_choices c using stances s where c.stance_id = s.id and s.poll_id = any($1)", &[poll.id]).await?;
        self.rows(&stances).await?;
        self.run("delete from stance_choices c using poll_options o where c.poll_option_id = o.id and o.poll_id = any($1)", &[poll.id]).await?;
        self.run("delete from poll_options where poll_id = any($1)", &[poll.id]).await?;
        self.run("delete from stance_receipts where poll_id = any($1)", &[poll.id]).await?;
        self.rows(std::slice::from_ref(poll)).await
    }

    async fn discussion(&self, discussion: &Discussion) -> Done<()> {
        let ids = [discussion.id];
        // As the original leaves it: written again while the thread loses its readers.
        // The daily cleaning removes documents whose record is gone.
        search_document::index(self.w, &self.permit, "Discussion", discussion.id).await?;
        let polls: Vec<Poll> = self.found("polls.discussion_id = $1", discussion.id).await?;
        if !polls.is_empty() {
            // The original counts tags when a thread has lost its polls, but not later.
            self.run("update polls set discarded_at = localtimestamp where discussion_id = any($1)", &ids).await?;
            tag::recount(self.w, &self.permit, discussion.group_id.unwrap_or_default()).await?;
        }
        self.run(FORGOTTEN_POSITIONS, &ids).await?;
        self.run("delete from partition_sequences where key = 'discussions_sequence_id' and id = any($1)", &ids).await?;
        self.rows(std::slice::from_ref(discussion)).await?;
        for poll in &polls {
            self.poll(poll).await?;
        }
        let comments: Vec<Comment> = self.found("comments.discussion_id = $1", discussion.id).await?;
        self.rows(&comments).await?;
        self.run("delete from notifications n using events e where n.event_id = e.id and e.discussion_id = any($1)", &ids).await?;
        self.run("delete from events where discussion_id = any($1)", &ids).await?;
        self.run("delete from discussion_readers where discussion_id = any($1)", &ids).await
    }

    /// A group without its subgroups.
    async fn group(&self, group: &Group) -> Done<()> {
        let ids = [group.id];
        let discussions: Vec<Discussion> = self.found("discussions.group_id = $1", group.id).await?;
        for discussion in &discussions {
            self.discussion(discussion).await?;
        }
        let templates: Vec<DiscussionTemplate> = self.found("discussion_templates.group_id = $1", group.id).await?;
        self.rows(&templates).await?;
        let memberships: Vec<Membership> = self.found("memberships.group_id = $1", group.id).await?;
        self.rows(&memberships).await?;
        let users: Vec<i32> = memberships.iter().filter_map(|m| m.user_id).collect();
        counter::users(self.w, &self.permit, &users).await?;
        let requests: Vec<i32> = sql::column(self.w.conn(), "select id from membership_requests where group_id = $1", vec![group.id.into()]).await?;
        self.around("MembershipRequest", &requests).await?;
        self.run("delete from membership_requests where group_id = any($1)", &ids).await?;
        let polls: Vec<Poll> = self.found("polls.group_id = $1", group.id).await?;
        for poll in &polls {
            self.poll(poll).await?;
        }
        let templates: Vec<PollTemplate> = self.found("poll_templates.group_id = $1", group.id).await?;
        self.rows(&templates).await?;
        self.run("delete from chatbots where group_id = any($1)", &ids).await
    }
}

/// Removes a group that was archived to be removed; one that was brought back stays,
/// even if it was archived again since.
///
/// # Errors
/// When the database refuses; the group is whole then.
pub async fn destroy(app: &Arc<App>, asked: &DestroyGroup) -> anyhow::Result<()> {
    let mut w = jobs::begin(app).await?;
    w.set_whodunnit(asked.actor_id);
    let is_asked = |g: &Group| g.archived_at.is_some() && (asked.archived_at.is_none() || g.archived_at == asked.archived_at);
    let Some(group) = find::by_id::<Group>(w.conn(), asked.group_id).await?.filter(is_asked) else { return Ok(w.rollback().await?) };
    let removal = Removal { w: &w, permit: Permit::system("an archived group is removed") };
    removal.group(&group).await?;
    let subgroups = Find::<Group>::new("groups.parent_id = $1", vec![group.id.into()]).order("groups.id").all(w.conn()).await?;
    for subgroup in &subgroups {
        removal.group(subgroup).await?;
        removal.rows(std::slice::from_ref(subgroup)).await?;
    }
    removal.rows(std::slice::from_ref(&group)).await?;
    counter::groups(&w, &removal.permit, group.parent_id.as_slice(), &["subgroups_count"]).await?;
    Ok(w.commit().await?)
}
