//! What the mail of an event shows, one form for each kind of thing it is about.
//!
//! Source: `app/views/event_mailer/*.rb`.

use super::{
    about::{About, What},
    event::{Recipient, actor_name},
    files,
    links::FROM_MAIL,
    poll,
    reader::Reader,
    text,
};
use crate::json::{
    group as json_group, records,
    render::{Node, Scope},
    user as json_user,
};
use loomio_core::volume;
use loomio_db::{
    event,
    find::Find,
    rows::{Discussion, DiscussionReader, Group, Membership, Poll, Stance, User},
    sql,
};
use serde_json::{Value as Json, json};

/// A template and what it shows.
pub struct Page {
    /// The template's folder.
    pub template: &'static str,
    /// What it shows.
    pub shown: Json,
    /// Where one click ends mails like it.
    pub unsubscribe: Option<String>,
}

fn from_mail<'a>() -> Vec<(&'a str, String)> {
    vec![(FROM_MAIL.0, FROM_MAIL.1.to_owned())]
}

/// The mail's page; nothing when its reader has no place in what it is about.
///
/// # Errors
/// When the database refuses.
pub async fn of(reader: &Reader, about: &About, recipient: &Recipient, subject: &str) -> anyhow::Result<Option<Page>> {
    let mut shown = json!({
        "locale": reader.locale,
        "subject": subject,
        "site_name": reader.site_name(),
        "actor_avatar": avatar(reader, about.actor.as_ref()).await?,
    });
    let group_page = match &about.group {
        Some(group) if !matches!(about.what, What::Comment(_) | What::Stance(_)) => pictures(reader, group).await?,
        _ => Json::Null,
    };
    shown["group"] = group_page;
    let thread = match &about.discussion {
        Some(discussion) => Some(InThread::load(reader, discussion).await?),
        None => None,
    };
    let (template, url) = match &about.what {
        What::Discussion | What::Comment(_) => {
            let Some(thread) = &thread else { return Ok(None) };
            let discussion = thread.discussion;
            match &about.what {
                What::Comment(comment) => {
                    let url = reader.links.comment(discussion, comment.id, &thread.query());
                    shown["body"] = json!(reader.html(comment.body.as_deref(), &comment.body_format));
                    shown["files"] = json!(files::of(reader, "Comment", comment.id).await?);
                    shown["previews"] = json!(files::previews(&comment.link_previews));
                    ("comment", url)
                }
                _ => {
                    add_discussion(reader, thread, &mut shown).await?;
                    shown["polls"] = json!(current_polls(reader, discussion).await?);
                    ("discussion", reader.links.discussion(discussion, None, &thread.query()))
                }
            }
        }
        What::Poll | What::Outcome(_) | What::Stance(_) => {
            let Some(about_poll) = &about.poll else { return Ok(None) };
            let poll = poll::Shown::load(reader, about_poll, about.discussion.as_ref()).await?;
            if let What::Stance(stance) = &about.what {
                shown["vote"] = poll.stance(stance).await?;
                shown["anonymous"] = json!(about_poll.anonymous);
                ("stance", stance_url(reader, about, about_poll, stance).await?)
            } else {
                shown["poll"] = poll.page().await?;
                match &thread {
                    Some(thread) if matches!(about.kind(), "poll_announced" | "poll_created" | "poll_reminder") => add_discussion(reader, thread, &mut shown).await?,
                    _ => shown["responses"] = poll.responses().await?,
                }
                ("poll", poll.url(None))
            }
        }
        What::Group | What::Membership(_) | What::MembershipRequest(_) => {
            let Some(group) = &about.group else { return Ok(None) };
            let Some((template, url)) = group_page_of(reader, about, group, &mut shown).await? else { return Ok(None) };
            (template, url)
        }
        What::Reaction(..) | What::ReceivedEmail(_) => return Ok(None),
    };
    if let Some(from) = &about.translated_from {
        let language = reader.words(&format!("locale_names.{from}"), &[]);
        shown["translated"] = json!(reader.words("email.content_was_translated_html", &[("profile_url", &reader.links.to("/profile", &[])), ("source_locale", &language)]));
    }
    shown["headline"] = json!(headline(reader, about, recipient, template, &url));
    let message = match &about.what {
        What::MembershipRequest(request) => request.introduction.as_deref(),
        _ => about.message(),
    };
    shown["message"] = message.map_or(Json::Null, |m| json!(text::words_only(Some(m), "md")));
    shown["footer"] = footer(reader, about, recipient, &url).await?;
    Ok(Some(Page { template, shown, unsubscribe: one_click(reader, about, recipient) }))
}

