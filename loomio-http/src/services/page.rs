//! What pages say to those who do not run the client's program: titles for links,
//! groups with their public threads, threads with what was said in them.
//!
//! Sources: `app/serializers/metadata/*.rb`, `app/views/{groups,discussions}/show.rb`.

use super::{Done, Visit};
use crate::json::{
    file::{self, Variation},
    user,
};
use loomio_core::rich_text::{self, slug, text};
use loomio_db::{
    find::{self, Find},
    record::rails_time,
    rows::{Discussion, Group, StorageBlob, User},
    sql,
};
use sea_orm::FromQueryResult;
use serde::Serialize;

/// What a link to a page shows.
#[derive(Debug, Clone, Default)]
pub struct Described {
    /// The title.
    pub title: String,
    /// A description, in plain words.
    pub description: Option<String>,
    /// Addresses of pictures.
    pub images: Vec<String>,
}

/// The plain words of a text, cut to what a preview shows.
fn words(body: Option<&str>, format: &str) -> Option<String> {
    body.map(|b| text::visible(b, format).split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect())
}

/// The HTML of a text, made harmless whenever it was stored.
fn shown(body: Option<&str>, format: &str, visit: &Visit) -> String {
    let html = match (body, format) {
        (None, _) => return String::new(),
        (Some(b), "html") => b.to_owned(),
        (Some(b), _) => rich_text::markdown::to_html(b),
    };
    rich_text::on_save(&html, "html", &visit.app.settings.canonical_host, &mut || 0)
}

/// The address of a group.
#[must_use]
pub fn group_path(group: &Group) -> String {
    match group.handle.as_deref().filter(|h| !h.is_empty()) {
        Some(handle) => format!("/{handle}"),
        None => format!("/g/{}/{}", group.key.as_deref().unwrap_or_default(), slug::parameterize(group.name.as_deref().unwrap_or_default())),
    }
}

/// The address of a thread.
#[must_use]
pub fn discussion_path(discussion: &Discussion) -> String {
    let (key, slug) = (discussion.key.as_deref().unwrap_or_default(), slug::parameterize(discussion.title.as_deref().unwrap_or_default()));
    if slug.is_empty() { format!("/d/{key}") } else { format!("/d/{key}/{slug}") }
}

/// A group's name after its parent's.
///
/// # Errors
/// When the database refuses.
pub async fn full_name(visit: &Visit, group: &Group) -> Done<String> {
    let own = group.name.clone().unwrap_or_default();
    let Some(parent_id) = group.parent_id else { return Ok(own) };
    let parent: Option<Group> = find::by_id(visit.db(), parent_id).await?;
    Ok(match parent.and_then(|p| p.name) {
        Some(parent) => format!("{parent} - {own}"),
        None => own,
    })
}

async fn pictures(visit: &Visit, group_id: i32) -> Done<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Attached {
        name: String,
        blob_id: i64,
    }
    let attached: Vec<Attached> = sql::rows(
        visit.db(),
        "select name, blob_id from active_storage_attachments where record_type = 'Group' and record_id = $1 and name in ('cover_photo', 'logo') order by name, id",
        vec![i64::from(group_id).into()],
    )
    .await?;
    let mut found = Vec::new();
    for a in attached {
        let Some(blob) = find::by_id::<StorageBlob>(visit.db(), a.blob_id).await? else { continue };
        let variation = if a.name == "logo" { Variation::square(512, 80) } else { Variation::cover() };
        found.extend(file::representation_path(&blob, &variation, &visit.app.secrets).map(|path| format!("{}{path}", visit.app.settings.root_url())));
    }
    Ok(found)
}

impl Described {
    /// A page that is known by nothing but the site's name.
    #[must_use]
    pub fn named(visit: &Visit) -> Self {
        Self { title: visit.app.settings.site_name.clone(), description: None, images: Vec::new() }
    }

    /// The site itself.
    #[must_use]
    pub fn of_site(visit: &Visit) -> Self {
        let settings = &visit.app.settings;
        Self {
            title: settings.site_name.clone(),
            description: Some(settings.var("SITE_DESCRIPTION").map_or_else(|| visit.text("email.loomio_app_description"), ToOwned::to_owned)),
            images: Vec::new(),
        }
    }

    /// A group. Only a public one is described.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn of_group(visit: &Visit, group: &Group) -> Done<Self> {
        let description = if group.is_visible_to_public { words(group.description.as_deref(), &group.description_format) } else { None };
        Ok(Self { title: full_name(visit, group).await?, description, images: pictures(visit, group.id).await? })
    }

    /// A thread.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn of_discussion(visit: &Visit, discussion: &Discussion) -> Done<Self> {
        let images = match discussion.group_id {
            Some(id) => pictures(visit, id).await?,
            None => Vec::new(),
        };
        Ok(Self { title: discussion.title.clone().unwrap_or_default(), description: words(discussion.description.as_deref(), &discussion.description_format), images })
    }
}

