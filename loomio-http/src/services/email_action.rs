//! What the links in mails do: mark as read, and set how loudly something tells.
//! Whoever holds a link's token may do this much for its owner, and nothing else.
//!
//! Source: `app/controllers/email_actions_controller.rb`.

use super::{Done, ServiceError, Visit, discussion, locate, notification};
use crate::{
    App,
    jobs::{self, mark_summary_as_read::MarkSummaryAsRead},
};
use loomio_core::{policy::Permit, reading::RangeSet, volume};
use loomio_db::{
    facts, find,
    find::Find,
    rows::{Comment, Discussion, DiscussionReader, Event, Group, Membership, Outcome, Poll, Stance, User},
    sql,
};
use std::sync::Arc;

/// The visit as one of the link's owner, or of who is signed in.
///
/// # Errors
/// When there is neither.
pub async fn visitor(visit: &Visit) -> Done<Visit> {
    let by_link = match visit.by_mail_link().await {
        Err(ServiceError::NotFound(_)) => visit.clone(),
        other => other?,
    };
    if by_link.actor.is_logged_in() { Ok(by_link) } else { Err(loomio_core::policy::Denied::page().into()) }
}

/// What a link names, as far as its owner may see it.
#[derive(Debug, Default)]
pub struct Named {
    /// The thread.
    pub discussion: Option<Discussion>,
    /// The poll.
    pub poll: Option<Poll>,
    /// The group of either, or the named one.
    pub group: Option<Group>,
}

/// Finds what a link names.
///
/// # Errors
/// When there is nothing of it or it may not be seen.
pub async fn named(visit: &Visit) -> Done<Named> {
    let of = |concept: &str| locate::named(visit, concept, None);
    let mut named = Named::default();
    if locate::names(visit, "comment") {
        let comment: Comment = locate::by_id(visit, &of("comment")).await?;
        named.discussion = Some(locate::allowed_discussion(visit, &comment.discussion_id.unwrap_or_default().to_string(), "show").await?);
    } else if locate::names(visit, "discussion") {
        named.discussion = Some(locate::allowed_discussion(visit, &of("discussion"), "show").await?);
    }
    let poll = if locate::names(visit, "outcome") {
        let outcome: Outcome = locate::by_id(visit, &of("outcome")).await?;
        Some(outcome.poll_id.unwrap_or_default().to_string())
    } else if locate::names(visit, "stance") {
        let stance: Stance = locate::by_id(visit, &of("stance")).await?;
        Some(stance.poll_id.to_string())
    } else {
        locate::names(visit, "poll").then(|| of("poll"))
    };
    if let Some(key) = poll {
        named.poll = Some(locate::allowed_poll(visit, &key, "show").await?);
    }
    let group_id = named.poll.as_ref().and_then(|p| p.group_id).or_else(|| named.discussion.as_ref().and_then(|d| d.group_id));
    named.group = match (locate::names(visit, "group"), group_id) {
        (true, _) => Some(locate::allowed_group(visit, &of("group"), "show").await?),
        (false, Some(id)) => find::by_id::<Group>(visit.db(), id).await?,
        (false, None) => None,
    };
    if named.discussion.is_none() && named.poll.is_none() && named.group.is_none() {
        return Err(ServiceError::not_found());
    }
    Ok(named)
}

/// How loudly something tells, by the name of what it is.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Setting {
    /// `discussion`, `poll` or `group`.
    pub concept: &'static str,
    /// Its title or name.
    pub title: String,
    /// The volume's name.
    pub volume: &'static str,
}

async fn reader(visit: &Visit, named: &Named) -> Done<Option<DiscussionReader>> {
    let Some(thread) = &named.discussion else { return Ok(None) };
    Ok(Find::<DiscussionReader>::new("discussion_readers.discussion_id = $1 and discussion_readers.user_id = $2", vec![thread.id.into(), visit.actor.id.into()]).one(visit.db()).await?)
}

async fn stance(visit: &Visit, named: &Named) -> Done<Option<Stance>> {
    let Some(poll) = &named.poll else { return Ok(None) };
    Ok(Find::<Stance>::new("stances.poll_id = $1 and stances.participant_id = $2 and stances.latest and stances.revoked_at is null", vec![poll.id.into(), visit.actor.id.into()])
        .one(visit.db())
        .await?)
}

