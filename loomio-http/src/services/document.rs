//! Documents: links, and files of an older kind, beside a group, a thread or a poll.
//!
//! Sources: `app/controllers/api/v1/documents_controller.rb`,
//! `app/services/document_service.rb`, `app/models/document.rb`.

use super::{
    Done, Faults, ServiceError, Visit,
    locate::{self, Target},
    visit::success,
};
use crate::json::{document::kind, params::Params, render::Scope};
use loomio_core::policy::{self, Permit, document::DocumentFacts};
use loomio_db::{
    facts,
    find::{self, Find},
    rows::{Comment, Document, Group, Outcome},
    sql,
};
use sea_orm::ConnectionTrait;

/// The documents of what a request names.
///
/// # Errors
/// When it names nothing or what may not be seen.
pub async fn index(visit: &Visit) -> Done {
    let target = locate::target(visit).await?.ok_or_else(|| locate::no_row("Outcome", ""))?;
    let (class, id) = match &target {
        Target::Group(g) => ("Group", g.id),
        Target::Discussion(d) => ("Discussion", d.id),
        Target::Comment(c) => ("Comment", c.id),
        Target::Poll(p) => ("Poll", p.id),
        Target::Outcome(o, _) => ("Outcome", o.id),
        Target::Stance(..) => return Err(ServiceError::not_found()),
    };
    let build = || Find::<Document>::new("documents.model_type = $1 and documents.model_id = $2", vec![class.into(), id.into()]);
    let (from, per) = visit.page(50);
    let total = build().count(visit.db()).await?;
    let rows = build().order("documents.id").offset(from).limit(per).all(visit.db()).await?;
    visit.render(&rows, Some(total), "documents").await
}

/// SQL: documents of the group `$1` itself and of what is public in it.
const PUBLIC: &str = "(documents.model_type = 'Group' and documents.model_id = $1) \
    or (documents.model_type = 'Discussion' and documents.model_id in (select id from discussions where group_id = $1 and private = false and discarded_at is null)) \
    or (documents.model_type = 'Comment' and documents.model_id in (select c.id from comments c join discussions d on d.id = c.discussion_id where d.group_id = $1 and d.private = false and d.discarded_at is null))";

/// The documents of a group: all for those who see its private content.
///
/// # Errors
/// When the group may not be seen.
pub async fn for_group(visit: &Visit) -> Done {
    let group = locate::allowed_group(visit, &locate::named(visit, "group", None), "show").await?;
    let facts = facts::group::load(visit.db(), &visit.actor, group.id).await?.unwrap_or_default();
    let mut find = if policy::allows(&facts, "see_private_content") {
        let groups = match visit.params.text("subgroups").as_deref() {
            Some("mine" | "all") => with_subgroups(visit.db(), &group).await?,
            _ => vec![group.id],
        };
        Find::<Document>::new("documents.group_id = any($1)", vec![sql::ids(&groups)])
    } else {
        Find::<Document>::new(PUBLIC, vec![group.id.into()])
    };
    if let Some(q) = visit.params.filled("q") {
        find = find.and("documents.title ilike $1", vec![format!("%{q}%").into()]);
    }
    let (from, per) = visit.page(50);
    let rows = find.order("documents.created_at desc").order("documents.id").offset(from).limit(per).all(visit.db()).await?;
    // The original renders this list for nobody in particular.
    visit.render_in(&rows, &Scope::default(), None, "documents", crate::json::render::Node::new()).await
}

/// The number of a group and those of its published subgroups.
async fn with_subgroups(conn: &impl ConnectionTrait, group: &Group) -> Done<Vec<i32>> {
    let mut groups: Vec<i32> = sql::column(conn, "select id from groups where parent_id = $1 and archived_at is null", vec![group.id.into()]).await?;
    groups.push(group.id);
    Ok(groups)
}

/// The documents of a thread, its polls and its comments.
///
/// # Errors
/// When the thread may not be seen.
pub async fn for_discussion(visit: &Visit) -> Done {
    let discussion = locate::allowed_discussion(visit, &locate::named(visit, "discussion", None), "show").await?;
    let rows = Find::<Document>::new(
        "(documents.model_type = 'Discussion' and documents.model_id = $1) \
           or (documents.model_type = 'Poll' and documents.model_id in (select id from polls where discussion_id = $1)) \
           or (documents.model_type = 'Comment' and documents.model_id in (select id from comments where discussion_id = $1))",
        vec![discussion.id.into()],
    )
    .order("documents.id")
    .all(visit.db())
    .await?;
    visit.render(&rows, None, "documents").await
}

/// What a document belongs to.
struct Owner {
    updates: bool,
    group_id: Option<i32>,
}

