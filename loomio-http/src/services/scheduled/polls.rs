//! Polls whose time is up or nearly so, and outcomes to be looked at again.

use crate::{
    App,
    jobs::{self, close_expired_poll::CloseExpiredPoll},
    services::{poll::close, publish},
};
use chrono::{Duration, DurationRound, NaiveDateTime};
use loomio_core::policy::Permit;
use loomio_db::{
    event::Draft,
    find::Find,
    rows::{Outcome, Poll},
    sql,
};
use std::sync::Arc;

/// Asks for each poll whose time is up to be closed.
///
/// # Errors
/// When the database refuses.
pub async fn expire_lapsed(app: &Arc<App>, now: NaiveDateTime) -> anyhow::Result<()> {
    let w = jobs::begin(app).await?;
    // In the order in which they are stored, as the original has it.
    let lapsed: Vec<i32> = sql::column(w.conn(), "select id from polls where discarded_at is null and closed_at is null and closing_at < $1 order by ctid", vec![now.into()]).await?;
    for poll_id in lapsed {
        // One after the other: each recounts what the others count, too.
        jobs::enqueue_in_order(&w, "expired_polls", &CloseExpiredPoll { poll_id }).await?;
    }
    Ok(w.commit().await?)
}

/// Closes a poll whose time is up and tells its author; one that was closed or
/// given more time meanwhile stays as it is.
///
/// # Errors
/// When the database refuses.
pub async fn close_expired(app: &Arc<App>, poll_id: i32) -> anyhow::Result<()> {
    let permit = Permit::system("close a poll whose time is up");
    let w = jobs::begin(app).await?;
    let open = sql::exists(w.conn(), "select 1 from polls where id = $1 and closed_at is null and discarded_at is null and closing_at < $2 for update", vec![poll_id.into(), w.now().into()]).await?;
    if open && let Some(poll) = close::close(app, &w, &permit, poll_id).await? {
        let draft = Draft::new("poll_expired", "Poll", poll.id, Some(poll.author_id));
        publish::append(&w, &permit, Draft { created_at: poll.closed_at, ..draft }).await.map_err(anyhow::Error::from)?;
    }
    Ok(w.commit().await?)
}

/// Tells of the polls that close within the hour that begins in a day.
///
/// # Errors
/// When the database refuses.
pub async fn publish_closing_soon(app: &Arc<App>, now: NaiveDateTime) -> anyhow::Result<()> {
    let permit = Permit::system("tell that polls close soon");
    let from = (now + Duration::days(1)).duration_trunc(Duration::hours(1))?;
    let w = jobs::begin(app).await?;
    let polls = Find::<Poll>::new(
        "polls.discarded_at is null and polls.closed_at is null and polls.closing_at between $1 and $2 and not exists(select 1 from events e where e.created_at > $3 \
           and e.eventable_id = polls.id and e.eventable_type = 'Poll' and e.kind = 'poll_closing_soon')",
        vec![from.into(), (from + Duration::hours(1)).into(), (now - Duration::hours(24)).into()],
    )
    .order("polls.id")
    .all(w.conn())
    .await?;
    for poll in polls {
        let draft = Draft::new("poll_closing_soon", "Poll", poll.id, Some(poll.author_id));
        publish::append(&w, &permit, Draft { created_at: Some(now), ..draft }).await?;
    }
    Ok(w.commit().await?)
}

/// Tells authors of the outcomes that they wanted to look at again today.
///
/// # Errors
/// When the database refuses.
pub async fn publish_review_due(app: &Arc<App>, now: NaiveDateTime) -> anyhow::Result<()> {
    let permit = Permit::system("tell that outcomes are to be reviewed");
    let w = jobs::begin(app).await?;
    let outcomes = Find::<Outcome>::new(
        "outcomes.review_on = $1 and not exists(select 1 from events e where e.eventable_id = outcomes.id and e.eventable_type = 'Outcome' and e.kind = 'outcome_review_due')",
        vec![now.date().into()],
    )
    .order("outcomes.id")
    .all(w.conn())
    .await?;
    for outcome in outcomes {
        publish::append(&w, &permit, Draft::new("outcome_review_due", "Outcome", outcome.id, Some(outcome.author_id))).await?;
    }
    Ok(w.commit().await?)
}