/// A thread in a list.
#[derive(Debug, Clone, Serialize)]
pub struct ListedThread {
    /// Its title.
    pub title: String,
    /// Its address.
    pub path: String,
    /// How many things happened in it.
    pub items: i32,
    /// When the last of them did.
    pub last_activity_at: Option<String>,
}

/// A group as a page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct GroupPage {
    /// Its full name.
    pub full_name: String,
    /// Its description as HTML.
    pub description: String,
    /// Its public threads.
    pub threads: Vec<ListedThread>,
}

/// SQL: the public threads of the group `$1`.
const PUBLIC: &str = "discussions.group_id = $1 and discussions.private = false and discussions.discarded_at is null";

/// A group with its public threads.
///
/// # Errors
/// When the database refuses.
pub async fn group(visit: &Visit, group: &Group) -> Done<GroupPage> {
    let threads = Find::<Discussion>::new(PUBLIC, vec![group.id.into()]).order("discussions.last_activity_at desc").limit(50).all(visit.db()).await?;
    let listed = threads
        .iter()
        .map(|d| ListedThread { title: d.title.clone().unwrap_or_default(), path: discussion_path(d), items: d.items_count, last_activity_at: d.last_activity_at.map(rails_time) })
        .collect();
    Ok(GroupPage { full_name: full_name(visit, group).await?, description: shown(group.description.as_deref(), &group.description_format, visit), threads: listed })
}

/// Something said in a thread.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Its place in the thread.
    pub sequence_id: Option<i32>,
    /// Who said it.
    pub author: String,
    /// When, UTC.
    pub at: Option<String>,
    /// Its heading, for a poll.
    pub title: Option<String>,
    /// Its words as HTML.
    pub body: String,
}

/// A thread as a page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct DiscussionPage {
    /// Its title.
    pub title: String,
    /// Its group's full name.
    pub group: Option<String>,
    /// The address of its group.
    pub group_path: Option<String>,
    /// Who started it.
    pub author: String,
    /// When, UTC.
    pub at: Option<String>,
    /// Its context as HTML.
    pub body: String,
    /// How many things can be shown.
    pub items_count: i64,
    /// Some of them.
    pub items: Vec<Item>,
}

#[derive(FromQueryResult)]
struct Said {
    sequence_id: Option<i32>,
    author: Option<String>,
    created_at: Option<chrono::NaiveDateTime>,
    title: Option<String>,
    body: Option<String>,
    format: Option<String>,
}

/// SQL: what was said in the thread `$1`: comments, polls, and votes whose results
/// are shown, of which those in anonymous polls have no author.
const SAID: &str = "from events e \
    left join comments c on e.kind = 'new_comment' and e.eventable_type = 'Comment' and c.id = e.eventable_id and c.discarded_at is null \
    left join stances s on e.kind in ('stance_created', 'stance_updated') and e.eventable_type = 'Stance' and s.id = e.eventable_id and s.revoked_at is null \
    left join polls p on p.discarded_at is null and ((e.kind = 'poll_created' and e.eventable_type = 'Poll' and p.id = e.eventable_id) \
      or (p.id = s.poll_id and (p.hide_results = 0 or p.closed_at is not null))) \
    left join users u on u.id = case when c.id is not null then c.user_id when s.id is not null then case when p.anonymous then null else s.participant_id end else p.author_id end \
    where e.discussion_id = $1 and (c.id is not null or p.id is not null)";

/// A thread with some of what was said in it.
///
/// # Errors
/// When the database refuses.
pub async fn discussion(visit: &Visit, discussion: &Discussion, limit: i64, offset: i64) -> Done<DiscussionPage> {
    let items_count: i64 = sql::scalar(visit.db(), &format!("select count(*) {SAID}"), vec![discussion.id.into()]).await?.unwrap_or(0);
    let order = if discussion.newest_first { "desc" } else { "asc" };
    let said: Vec<Said> = sql::rows(
        visit.db(),
        &format!(
            "select e.sequence_id, u.name as author, e.created_at, case when s.id is null then p.title end as title, \
               case when c.id is not null then c.body when s.id is not null then s.reason else p.details end as body, \
               case when c.id is not null then c.body_format when s.id is not null then s.reason_format else p.details_format end as format \
             {SAID} order by e.position_key collate \"C\" {order} limit $2 offset $3"
        ),
        vec![discussion.id.into(), limit.into(), offset.into()],
    )
    .await?;
    let anonymous = visit.text("common.anonymous");
    let items = said
        .into_iter()
        .map(|s| Item {
            sequence_id: s.sequence_id,
            author: s.author.unwrap_or_else(|| anonymous.clone()),
            at: s.created_at.map(rails_time),
            title: s.title,
            body: shown(s.body.as_deref(), s.format.as_deref().unwrap_or("md"), visit),
        })
        .collect();
    let group: Option<Group> = match discussion.group_id {
        Some(id) => find::by_id(visit.db(), id).await?,
        None => None,
    };
    let author: Option<User> = match discussion.author_id {
        Some(id) => find::by_id(visit.db(), id).await?,
        None => None,
    };
    Ok(DiscussionPage {
        title: discussion.title.clone().unwrap_or_default(),
        group: match &group {
            Some(g) => Some(full_name(visit, g).await?),
            None => None,
        },
        group_path: group.as_ref().map(group_path),
        author: author.and_then(|a| user::name(&a, &visit.app.i18n, &visit.locale)).unwrap_or(anonymous),
        at: discussion.created_at.map(rails_time),
        body: shown(discussion.description.as_deref(), &discussion.description_format, visit),
        items_count,
        items,
    })
}

