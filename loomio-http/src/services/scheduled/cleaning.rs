//! What is thrown away by the clock.

use crate::{App, jobs};
use chrono::{Duration, NaiveDateTime};
use loomio_core::policy::Permit;
use loomio_db::{job, sql};
use std::sync::Arc;

/// How long the tickets of finished jobs are kept: far longer than any job is tried.
const TICKETS: Duration = Duration::days(30);

/// Throws away sign-in codes older than an hour.
///
/// # Errors
/// When the database refuses.
pub async fn expire_login_tokens(app: &Arc<App>, now: NaiveDateTime) -> anyhow::Result<()> {
    delete(app, "login_tokens where created_at < $1", now - Duration::hours(1)).await
}

/// Throws away sign-ins at other sites that became nobody's within a week.
///
/// # Errors
/// When the database refuses.
pub async fn expire_identities(app: &Arc<App>, now: NaiveDateTime) -> anyhow::Result<()> {
    delete(app, "omniauth_identities where user_id is null and created_at < $1", now - Duration::days(7)).await
}

/// Throws away demo groups older than a week; what was in them follows as orphans.
///
/// # Errors
/// When the database refuses.
pub async fn delete_expired_demos(app: &Arc<App>, now: NaiveDateTime) -> anyhow::Result<()> {
    delete(app, "groups where created_at < $1 and subscription_id in (select id from subscriptions where plan = 'demo')", now - Duration::days(7)).await
}

/// Throws away received mails older than sixty days, with their files.
///
/// # Errors
/// When the database refuses.
pub async fn delete_old_emails(app: &Arc<App>, now: NaiveDateTime) -> anyhow::Result<()> {
    let permit = Permit::system("delete old mails");
    let before = now - Duration::days(60);
    let w = jobs::begin(app).await?;
    w.execute(&permit, "delete from active_storage_attachments where record_type = 'ReceivedEmail' and record_id in (select id from received_emails where created_at < $1)", vec![before.into()])
        .await?;
    w.execute(&permit, "delete from received_emails where created_at < $1", vec![before.into()]).await?;
    Ok(w.commit().await?)
}

/// Throws away our own notes of finished work.
///
/// # Errors
/// When the database refuses.
pub async fn forget_finished_work(app: &Arc<App>, now: NaiveDateTime) -> anyhow::Result<()> {
    job::forget_tickets(&app.db, now - TICKETS).await?;
    delete(app, "loomio.shown_answers where until < $1", now).await
}

async fn delete(app: &Arc<App>, what: &str, before: NaiveDateTime) -> anyhow::Result<()> {
    sql::execute(&app.db, &format!("delete from {what}"), vec![before.into()]).await?;
    Ok(())
}

/// What belongs to nothing any more, in the order in which one makes the next
/// (`app/services/cleanup_service.rb` and the `dangling` scopes of the models).
const ORPHANS: [&str; 15] = [
    "groups where parent_id is not null and not exists(select 1 from groups p where p.id = groups.parent_id)",
    "memberships where group_id is not null and not exists(select 1 from groups g where g.id = memberships.group_id)",
    "membership_requests where not exists(select 1 from groups g where g.id = membership_requests.group_id)",
    "discussions where group_id is not null and not exists(select 1 from groups g where g.id = discussions.group_id)",
    "subscriptions where not exists(select 1 from groups g where g.subscription_id = subscriptions.id)",
    "discussion_readers where not exists(select 1 from discussions d where d.id = discussion_readers.discussion_id) or not exists(select 1 from users u where u.id = discussion_readers.user_id)",
    "comments where discussion_id is not null and not exists(select 1 from discussions d where d.id = comments.discussion_id)",
    "polls where group_id is not null and not exists(select 1 from groups g where g.id = polls.group_id)",
    "poll_options where not exists(select 1 from polls p where p.id = poll_options.poll_id)",
    "stances where not exists(select 1 from polls p where p.id = stances.poll_id)",
    "stance_choices where not exists(select 1 from stances s where s.id = stance_choices.stance_id)",
    "outcomes where not exists(select 1 from polls p where p.id = outcomes.poll_id)",
    "events where discussion_id is not null and not exists(select 1 from discussions d where d.id = events.discussion_id)",
    "notifications where not exists(select 1 from events e where e.id = notifications.event_id) or not exists(select 1 from users u where u.id = notifications.user_id)",
    "versions where item_type = 'Motion'",
];

/// Throws away what belongs to nothing any more.
///
/// # Errors
/// When the database refuses.
pub async fn delete_orphan_records(app: &Arc<App>, _now: NaiveDateTime) -> anyhow::Result<()> {
    let permit = Permit::system("delete orphans");
    let w = jobs::begin(app).await?;
    for orphans in ORPHANS {
        let gone = w.execute(&permit, &format!("delete from {orphans}"), vec![]).await?;
        if gone > 0 {
            tracing::info!(rows = gone, table = orphans.split(' ').next(), "orphans were deleted");
        }
    }
    Ok(w.commit().await?)
}
