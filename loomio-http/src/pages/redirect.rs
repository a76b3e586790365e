//! Addresses that lead elsewhere: old forms, and the links in invitations, which
//! leave their token in the browser's session.
//!
//! Source: `app/controllers/{root,redirect,memberships}_controller.rb`, `config/routes.rb`.

use super::Asked;
use crate::{
    page,
    services::{Done, ServiceError, link, locate, page as content},
};
use loomio_db::{
    find::{self, Find},
    rows::{Group, Membership},
};
use poem::{
    Response, Route,
    http::{StatusCode, header},
};

/// Leads a browser to a place.
pub(super) fn to(status: StatusCode, place: &str) -> Response {
    Response::builder().status(status).header(header::LOCATION, place).content_type("text/html; charset=utf-8").body("")
}

fn back(asked: &Asked, otherwise: String) -> Response {
    to(StatusCode::FOUND, &asked.visit.params.filled("back_to").and_then(|wanted| link::own_place(&asked.visit.app.settings, &wanted)).unwrap_or(otherwise))
}

/// The start of the site, or an address that is nobody's.
///
/// # Errors
/// When there is no such page.
pub async fn otherwise(asked: &Asked) -> Done<Response> {
    if asked.path.trim_matches('/').is_empty() {
        return Ok(to(StatusCode::FOUND, asked.visit.app.settings.var("FEATURES_DEFAULT_PATH").unwrap_or("/dashboard")));
    }
    Err(ServiceError::not_found())
}

/// An old address of a thread. Its title stands in the new one only for those who
/// may read it.
async fn discussion(asked: &Asked) -> Done<Response> {
    let key = asked.text("id");
    let found = locate::discussion(&asked.visit, &key).await?;
    let seen = locate::allowed_discussion(&asked.visit, &found.key.clone().unwrap_or_default(), "show").await.is_ok();
    let place = if seen { content::discussion_path(&found) } else { format!("/d/{}", found.key.unwrap_or_default()) };
    Ok(to(StatusCode::MOVED_PERMANENTLY, &place))
}

/// An old address of a group, likewise.
async fn group(asked: &Asked) -> Done<Response> {
    let found = locate::group(&asked.visit, &asked.text("id")).await?;
    let seen = locate::allowed_group(&asked.visit, &found.id.to_string(), "show").await.is_ok();
    let place = if seen { content::group_path(&found) } else { format!("/g/{}", found.key.unwrap_or_default()) };
    Ok(to(StatusCode::MOVED_PERMANENTLY, &place))
}

/// The link that invites whoever has it into a group.
async fn join(asked: &Asked) -> Done<Response> {
    let token = asked.text("token");
    let found = Find::<Group>::new("groups.token = $1 and groups.archived_at is null", vec![token.clone().into()]).one(asked.visit.db()).await?.ok_or_else(ServiceError::not_found)?;
    asked.visit.session.lock().session.set("pending_group_token", &token);
    Ok(back(asked, content::group_path(&found)))
}

/// The link in an invitation to one person.
async fn invitation(asked: &Asked) -> Done<Response> {
    let token = asked.text("token");
    let found = Find::<Membership>::new("memberships.token = $1", vec![token.clone().into()]).one(asked.visit.db()).await?;
    let Some(found) = found else {
        let group = Find::<Group>::new("groups.token = $1", vec![token.clone().into()]).one(asked.visit.db()).await?.ok_or_else(ServiceError::not_found)?;
        return Ok(to(StatusCode::FOUND, &format!("/join/group/{}", group.token.unwrap_or_default())));
    };
    asked.visit.session.lock().session.set("pending_membership_token", &token);
    let group: Option<Group> = match found.group_id {
        Some(id) => find::by_id(asked.visit.db(), id).await?,
        None => None,
    };
    Ok(back(asked, group.as_ref().map_or_else(|| "/dashboard".to_owned(), content::group_path)))
}

async fn to_dashboard(_: &Asked) -> Done<Response> {
    Ok(to(StatusCode::MOVED_PERMANENTLY, "/dashboard"))
}

async fn to_trial(_: &Asked) -> Done<Response> {
    Ok(to(StatusCode::MOVED_PERMANENTLY, "/try"))
}

async fn to_nobody(_: &Asked) -> Done<Response> {
    Ok(to(StatusCode::MOVED_PERMANENTLY, "/404.html"))
}

async fn to_gone(_: &Asked) -> Done<Response> {
    Ok(to(StatusCode::MOVED_PERMANENTLY, "/410.html"))
}

/// Adds the addresses.
pub fn routes(route: Route) -> Route {
    let mut route = route
        .at("/discussions/:id", poem::get(page!(discussion)))
        .at("/groups/:id", poem::get(page!(group)))
        .at("/join/:model/:token", poem::get(page!(join)))
        .at("/invitations/:token", poem::get(page!(invitation)))
        .at("/start_group", poem::get(page!(to_trial)));
    for path in ["/users/sign_in", "/users/sign_up"] {
        route = route.at(path, poem::get(page!(to_dashboard)));
    }
    for path in ["/u/undefined", "/u/anonymous"] {
        route = route.at(path, poem::get(page!(to_nobody)));
    }
    for path in ["/donate", "/users/invitation/accept", "/notifications/dropdown_items", "/u/:username/:stub", "/g/:key/membership_requests/new", "/comments/:id"] {
        route = route.at(path, poem::get(page!(to_gone)));
    }
    route
}
