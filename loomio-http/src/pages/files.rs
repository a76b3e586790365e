//! ActiveStorage's addresses: beginning an upload, sending its bytes, and reading
//! files and changed pictures by signed names.

use super::Asked;
use crate::{
    App, page,
    services::{
        Done, ServiceError,
        blob::StoreError,
        file::{self, Promised, Served},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::StreamExt;
use md5::{Digest, Md5};
use poem::{
    Body, Request, Response, Route, handler,
    http::{HeaderMap, StatusCode, header},
    web::{Data, Path, Query},
};
use serde::Deserialize;
use std::{ops::Range, sync::Arc};

/// The server as its visitor knows it.
fn root(asked: &Asked) -> String {
    let own = asked.visit.app.settings.root_url();
    let scheme = own.split_once("://").map_or("http", |(scheme, _)| scheme);
    match asked.headers.get(header::HOST).and_then(|h| h.to_str().ok()).filter(|h| h.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))) {
        Some(host) => format!("{scheme}://{host}"),
        None => own,
    }
}

async fn begun(asked: &Asked, links: bool) -> Done<Response> {
    let answer = |status: StatusCode, body: String| Response::builder().status(status).content_type("application/json; charset=utf-8").body(body);
    match file::direct_upload(&asked.visit, &root(asked), links).await {
        Ok(told) => Ok(answer(StatusCode::OK, told.to_string())),
        Err(e @ ServiceError::SignedOut) => Ok(answer(StatusCode::UNAUTHORIZED, serde_json::json!({"error": e.to_string()}).to_string())),
        Err(ServiceError::Params(e)) => Ok(answer(StatusCode::BAD_REQUEST, serde_json::json!({"exception": "ActionController::ParameterMissing", "error": e.to_string()}).to_string())),
        Err(e) => Err(e),
    }
}

async fn upload(asked: &Asked) -> Done<Response> {
    begun(asked, false).await
}

async fn upload_with_links(asked: &Asked) -> Done<Response> {
    begun(asked, true).await
}

fn only(status: StatusCode) -> Response {
    Response::builder().status(status).content_type("text/html").body("")
}