/// Where a mail program's own button ends mails like this one (RFC 8058). Who is not
/// in a group yet, or runs one, has nothing to end.
fn one_click(reader: &Reader, about: &About, recipient: &Recipient) -> Option<String> {
    match &about.what {
        What::Group | What::Membership(_) | What::MembershipRequest(_) => None,
        _ if matches!(recipient.key.as_str(), "user_mentioned" | "comment_replied_to") => Some(reader.links.end_of("mentions", &reader.user)),
        _ => {
            let (name, id) = about.named_id();
            Some(reader.links.unsubscribe(name, id, &reader.user))
        }
    }
}

/// A thread with the token by which a guest is recognised there.
struct InThread<'a> {
    discussion: &'a Discussion,
    token: Option<String>,
}

impl<'a> InThread<'a> {
    async fn load(reader: &Reader, discussion: &'a Discussion) -> anyhow::Result<Self> {
        let found = Find::<DiscussionReader>::new(
            "discussion_readers.user_id = $1 and discussion_readers.discussion_id = $2 and discussion_readers.revoked_at is null and discussion_readers.guest and discussion_readers.accepted_at is null",
            vec![reader.user.id.into(), discussion.id.into()],
        )
        .one(&reader.app.db)
        .await?;
        Ok(Self { discussion, token: found.and_then(|r| r.token) })
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = from_mail();
        if let Some(token) = &self.token {
            query.push(("discussion_reader_token", token.clone()));
        }
        query
    }
}

async fn add_discussion(reader: &Reader, thread: &InThread<'_>, shown: &mut Json) -> anyhow::Result<()> {
    let d = thread.discussion;
    shown["discussion"] = json!({
        "title": d.title,
        "url": reader.links.discussion(d, None, &thread.query()),
        "tags": d.tags,
        "body": reader.html(d.description.as_deref(), &d.description_format),
        "files": files::of(reader, "Discussion", d.id).await?,
        "previews": files::previews(&d.link_previews),
    });
    Ok(())
}

#[derive(sea_orm::FromQueryResult)]
struct CurrentPoll {
    id: i32,
    title: String,
    key: String,
    voted: bool,
    votes: bool,
    sequence_id: Option<i32>,
}

/// The open polls of a thread, and whether the reader has a vote in each.
async fn current_polls(reader: &Reader, discussion: &Discussion) -> anyhow::Result<Vec<Json>> {
    let found: Vec<CurrentPoll> = sql::rows(
        &reader.app.db,
        "select p.id, p.title, p.key, \
           exists(select 1 from stances s where s.poll_id = p.id and s.participant_id = $2 and s.latest and s.revoked_at is null and s.cast_at is not null) as voted, \
           (p.closing_at > $3::timestamp and (exists(select 1 from stances s where s.poll_id = p.id and s.participant_id = $2 and s.latest and s.revoked_at is null) \
             or (not p.specified_voters_only and (exists(select 1 from memberships m where m.group_id = p.group_id and m.user_id = $2 and m.revoked_at is null) \
               or exists(select 1 from discussion_readers r where r.discussion_id = p.discussion_id and r.user_id = $2 and r.guest and r.revoked_at is null))))) is true as votes, \
           (select e.sequence_id from events e where e.kind = 'poll_created' and e.eventable_type = 'Poll' and e.eventable_id = p.id order by e.id limit 1) as sequence_id \
         from polls p where p.discussion_id = $1 and p.discarded_at is null and p.closed_at is null order by p.closing_at, p.id",
        vec![discussion.id.into(), reader.user.id.into(), reader.app.now().into()],
    )
    .await?;
    Ok(found
        .into_iter()
        .map(|p| {
            let poll = Poll { id: p.id, key: p.key, ..Poll::default() };
            json!({
                "title": p.title,
                "voted": p.voted,
                "votes": p.votes,
                "url": reader.links.poll(&poll, Some((discussion, p.sequence_id)), &[]),
            })
        })
        .collect())
}