/// What a document belongs to, if that exists.
async fn owner(visit: &Visit, conn: &impl ConnectionTrait, class: Option<&str>, id: Option<i32>) -> Done<Option<Owner>> {
    let (Some(class), Some(id)) = (class, id) else { return Ok(None) };
    let actor = &visit.actor;
    let of_thread = async |id: Option<i32>| -> Done<Option<i32>> {
        Ok(match id {
            Some(id) => sql::scalar::<Option<i32>>(conn, "select group_id from discussions where id = $1", vec![id.into()]).await?.flatten(),
            None => None,
        })
    };
    let of_poll = async |id: i32| -> Done<Option<i32>> { Ok(sql::scalar::<Option<i32>>(conn, "select group_id from polls where id = $1", vec![id.into()]).await?.flatten()) };
    Ok(match class {
        "Group" => facts::group::load(conn, actor, id).await?.map(|f| Owner { updates: policy::allows(&f, "update"), group_id: Some(id) }),
        "Discussion" => match facts::discussion::load(conn, actor, id).await? {
            Some(f) => Some(Owner { updates: policy::allows(&f, "update"), group_id: of_thread(Some(id)).await? }),
            None => None,
        },
        "Poll" => match facts::poll::load(conn, actor, id).await? {
            Some(f) => Some(Owner { updates: policy::allows(&f, "update"), group_id: of_poll(id).await? }),
            None => None,
        },
        "Comment" => match find::by_id::<Comment>(conn, id).await? {
            Some(c) => Some(Owner { updates: policy::allows(&facts::text::comment(conn, actor, &c).await?, "update"), group_id: of_thread(c.discussion_id).await? }),
            None => None,
        },
        "Outcome" => match find::by_id::<Outcome>(conn, id).await?.and_then(|o| o.poll_id) {
            Some(poll_id) => Some(Owner { updates: facts::poll::outcome(conn, actor, poll_id).await?.is_some_and(|f| policy::allows(&f, "update")), group_id: of_poll(poll_id).await? }),
            None => None,
        },
        _ => None,
    })
}

async fn permitted(visit: &Visit, conn: &impl ConnectionTrait, d: &Document, action: &'static str) -> Done<(Permit, Option<i32>)> {
    let owner = owner(visit, conn, d.model_type.as_deref(), d.model_id).await?;
    let group_id = owner.as_ref().and_then(|o| o.group_id);
    let group_admin = match group_id {
        Some(id) => facts::group::load(conn, &visit.actor, id).await?.is_some_and(|f| f.admin),
        None => false,
    };
    let facts = DocumentFacts { has_model: owner.is_some(), updates_model: owner.is_some_and(|o| o.updates), group_admin, verified: visit.actor.is_logged_in() && visit.actor.verified };
    Ok((policy::authorize(&facts, action)?, group_id))
}

/// Only addresses that a click may follow.
fn is_address(url: &str) -> bool {
    let lower = url.trim().to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with('/')
}

fn assign(d: &mut Document, sent: &Params) {
    if sent.has("url") {
        d.url = sent.text("url");
    }
    if sent.has("title") {
        d.title = sent.text("title");
    }
    if sent.has("model_id") {
        d.model_id = sent.id("model_id");
    }
    if sent.has("model_type") {
        d.model_type = sent.text("model_type");
    }
}

fn checked(visit: &Visit, d: &mut Document) -> Done<()> {
    let (doctype, icon, color) = kind(d.url.as_deref().unwrap_or_default());
    if d.doctype.is_empty() {
        doctype.clone_into(&mut d.doctype);
    }
    d.icon.get_or_insert_with(|| icon.to_owned());
    if d.color.is_empty() {
        color.clone_into(&mut d.color);
    }
    let mut faults = Faults::default();
    if d.title.as_deref().is_none_or(|t| t.trim().is_empty()) {
        faults.add("title", visit.text("activerecord.errors.messages.blank"));
    }
    if d.url.as_deref().is_some_and(|url| !is_address(url)) {
        faults.add("url", visit.text("activerecord.errors.messages.invalid"));
    }
    faults.check()
}

/// Adds a document.
///
/// # Errors
/// When the visitor may not edit what it is to belong to, or it is wrong.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("document")?;
    let w = visit.begin().await?;
    let mut d = Document::default();
    assign(&mut d, &sent);
    let (permit, group_id) = permitted(visit, w.conn(), &d, "create").await?;
    d.author_id = visit.actor.id;
    d.group_id = group_id;
    checked(visit, &mut d)?;
    let d = w.insert(&permit, d).await?;
    w.commit().await?;
    visit.render(&[d], None, "documents").await
}

/// Changes a document.
///
/// # Errors
/// When the visitor may edit neither what it belonged to nor what it is to belong
/// to, or it is wrong.
pub async fn update(visit: &Visit, id: &str) -> Done {
    let sent = visit.params.of("document")?;
    let before: Document = locate::by_id(visit, id).await?;
    let w = visit.begin().await?;
    permitted(visit, w.conn(), &before, "update").await?;
    let mut after = before.clone();
    assign(&mut after, &sent);
    let (permit, group_id) = permitted(visit, w.conn(), &after, "update").await?;
    if group_id.is_some() {
        after.group_id = group_id;
    }
    checked(visit, &mut after)?;
    let (after, _) = w.save(&permit, &before, after).await?;
    w.commit().await?;
    visit.render(&[after], None, "documents").await
}

/// Removes a document.
///
/// # Errors
/// When the visitor does not administer the group of what it belongs to.
pub async fn destroy(visit: &Visit, id: &str) -> Done {
    let d: Document = locate::by_id(visit, id).await?;
    let w = visit.begin().await?;
    let (permit, _) = permitted(visit, w.conn(), &d, "destroy").await?;
    super::blob::detach(&w, &permit, "Document", d.id.into(), "file").await?;
    w.destroy(&permit, &d).await?;
    w.commit().await?;
    Ok(success())
}