async fn membership(visit: &Visit, named: &Named) -> Done<Option<Membership>> {
    let Some(group) = &named.group else { return Ok(None) };
    Ok(Find::<Membership>::new("memberships.group_id = $1 and memberships.user_id = $2 and memberships.revoked_at is null", vec![group.id.into(), visit.actor.id.into()]).one(visit.db()).await?)
}

fn volume_name(n: i32) -> &'static str {
    usize::try_from(n).ok().and_then(|n| volume::NAMES.get(n)).copied().unwrap_or("normal")
}

/// The settings that a link's page shows.
///
/// # Errors
/// When the database refuses.
pub async fn settings(visit: &Visit, named: &Named) -> Done<Vec<Setting>> {
    let mut settings = Vec::new();
    if let (Some(thread), Some(found)) = (&named.discussion, reader(visit, named).await?) {
        settings.push(Setting { concept: "discussion", title: thread.title.clone().unwrap_or_default(), volume: volume_name(found.volume) });
    }
    if let (Some(poll), Some(found)) = (&named.poll, stance(visit, named).await?) {
        settings.push(Setting { concept: "poll", title: poll.title.clone(), volume: volume_name(found.volume) });
    }
    if let (Some(group), Some(found)) = (&named.group, membership(visit, named).await?) {
        settings.push(Setting { concept: "group", title: group.full_name.clone().or_else(|| group.name.clone()).unwrap_or_default(), volume: volume_name(found.volume.unwrap_or(volume::NORMAL)) });
    }
    Ok(settings)
}

/// Sets how loudly a thread, a poll or a group tells.
///
/// # Errors
/// When the owner has nothing to do with it or there is no such volume.
pub async fn set_volume(visit: &Visit, concept: &str) -> Done<()> {
    let wanted = visit
        .params
        .text("value")
        .and_then(|v| volume::parse(&v))
        .ok_or_else(|| ServiceError::Status(422, serde_json::json!({"errors": {"value": [visit.text("activerecord.errors.messages.inclusion")]}})))?;
    let named = named(visit).await?;
    set_named(visit, &named, concept, wanted).await
}

async fn set_named(visit: &Visit, named: &Named, concept: &str, wanted: i32) -> Done<()> {
    let permit = Permit::system("a link in a mail sets how loudly something tells");
    let w = visit.begin().await?;
    let (statement, id): (&[&str], i32) = match concept {
        "discussion" => (&["update discussion_readers set volume = $2 where discussion_id = $1 and user_id = $3"], named.discussion.as_ref().map_or(0, |d| d.id)),
        "poll" => (&["update stances set volume = $2 where poll_id = $1 and participant_id = $3 and latest and revoked_at is null"], named.poll.as_ref().map_or(0, |p| p.id)),
        _ => (
            &[
                "update memberships set volume = $2 where group_id = $1 and user_id = $3",
                "update discussion_readers r set volume = $2 from discussions d where d.id = r.discussion_id and d.group_id = $1 and r.user_id = $3",
                "update stances s set volume = $2 from polls p where p.id = s.poll_id and p.group_id = $1 and s.participant_id = $3",
            ],
            named.group.as_ref().map_or(0, |g| g.id),
        ),
    };
    let mut changed = None;
    for statement in statement {
        let rows = w.execute(&permit, statement, vec![id.into(), wanted.into(), visit.actor.id.into()]).await?;
        changed.get_or_insert(rows);
    }
    if changed.unwrap_or(0) == 0 {
        return Err(ServiceError::not_found());
    }
    Ok(w.commit().await?)
}

/// Kinds of mails that belong to no thread, and what ends each.
const KINDS: [(&str, &str); 2] = [("mentions", "email_when_mentioned = false"), ("catch_up", "email_catch_up_day = null")];

/// The kind of mails that a link ends, if it does.
fn ends(visit: &Visit) -> Option<(&'static str, &'static str)> {
    KINDS.into_iter().find(|(kind, _)| visit.params.filled(kind).is_some())
}

/// Whether a link is about mails of a kind, and not about a thread, poll or group.
#[must_use]
pub fn is_about_a_kind(visit: &Visit) -> bool {
    ends(visit).is_some()
}

/// Silences what a mail was about, as a mail program's own button asks (RFC 8058).
///
/// # Errors
/// When the link names nothing.
pub async fn silence(visit: &Visit) -> Done<()> {
    if let Some((_, ending)) = ends(visit) {
        let w = visit.begin().await?;
        w.execute(&Permit::system("a link in a mail ends mails of its kind"), &format!("update users set {ending} where id = $1"), vec![visit.actor.id.into()]).await?;
        return Ok(w.commit().await?);
    }
    let named = named(visit).await?;
    for setting in settings(visit, &named).await? {
        set_named(visit, &named, setting.concept, volume::QUIET).await?;
    }
    Ok(())
}

