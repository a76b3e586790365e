//! Every mail to look at, under `/dev/mails` in development: as a page, as plain
//! text, and with its headers.

use super::{
    Asked,
    shell::{self, Content},
};
use crate::{
    App, page,
    services::{Done, ServiceError, mail::preview, page::Described},
    settings::Environment,
};
use minijinja::context;
use poem::{Response, Route, http::StatusCode};
use std::sync::Arc;

async fn list(asked: &Asked) -> Done<Response> {
    let names: Vec<&str> = preview::all().map(|p| p.name).collect();
    let about = Described { title: "Mails".to_owned(), description: None, images: Vec::new() };
    Ok(shell::draw(asked, StatusCode::OK, &about, Some(&Content { template: "mails.html", values: context! { names } })))
}

/// One mail: `/dev/mails/login` is its page, with `?as=text` its plain text, and with
/// `?as=source` it is shown as it travels.
async fn show(asked: &Asked) -> Done<Response> {
    let told = |e: String| ServiceError::Status(500, serde_json::json!({"status": 500, "error": e}));
    let found = preview::message(&asked.visit.app, &asked.text("key")).await.map_err(|e| told(format!("{e:#}")))?;
    let message = found.ok_or_else(ServiceError::not_found)?;
    let plain = |text: String| Response::builder().content_type("text/plain; charset=utf-8").body(text);
    Ok(match asked.text("as").as_str() {
        "source" => plain(String::from_utf8_lossy(&message.compose().map_err(|e| told(e.to_string()))?.formatted()).into_owned()),
        "text" => plain(message.text),
        _ => shell::html(StatusCode::OK, message.html),
    })
}

/// Adds these pages, in development only.
pub fn routes(route: Route, app: &Arc<App>) -> Route {
    if app.settings.environment != Environment::Development {
        return route;
    }
    route.at("/dev/mails", poem::get(page!(list))).at("/dev/mails/:key", poem::get(page!(show)))
}