/// Public groups with the most members first, and how many there are.
///
/// # Errors
/// When the database refuses.
pub async fn explored(visit: &Visit, q: Option<&str>, limit: i64, page: i64) -> Done<(Vec<ListedThread>, u64)> {
    let build = || {
        let find = Find::<Group>::new("groups.archived_at is null and groups.is_visible_to_public and groups.parent_id is null and groups.listed_in_explore", vec![]);
        match q {
            Some(q) => find.and("groups.name ilike $1 or groups.description ilike $1", vec![format!("%{q}%").into()]),
            None => find,
        }
    };
    let total = build().count(visit.db()).await?;
    let limit = u64::try_from(limit).unwrap_or(50).max(1);
    let page = u64::try_from(page).unwrap_or(1).clamp(1, total.div_ceil(limit).max(1));
    let groups = build().order("groups.memberships_count desc").order("groups.id").limit(limit).offset((page - 1) * limit).all(visit.db()).await?;
    Ok((groups.iter().map(|g| ListedThread { title: g.name.clone().unwrap_or_default(), path: group_path(g), items: g.memberships_count, last_activity_at: None }).collect(), total))
}

/// One entry of a feed.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// What it is and which, as in `Discussion/7`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its address.
    pub path: String,
    /// Its words as stored.
    pub content: String,
    /// When it was written.
    pub published: String,
    /// Who wrote it.
    pub author: String,
}

/// The latest public threads of a group.
///
/// # Errors
/// When the database refuses.
pub async fn public_threads(visit: &Visit, group: &Group) -> Done<Vec<Entry>> {
    let threads = Find::<Discussion>::new(PUBLIC, vec![group.id.into()]).order("discussions.created_at desc").limit(50).all(visit.db()).await?;
    let ids: Vec<i32> = threads.iter().filter_map(|d| d.author_id).collect();
    let authors: Vec<User> = find::by_ids(visit.db(), &ids).await?;
    Ok(threads
        .into_iter()
        .map(|d| Entry {
            id: format!("Discussion/{}", d.id),
            title: d.title.clone().unwrap_or_default(),
            path: discussion_path(&d),
            content: d.description.clone().unwrap_or_default(),
            published: d.created_at.map(rails_time).unwrap_or_default(),
            author: authors.iter().find(|a| Some(a.id) == d.author_id).and_then(|a| a.name.clone()).unwrap_or_default(),
        })
        .collect())
}

/// The comments of a thread, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn comments(visit: &Visit, discussion: &Discussion) -> Done<Vec<Entry>> {
    #[derive(FromQueryResult)]
    struct Written {
        id: i32,
        body: Option<String>,
        created_at: Option<chrono::NaiveDateTime>,
        name: Option<String>,
    }
    let found: Vec<Written> = sql::rows(
        visit.db(),
        "select c.id, c.body, c.created_at, u.name from comments c join users u on u.id = c.user_id where c.discussion_id = $1 and c.discarded_at is null order by c.id limit 2000",
        vec![discussion.id.into()],
    )
    .await?;
    let key = discussion.key.clone().unwrap_or_default();
    Ok(found
        .into_iter()
        .map(|c| {
            let author = c.name.unwrap_or_default();
            Entry {
                id: format!("Comment/{}", c.id),
                title: visit.app.i18n.text(&visit.locale, "notifications.without_title.new_comment", &[("actor", &author)]),
                path: format!("/d/{key}/comment/{}", c.id),
                content: c.body.unwrap_or_default(),
                published: c.created_at.map(rails_time).unwrap_or_default(),
                author,
            }
        })
        .collect())
}

/// The addresses of everything public, with the day of the last change.
///
/// # Errors
/// When the database refuses.
pub async fn sitemap(visit: &Visit) -> Done<Vec<(String, String)>> {
    let root = visit.app.settings.root_url();
    let day = |t: Option<chrono::NaiveDateTime>| t.map(|t| t.date().to_string()).unwrap_or_default();
    let groups = Find::<Group>::new("groups.archived_at is null and groups.is_visible_to_public", vec![]).order("groups.id").all(visit.db()).await?;
    let threads = Find::<Discussion>::new("discussions.private = false and discussions.discarded_at is null and discussions.group_id in (select id from groups where archived_at is null)", vec![])
        .order("discussions.id")
        .all(visit.db())
        .await?;
    let mut entries: Vec<(String, String)> = groups.iter().map(|g| (format!("{root}{}", group_path(g)), day(g.updated_at))).collect();
    entries.extend(threads.iter().map(|d| (format!("{root}{}", discussion_path(d)), day(d.last_activity_at))));
    Ok(entries)
}
