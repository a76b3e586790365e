//! Tasks inside texts: the list of one's own, and ticking them.
//!
//! Source: `app/controllers/api/v1/tasks_controller.rb`, `app/services/task_service.rb`.

use super::{Done, Visit, locate, publish, text};
use crate::json::records::Collection;
use locate::Target;
use loomio_core::{
    policy::{self, Permit, task::TaskFacts},
    rich_text,
};
use loomio_db::{
    Write, facts,
    facts::text::guests_of,
    find::{self, Find},
    rows::{Comment, Discussion, Group, Outcome, Poll, Stance, Task},
    sql,
};
use text::RichText;

/// Everything the visitor wrote, does or did as a task.
///
/// # Errors
/// When the database refuses.
pub async fn index(visit: &Visit) -> Done {
    let id = visit.actor.id;
    let rows =
        Find::<Task>::new("tasks.author_id = $1 or tasks.doer_id = $1 or tasks.id in (select task_id from tasks_users where user_id = $1)", vec![id.into()]).order("tasks.id").all(visit.db()).await?;
    visit.render(&rows, None, "tasks").await
}

/// Whether the visitor may edit the text in which a task stands.
async fn updates_record(w: &Write, visit: &Visit, task: &Task) -> Done<bool> {
    let id = task.record_id.and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
    let actor = &visit.actor;
    Ok(match task.record_type.as_deref().unwrap_or_default() {
        "Discussion" => facts::discussion::load(w.conn(), actor, id).await?.is_some_and(|f| policy::allows(&f, "update")),
        "Comment" => match find::by_id::<Comment>(w.conn(), id).await? {
            Some(c) => policy::allows(&facts::text::comment(w.conn(), actor, &c).await?, "update"),
            None => false,
        },
        "Poll" => facts::poll::load(w.conn(), actor, id).await?.is_some_and(|f| policy::allows(&f, "update")),
        "Outcome" => match find::by_id::<Outcome>(w.conn(), id).await?.and_then(|o| o.poll_id) {
            Some(poll_id) => facts::poll::outcome(w.conn(), actor, poll_id).await?.is_some_and(|f| policy::allows(&f, "update")),
            None => false,
        },
        "Stance" => match find::by_id::<Stance>(w.conn(), id).await? {
            Some(s) => policy::allows(&facts::poll::stance(w.conn(), actor, &s).await?, "update"),
            None => false,
        },
        "Group" => facts::group::load(w.conn(), actor, id).await?.is_some_and(|f| policy::allows(&f, "update")),
        _ => false,
    })
}

/// Ticks or unticks a task, in its text too, and shows the text to its readers.
async fn set(visit: &Visit, task: Task, done: bool) -> Done {
    let w = visit.begin().await?;
    let assigned = sql::exists(w.conn(), "select 1 from tasks_users where task_id = $1 and user_id = $2", vec![task.id.into(), visit.actor.id.into()]).await?;
    let author = visit.actor.is_logged_in() && task.author_id == i64::from(visit.actor.id);
    let facts = TaskFacts { author, assigned: visit.actor.is_logged_in() && assigned, updates_record: updates_record(&w, visit, &task).await? };
    let permit = policy::authorize(&facts, "update")?;
    match task.record_type.as_deref().unwrap_or_default() {
        "Discussion" => tick::<Discussion>(visit, w, &permit, &task, done).await?,
        "Comment" => tick::<Comment>(visit, w, &permit, &task, done).await?,
        "Poll" => tick::<Poll>(visit, w, &permit, &task, done).await?,
        "Outcome" => tick::<Outcome>(visit, w, &permit, &task, done).await?,
        "Stance" => tick::<Stance>(visit, w, &permit, &task, done).await?,
        "Group" => tick::<Group>(visit, w, &permit, &task, done).await?,
        _ => return Err(locate::no_row("Task", &task.id.to_string())),
    }
    let task: Task = locate::by_id(visit, &task.id.to_string()).await?;
    visit.render(&[task], None, "tasks").await
}

async fn tick<T: RichText + Collection>(visit: &Visit, w: Write, permit: &Permit, task: &Task, done: bool) -> Done<()> {
    let id = task.record_id.unwrap_or_default();
    let before: T = find::by_id(w.conn(), id).await?.ok_or_else(|| locate::no_row(T::TYPE, &id.to_string()))?;
    let mut after = before.clone();
    after.set_body(Some(rich_text::sanitize::with_task_done(before.body().unwrap_or_default(), task.uid.into(), done)));
    let (row, _) = text::save(&visit.app, &w, permit, &before, after, &text::Files::KEPT).await?;
    // The text has been read again meanwhile.
    if let Some(stored) = find::by_id::<Task>(w.conn(), task.id).await? {
        let ticked = Task { done, done_at: done.then_some(visit.now), doer_id: visit.user_id().filter(|_| done), ..stored.clone() };
        w.save(permit, &stored, ticked).await?;
    }
    let row_id = i32::try_from(row.id()).unwrap_or_default();
    let group_id = facts::text::group_of(w.conn(), T::TYPE, row_id).await?;
    let guests: Vec<i32> = match guests_of(T::TYPE) {
        Some(guests) => sql::column(w.conn(), guests, vec![row_id.into()]).await?,
        None => Vec::new(),
    };
    w.commit().await?;
    if let Some(group_id) = group_id {
        publish::live(visit, std::slice::from_ref(&row), &format!("group_{group_id}")).await?;
    }
    for guest in guests {
        publish::live(visit, std::slice::from_ref(&row), &format!("user_{guest}")).await?;
    }
    Ok(())
}

/// Ticks or unticks a task given by its text and its number in it.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn update_done(visit: &Visit) -> Done {
    let target = locate::target(visit).await?;
    let (class, id) = match target {
        Some(Target::Group(g)) => ("Group", g.id),
        Some(Target::Discussion(d)) => ("Discussion", d.id),
        Some(Target::Comment(c)) => ("Comment", c.id),
        Some(Target::Poll(p)) => ("Poll", p.id),
        Some(Target::Outcome(o, _)) => ("Outcome", o.id),
        Some(Target::Stance(s, _)) => ("Stance", s.id),
        None => return Err(policy::Denied::new("update", "Task").into()),
    };
    let uid = visit.params.id("uid").unwrap_or_default();
    let found = Find::<Task>::new("tasks.record_type = $1 and tasks.record_id = $2 and tasks.uid = $3", vec![class.into(), id.into(), uid.into()]).one(visit.db()).await?;
    let task = found.ok_or_else(|| policy::Denied::new("update", "Task"))?;
    set(visit, task, visit.params.text("done").as_deref() == Some("true")).await
}

/// Ticks a task.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn mark_as_done(visit: &Visit, id: &str) -> Done {
    set(visit, locate::by_id(visit, id).await?, true).await
}

/// Unticks a task.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn mark_as_not_done(visit: &Visit, id: &str) -> Done {
    set(visit, locate::by_id(visit, id).await?, false).await
}
