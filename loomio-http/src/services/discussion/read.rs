//! One thread, and who read it.

use crate::services::{Done, ServiceError, Visit, locate, text};
use loomio_core::policy::Permit;
use loomio_db::{
    find::Find,
    rows::{Discussion, Event},
    sql,
};
use serde_json::json;

/// Old threads were closed without saying by whom; the event knows.
async fn with_closer(visit: &Visit, found: Discussion) -> Done<Discussion> {
    if found.closed_at.is_none() || found.closer_id.is_some() {
        return Ok(found);
    }
    let event = Find::<Event>::new("events.discussion_id = $1 and events.kind = 'discussion_closed'", vec![found.id.into()]).order("events.id desc").one(visit.db()).await?;
    let closer_id = event.map_or(found.author_id, |e| e.user_id);
    let w = visit.begin().await?;
    let after = Discussion { closer_id, ..found.clone() };
    let saved = super::save(&visit.app, &w, &Permit::system("an old closing is completed"), &found, after, &text::Files::KEPT).await?;
    w.commit().await?;
    Ok(saved)
}

/// One thread.
///
/// # Errors
/// When it may not be seen.
pub async fn show(visit: &Visit, id: &str) -> Done {
    let found = locate::allowed_discussion(visit, &locate::named(visit, "discussion", Some(id)), "show").await?;
    let mut found = with_closer(visit, found).await?;
    if let Some(group_id) = found.group_id {
        crate::services::membership::accept_pending(visit, group_id).await?;
    }
    if loomio_db::event::created_event(visit.db(), "Discussion", found.id).await?.is_none() {
        let w = visit.begin().await?;
        loomio_db::thread::repair(&w, &Permit::system("a thread without a beginning"), found.id).await?;
        w.commit().await?;
        found = locate::discussion(visit, &found.id.to_string()).await?;
    }
    visit.render(&[found], None, "discussions").await
}

/// Who read the thread and when; hidden while it has an anonymous poll.
///
/// # Errors
/// When the thread may not be seen.
pub async fn history(visit: &Visit, id: &str) -> Done {
    let found = locate::allowed_discussion(visit, &locate::named(visit, "discussion", Some(id)), "show").await?;
    if sql::exists(visit.db(), "select 1 from polls where discussion_id = $1 and anonymous and discarded_at is null", vec![found.id.into()]).await? {
        return Err(ServiceError::Status(403, json!({"message": visit.text("discussion_last_seen_by.disabled_anonymous_polls")})));
    }
    #[derive(sea_orm::FromQueryResult)]
    struct Reader {
        id: i32,
        last_read_at: chrono::NaiveDateTime,
        user_name: Option<String>,
    }
    let readers: Vec<Reader> = sql::rows(
        visit.db(),
        "select r.id, r.last_read_at, coalesce(u.name, u.username) as user_name from discussion_readers r join users u on u.id = r.user_id where r.discussion_id = $1 and r.last_read_at is not null order by r.id",
        vec![found.id.into()],
    )
    .await?;
    Ok(readers.into_iter().map(|r| json!({"reader_id": r.id, "last_read_at": loomio_db::record::rails_time(r.last_read_at), "user_name": r.user_name})).collect())
}
