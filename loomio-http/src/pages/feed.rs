//! Atom feeds of the public threads of a group and of the comments of a thread.
//!
//! Source: `app/views/{groups,discussions}/show.xml.builder`.

use super::{Asked, template};
use crate::services::{Done, page as content};
use loomio_db::rows::{Discussion, Group};
use minijinja::context;
use poem::Response;

fn answer(asked: &Asked, title: &str, path: &str, entries: &[content::Entry]) -> Response {
    let root = asked.visit.app.settings.root_url();
    let updated = entries.iter().map(|e| e.published.clone()).max();
    let values = context! { root => root, title => title, path => path, entries => template::value(&entries), updated => updated, host => asked.visit.app.settings.canonical_host.clone() };
    Response::builder().content_type("application/atom+xml; charset=utf-8").body(template::render("feed.xml", values))
}

/// The latest public threads of a group.
///
/// # Errors
/// When the database refuses.
pub async fn of_group(asked: &Asked, group: &Group) -> Done<Response> {
    let entries = content::public_threads(&asked.visit, group).await?;
    Ok(answer(asked, group.name.as_deref().unwrap_or_default(), &content::group_path(group), &entries))
}

/// The comments of a thread that everybody may read.
///
/// # Errors
/// When the database refuses.
pub async fn of_discussion(asked: &Asked, discussion: &Discussion) -> Done<Response> {
    let entries = if !discussion.private { content::comments(&asked.visit, discussion).await? } else { Vec::new() };
    Ok(answer(asked, discussion.title.as_deref().unwrap_or_default(), &content::discussion_path(discussion), &entries))
}
