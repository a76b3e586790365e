//! The page around everything: title, description and pictures for those who link
//! to it, and the client's program, which draws the rest.
//!
//! Source: `app/views/application/{boot,layout}.rb`, `ApplicationController#respond_with_error`.

use super::{Asked, template};
use crate::services::{Done, ServiceError, page::Described};
use minijinja::context;
use poem::{
    Response,
    http::{StatusCode, header},
};
use serde_json::json;

/// Content for those who do not run the client's program.
#[derive(Debug, Clone)]
pub struct Content {
    /// The template.
    pub template: &'static str,
    /// What it shows.
    pub values: minijinja::value::Value,
}

/// An HTML answer that is never kept.
#[must_use]
pub fn html(status: StatusCode, body: String) -> Response {
    Response::builder().status(status).header(header::CACHE_CONTROL, "no-cache").header(header::PRAGMA, "no-cache").header(header::EXPIRES, "0").content_type("text/html; charset=utf-8").body(body)
}

/// A page of the site's own.
#[must_use]
pub fn draw(asked: &Asked, status: StatusCode, about: &Described, content: Option<&Content>) -> Response {
    let settings = &asked.visit.app.settings;
    let client = asked.visit.app.client.as_ref();
    let scripts = client.filter(|_| !asked.is_plain()).map_or("", |c| c.scripts.as_str());
    let inner = content.map(|c| template::render(c.template, c.values.clone()));
    let name = match (client, inner.is_some()) {
        (_, true) => "content.html",
        (Some(_), false) => "client.html",
        (None, false) if status == StatusCode::OK => "start.html",
        (None, false) => "message.html",
    };
    let values = context! {
        lang => asked.visit.locale.replace('_', "-"),
        title => about.title.clone(),
        description => about.description.clone(),
        images => about.images.clone(),
        site_name => settings.site_name.clone(),
        icon => settings.var("THEME_ICON_SRC").unwrap_or("/brand/icon_gold_150h.png"),
        logo => settings.var("THEME_APP_LOGO_SRC").unwrap_or("/brand/logo_gold.svg"),
        help_url => settings.var("HELP_URL").unwrap_or("https://help.loomio.com/"),
        terms_url => settings.var("TERMS_URL"),
        privacy_url => settings.var("PRIVACY_URL"),
        sign_in => asked.visit.text("navbar.sign_in"),
        powered_by => asked.visit.text("powered_by.powered_by_loomio"),
        privacy_policy => asked.visit.text("powered_by.privacy_policy"),
        terms_of_service => asked.visit.text("powered_by.terms_of_service"),
        help => asked.visit.text("common.help"),
        styles => client.map_or("", |c| c.styles.as_str()),
        scripts => scripts,
        inner => inner,
        people => settings.demo_people.clone(),
    };
    html(status, template::render(name, values))
}

/// The client's page for an address of which it draws everything.
///
/// # Errors
/// Never.
pub async fn index(asked: &Asked) -> Done<Response> {
    Ok(draw(asked, StatusCode::OK, &Described::of_site(&asked.visit), None))
}

/// A page that says what went wrong, in the form that was asked for.
#[must_use]
pub fn failure(asked: &Asked, status: StatusCode, message: Option<String>) -> Response {
    let title = asked.visit.text(&format!("errors.{}.title", status.as_u16()));
    let body = message.clone().unwrap_or_else(|| asked.visit.text(&format!("errors.{}.body", status.as_u16())));
    let told = message.unwrap_or_else(|| title.clone());
    match asked.format.as_str() {
        "json" => Response::builder().status(status).content_type("application/json; charset=utf-8").body(json!({"error": told}).to_string()),
        "xml" => Response::builder().status(status).content_type("application/xml; charset=utf-8").body(template::render("feed.xml", context! { error => told })),
        _ => draw(asked, status, &Described { title, description: Some(body), images: Vec::new() }, None),
    }
}

/// Somebody who may not see a page is sent to their dashboard, or to sign in.
fn denied(asked: &Asked) -> Response {
    let to = |place: &str| Response::builder().status(StatusCode::FOUND).header(header::LOCATION, place).content_type("text/html; charset=utf-8").body("");
    if asked.visit.actor.is_logged_in() {
        return to("/dashboard");
    }
    if asked.format == "html" {
        return to("/users/sign_in");
    }
    let kind = match asked.format.as_str() {
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "xml" => "application/xml; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
    let told = asked.visit.text("devise.failure.unauthenticated");
    let body = if asked.format == "json" { json!({"error": told}).to_string() } else { told };
    Response::builder().status(StatusCode::UNAUTHORIZED).content_type(kind).body(body)
}

/// What went wrong in a page.
pub async fn refused(asked: &Asked, e: ServiceError) -> Response {
    match e {
        ServiceError::Denied(_) => denied(asked),
        ServiceError::SignedOut => failure(asked, StatusCode::UNAUTHORIZED, None),
        ServiceError::NotFound(_) => failure(asked, StatusCode::NOT_FOUND, None),
        ServiceError::Invalid(_) => failure(asked, StatusCode::UNPROCESSABLE_ENTITY, None),
        ServiceError::Params(e) => failure(asked, StatusCode::BAD_REQUEST, Some(e.to_string())),
        ServiceError::Redirect(place) => Response::builder().status(StatusCode::FOUND).header(header::LOCATION, place).body(""),
        ServiceError::Status(status, _) | ServiceError::Named(status, ..) => failure(asked, StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), None),
        ServiceError::Db(e) => {
            tracing::error!(error = %e, "a page failed");
            failure(asked, StatusCode::INTERNAL_SERVER_ERROR, None)
        }
    }
}