async fn stance_url(reader: &Reader, about: &About, poll: &Poll, stance: &Stance) -> anyhow::Result<String> {
    let thread = match &about.discussion {
        Some(discussion) => Some((discussion, event::created_event(&reader.app.db, "Stance", stance.id).await?.and_then(|e| e.sequence_id))),
        None => None,
    };
    Ok(reader.links.poll(poll, thread, &from_mail()))
}

/// The mails about belonging to a group.
async fn group_page_of(reader: &Reader, about: &About, group: &Group, shown: &mut Json) -> anyhow::Result<Option<(&'static str, String)>> {
    let accept = |token: Option<&str>| reader.links.invitation(token.unwrap_or_default());
    let (template, url, button) = match &about.what {
        What::MembershipRequest(_) => {
            let mut query = from_mail();
            query.push(("utm_campaign", about.kind().to_owned()));
            let url = reader.links.to(&format!("/g/{}/membership_requests", group.key.as_deref().unwrap_or_default()), &query);
            ("membership_request", url, "email.membership_request.button_text")
        }
        What::Membership(membership) if membership.accepted_at.is_some() => ("membership", reader.links.group(group, &[]), "email.view_group"),
        What::Membership(membership) => ("membership", accept(membership.token.as_deref()), "email.to_join_group.accept_invitation"),
        _ => {
            let own =
                Find::<Membership>::new("memberships.group_id = $1 and memberships.user_id = $2", vec![group.id.into(), reader.user.id.into()]).order("memberships.id").one(&reader.app.db).await?;
            let Some(own) = own else { return Ok(None) };
            ("membership", accept(own.token.as_deref()), "email.to_join_group.accept_invitation")
        }
    };
    shown["group_name"] = json!(about.group_name);
    shown["group_description"] = json!(text::beginning(group.description.as_deref(), &group.description_format, 280));
    shown["button_url"] = json!(url);
    shown["button_text"] = json!(reader.words(button, &[]));
    shown["is_verified"] = json!(reader.user.email_verified);
    Ok(Some((template, url)))
}

/// One sentence: who did what.
fn headline(reader: &Reader, about: &About, recipient: &Recipient, template: &str, url: &str) -> String {
    let mode = if matches!(template, "comment" | "stance" | "membership" | "membership_request") { "with_title" } else { "without_title" };
    let mut key = format!("notifications.{mode}.{}", recipient.key);
    let own = format!("{key}_author");
    if about.author_id() == Some(reader.user.id) && reader.app.i18n.has(&reader.locale, &own) {
        key = own;
    }
    let title = match &about.what {
        What::Membership(_) => text::escaped(&about.group_name),
        _ => format!("<a href=\"{}\">{}</a>", text::escaped(url), text::escaped(&about.title())),
    };
    let poll_type = about.poll.as_ref().map(|p| reader.words(&format!("poll_types.{}", p.poll_type), &[])).unwrap_or_default();
    reader.words(&key, &[("actor", &text::escaped(&actor_name(reader, about))), ("title", &title), ("poll_type", &text::escaped(&poll_type)), ("site_name", &text::escaped(reader.site_name()))])
}

/// A person's picture.
async fn avatar(reader: &Reader, person: Option<&User>) -> anyhow::Result<Json> {
    let Some(person) = person else { return Ok(Json::Null) };
    let roots = records::render_as(std::slice::from_ref(person), &Scope { uncached: true, ..Scope::default() }, reader.around(), &reader.app.db, "users", |user: &User, r| {
        let mut node = Node::new();
        node.insert("url".to_owned(), json_user::avatar_url(user, 128, r));
        node
    })
    .await?;
    Ok(absolute(reader, &roots["users"][0]["url"]))
}

