//! A collection of records as a response: what the original's `RecordCache` loads
//! beforehand, the rendering until nothing is missing, and the envelope.
//!
//! Source: `app/services/record_cache.rb` (which neighbours are known for which
//! kind of collection) and `app/controllers/api/v1/snorlax_base.rb` (the envelope).

use super::{
    comment, demo, discussion, event, group, membership, outcome, poll, received_email,
    render::{Known, Node, Render, Scope, Serializer, Surroundings},
    search::{self, SearchResult},
    simple, stance,
    store::Store,
    template, user,
};
use loomio_db::{
    Result,
    find::Find,
    rows::{
        Chatbot, Comment, Demo, Discussion, DiscussionReader, DiscussionTemplate, Event, Group, MemberEmailAlias, Membership, MembershipRequest, Notification, Outcome, Poll, PollTemplate, Reaction,
        ReceivedEmail, Stance, Tag, Task, Translation, User, Version,
    },
    sql,
};
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};
use std::{collections::HashMap, sync::Arc};

/// Rows that can be the collection of a response.
pub trait Collection: Clone + Send + Sync + 'static {
    /// The name under which the collection stands in the response.
    const ROOT: &'static str;

    /// The row's JSON.
    fn serializer() -> Serializer<Self>;

    /// Loads what the original would know of the collection's neighbours.
    fn prepare(rows: &[Arc<Self>], scope: &Scope, conn: &impl ConnectionTrait, store: &mut Store, known: &mut Known) -> impl Future<Output = Result<()>> + Send;
}

/// The finished roots of a response, without `meta`.
///
/// # Errors
/// When the database refuses a question.
pub async fn render<T: Collection>(rows: &[T], scope: &Scope, around: Surroundings<'_>, conn: &impl ConnectionTrait) -> Result<Node> {
    render_as(rows, scope, around, conn, T::ROOT, T::serializer()).await
}

/// The same under another name or in another form.
///
/// # Errors
/// When the database refuses a question.
pub async fn render_as<T: Collection>(rows: &[T], scope: &Scope, around: Surroundings<'_>, conn: &impl ConnectionTrait, root: &str, serializer: Serializer<T>) -> Result<Node> {
    render_from(Store::new(scope), rows, scope, around, conn, root, serializer).await
}

/// The same with a store in which some rows are known already.
///
/// # Errors
/// When the database refuses a question.
pub async fn render_from<T: Collection>(mut store: Store, rows: &[T], scope: &Scope, around: Surroundings<'_>, conn: &impl ConnectionTrait, root: &str, serializer: Serializer<T>) -> Result<Node> {
    let rows: Vec<Arc<T>> = rows.iter().cloned().map(Arc::new).collect();
    let mut known = Known::default();
    if !scope.uncached {
        T::prepare(&rows, scope, conn, &mut store, &mut known).await?;
        store.fill(conn).await?;
    }
    loop {
        let mut pass = Render::new(&mut store, scope, &known, around);
        let collection: Vec<Json> = rows.iter().map(|row| Json::Object(serializer(row, &mut pass))).collect();
        let done = pass.finish(root, collection);
        if !store.is_wanting() {
            return Ok(done);
        }
        store.fill(conn).await?;
    }
}

/// The roots together with `meta`.
#[must_use]
pub fn with_meta(mut roots: Node, root: &str, total: Option<u64>, more: Node) -> Json {
    let mut meta = more;
    meta.insert("root".to_owned(), json!(root));
    meta.insert("total".to_owned(), json!(total));
    roots.insert("meta".to_owned(), Json::Object(meta));
    Json::Object(roots)
}

/// The groups and all groups above them.
async fn with_parents(conn: &impl ConnectionTrait, ids: Vec<i32>) -> Result<Vec<i32>> {
    if ids.is_empty() {
        return Ok(ids);
    }
    sql::column(
        conn,
        "with recursive up(id, parent_id) as (select id, parent_id from groups where id = any($1) union select g.id, g.parent_id from groups g join up on g.id = up.parent_id) select id from up",
        vec![sql::ids(&ids)],
    )
    .await
}

