//! The parameters of a request: the query, and the body over it.

use crate::{json::params::Params, services::blob::Upload};
use poem::{
    Body, FromRequest, Request, RequestBody, Result,
    http::{Method, StatusCode},
    web::Multipart,
};
use serde_json::{Map, Value as Json};

/// The most bytes of a request's body outside of uploads.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// The most bytes of a form with files: pictures of people and groups.
const LARGEST_FORM: usize = 20 * 1024 * 1024;

/// A form with files: its fields, and the files.
async fn form(req: &Request, body: &mut RequestBody, fields: &mut Map<String, Json>) -> Result<Vec<Upload>> {
    let bad = |message: &str| poem::Error::from_string(message.to_owned(), StatusCode::BAD_REQUEST);
    if req.header("content-length").and_then(|l| l.parse::<usize>().ok()).is_none_or(|l| l > LARGEST_FORM) {
        return Err(poem::Error::from_string("the form is too large", StatusCode::PAYLOAD_TOO_LARGE));
    }
    let mut parts = Multipart::from_request(req, body).await?;
    let mut uploads = Vec::new();
    while let Some(part) = parts.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(ToOwned::to_owned) {
            Some(filename) => {
                let content_type = part.content_type().map(ToOwned::to_owned);
                let bytes = part.bytes().await.map_err(|_| bad("the form cannot be read"))?;
                uploads.push(Upload { field: name, filename, content_type, bytes: bytes.into() });
            }
            None => {
                let text = part.text().await.map_err(|_| bad("the form is not UTF-8"))?;
                if text.contains('\0') {
                    return Err(bad("the form contains a NUL character"));
                }
                fields.insert(name, text.into());
            }
        }
    }
    Ok(uploads)
}

/// Reads the parameters, and the files of a form.
pub async fn params(req: &Request, body: &mut RequestBody) -> Result<(Params, Vec<Upload>)> {
    let bad = |message: &str| poem::Error::from_string(message.to_owned(), StatusCode::BAD_REQUEST);
    let mut merged = query(req.uri().query().unwrap_or_default()).map_err(|e| bad(&e))?;
    if matches!(*req.method(), Method::GET | Method::HEAD) {
        return Ok((Params(merged), Vec::new()));
    }
    let kind = req.content_type().unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("multipart/") {
        let uploads = form(req, body, &mut merged).await?;
        return Ok((Params(merged), uploads));
    }
    let bytes = body.take().unwrap_or_else(|_| Body::empty()).into_bytes_limit(LARGEST_BODY).await.map_err(|_| poem::Error::from_string("the body is too large", StatusCode::PAYLOAD_TOO_LARGE))?;
    if bytes.is_empty() {
        return Ok((Params(merged), Vec::new()));
    }
    let sent = if kind.starts_with("application/x-www-form-urlencoded") {
        let text = std::str::from_utf8(&bytes).map_err(|_| bad("the body is not UTF-8"))?;
        query(text).map_err(|e| bad(&e))?
    } else {
        match serde_json::from_slice::<Json>(&bytes) {
            Ok(Json::Object(object)) => object,
            Ok(other) => Map::from_iter([("_json".to_owned(), other)]),
            Err(e) => return Err(bad(&format!("the body is not JSON: {e}"))),
        }
    };
    if contains_nul(&Json::Object(sent.clone())) {
        return Err(bad("the body contains a NUL character"));
    }
    merged.extend(sent);
    Ok((Params(merged), Vec::new()))
}

fn query(text: &str) -> std::result::Result<Map<String, Json>, String> {
    let decoded: Vec<u8> = url::form_urlencoded::parse(text.as_bytes()).flat_map(|(k, v)| [k.into_owned(), v.into_owned()]).flat_map(String::into_bytes).collect();
    if decoded.contains(&0) {
        return Err("the query contains a NUL character".to_owned());
    }
    // Invalid UTF-8 would have been replaced silently.
    if url::form_urlencoded::parse(text.as_bytes()).any(|(k, v)| k.contains('\u{fffd}') || v.contains('\u{fffd}')) {
        return Err("the query is not UTF-8".to_owned());
    }
    if text.is_empty() {
        return Ok(Map::new());
    }
    serde_qs::Config::new().max_depth(10).use_form_encoding(true).deserialize_str(text).map_err(|e| format!("the query cannot be read: {e}"))
}

fn contains_nul(value: &Json) -> bool {
    match value {
        Json::String(s) => s.contains('\0'),
        Json::Array(a) => a.iter().any(contains_nul),
        Json::Object(o) => o.iter().any(|(k, v)| k.contains('\0') || contains_nul(v)),
        _ => false,
    }
}
