//! Pages of groups, threads, polls and people: what links to them show, and for
//! groups and threads what those see who do not run the client's program.
//!
//! Source: `app/controllers/{groups,discussions,polls,users}_controller.rb`.

use super::{
    Asked, feed,
    shell::{self, Content},
    template,
};
use crate::{
    App, page,
    services::{Done, ServiceError, locate, page as content},
};
use minijinja::context;
use poem::{Response, Route, http::StatusCode};
use std::sync::Arc;

/// What may not be seen is said plainly; nobody is sent away.
fn said<T>(asked: &Asked, found: Done<T>) -> Done<Result<T, Response>> {
    match found {
        Err(ServiceError::Denied(_)) => Ok(Err(shell::failure(asked, StatusCode::FORBIDDEN, None))),
        other => other.map(Ok),
    }
}

/// Only these forms exist.
fn known_form(asked: &Asked) -> Done<()> {
    if matches!(asked.format.as_str(), "html" | "xml") { Ok(()) } else { Err(ServiceError::not_found()) }
}

async fn group_of(asked: &Asked, name: &str) -> Done<Response> {
    let found = match said(asked, locate::allowed_group(&asked.visit, name, "show").await)? {
        Ok(found) => found,
        Err(refusal) => return Ok(refusal),
    };
    known_form(asked)?;
    if asked.format == "xml" {
        return feed::of_group(asked, &found).await;
    }
    let shown = content::group(&asked.visit, &found).await?;
    let inner = Content { template: "group.html", values: context! { group => template::value(&shown), replies => asked.visit.text("page.replies"), active => asked.visit.text("page.active") } };
    Ok(shell::draw(asked, StatusCode::OK, &content::Described::of_group(&asked.visit, &found).await?, Some(&inner)))
}

/// A group by its key.
async fn group(asked: &Asked) -> Done<Response> {
    let key = asked.text("key");
    let found = locate::group(&asked.visit, &key).await?;
    // A handle stands alone in its address.
    if found.key.as_deref() != Some(key.as_str()) && found.id.to_string() != key {
        return Err(ServiceError::not_found());
    }
    group_of(asked, &found.id.to_string()).await
}

/// A group by its handle.
async fn handle(asked: &Asked) -> Done<Response> {
    group_of(asked, &asked.text("id")).await
}

/// A thread.
async fn discussion(asked: &Asked) -> Done<Response> {
    let found = match said(asked, locate::allowed_discussion(&asked.visit, &asked.text("key"), "show").await)? {
        Ok(found) => found,
        Err(refusal) => return Ok(refusal),
    };
    known_form(asked)?;
    if asked.format == "xml" {
        return feed::of_discussion(asked, &found).await;
    }
    let p = &asked.visit.params;
    let most = if p.get("export").is_some() { 2000 } else { 10 };
    let (limit, offset) = (p.int("limit").unwrap_or(most).clamp(0, 2000), p.int("offset").unwrap_or(0).max(0));
    let shown = content::discussion(&asked.visit, &found, limit, offset).await?;
    let next = (offset + limit < shown.items_count).then(|| format!("?offset={}&limit={limit}&export=1", offset + limit));
    let inner = Content {
        template: "discussion.html",
        values: context! { thread => template::value(&shown), next => next, more => asked.visit.text("common.action.load_more"), privacy => asked.visit.text(if !found.private { "common.privacy.public" } else { "common.privacy.private" }) },
    };
    Ok(shell::draw(asked, StatusCode::OK, &content::Described::of_discussion(&asked.visit, &found).await?, Some(&inner)))
}

/// A poll. The client draws it; the original answers 404 for want of a template of
/// its own, and its clients live with it.
async fn poll(asked: &Asked) -> Done<Response> {
    match said(asked, locate::allowed_poll(&asked.visit, &asked.text("key"), "show").await)? {
        Ok(_) => Err(ServiceError::not_found()),
        Err(refusal) => Ok(refusal),
    }
}

/// A person, whom only people with an account may see; otherwise as a poll.
async fn user(asked: &Asked) -> Done<Response> {
    locate::user(&asked.visit, &asked.text("username")).await?;
    if asked.visit.actor.is_logged_in() { Err(ServiceError::not_found()) } else { Ok(shell::failure(asked, StatusCode::FORBIDDEN, None)) }
}

/// Groups to explore.
async fn explore(asked: &Asked) -> Done<Response> {
    if asked.visit.app.settings.flag("LOOMIO_RESTRICT_EXPLORE_TO_SIGNED_IN_USERS") {
        asked.visit.signed_in()?;
    }
    let p = &asked.visit.params;
    let limit = p.int("limit").unwrap_or(50).clamp(1, 500);
    let (groups, total) = content::explored(&asked.visit, p.filled("q").as_deref(), limit, p.int("page").unwrap_or(1)).await?;
    let inner = Content { template: "groups.html", values: context! { groups => template::value(&groups), total => total, title => asked.visit.text("explore_page.header") } };
    Ok(shell::draw(asked, StatusCode::OK, &content::Described::of_site(&asked.visit), Some(&inner)))
}

async fn nothing(_: &Asked) -> Done<Response> {
    Err(ServiceError::not_found())
}

/// Adds the pages.
pub fn routes(route: Route, app: &Arc<App>) -> Route {
    let mut route = route
        .at("/g/:key", poem::get(page!(group)))
        .at("/g/:key/:slug", poem::get(page!(group)))
        .at("/d/:key", poem::get(page!(discussion)))
        .at("/d/:key/export", poem::get(page!(nothing)))
        .at("/d/:key/:slug", poem::get(page!(discussion)))
        .at("/d/:key/:slug/:sequence_id", poem::get(page!(discussion)))
        .at("/d/:key/comment/:comment_id", poem::get(page!(discussion)))
        .at("/p/:key", poem::get(page!(poll)))
        .at("/p/:key/:slug", poem::get(page!(poll)))
        .at("/vote/:key", poem::get(page!(poll)))
        .at("/vote/:key/:slug", poem::get(page!(poll)))
        .at("/u/:username", poem::get(page!(user)))
        .at("/:id", poem::get(page!(handle)));
    if app.settings.flag("FEATURES_EXPLORE_PUBLIC_GROUPS") {
        route = route.at("/explore", poem::get(page!(explore)));
    }
    route
}
