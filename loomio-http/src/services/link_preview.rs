//! Title, description and picture of pages that people link to.
//!
//! Source: `app/services/link_preview_service.rb`. Unlike the original, only those
//! who are signed in may ask, and only pages of the public internet are fetched.

use super::{Done, Visit, locate};
use crate::{
    json::params::{BadParams, Params},
    outgoing,
};
use futures_util::future::join_all;
use loomio_db::sql;
use scraper::{Html, Selector};
use serde_json::{Value as Json, json};
use url::Url;

/// The most pages that are fetched for one request.
const MOST: usize = 10;
/// The most bytes of a page that are read.
const LARGEST: usize = 1024 * 1024;
/// How often a page may lead to another.
const REDIRECTS: usize = 4;

/// Previews of pages.
///
/// # Errors
/// When nobody is signed in or no addresses are given.
pub async fn create(visit: &Visit) -> Done {
    visit.signed_in()?;
    if visit.params.get("urls").is_none() {
        return Err(BadParams::Missing("urls".to_owned()).into());
    }
    let known = known(visit, &visit.params).await?;
    let blocked: Vec<String> = sql::column(visit.db(), "select name from blocked_domains where name is not null", vec![]).await?;
    let wanted = visit.params.texts("urls").into_iter().filter(|url| !known.contains(url)).filter(|url| {
        let host = Url::parse(url).ok().and_then(|u| u.host_str().map(ToOwned::to_owned));
        host.is_some_and(|host| !blocked.iter().any(|b| b.eq_ignore_ascii_case(&host)))
    });
    let found = join_all(wanted.take(MOST).map(|url| async move { fetch(visit, &url).await })).await;
    Ok(json!({"previews": found.into_iter().flatten().collect::<Vec<Json>>()}))
}

/// Addresses that the thread shows already.
async fn known(visit: &Visit, params: &Params) -> Done<Vec<String>> {
    let Some(id) = params.text("discussion_id") else { return Ok(Vec::new()) };
    let Ok(thread) = locate::allowed_discussion(visit, &id, "show").await else { return Ok(Vec::new()) };
    Ok(sql::column(
        visit.db(),
        "select p->>'url' from (select link_previews from discussions where id = $1 union all select link_previews from comments where discussion_id = $1 \
           union all select link_previews from polls where discussion_id = $1) t, jsonb_array_elements(case jsonb_typeof(t.link_previews) when 'array' then t.link_previews else '[]' end) p where p->>'url' is not null",
        vec![thread.id.into()],
    )
    .await?)
}

async fn fetch(visit: &Visit, address: &str) -> Option<Json> {
    let mut next = address.to_owned();
    for _ in 0..=REDIRECTS {
        let (client, url) = outgoing::client_for(&visit.app.settings, &next).await.ok()?;
        let answer = client.get(url.clone()).header("accept", "text/html").send().await.ok()?;
        if answer.status().is_redirection() {
            let place = answer.headers().get("location")?.to_str().ok()?;
            next = url.join(place).ok()?.to_string();
            continue;
        }
        if answer.status().as_u16() != 200 {
            return None;
        }
        return preview(&page(answer).await?, address);
    }
    None
}

/// The start of a page.
async fn page(mut answer: reqwest::Response) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= LARGEST {
            bytes.truncate(LARGEST);
            break;
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first of some places in a page that says something.
fn first(page: &Html, places: &[(&str, Option<&str>)]) -> Option<String> {
    places.iter().find_map(|(selector, attribute)| {
        let found = page.select(&Selector::parse(selector).ok()?).next()?;
        let text = match attribute {
            Some(name) => found.attr(name)?.to_owned(),
            None => found.text().collect(),
        };
        Some(text.trim().to_owned()).filter(|t| !t.is_empty())
    })
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 240 { text.to_owned() } else { text.chars().take(237).collect::<String>() + "..." }
}

fn preview(html: &str, address: &str) -> Option<Json> {
    let page = Html::parse_document(html);
    let title = first(&page, &[(r#"meta[property="og:title"]"#, Some("content")), ("title", None), ("h1", None)])?;
    // What somebody sees who is not signed in there says nothing of the page.
    if title.starts_with("Google ") && title.contains(": Sign-in") {
        return None;
    }
    let description = first(&page, &[(r#"meta[property="og:description"]"#, Some("content")), (r#"meta[name="description"]"#, Some("content"))]);
    let image = first(
        &page,
        &[(r#"meta[property="og:image"]"#, Some("content")), (r#"meta[name="og:image"]"#, Some("content")), (r#"img[itemprop="image"]"#, Some("src")), (r#"link[rel="image_src"]"#, Some("href"))],
    );
    let hostname = Url::parse(address).ok()?.host_str()?.to_owned();
    Some(json!({
        "title": shortened(&title),
        "description": shortened(&description.unwrap_or_default()),
        "image": image,
        "url": address,
        "fit": "contain",
        "align": "center",
        "hostname": hostname,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_by_its_head() {
        let check = |html: &str, title: Option<&str>, description: &str, image: Option<&str>| {
            let told = preview(html, "https://example.org/a");
            assert_eq!(told.as_ref().and_then(|t| t["title"].as_str()), title, "{html}");
            if let Some(told) = told {
                assert_eq!((told["description"].as_str(), told["image"].as_str(), told["hostname"].as_str()), (Some(description), image, Some("example.org")), "{html}");
            }
        };
        check("<title> Plain </title>", Some("Plain"), "", None);
        check(r#"<meta property="og:title" content="Better"><title>x</title><meta name="description" content="d"><meta property="og:image" content="i.png">"#, Some("Better"), "d", Some("i.png"));
        check("<p>nothing</p>", None, "", None);
        check("<title>Google Docs: Sign-in</title>", None, "", None);
    }
}