/// The viewer's memberships in these groups, unless groups or memberships are left out.
async fn know_memberships(group_ids: &[i32], scope: &Scope, conn: &impl ConnectionTrait, store: &mut Store, known: &mut Known) -> Result<()> {
    if !scope.includes("group") {
        return Ok(());
    }
    store.groups.want(group_ids.iter().copied());
    let Some(viewer) = scope.current_user_id.filter(|_| scope.includes("membership") && !group_ids.is_empty()) else { return Ok(()) };
    let found = Find::<Membership>::new("memberships.revoked_at is null and memberships.group_id = any($1) and memberships.user_id = $2", vec![sql::ids(group_ids), viewer.into()]).all(conn).await?;
    for m in found {
        store.users.want(m.user_id.into_iter().chain(m.inviter_id));
        let m = Arc::new(m);
        store.memberships.put(m.id, Arc::clone(&m));
        if let Some(group_id) = m.group_id {
            if scope.includes("tag") {
                store.tags_of_group.want([group_id]);
            }
            known.membership_of_group.insert(group_id, m);
        }
    }
    Ok(())
}

/// Polls with their threads and latest outcomes, unless polls are left out.
async fn know_polls(polls: Vec<Arc<Poll>>, scope: &Scope, conn: &impl ConnectionTrait, store: &mut Store, known: &mut Known) -> Result<()> {
    if !scope.includes("poll") {
        return Ok(());
    }
    let ids: Vec<i32> = polls.iter().map(|p| p.id).collect();
    for p in polls {
        store.users.want([p.author_id]);
        store.polls.put(p.id, Arc::clone(&p));
        if let Some(discussion_id) = p.discussion_id {
            known.polls_of_discussion.entry(discussion_id).or_default().push(p);
        }
    }
    store.options_of_poll.want(ids.iter().copied());
    store.created_events.want(ids.iter().map(|id| ("poll_created", *id)));
    if store.viewer.is_some() {
        store.my_stances.want(ids.iter().copied());
    }
    if !scope.includes("outcome") || ids.is_empty() {
        return Ok(());
    }
    for o in Find::<Outcome>::new("outcomes.latest and outcomes.poll_id = any($1)", vec![sql::ids(&ids)]).order("outcomes.id").all(conn).await? {
        store.users.want([o.author_id]);
        let o = Arc::new(o);
        store.outcomes.put(o.id, Arc::clone(&o));
        if let Some(poll_id) = o.poll_id {
            known.outcome_of_poll.insert(poll_id, o);
        }
    }
    Ok(())
}

async fn polls_where(conn: &impl ConnectionTrait, condition: &str, ids: &[i32]) -> Result<Vec<Arc<Poll>>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // In no order, as the original asks: the client sorts them.
    Ok(Find::<Poll>::new(condition, vec![sql::ids(ids)]).all(conn).await?.into_iter().map(Arc::new).collect())
}

fn want_threads(store: &mut Store, ids: &[i32]) {
    store.discussions.want(ids.iter().copied());
    store.created_events.want(ids.iter().flat_map(|id| [("new_discussion", *id), ("discussion_forked", *id)]));
    if store.viewer.is_some() {
        store.readers.want(ids.iter().copied());
    }
}

impl Collection for Discussion {
    const ROOT: &'static str = "discussions";
    fn serializer() -> Serializer<Self> {
        discussion::discussion
    }
    async fn prepare(rows: &[Arc<Self>], scope: &Scope, conn: &impl ConnectionTrait, store: &mut Store, known: &mut Known) -> Result<()> {
        let ids: Vec<i32> = rows.iter().map(|d| d.id).collect();
        for d in rows {
            store.users.want(d.author_id);
            store.discussions.put(d.id, Arc::clone(d));
        }
        want_threads(store, &ids);
        let groups = with_parents(conn, rows.iter().filter_map(|d| d.group_id).collect()).await?;
        know_memberships(&groups, scope, conn, store, known).await?;
        let polls = polls_where(conn, "polls.discarded_at is null and polls.closed_at is null and polls.discussion_id = any($1)", &ids).await?;
        know_polls(polls, scope, conn, store, known).await
    }
}

