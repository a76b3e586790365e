//! `/cable`: Action Cable's talk over a web socket.
//!
//! Source: `app/channels/**` and the protocol of Rails' `actioncable`
//! (`actioncable-v1-json`).

mod talk;

use crate::{App, services::Visit, settings::Environment};
use poem::{
    IntoResponse, Response, Result, handler,
    http::{HeaderMap, StatusCode, header},
    web::{
        Data,
        websocket::{WebSocket, WebSocketConfig},
    },
};
use std::sync::Arc;

/// The most bytes a browser may send in one message.
const LARGEST_MESSAGE: usize = 16 * 1024;

/// Opens the socket. Pages of other sites, and whatever is no web socket, find
/// nothing here.
#[handler]
pub async fn connect(ws: Result<WebSocket>, headers: &HeaderMap, app: Data<&Arc<App>>, visit: Result<Visit>) -> Result<Response> {
    let app = Arc::clone(app.0);
    let ws = match ws {
        Ok(ws) if is_our_origin(&app, headers) => ws,
        _ => return Ok(Response::builder().status(StatusCode::NOT_FOUND).content_type("text/plain").body("Page not found")),
    };
    let user_id = visit?.user_id();
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(LARGEST_MESSAGE);
    config.max_frame_size = Some(LARGEST_MESSAGE);
    Ok(ws
        .protocols(["actioncable-v1-json", "actioncable-unsupported"])
        .config(config)
        .on_upgrade(move |socket| async move {
            match user_id {
                Some(id) => talk::with(&app, id, socket).await,
                None => talk::refuse(socket).await,
            }
        })
        .into_response())
}

/// Whether a page of this server asks: at its public address, at the address that
/// was asked, or, outside of production, at any port of this machine. The original
/// looks for its name anywhere in the origin, which other names can contain.
fn is_our_origin(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    let Some(origin) = text(header::ORIGIN).and_then(|o| url::Url::parse(o).ok()) else { return false };
    if !matches!(origin.scheme(), "http" | "https") {
        return false;
    }
    let Some(host) = origin.host_str() else { return false };
    if host.eq_ignore_ascii_case(&app.settings.canonical_host) {
        return true;
    }
    if host == "localhost" && origin.port().is_some() && app.settings.environment != Environment::Production {
        return true;
    }
    let asked = match origin.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    text(header::HOST).is_some_and(|h| h.eq_ignore_ascii_case(&asked))
}
