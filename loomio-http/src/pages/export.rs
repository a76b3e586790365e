//! Groups and polls to take along.

use super::{Asked, plain, shell, template};
use crate::{
    page,
    services::{Done, ServiceError, export, locate, page as content},
};
use loomio_core::rich_text;
use minijinja::context;
use poem::{Response, Route, http::StatusCode};

/// A group, for those who administer it.
async fn group(asked: &Asked) -> Done<Response> {
    let found = locate::allowed_group(&asked.visit, &asked.text("key"), "export").await?;
    if asked.format != "html" {
        return Err(ServiceError::not_found());
    }
    let heading = asked.visit.app.i18n.text(&asked.visit.locale, "page.export_of", &[("name", &content::full_name(&asked.visit, &found).await?)]);
    let tables = export::group_page(&asked.visit, &found).await?;
    Ok(shell::html(StatusCode::OK, template::render("group_export.html", context! { lang => asked.visit.locale.replace('_', "-"), heading => heading, tables => template::value(&tables) })))
}

/// A poll, for those who may see its results; somebody who came by mail may be one.
async fn poll(asked: &Asked) -> Done<Response> {
    let visit = asked.visit.by_mail_link().await?;
    let found = locate::allowed_poll(&visit, &asked.text("key"), "export").await?;
    let tables = export::poll_tables(&visit, &found).await?;
    match asked.format.as_str() {
        "csv" => Ok(plain::download(&export::poll_file_name(&found), "text/csv; charset=utf-8", export::poll_csv(tables))),
        "html" => {
            let html = |body: &str, format: &str| {
                let html = if format == "html" { body.to_owned() } else { rich_text::markdown::to_html(body) };
                rich_text::on_save(&html, "html", &visit.app.settings.canonical_host, &mut || 0)
            };
            let fields: std::collections::BTreeMap<_, _> = tables.poll.iter().cloned().collect();
            let values = context! {
                lang => visit.locale.replace('_', "-"),
                poll => template::value(&fields),
                details => html(found.details.as_deref().unwrap_or_default(), &found.details_format),
                outcome => tables.outcome.as_ref().map(|(statement, format)| html(statement, format)),
                results => template::value(&tables.options),
                votes => template::value(&tables.votes),
            };
            Ok(shell::html(StatusCode::OK, template::render("poll_export.html", values)))
        }
        _ => Err(ServiceError::not_found()),
    }
}

/// Adds the paths.
pub fn routes(route: Route) -> Route {
    let mut route = route.at("/g/:key/export", poem::get(page!(group)));
    for ending in ["csv", "json", "html", "xml"] {
        route = route.at(format!("/g/:key/export.{ending}"), poem::get(page!(group))).at(format!("/p/:key/export.{ending}"), poem::get(page!(poll)));
    }
    route.at("/p/:key/export", poem::get(page!(poll)))
}