impl Collection for Poll {
    const ROOT: &'static str = "polls";
    fn serializer() -> Serializer<Self> {
        poll::poll
    }
    async fn prepare(rows: &[Arc<Self>], scope: &Scope, conn: &impl ConnectionTrait, store: &mut Store, known: &mut Known) -> Result<()> {
        let groups = with_parents(conn, rows.iter().filter_map(|p| p.group_id).collect()).await?;
        store.groups.want(groups);
        let threads: Vec<i32> = rows.iter().filter_map(|p| p.discussion_id).collect();
        want_threads(store, &threads);
        know_polls(rows.to_vec(), scope, conn, store, known).await
    }
}

impl Collection for Group {
    const ROOT: &'static str = "groups";
    fn serializer() -> Serializer<Self> {
        group::group
    }
    async fn prepare(rows: &[Arc<Self>], scope: &Scope, conn: &impl ConnectionTrait, store: &mut Store, known: &mut Known) -> Result<()> {
        for g in rows {
            store.groups.put(g.id, Arc::clone(g));
        }
        let groups = with_parents(conn, rows.iter().map(|g| g.id).collect()).await?;
        know_memberships(&groups, scope, conn, store, known).await
    }
}

impl Collection for Event {
    const ROOT: &'static str = "events";
    fn serializer() -> Serializer<Self> {
        event::event
    }
    async fn prepare(rows: &[Arc<Self>], scope: &Scope, conn: &impl ConnectionTrait, store: &mut Store, known: &mut Known) -> Result<()> {
        let mut ids: HashMap<&str, Vec<i32>> = HashMap::new();
        for e in rows {
            store.events.put(e.id, Arc::clone(e));
        }
        for e in rows {
            store.events.want(e.parent_id);
            store.users.want(e.user_id);
            ids.entry("Discussion").or_default().extend(e.discussion_id);
            if let (Some(class), Some(id)) = (e.eventable_type.as_deref(), e.eventable_id) {
                ids.entry(class).or_default().push(id);
            }
        }
        let of = |class: &str| ids.get(class).cloned().unwrap_or_default();
        store.comments.want(of("Comment"));
        store.stances.want(of("Stance"));
        store.outcomes.want(of("Outcome"));
        let mut poll_ids = of("Poll");
        let (stances, outcomes, options) = (of("Stance"), of("Outcome"), of("PollOption"));
        if !(stances.is_empty() && outcomes.is_empty() && options.is_empty()) {
            poll_ids.extend(
                sql::column::<Option<i32>>(
                    conn,
                    "select poll_id from stances where id = any($1) union select poll_id from outcomes where id = any($2) union select poll_id from poll_options where id = any($3)",
                    vec![sql::ids(&stances), sql::ids(&outcomes), sql::ids(&options)],
                )
                .await?
                .into_iter()
                .flatten(),
            );
        }
        let discussion_ids = of("Discussion");
        want_threads(store, &discussion_ids);
        let polls = polls_where(conn, "polls.id = any($1)", &poll_ids).await?;
        if scope.includes("group") {
            let mut groups = of("Group");
            groups.extend(polls.iter().filter_map(|p| p.group_id));
            store.fill_discussions(conn).await?;
            groups.extend(discussion_ids.iter().filter_map(|id| store.discussions.get(id)?.group_id));
            know_memberships(&groups, scope, conn, store, known).await?;
        }
        know_polls(polls, scope, conn, store, known).await
    }
}

impl Collection for Notification {
    const ROOT: &'static str = "notifications";
    fn serializer() -> Serializer<Self> {
        simple::notification
    }
    async fn prepare(rows: &[Arc<Self>], _scope: &Scope, _conn: &impl ConnectionTrait, store: &mut Store, _known: &mut Known) -> Result<()> {
        store.events.want(rows.iter().filter_map(|n| n.event_id));
        store.users.want(rows.iter().filter_map(|n| n.actor_id));
        Ok(())
    }
}

