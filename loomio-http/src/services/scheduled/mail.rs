//! Mail that the clock sends, and mail that waits for a place.
//!
//! Sources: `app/services/task_service.rb`,
//! `app/workers/send_daily_catch_up_email_worker.rb`.

use crate::{
    App,
    jobs::{self, send_mail::SendMail},
    services::{
        mail::{Mail, catch_up::Frequency},
        received_email_route,
    },
};
use chrono::{Datelike, NaiveDateTime, Timelike};
use loomio_db::sql;
use sea_orm::FromQueryResult;
use std::sync::Arc;

/// The hour of the morning at which people are told what they missed.
const MORNING: u32 = 6;

#[derive(FromQueryResult)]
struct Reminder {
    task_id: i64,
    user_id: i32,
}

/// Reminds people of what is to be done, in the hour they chose.
///
/// # Errors
/// When the database refuses.
pub async fn send_task_reminders(app: &Arc<App>, now: NaiveDateTime) -> anyhow::Result<()> {
    let hour = now.date().and_hms_opt(now.hour(), 0, 0).unwrap_or(now);
    let due: Vec<Reminder> = sql::rows(
        &app.db,
        "select t.id as task_id, tu.user_id::integer as user_id from tasks t join tasks_users tu on tu.task_id = t.id where not t.done and t.discarded_at is null and t.remind_at = $1 order by t.id, tu.id",
        vec![hour.into()],
    )
    .await?;
    let w = jobs::begin(app).await?;
    for reminder in due {
        SendMail::enqueue(&w, Mail::TaskReminder { user_id: reminder.user_id, task_id: reminder.task_id }).await?;
    }
    Ok(w.commit().await?)
}

#[derive(FromQueryResult)]
struct Sleeper {
    id: i32,
    time_zone: Option<String>,
    email_catch_up_day: i32,
}

/// Tells people what they missed, at six in the morning where they live.
///
/// # Errors
/// When the database refuses.
pub async fn daily_catch_up(app: &Arc<App>, now: NaiveDateTime) -> anyhow::Result<()> {
    let people: Vec<Sleeper> = sql::rows(
        &app.db,
        "select id, time_zone, email_catch_up_day from users where deactivated_at is null and email_verified and email_catch_up_day is not null and time_zone is not null order by id",
        vec![],
    )
    .await?;
    let w = jobs::begin(app).await?;
    for person in people {
        let Some(zone) = person.time_zone.as_deref().and_then(|z| z.parse::<chrono_tz::Tz>().ok()) else { continue };
        let local = now.and_utc().with_timezone(&zone);
        if local.hour() != MORNING {
            continue;
        }
        if let Some(frequency) = Frequency::due(person.email_catch_up_day, local.weekday().num_days_from_sunday()) {
            SendMail::enqueue(&w, Mail::CatchUp { user_id: person.id, frequency }).await?;
        }
    }
    Ok(w.commit().await?)
}

/// Tries again to find a place for mails that have none.
///
/// # Errors
/// When the database refuses.
pub async fn route_all(app: &Arc<App>, _now: NaiveDateTime) -> anyhow::Result<()> {
    received_email_route::route_all(app).await
}
