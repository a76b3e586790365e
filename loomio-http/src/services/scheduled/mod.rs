//! What is done by the clock.
//!
//! The server runs each task by itself; `loomio jobs run NAME` runs one at once.
//!
//! Source: `lib/tasks/loomio.rake` (`hourly_tasks`), whose single task of every
//! hour is split here, so that one failing keeps no other from being done.

mod cleaning;
mod mail;
mod polls;

pub use polls::close_expired;

use crate::App;
use chrono::NaiveDateTime;
use std::{future::Future, pin::Pin, sync::Arc};

type Run = for<'a> fn(&'a Arc<App>, NaiveDateTime) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// Something done by the clock.
#[derive(Clone, Copy)]
pub struct Task {
    /// Its name.
    pub name: &'static str,
    /// When it is done: minute, hour, day, month, weekday, in UTC.
    pub when: &'static str,
    run: Run,
}

macro_rules! tasks {
    ($($when:literal $name:ident => $run:path;)*) => {
        /// Everything done by the clock.
        pub const TASKS: &[Task] = &[$(Task { name: stringify!($name), when: $when, run: |app, now| Box::pin($run(app, now)) }),*];
    };
}

tasks! {
    "0 * * * *" send_task_reminders => mail::send_task_reminders;
    "0 * * * *" daily_catch_up => mail::daily_catch_up;
    "0 * * * *" route_all => mail::route_all;
    "0 * * * *" expire_lapsed_polls => polls::expire_lapsed;
    "0 * * * *" publish_closing_soon => polls::publish_closing_soon;
    "0 0 * * *" publish_review_due => polls::publish_review_due;
    "0 * * * *" expire_login_tokens => cleaning::expire_login_tokens;
    "0 * * * *" expire_identities => cleaning::expire_identities;
    "0 0 * * *" delete_expired_demos => cleaning::delete_expired_demos;
    "0 0 * * *" delete_orphan_records => cleaning::delete_orphan_records;
    "0 0 * * *" delete_old_emails => cleaning::delete_old_emails;
    "0 0 * * *" forget_finished_work => cleaning::forget_finished_work;
}

/// The task of a name.
#[must_use]
pub fn task(name: &str) -> Option<&'static Task> {
    TASKS.iter().find(|t| t.name == name)
}

impl Task {
    /// Does it now.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn run(&self, app: &Arc<App>) -> anyhow::Result<()> {
        (self.run)(app, app.now()).await
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("name", &self.name).field("when", &self.when).finish_non_exhaustive()
    }
}
