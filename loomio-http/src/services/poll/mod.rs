//! Polls: reading them here, each way of changing them in a file of its own.
//!
//! Source: `app/controllers/api/v1/polls_controller.rb`, `app/queries/poll_query.rb`.

pub mod close;
pub mod create;
pub mod draft;
pub mod receipts;
pub mod remind;
pub mod update;
pub mod voters;

use super::{Done, Visit, locate, membership, tag};
use crate::json::{
    render::{Node, Scope},
    user,
};
use loomio_core::policy::Permit;
use loomio_db::{
    Write, counter, facts,
    find::Find,
    rows::{Discussion, Group, Poll, User},
    sql,
};

/// What a list of polls is limited to, as far as that needs a look at the database.
struct Limits {
    groups: Option<Vec<i32>>,
    discussion: Option<i32>,
}

impl Limits {
    /// Reads the limits of a request; a group or thread that is not known limits nothing.
    async fn of(visit: &Visit) -> Done<Self> {
        let p = &visit.params;
        let group = match p.filled("group_key") {
            Some(key) => Find::<Group>::new("groups.key = $1", vec![key.into()]).one(visit.db()).await?,
            None => None,
        };
        let groups = match group {
            Some(group) if p.text("subgroups").as_deref() == Some("none") => Some(vec![group.id]),
            Some(group) => Some(sql::column(visit.db(), "select id from groups where id = $1 or (parent_id = $1 and archived_at is null)", vec![group.id.into()]).await?),
            None => None,
        };
        let by_key = match p.filled("discussion_key") {
            Some(key) => Find::<Discussion>::new("discussions.key = $1", vec![key.into()]).one(visit.db()).await?,
            None => None,
        };
        let discussion = match (by_key, p.id("discussion_id")) {
            (Some(found), _) => Some(found.id),
            (None, Some(id)) => loomio_db::find::by_id::<Discussion>(visit.db(), id).await?.map(|d| d.id),
            (None, None) => None,
        };
        Ok(Self { groups, discussion })
    }

    /// The polls that the visitor may see and asks for.
    fn find(&self, visit: &Visit) -> Find<Poll> {
        let p = &visit.params;
        let mut find =
            Find::<Poll>::new(&format!("polls.id in (select p.id from polls p where {})", facts::poll::VISIBLE), vec![visit.actor.id.into(), visit.actor.discussion_reader_token.clone().into()]);
        if let Some(groups) = &self.groups {
            find = find.and("polls.group_id = any($1)", vec![sql::ids(groups)]);
        }
        if let Some(id) = self.discussion {
            find = find.and("polls.discussion_id = $1", vec![id.into()]);
        }
        let tags: Vec<String> = p.text("tags").unwrap_or_default().split('|').filter(|t| !t.is_empty()).map(ToOwned::to_owned).collect();
        if !tags.is_empty() {
            find = find.and("polls.tags @> $1::varchar[]", vec![tags.into()]);
        }
        match p.text("status").as_deref() {
            // The original leaves out every poll in which anybody has voted.
            Some("vote") => find = find.and("not exists(select 1 from stances s where s.poll_id = polls.id and s.latest and s.cast_at is not null)", vec![]),
            Some("active") => find = find.and("polls.closed_at is null", vec![]),
            Some("closed") => find = find.and("polls.closed_at is not null", vec![]),
            Some("recent") => find = find.and("(polls.closed_at is null or polls.closed_at > $1::timestamp - interval '7 days')", vec![visit.now.into()]),
            Some("template") => find = find.and("polls.template", vec![]),
            _ => {}
        }
        if p.get("author_id").is_some() {
            find = find.and("polls.author_id = $1", vec![p.id("author_id").unwrap_or(0).into()]);
        }
        if let Some(kind) = p.text("poll_type") {
            find = find.and("polls.poll_type = $1", vec![kind.into()]);
        }
        if let Some(words) = p.text("query") {
            find = find.and("polls.title ilike $1", vec![format!("%{words}%").into()]);
        }
        find
    }
}

/// The polls that the visitor may see, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn index(visit: &Visit) -> Done {
    let limits = Limits::of(visit).await?;
    let total = limits.find(visit).count(visit.db()).await?;
    let (from, per) = visit.page(50);
    let rows = limits.find(visit).order("polls.created_at desc").order("polls.id").offset(from).limit(per).all(visit.db()).await?;
    visit.render(&rows, Some(total), "polls").await
}

/// One poll.
///
/// # Errors
/// When it may not be seen.
pub async fn show(visit: &Visit) -> Done {
    let found = locate::allowed_poll(visit, &locate::named(visit, "poll", None), "show").await?;
    if let Some(group_id) = found.group_id {
        membership::accept_pending(visit, group_id).await?;
    }
    visit.render(&[found], None, "polls").await
}

/// Who may vote; nobody is told of an anonymous poll.
///
/// # Errors
/// When the poll may not be seen.
pub async fn voters(visit: &Visit) -> Done {
    let found = locate::allowed_poll(visit, &locate::named(visit, "poll", None), "show").await?;
    let rows = if found.anonymous {
        Vec::new()
    } else {
        Find::<User>::new("users.id in (select s.participant_id from stances s where s.poll_id = $1 and s.latest and s.revoked_at is null)", vec![found.id.into()])
            .order("users.id")
            .all(visit.db())
            .await?
    };
    let scope = Scope { exclude: visit.scope().exclude, ..Scope::default() };
    visit.render_as(&rows, &scope, None, "users", user::author, Node::new()).await
}

/// What follows every save of a poll: its group's tags, its group's and thread's
/// counters.
async fn after_save(w: &Write, permit: &Permit, poll: &Poll) -> Done<()> {
    if let Some(group_id) = poll.group_id {
        counter::groups(w, permit, &[group_id], counter::OF_POLL).await?;
        tag::recount(w, permit, group_id).await?;
    }
    if let Some(discussion_id) = poll.discussion_id {
        counter::discussions(w, permit, &[discussion_id], counter::OF_POLL_IN_DISCUSSION).await?;
    }
    Ok(())
}
