//! Saving rich text: what is done with every text before and after it is stored.
//!
//! Nine kinds of row carry one ([`RichText`]). Whoever makes or changes such a row
//! takes over what was sent with [`assign`] and [`Files::sent`], looks for faults
//! with [`check`], and stores it with [`insert`] or [`save`] instead of the
//! methods of the same name of [`Write`]:
//!
//! ```text
//! let sent = visit.params.of("comment")?;
//! let files = Files::sent(visit, &sent)?;
//! let mut row = Comment { discussion_id, ..Comment::default() };
//! text::assign(&mut row, &sent);
//! let mut faults = Faults::default();
//! text::check(visit, &row, &mut faults);
//! faults.check()?;
//! let row = text::insert(&visit.app, &w, &permit, row, &files).await?;
//! ```
//!
//! Every save of the original works like this, also one that only closes a thread:
//! the text is sanitised again, its tasks are read again, its search document is
//! written again. [`Files::KEPT`] says that nothing was sent about files.
//!
//! Source: `app/models/concerns/has_rich_text.rb`, `app/services/task_service.rb`.

mod files;
mod rows;
mod tasks;

pub use files::Files;
pub use rows::{RichText, Side};

use super::{Done, Faults, Visit, translation};
use crate::{App, json::params::Params};
use loomio_core::{policy::Permit, rich_text};
use loomio_db::{
    Result, Write,
    facts::text::members_of,
    record::{Changes, Record},
    rows::User,
    search_document, sql,
};
use sea_orm::ConnectionTrait;
use serde_json::json;

/// Takes over the text, its format and its link previews from what was sent; what
/// was not sent stays.
pub fn assign<T: RichText>(row: &mut T, sent: &Params) {
    if sent.has(T::COLUMN) {
        row.set_body(sent.text(T::COLUMN));
    }
    if let Some(format) = sent.text(&format!("{}_format", T::COLUMN)) {
        row.set_format(format);
    }
    if sent.has("link_previews") {
        *row.side().link_previews = sent.get("link_previews").filter(|v| v.is_array()).cloned().unwrap_or_else(|| json!([]));
    }
}

/// Notes what is wrong with a text.
pub fn check<T: RichText>(visit: &Visit, row: &T, faults: &mut Faults) {
    let most = visit.app.settings.max_message_length;
    if row.body().is_some_and(|body| body.chars().count() > most) {
        faults.add(T::COLUMN, visit.app.i18n.text(&visit.locale, "activerecord.errors.messages.too_long", &[("count", &most.to_string())]));
    }
    if !matches!(row.format(), "html" | "md") {
        faults.add(&format!("{}_format", T::COLUMN), visit.text("activerecord.errors.messages.inclusion"));
    }
}

/// Stores a new row with its text, files and tasks.
///
/// # Errors
/// When a file does not exist or the database refuses.
pub async fn insert<T: RichText>(app: &App, w: &Write, permit: &Permit, mut row: T, files: &Files) -> Done<T> {
    prepare(app, w, &T::default(), &mut row, files).await?;
    let row = w.insert(permit, row).await?;
    finish(app, w, permit, &row, files).await?;
    Ok(row)
}

/// Stores a changed row with its text, files and tasks. An unchanged row is saved
/// too: its text may be stored in an older form.
///
/// # Errors
/// When a file does not exist or the database refuses.
pub async fn save<T: RichText>(app: &App, w: &Write, permit: &Permit, before: &T, mut after: T, files: &Files) -> Done<(T, Changes)> {
    prepare(app, w, before, &mut after, files).await?;
    let (row, changes) = w.save(permit, before, after).await?;
    finish(app, w, permit, &row, files).await?;
    if let Ok(id) = i32::try_from(row.id()) {
        translation::follow_change(app, w, T::TYPE, id, &changes).await?;
    }
    Ok((row, changes))
}

/// Brings a row into the form in which it is stored: language, attachments, link
/// previews, harmless text.
///
/// # Errors
/// When a file does not exist or the database refuses.
pub async fn prepare<T: RichText>(app: &App, w: &Write, before: &T, after: &mut T, files: &Files) -> Done<()> {
    if before.body() != after.body()
        && let Some(language) = rich_text::language::detect(&rich_text::text::of_html(after.body().unwrap_or_default()))
    {
        *after.side().content_locale = Some(language.to_owned());
    }
    if after.side().attachments.is_some() {
        let attachments = files.attachments(app, w, T::TYPE, after.id()).await?;
        if let Some(stored) = after.side().attachments {
            *stored = attachments;
        }
    }
    let previews = rich_text::sanitize::link_previews(after.side().link_previews);
    *after.side().link_previews = previews;
    let mut random = || w.random_below(100_000_000);
    let body = rich_text::on_save(after.body().unwrap_or_default(), after.format(), &app.settings.canonical_host, &mut random);
    after.set_body(Some(body));
    Ok(())
}

/// What follows a save: files are attached, tasks read, the search document written.
///
/// # Errors
/// When the database refuses.
pub async fn finish<T: RichText>(app: &App, w: &Write, permit: &Permit, row: &T, files: &Files) -> Done<()> {
    files.attach(w, permit, T::TYPE, row.id()).await?;
    tasks::update(app, w, permit, row).await?;
    if let Ok(id) = i32::try_from(row.id()) {
        search_document::index(w, permit, T::TYPE, id).await?;
    }
    Ok(())
}

/// People by number or name who are addressed in a text and are members of its
/// thread, poll or group.
///
/// # Errors
/// When the database refuses.
pub async fn mentioned_users<T: RichText>(conn: &impl ConnectionTrait, row: &T, author: Option<&User>) -> Result<Vec<i32>> {
    let (body, format) = (row.body().unwrap_or_default(), row.format());
    let names = rich_text::mentions::usernames(body, format, author.and_then(|a| a.username.as_deref()));
    among_members::<T>(conn, row.id(), &rich_text::mentions::user_ids(body, format), &names).await
}

/// Those of some people who are members of a row's thread, poll or group.
async fn among_members<T: Record>(conn: &impl ConnectionTrait, id: i64, ids: &[i32], names: &[String]) -> Result<Vec<i32>> {
    let Some(members) = members_of(T::TYPE).filter(|_| !ids.is_empty() || !names.is_empty()) else { return Ok(Vec::new()) };
    let id = i32::try_from(id).unwrap_or_default();
    sql::column(
        conn,
        &format!("select users.id from users where users.id in ({members}) and (users.id = any($2) or users.username = any($3)) order by users.id"),
        vec![id.into(), sql::ids(ids), names.to_vec().into()],
    )
    .await
}
