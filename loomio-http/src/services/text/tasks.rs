//! Tasks follow the text in which they are written: new ones are stored, changed
//! ones changed, and those no longer written removed.

use super::{RichText, among_members};
use crate::{App, json, services::Done};
use chrono::{Days, NaiveDate, NaiveDateTime, TimeZone};
use loomio_core::{policy::Permit, rich_text::tasks};
use loomio_db::{
    Write,
    find::{self, Find},
    rows::{Task, TaskUser, User},
    sql,
};

/// When people are reminded: at six in the morning of their author, some days
/// before the task is due, in UTC.
fn remind_at(due_on: Option<NaiveDate>, remind: Option<i32>, zone: &str) -> Option<NaiveDateTime> {
    let (due_on, days) = (due_on?, remind?);
    let day = match u64::try_from(days) {
        Ok(days) => due_on.checked_sub_days(Days::new(days))?,
        Err(_) => due_on.checked_add_days(Days::new(days.unsigned_abs().into()))?,
    };
    let six = day.and_hms_opt(6, 0, 0)?;
    let zone: chrono_tz::Tz = zone.parse().unwrap_or(chrono_tz::UTC);
    Some(zone.from_local_datetime(&six).earliest().map_or(six, |t| t.naive_utc()))
}

/// Stores the tasks of a text that was just saved.
///
/// # Errors
/// When the database refuses.
pub async fn update<T: RichText>(_app: &App, w: &Write, permit: &Permit, row: &T) -> Done<()> {
    let written = tasks::parse(row.body().unwrap_or_default());
    let stored = Find::<Task>::new("tasks.record_type = $1 and tasks.record_id = $2", vec![T::TYPE.into(), row.id().into()]).order("tasks.id").all(w.conn()).await?;
    if written.is_empty() && stored.is_empty() {
        return Ok(());
    }
    let author: Option<User> = match row.author_id() {
        Some(id) => find::by_id(w.conn(), id).await?,
        None => None,
    };
    let Some(author) = author else { return Ok(()) };
    for gone in stored.iter().filter(|s| written.iter().all(|t| t.uid != i64::from(s.uid))) {
        w.destroy(permit, gone).await?;
    }
    for task in &written {
        let Ok(uid) = i32::try_from(task.uid) else { continue };
        let people = among_members::<T>(w.conn(), row.id(), &task.user_ids, &task.usernames).await?;
        let named = match task.author_id {
            Some(id) => among_members::<T>(w.conn(), row.id(), &[id], &[]).await?.first().copied(),
            None => None,
        };
        let fields = |base: Task| Task {
            name: task.name.clone(),
            due_on: task.due_on,
            done: task.done,
            remind: task.remind,
            remind_at: remind_at(task.due_on, task.remind, json::user::time_zone(&author)),
            done_at: if task.done && !base.done { Some(w.now()) } else { base.done_at },
            author_id: named.unwrap_or(author.id).into(),
            ..base
        };
        let known = stored.iter().find(|s| s.uid == uid);
        let saved = match known {
            Some(before) => w.save(permit, before, fields(before.clone())).await?.0,
            None => w.insert(permit, fields(Task { uid, record_type: Some(T::TYPE.to_owned()), record_id: Some(row.id()), ..Task::default() })).await?,
        };
        assign(w, permit, saved.id, &people, known.is_some()).await?;
    }
    Ok(())
}

/// Gives a task to people and takes it from everybody else.
async fn assign(w: &Write, permit: &Permit, task_id: i64, people: &[i32], stored: bool) -> Done<()> {
    let mut assigned = Vec::new();
    if stored {
        w.execute(permit, "delete from tasks_users where task_id = $1 and user_id <> all($2::int[])", vec![task_id.into(), sql::ids(people)]).await?;
        assigned = sql::column::<Option<i64>>(w.conn(), "select user_id from tasks_users where task_id = $1", vec![task_id.into()]).await?;
    }
    for person in people.iter().map(|p| i64::from(*p)).filter(|p| !assigned.contains(&Some(*p))) {
        w.insert(permit, TaskUser { task_id: Some(task_id), user_id: Some(person), ..TaskUser::default() }).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_reminded_at_six_in_the_morning_of_the_author() {
        let due = NaiveDate::from_ymd_opt(2026, 12, 24);
        let at = |days, zone| remind_at(due, Some(days), zone).map(|t| t.to_string());
        assert_eq!(at(1, "UTC").as_deref(), Some("2026-12-23 06:00:00"));
        assert_eq!(at(0, "Pacific/Auckland").as_deref(), Some("2026-12-23 17:00:00"));
        assert_eq!(at(0, "Nowhere").as_deref(), Some("2026-12-24 06:00:00"));
        assert_eq!(remind_at(due, None, "UTC"), None);
    }
}