/// Marks a mail's part of a thread as read. Nothing happens when it is gone.
///
/// # Errors
/// When the database refuses.
pub async fn read_discussion(visit: &Visit) -> Done<()> {
    let (thread, event) = (visit.params.id("discussion_id").unwrap_or_default(), visit.params.id("event_id").unwrap_or_default());
    // Only threads of the owner's groups, as the original has it.
    let own = sql::exists(
        visit.db(),
        "select 1 from discussions d join memberships m on m.group_id = d.group_id join groups g on g.id = m.group_id where d.id = $1 and m.user_id = $2 and m.revoked_at is null and g.archived_at is null",
        vec![thread.into(), visit.actor.id.into()],
    )
    .await?;
    let Some(event) = find::by_id::<Event>(visit.db(), event).await?.filter(|_| own) else { return Ok(()) };
    let mut reading = visit.clone();
    let range = event.sequence_id.map(|n| format!("{n}-{n}")).unwrap_or_default();
    reading.params.0.insert("ranges".to_owned(), range.into());
    discussion::mark_as_read(&reading, &thread.to_string()).await?;
    let w = visit.begin().await?;
    w.execute(&Permit::system("a mail was opened"), "update notifications set viewed = true where event_id = $1 and user_id = $2 and not viewed", vec![event.id.into(), visit.actor.id.into()]).await?;
    Ok(w.commit().await?)
}

/// Marks a mail's notification as looked at.
///
/// # Errors
/// When the database refuses.
pub async fn read_notification(visit: &Visit) -> Done<()> {
    notification::mark_viewed(visit, visit.params.id("id").unwrap_or_default()).await
}

/// Asks for everything that a summary was about to be marked as read.
///
/// # Errors
/// When the database refuses.
pub async fn read_summary(visit: &Visit) -> Done<()> {
    let job = MarkSummaryAsRead { user_id: visit.actor.id, start: visit.params.int("time_start").unwrap_or_default(), finish: visit.params.int("time_finish").unwrap_or_default() };
    let w = visit.begin().await?;
    jobs::enqueue(&w, &job).await?;
    Ok(w.commit().await?)
}

/// Marks what happened between two times (seconds since 1970) in somebody's unread
/// threads as read.
///
/// # Errors
/// When the database refuses.
pub async fn mark_summary(app: &Arc<App>, user_id: i32, start: i64, finish: i64) -> anyhow::Result<()> {
    let time = |seconds: i64| chrono::DateTime::from_timestamp(seconds, 0).map(|t| t.naive_utc());
    let (Some(start), Some(finish)) = (time(start), time(finish)) else { return Ok(()) };
    if find::by_id::<User>(&app.db, user_id).await?.is_none() {
        return Ok(());
    }
    let visible = facts::discussion::VISIBLE.replace("d.private = false", "false").replace("g.parent_members_can_see_discussions", "false");
    let w = jobs::begin(app).await?;
    let threads: Vec<i32> = sql::column(
        w.conn(),
        &format!(
            "select d.id from discussions d left join groups g on g.id = d.group_id left join discussion_readers dr on dr.discussion_id = d.id and dr.user_id = $1 \
             where {visible} and d.last_activity_at > $3::timestamp and (dr.dismissed_at is null or dr.dismissed_at < d.last_activity_at) and (dr.last_read_at is null or dr.last_read_at < d.last_activity_at) order by d.id"
        ),
        vec![user_id.into(), Option::<String>::None.into(), start.into()],
    )
    .await?;
    let permit = Permit::system("a summary was read");
    for thread in find::by_ids::<Discussion>(w.conn(), &threads).await? {
        let items: Vec<i32> = sql::column(
            w.conn(),
            "select sequence_id from events where discussion_id = $1 and sequence_id is not null and created_at between $2::timestamp and $3::timestamp",
            vec![thread.id.into(), start.into(), finish.into()],
        )
        .await?;
        discussion::reading::view(&w, &permit, user_id, &thread, &RangeSet::from_numbers(items.into_iter().map(i64::from))).await?;
    }
    Ok(w.commit().await?)
}
