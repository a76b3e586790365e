//! Pages: the client's own page for every address of it, and what is not JSON.
//!
//! A page is a function from what is asked to a response; what goes wrong in it is
//! told as a page, too ([`shell::refused`]).

pub mod brand;
pub mod client;
pub mod email_actions;
pub mod export;
pub mod feed;
pub mod files;
pub mod identity;
pub mod login;
pub mod live_editor;
pub mod mails;
pub mod pie_chart;
pub mod plain;
pub mod redirect;
pub mod shell;
pub mod show;
pub mod template;

pub use client::Client;

use crate::{
    App,
    services::{Done, Visit},
};
use futures_util::future::BoxFuture;
use poem::{
    Endpoint, FromRequest, IntoEndpoint, Request, Response, Result, Route,
    http::{HeaderMap, header},
};
use std::sync::Arc;

/// What a page is asked.
#[derive(Debug)]
pub struct Asked {
    /// Who asks, and with which parameters.
    pub visit: Visit,
    /// The form that is wanted: the ending of the path, or what is accepted; `html`
    /// without either.
    pub format: String,
    /// The path.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
}

impl Asked {
    /// A parameter of the path or query, empty without it.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.visit.params.text(name).unwrap_or_default()
    }

    /// Whether a program asks that only reads pages.
    #[must_use]
    pub fn is_robot(&self) -> bool {
        let agent = self.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        ["bot", "crawler", "spider", "slurp", "facebookexternalhit", "embedly", "whatsapp", "preview"].iter().any(|name| agent.contains(name))
    }

    /// Whether the page is wanted without the client's program.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.visit.params.get("export").is_some() || self.is_robot()
    }
}

/// Makes a page.
pub type Make = for<'a> fn(&'a Asked) -> BoxFuture<'a, Done<Response>>;

/// A page as an endpoint.
pub struct Page(pub Make);

/// A page made by an asynchronous function of [`Asked`].
#[macro_export]
macro_rules! page {
    ($make:path) => {
        $crate::pages::Page(|asked| Box::pin($make(asked)))
    };
}

/// The parameters that paths have.
const PARAMETERS: [&str; 10] = ["id", "key", "slug", "username", "token", "model", "comment_id", "discussion_id", "event_id", "unsubscribe_token"];

fn percent_decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("v={}", text.replace('+', "%2B").replace('&', "%26")).as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
}

const FORMATS: [&str; 6] = ["html", "xml", "json", "csv", "txt", "text"];

/// The ending of a path that says in which form it is wanted.
fn ending(path: &str) -> Option<&str> {
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    FORMATS.contains(&ending).then_some(ending)
}

fn accepted(headers: &HeaderMap) -> Option<&'static str> {
    match headers.get(header::ACCEPT)?.to_str().ok()? {
        "application/json" => Some("json"),
        "application/xml" | "text/xml" | "application/atom+xml" => Some("xml"),
        "text/csv" => Some("csv"),
        _ => None,
    }
}

impl Endpoint for Page {
    type Output = Response;

    async fn call(&self, req: Request) -> Result<Response> {
        let (req, mut body) = req.split();
        let mut visit = Visit::from_request(&req, &mut body).await?;
        // What comes from no socket has no original address.
        let path = Some(req.original_uri().path()).filter(|path| *path != "/").unwrap_or_else(|| req.uri().path()).to_owned();
        let ending = ending(&path).map(ToOwned::to_owned);
        for name in PARAMETERS {
            let Some(raw) = req.raw_path_param(name) else { continue };
            let bare = ending.as_ref().filter(|_| path.ends_with(raw)).and_then(|e| raw.strip_suffix(&format!(".{e}"))).unwrap_or(raw);
            visit.params.0.insert(name.to_owned(), percent_decoded(bare).into());
        }
        let format = ending.or_else(|| accepted(req.headers()).map(ToOwned::to_owned)).unwrap_or_else(|| "html".to_owned());
        let asked = Asked { visit, format, path, headers: req.headers().clone() };
        match (self.0)(&asked).await {
            Ok(response) => Ok(response),
            Err(e) => Ok(shell::refused(&asked, e).await),
        }
    }
}

/// Paths of which the client draws everything.
const CLIENT_PATHS: &[&str] = &[
    "/try",
    "/dashboard",
    "/dashboard/:filter",
    "/inbox",
    "/groups",
    "/polls",
    "/report",
    "/profile",
    "/contact",
    "/email_preferences",
    "/apps/registered",
    "/apps/authorized",
    "/apps/registered/:id",
    "/apps/registered/:id/:slug",
    "/g/:key/emails",
    "/g/:key/membership_requests",
    "/g/:key/members/requests",
    "/g/:key/memberships",
    "/g/:key/settings",
    "/g/:key/previous_polls",
    "/g/:key/memberships/:username",
    "/g/:key/tags",
    "/g/:key/tags/:tag_name",
    "/g/new",
    "/d/new",
    "/p/new",
    "/p/new/:type",
    "/dashboard/direct_discussions",
    "/tasks",
    "/poll_templates/new",
    "/poll_templates/:id",
    "/poll_templates/:id/edit",
    "/thread_templates/browse",
    "/thread_templates/new",
    "/thread_templates/:id",
    "/thread_templates/:id/edit",
];

/// Adds a page that is read.
fn read(route: Route, path: &str, page: Page) -> Route {
    route.at(path, poem::get(page))
}

/// Every route that is not the API's.
#[must_use]
pub fn routes(app: &Arc<App>) -> Route {
    let mut route = Route::new();
    for path in CLIENT_PATHS {
        route = read(route, path, page!(shell::index));
    }
    route = plain::routes(redirect::routes(show::routes(route, app)));
    route = mails::routes(pie_chart::routes(route), app);
    route = files::routes(export::routes(route));
    route = identity::routes(login::routes(email_actions::routes(route)));
    route = client::routes(route, app);
    // The router finds the site's start here, too: to it, that is a rest without letters.
    route.at("/*path", poem::get(page!(redirect::otherwise)).into_endpoint())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_endings_are_formats() {
        for (path, found) in [("/g/abc.xml", Some("xml")), ("/p/abc/export.csv", Some("csv")), ("/d/abc/v1.2-of-it", None), ("/a.b/c", None), ("/", None)] {
            assert_eq!(ending(path), found, "{path}");
        }
    }
}
