//! Around every request: too many are refused, every answer carries the headers
//! that browsers need to be careful, and long answers are compressed.
//!
//! Source: `config/initializers/rack_attack.rb`; the headers are Rails' defaults.

use super::who;
use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    web::{Compress, CompressionAlgo},
};

/// Guards all routes.
#[derive(Debug, Clone, Copy)]
pub struct Guarded;

impl<E: Endpoint> Middleware<E> for Guarded {
    type Output = Guard<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Guard { inner }
    }
}

/// A guarded endpoint.
#[derive(Debug)]
pub struct Guard<E> {
    inner: E,
}

const HEADERS: [(&str, &str); 6] = [
    ("x-frame-options", "SAMEORIGIN"),
    ("x-xss-protection", "1; mode=block"),
    ("x-content-type-options", "nosniff"),
    ("x-download-options", "noopen"),
    ("x-permitted-cross-domain-policies", "none"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
];

impl<E: Endpoint> Endpoint for Guard<E> {
    type Output = Response;

    async fn call(&self, req: Request) -> Result<Response> {
        let app = super::app(&req);
        let is_gzip_read = req.header(header::ACCEPT_ENCODING).is_some_and(|v| v.split(',').any(|coding| coding.trim().split(';').next() == Some("gzip")));
        let refusal = match &app {
            Some(app) if matches!(*req.method(), Method::POST | Method::PUT | Method::PATCH) => {
                // Nothing has been taken off the path yet: this is the outermost layer.
                let path = req.uri().path();
                app.limits.wait(path, &who::address(app, &req))
            }
            _ => None,
        };
        let is_https = app.is_some_and(|app| app.settings.force_ssl);
        let mut response = match refusal {
            Some(wait) => too_many(wait),
            None => self.inner.call(req).await.map(IntoResponse::into_response)?,
        };
        for (name, value) in HEADERS {
            response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
        }
        if is_https {
            response.headers_mut().entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static("max-age=63072000; includeSubDomains"));
        }
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
        Ok(if is_compressible(&response) { compressed(response, is_gzip_read) } else { response })
    }
}

/// Rack::Attack's own words.
fn too_many(wait: std::time::Duration) -> Response {
    let seconds = wait.as_secs().saturating_add(1).to_string();
    Response::builder().status(StatusCode::TOO_MANY_REQUESTS).content_type("text/plain").header(header::RETRY_AFTER, seconds).body("Retry later\n")
}

fn is_compressible(response: &Response) -> bool {
    let kind = response.content_type().unwrap_or_default();
    let is_text = kind.starts_with("text/") || ["application/json", "application/javascript", "application/xml", "application/atom+xml", "image/svg+xml"].iter().any(|k| kind.starts_with(k));
    // Ranges are of the bytes as they are stored.
    is_text
        && matches!(response.status(), s if s != StatusCode::SWITCHING_PROTOCOLS && s != StatusCode::PARTIAL_CONTENT && s != StatusCode::NO_CONTENT)
        && response.header(header::CONTENT_ENCODING).is_none()
}

fn compressed(mut response: Response, is_gzip_read: bool) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if is_gzip_read { Compress::new(response, CompressionAlgo::GZIP).into_response() } else { response }
}
