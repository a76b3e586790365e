//! The links of sign-in mails, of those that unlock an account, and of those that
//! make one account of two.
//!
//! Source: `app/controllers/{login_tokens,merge_users}_controller.rb`.

use super::{
    Asked,
    shell::{self, Content},
};
use crate::{
    page,
    services::{Done, ServiceError, merge, page::Described, sign_in},
};
use loomio_db::{find::Find, rows::LoginToken};
use minijinja::context;
use poem::{
    Response, Route,
    http::{StatusCode, header},
};

/// Remembers a followed link; the sign-in form then asks whether to sign in by it.
async fn follow(asked: &Asked) -> Done<Response> {
    let token = asked.text("token");
    let found = Find::<LoginToken>::new("login_tokens.token = $1", vec![token.clone().into()]).one(asked.visit.db()).await?.ok_or_else(ServiceError::not_found)?;
    asked.visit.session.lock().session.set("pending_login_token", &token);
    // Only a path of this site: a stored one begins with a single slash.
    let place = found.redirect.filter(|p| p.starts_with('/') && !p.starts_with("//") && !p.contains('\\')).unwrap_or_else(|| "/dashboard".to_owned());
    Ok(Response::builder().status(StatusCode::FOUND).header(header::LOCATION, place).content_type("text/html; charset=utf-8").body(""))
}

/// Unlocks an account; whoever follows the link can try the right password now.
async fn unlock(asked: &Asked) -> Done<Response> {
    sign_in::unlock(&asked.visit).await?;
    Ok(Response::builder().status(StatusCode::FOUND).header(header::LOCATION, "/dashboard").content_type("text/html; charset=utf-8").body(""))
}

fn draw(asked: &Asked, found: &merge::Proved, hash: Option<String>) -> Response {
    let visit = &asked.visit;
    let email = |user: &loomio_db::rows::User| user.email.clone().unwrap_or_default();
    let is_done = hash.is_none();
    let values = context! {
        heading => visit.text("merging.title"),
        text => visit.app.i18n.text(&visit.locale, if is_done { "merging.complete" } else { "merging.confirm" }, &[("source", &email(&found.source)), ("target", &email(&found.target))]),
        button => visit.text("merging.submit"),
        source_id => found.source.id,
        target_id => found.target.id,
        hash,
        csrf => visit.session.lock().csrf_token.clone(),
    };
    let about = Described::named(visit);
    shell::draw(asked, StatusCode::OK, &about, Some(&Content { template: "merge.html", values }))
}

/// Asks whether two accounts are to become one.
async fn confirm(asked: &Asked) -> Done<Response> {
    let found = merge::proved(&asked.visit).await?;
    Ok(draw(asked, &found, Some(asked.text("hash"))))
}

/// Makes one of two accounts.
async fn carry_out(asked: &Asked) -> Done<Response> {
    let found = merge::confirm(&asked.visit).await?;
    Ok(draw(asked, &found, None))
}

/// Adds these pages.
#[must_use]
pub fn routes(route: Route) -> Route {
    route
        .at("/users/unlock", poem::get(page!(unlock)))
        .at("/login_tokens/:token", poem::get(page!(follow)))
        .at("/merge_users/confirm", poem::get(page!(confirm)))
        .at("/merge_users/merge", poem::post(page!(carry_out)))
}