/// A group's pictures.
async fn pictures(reader: &Reader, group: &Group) -> anyhow::Result<Json> {
    let roots = records::render_as(std::slice::from_ref(group), &Scope { uncached: true, ..Scope::default() }, reader.around(), &reader.app.db, "groups", |group: &Group, r| {
        let mut node = Node::new();
        node.insert("cover".to_owned(), json_group::cover_url(group, r));
        node.insert("logo".to_owned(), json_group::logo_url(group, r));
        node
    })
    .await?;
    let found = &roots["groups"][0];
    Ok(json!({"cover": absolute(reader, &found["cover"]), "logo": absolute(reader, &found["logo"])}))
}

fn absolute(reader: &Reader, path: &Json) -> Json {
    match path.as_str() {
        Some(path) if path.starts_with('/') => json!(format!("{}{path}", reader.links.root())),
        _ => path.clone(),
    }
}

/// Why the mail came, how to answer, and how to get fewer.
async fn footer(reader: &Reader, about: &About, recipient: &Recipient, url: &str) -> anyhow::Result<Json> {
    if matches!(about.what, What::Group | What::Membership(_)) {
        return Ok(Json::Null);
    }
    let online = match (&about.what, &about.group) {
        (What::MembershipRequest(_), Some(group)) => {
            let mut query = from_mail();
            // What the original uses up for a group with a handle stays in the address of one without.
            if group.handle.is_none() {
                query.push(("use_key", "true".to_owned()));
            }
            reader.links.group_by_key(group, &query)
        }
        _ => url.to_owned(),
    };
    let mut pixels = Vec::new();
    if let Some(notification) = &recipient.notification {
        pixels.push(reader.links.notification_pixel(notification.id, &reader.user));
    }
    if let Some(discussion) = &about.discussion {
        pixels.push(reader.links.discussion_pixel(discussion.id, about.event.id, &reader.user));
    }
    let (name, id) = about.named_id();
    let less = reader.links.unsubscribe(name, id, &reader.user);
    let found = reason(reader, about, recipient).await?.map(|reason| match reason {
        "user_mentioned" => (reason, reader.links.preferences(&reader.user)),
        _ => (reason, less),
    });
    Ok(json!({
        "online": online,
        "takes_replies": reader.links.takes_replies() && about.discussion.is_some(),
        "pixels": pixels,
        "reason": found.as_ref().map(|(reason, _)| reader.words(&format!("event_mailer.notification_reason.{reason}"), &[])),
        "unsubscribe": found.map(|(_, url)| url),
    }))
}

/// Why somebody gets the mail.
async fn reason(reader: &Reader, about: &About, recipient: &Recipient) -> anyhow::Result<Option<&'static str>> {
    let is_loud = |v: Option<i32>| v == Some(volume::LOUD);
    match recipient.key.as_str() {
        "group_mentioned" => return Ok(Some("group_mentioned")),
        "user_mentioned" | "comment_replied_to" => return Ok(Some("user_mentioned")),
        _ => {}
    }
    if about.chose(reader.user.id) {
        return Ok(Some("notified"));
    }
    if is_loud(recipient.membership.as_ref().and_then(|m| m.volume)) {
        return Ok(Some("group_subscribed"));
    }
    let db = &reader.app.db;
    if let Some(discussion) = &about.discussion {
        let stored: Option<i32> = sql::scalar(db, "select volume from discussion_readers where user_id = $1 and discussion_id = $2", vec![reader.user.id.into(), discussion.id.into()]).await?;
        if is_loud(stored) {
            return Ok(Some("discussion_subscribed"));
        }
    }
    if let Some(poll) = &about.poll {
        let stored: Option<i32> =
            sql::scalar(db, "select volume from stances where participant_id = $1 and poll_id = $2 and latest and revoked_at is null order by id", vec![reader.user.id.into(), poll.id.into()]).await?;
        if is_loud(stored) {
            return Ok(Some("poll_subscribed"));
        }
    }
    Ok(None)
}