/// Takes the bytes of an upload. They are kept only when they are what was promised.
#[handler]
async fn receive(Data(app): Data<&Arc<App>>, Path(token): Path<String>, req: &Request, body: Body) -> Response {
    let Some(promised) = file::promised(app, &token) else { return only(StatusCode::NOT_FOUND) };
    let sent_type = req.content_type().unwrap_or_default();
    let expected = promised.content_type.as_deref().unwrap_or_default();
    let sent_length: Option<u64> = req.header(header::CONTENT_LENGTH).and_then(|l| l.parse().ok());
    if sent_type != expected || sent_length.is_some_and(|l| l != promised.length) {
        return only(StatusCode::UNPROCESSABLE_ENTITY);
    }
    match keep(app, &promised, body).await {
        Ok(true) => Response::builder().status(StatusCode::NO_CONTENT).header(header::CACHE_CONTROL, "no-cache").body(""),
        Ok(false) => only(StatusCode::UNPROCESSABLE_ENTITY),
        Err(e) => {
            tracing::error!(error = %e, "an upload could not be kept");
            only(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Parts in which bytes are passed on to where they are kept.
const PART: usize = 5 * 1024 * 1024;

async fn keep(app: &App, promised: &Promised, body: Body) -> Result<bool, StoreError> {
    let mut kept = app.files.begin(&promised.key).await?;
    let (mut sum, mut length, mut part) = (Md5::new(), 0u64, Vec::new());
    let mut stream = body.into_bytes_stream();
    while let Some(chunk) = stream.next().await {
        let Ok(chunk) = chunk else {
            kept.abort().await?;
            return Ok(false);
        };
        length += chunk.len() as u64;
        if length > promised.length {
            kept.abort().await?;
            return Ok(false);
        }
        sum.update(&chunk);
        part.extend_from_slice(&chunk);
        if part.len() >= PART {
            kept.put_part(std::mem::take(&mut part).into()).await?;
        }
    }
    let right = length == promised.length && promised.checksum.as_deref().is_none_or(|c| c == STANDARD.encode(sum.finalize()));
    if !right {
        kept.abort().await?;
        return Ok(false);
    }
    if !part.is_empty() || length == 0 {
        kept.put_part(part.into()).await?;
    }
    kept.complete().await?;
    Ok(true)
}

/// One range of a file of `size` bytes: `None` without a (readable) wish, an error
/// when the wish lies outside.
fn range(headers: &HeaderMap, size: u64) -> Result<Option<Range<u64>>, ()> {
    let Some(wish) = headers.get(header::RANGE).and_then(|r| r.to_str().ok()).and_then(|r| r.strip_prefix("bytes=")) else { return Ok(None) };
    let Some((from, to)) = wish.split_once('-').filter(|_| !wish.contains(',')) else { return Ok(None) };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let range = match (number(from), number(to)) {
        (Some(from), to) => from..to.map_or(size, |to| to.saturating_add(1).min(size)),
        (None, Some(last)) if from.trim().is_empty() => size.saturating_sub(last)..size,
        _ => return Ok(None),
    };
    if range.start >= range.end { Err(()) } else { Ok(Some(range)) }
}

async fn bytes(app: &App, headers: &HeaderMap, served: &Served, caching: &str, etag: Option<String>) -> Response {
    let about = match app.files.about(&served.key).await {
        Ok(about) => about,
        Err(e) if e.is_absence() => return only(StatusCode::NOT_FOUND),
        Err(e) => {
            tracing::error!(error = %e, "a file could not be read");
            return only(StatusCode::INTERNAL_SERVER_ERROR);
        }
    };
    let mut answer = Response::builder()
        .header(header::CONTENT_TYPE, &served.content_type)
        .header(header::CONTENT_DISPOSITION, &served.disposition)
        .header(header::CACHE_CONTROL, caching)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::LAST_MODIFIED, about.last_modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if let Some(etag) = etag {
        if headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).is_some_and(|v| v == etag) {
            return answer.header(header::ETAG, etag).status(StatusCode::NOT_MODIFIED).body("");
        }
        answer = answer.header(header::ETAG, etag);
    }
    let wanted = match range(headers, about.size) {
        Ok(wanted) => wanted,
        Err(()) => return answer.status(StatusCode::RANGE_NOT_SATISFIABLE).header(header::CONTENT_RANGE, format!("bytes */{}", about.size)).body(""),
    };
    if let Some(r) = &wanted {
        answer = answer.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, format!("bytes {}-{}/{}", r.start, r.end - 1, about.size));
    }
    let length = wanted.as_ref().map_or(about.size, |r| r.end - r.start);
    match app.files.get(&served.key, wanted.filter(|_| about.size > 0)).await {
        Ok(found) => answer.header(header::CONTENT_LENGTH, length).body(Body::from_bytes_stream(found.into_stream().map(|part| part.map_err(std::io::Error::other)))),
        Err(e) => {
            tracing::error!(error = %e, "a file could not be read");
            only(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// What a reader may ask for.
#[derive(Debug, Deserialize)]
struct Wish {
    disposition: Option<String>,
}

/// The bytes behind an address that holds for five minutes.
#[handler]
async fn disk(Data(app): Data<&Arc<App>>, Path((key, _)): Path<(String, String)>, headers: &HeaderMap) -> Response {
    match Served::of_address(app, &key) {
        Some(served) => bytes(app, headers, &served, "max-age=0, private, must-revalidate", None).await,
        None => only(StatusCode::NOT_FOUND),
    }
}

fn lead_to(app: &App, served: &Served, filename: &str) -> Response {
    Response::builder()
        .status(StatusCode::FOUND)
        .header(header::LOCATION, served.path(app, filename))
        .header(header::CACHE_CONTROL, "max-age=300, private")
        .content_type("text/html; charset=utf-8")
        .body("")
}

fn missing(e: ServiceError) -> Response {
    match e {
        ServiceError::NotFound(_) => only(StatusCode::NOT_FOUND),
        e => {
            tracing::error!(error = %e, "a file could not be found");
            only(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Files named by signed ids are kept by browsers for good, as they never change.
const FOR_GOOD: &str = "max-age=3155695200, public, immutable";

#[handler]
async fn blob_redirect(Data(app): Data<&Arc<App>>, Path((id, _)): Path<(String, String)>, Query(wish): Query<Wish>) -> Response {
    match file::named(app, &id).await {
        Ok(row) => lead_to(app, &Served::of_blob(&row, wish.disposition.as_deref()), &row.filename),
        Err(e) => missing(e),
    }
}

#[handler]
async fn blob_proxy(Data(app): Data<&Arc<App>>, Path((id, _)): Path<(String, String)>, Query(wish): Query<Wish>, headers: &HeaderMap) -> Response {
    match file::named(app, &id).await {
        Ok(row) => {
            let etag = row.checksum.as_deref().map(|c| format!("W/\"{}\"", hex::encode(Md5::digest(c.as_bytes()))));
            bytes(app, headers, &Served::of_blob(&row, wish.disposition.as_deref()), FOR_GOOD, etag).await
        }
        Err(e) => missing(e),
    }
}

#[handler]
async fn representation_redirect(Data(app): Data<&Arc<App>>, Path((id, variation, _)): Path<(String, String, String)>, Query(wish): Query<Wish>) -> Response {
    match file::representation(app, &id, &variation, wish.disposition.as_deref()).await {
        Ok((served, filename)) => lead_to(app, &served, &filename),
        Err(e) => missing(e),
    }
}

#[handler]
async fn representation_proxy(Data(app): Data<&Arc<App>>, Path((id, variation, _)): Path<(String, String, String)>, Query(wish): Query<Wish>, headers: &HeaderMap) -> Response {
    match file::representation(app, &id, &variation, wish.disposition.as_deref()).await {
        Ok((served, _)) => bytes(app, headers, &served, FOR_GOOD, None).await,
        Err(e) => missing(e),
    }
}

/// Adds the addresses.
pub fn routes(route: Route) -> Route {
    let storage = "/rails/active_storage";
    let mut route = route
        .at("/direct_uploads", poem::post(page!(upload_with_links)))
        .at(format!("{storage}/direct_uploads"), poem::post(page!(upload)))
        .at(format!("{storage}/disk/:token"), poem::put(receive))
        .at(format!("{storage}/disk/:token/*filename"), poem::get(disk))
        .at(format!("{storage}/blobs/proxy/:signed_id/*filename"), poem::get(blob_proxy))
        .at(format!("{storage}/representations/proxy/:signed_id/:variation/*filename"), poem::get(representation_proxy));
    for redirect in ["/redirect", ""] {
        route = route
            .at(format!("{storage}/blobs{redirect}/:signed_id/*filename"), poem::get(blob_redirect))
            .at(format!("{storage}/representations{redirect}/:signed_id/:variation/*filename"), poem::get(representation_redirect));
    }
    route
}

#[cfg(test)]
mod tests {
    use super::*;
    use poem::http::HeaderValue;

    #[test]
    fn ranges_are_cut_to_the_file() {
        let check = |wish: &str, found: Result<Option<Range<u64>>, ()>| {
            let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_str(wish).expect("a header"))]);
            assert_eq!(range(&headers, 18), found, "{wish}");
        };
        check("bytes=2-5", Ok(Some(2..6)));
        check("bytes=10-", Ok(Some(10..18)));
        check("bytes=-4", Ok(Some(14..18)));
        check("bytes=0-99999999999999999999", Ok(Some(0..18)));
        check("bytes=18-", Err(()));
        check("bytes=1-2,4-5", Ok(None));
        check("lines=1-2", Ok(None));
    }
}