impl Collection for Outcome {
    const ROOT: &'static str = "outcomes";
    fn serializer() -> Serializer<Self> {
        outcome::outcome
    }
    async fn prepare(rows: &[Arc<Self>], _scope: &Scope, _conn: &impl ConnectionTrait, store: &mut Store, _known: &mut Known) -> Result<()> {
        store.polls.want(rows.iter().filter_map(|o| o.poll_id));
        store.users.want(rows.iter().map(|o| o.author_id));
        Ok(())
    }
}

impl Collection for Stance {
    const ROOT: &'static str = "stances";
    fn serializer() -> Serializer<Self> {
        stance::stance
    }
    async fn prepare(rows: &[Arc<Self>], scope: &Scope, conn: &impl ConnectionTrait, store: &mut Store, known: &mut Known) -> Result<()> {
        for s in rows {
            store.stances.put(s.id, Arc::clone(s));
            store.users.want(s.participant_id);
        }
        let ids: Vec<i32> = rows.iter().map(|s| s.poll_id).collect();
        let polls = polls_where(conn, "polls.discarded_at is null and polls.id = any($1)", &ids).await?;
        know_polls(polls, scope, conn, store, known).await
    }
}

impl Collection for SearchResult {
    const ROOT: &'static str = "search_results";
    fn serializer() -> Serializer<Self> {
        search::search_result
    }
    async fn prepare(rows: &[Arc<Self>], scope: &Scope, conn: &impl ConnectionTrait, store: &mut Store, known: &mut Known) -> Result<()> {
        store.users.want(rows.iter().filter_map(|x| x.author_id));
        let ids: Vec<i32> = rows.iter().filter_map(|x| x.poll_id).collect();
        let polls = polls_where(conn, "polls.discarded_at is null and polls.id = any($1)", &ids).await?;
        know_polls(polls, scope, conn, store, known).await
    }
}

/// Collections of which the original knows nothing beforehand but people.
macro_rules! plain_collection {
    ($row:ty, $root:literal, $serializer:path, |$r:ident| $people:expr) => {
        impl Collection for $row {
            const ROOT: &'static str = $root;
            fn serializer() -> Serializer<Self> {
                $serializer
            }
            async fn prepare(rows: &[Arc<Self>], _scope: &Scope, _conn: &impl ConnectionTrait, store: &mut Store, _known: &mut Known) -> Result<()> {
                store.users.want(rows.iter().flat_map(|$r| $people));
                Ok(())
            }
        }
    };
}

plain_collection!(Comment, "comments", comment::comment, |c| c.user_id);
plain_collection!(Membership, "memberships", membership::membership, |m| m.user_id.into_iter().chain(m.inviter_id));
plain_collection!(MembershipRequest, "membership_requests", membership::request, |m| m.requestor_id.into_iter().chain(m.responder_id));
plain_collection!(DiscussionReader, "discussion_readers", discussion::reader, |d| Some(d.user_id));
plain_collection!(Reaction, "reactions", simple::reaction, |x| x.user_id);
plain_collection!(PollTemplate, "poll_templates", template::poll, |_t| None);
plain_collection!(DiscussionTemplate, "discussion_templates", template::discussion, |_t| None);
plain_collection!(User, "users", user::user, |_u| None);
plain_collection!(Tag, "tags", simple::tag, |_t| None);
plain_collection!(Translation, "translations", simple::translation, |_t| None);
plain_collection!(Version, "versions", simple::version, |_v| None);
plain_collection!(Task, "tasks", simple::task, |_t| None);
plain_collection!(Chatbot, "chatbots", simple::chatbot, |_c| None);
plain_collection!(ReceivedEmail, "received_emails", received_email::received_email, |_e| None);
plain_collection!(MemberEmailAlias, "aliases", received_email::alias, |a| a.user_id.into_iter().chain([a.author_id]));
plain_collection!(Demo, "demos", demo::demo, |d| Some(d.author_id));
plain_collection!(loomio_db::rows::Document, "documents", super::document::document, |d| Some(d.author_id));
plain_collection!(loomio_db::rows::StorageAttachment, "attachments", super::document::attachment, |_a| None);
