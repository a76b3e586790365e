//! Plain pictures of our own where the original's are missing.

use crate::services::brand;
use poem::{Response, handler, http::StatusCode, web};

/// A picture by its name.
#[handler]
pub fn picture(web::Path(name): web::Path<String>) -> Response {
    let name = name.to_ascii_lowercase();
    let answer = Response::builder().header("cache-control", "public, max-age=86400");
    match name.rsplit_once('.') {
        Some((stem, "svg")) => answer.content_type("image/svg+xml").body(brand::svg(stem)),
        Some((stem, "png")) => answer.content_type("image/png").body(brand::png(stem)),
        _ => Response::builder().status(StatusCode::NOT_FOUND).body(""),
    }
}
