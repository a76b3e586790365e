//! Small things browsers, programs and robots ask for.

use super::{
    Asked,
    shell::{self, Content},
    template,
};
use crate::{
    App, page,
    services::{Done, page as content},
};
use loomio_core::policy::Permit;
use minijinja::context;
use poem::{
    Body, Response, Route, handler,
    http::{StatusCode, header},
    web::Data,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

const ICON_SIZES: [u32; 6] = [32, 48, 128, 144, 192, 512];

/// The web manifest. The original's icons have lost their names; only the root is left.
async fn manifest(asked: &Asked) -> Done<Response> {
    let settings = &asked.visit.app.settings;
    let root = settings.root_url();
    let icons: Vec<Json> = ICON_SIZES.iter().map(|size| json!({"src": root, "sizes": format!("{size}x{size}"), "type": "image/png"})).collect();
    let body = json!({
        "name": settings.site_name,
        "short_name": settings.site_name,
        "display": "standalone",
        "orientation": "portrait",
        "start_url": "/dashboard",
        "background_color": settings.var("THEME_PRIMARY_COLOR").unwrap_or("#658AE7"),
        "theme_color": settings.var("THEME_TEXT_ON_PRIMARY_COLOR").unwrap_or("#ffffff"),
        "icons": icons,
    });
    Ok(Response::builder().content_type("application/json; charset=utf-8").body(body.to_string()))
}

/// What robots may read.
async fn robots(asked: &Asked) -> Done<Response> {
    let settings = &asked.visit.app.settings;
    let rules = if settings.var("ALLOW_ROBOTS").is_some() { format!("User-agent: *\nAllow: /\nSitemap: {}/sitemap.xml\n", settings.root_url()) } else { "User-agent: *\nDisallow: /\n".to_owned() };
    Ok(Response::builder().content_type("text/plain; charset=utf-8").body(rules))
}

/// What robots find here, when the site wants to be found.
async fn sitemap(asked: &Asked) -> Done<Response> {
    let entries = if asked.visit.app.settings.flag("FEATURES_SITEMAP") { content::sitemap(&asked.visit).await? } else { Vec::new() };
    Ok(Response::builder().content_type("application/xml; charset=utf-8").body(template::render("sitemap.xml", context! { entries => template::value(&entries) })))
}

/// How programs use the site, with one's own key. Whoever has none yet gets one.
async fn help(asked: &Asked) -> Done<Response> {
    let visit = &asked.visit;
    let mut key = visit.user.as_ref().and_then(|u| u.api_key.clone()).filter(|k| !k.is_empty());
    if let (None, Some(user)) = (&key, visit.user.as_deref()) {
        let w = visit.begin().await?;
        let mut after = user.clone();
        after.api_key = Some(w.random_string(b"0123456789abcdef", 20));
        key.clone_from(&after.api_key);
        w.update_columns(&Permit::system("one's own key"), user, after).await?;
        w.commit().await?;
    }
    let values = context! { api_key => key, root => visit.app.settings.root_url(), group_id => visit.params.int("group_id").unwrap_or(123) };
    Ok(shell::draw(asked, StatusCode::OK, &content::Described::of_site(visit), Some(&Content { template: "help.html", values })))
}

/// The server is up.
#[handler]
fn up() -> &'static str {
    "ok"
}

/// Things that some browsers ask for and that do not exist.
#[handler]
fn nothing() -> StatusCode {
    StatusCode::OK
}

/// What is no longer there.
async fn gone(asked: &Asked) -> Done<Response> {
    Ok(shell::failure(asked, StatusCode::GONE, None))
}

async fn missing(asked: &Asked) -> Done<Response> {
    Ok(shell::failure(asked, StatusCode::NOT_FOUND, None))
}

/// Where error reports go: the scheme, host and project of `SENTRY_PUBLIC_DSN`.
fn sentry(dsn: &str) -> Option<(String, String)> {
    let address = url::Url::parse(dsn).ok()?;
    let project = address.path().replace('/', "");
    Some((address.host_str()?.to_owned(), project)).filter(|(_, p)| !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The most bytes of an error report.
const LARGEST_REPORT: usize = 1024 * 1024;

/// Passes the client's error reports on to the configured place, and to no other.
#[handler]
async fn bug_tunnel(Data(app): Data<&Arc<App>>, body: Body) -> StatusCode {
    let Some((host, project)) = app.settings.var("SENTRY_PUBLIC_DSN").and_then(sentry) else { return StatusCode::NO_CONTENT };
    let Ok(report) = body.into_bytes_limit(LARGEST_REPORT).await else { return StatusCode::PAYLOAD_TOO_LARGE };
    let first = report.split(|b| *b == b'\n').next().unwrap_or_default();
    let named = serde_json::from_slice::<Json>(first).ok().and_then(|h| h.get("dsn").and_then(Json::as_str).and_then(sentry));
    if named != Some((host.clone(), project.clone())) {
        return StatusCode::NO_CONTENT;
    }
    #[expect(clippy::disallowed_methods, reason = "the address is the operator's own setting")]
    let sent = reqwest::Client::new().post(format!("https://{host}/api/{project}/envelope/")).timeout(std::time::Duration::from_secs(10)).body(report.to_vec()).send().await;
    if let Err(e) = sent {
        tracing::warn!(error = %e.without_url(), "an error report could not be passed on");
        return StatusCode::NO_CONTENT;
    }
    StatusCode::OK
}

/// Adds the paths.
pub fn routes(route: Route) -> Route {
    let mut route = route.at("/up", poem::get(up)).at("/bug_tunnel", poem::post(bug_tunnel)).at("/sitemap.xml", poem::get(page!(sitemap)));
    for path in ["/manifest", "/manifest.json"] {
        route = route.at(path, poem::get(page!(manifest)));
    }
    for path in ["/robots", "/robots.txt"] {
        route = route.at(path, poem::get(page!(robots)));
    }
    for path in ["/help/api", "/help/api2", "/help/api3"] {
        route = route.at(path, poem::get(page!(help)));
    }
    for path in ["/favicon.ico", "/wp-login.php"] {
        route = route.at(path, poem::get(nothing));
    }
    route.at("/404.html", poem::get(page!(missing))).at("/410.html", poem::get(page!(gone)))
}

/// A file to be kept rather than shown.
#[must_use]
pub fn download(name: &str, content_type: &str, body: Vec<u8>) -> Response {
    Response::builder().header(header::CONTENT_DISPOSITION, crate::services::blob::disposition("attachment", name)).content_type(content_type).body(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_go_to_a_host_and_a_project() {
        let check = |dsn: &str, found: Option<(&str, &str)>| assert_eq!(sentry(dsn), found.map(|(h, p)| (h.to_owned(), p.to_owned())), "{dsn}");
        check("https://key@sentry.example.org/42", Some(("sentry.example.org", "42")));
        check("https://key@sentry.example.org/", None);
        check("https://key@sentry.example.org/a/../b?x", Some(("sentry.example.org", "b")));
        check("nonsense", None);
    }
}
