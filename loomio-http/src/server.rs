//! The server: all routes in one, and what stands around every request.

use crate::{
    App, api, cable, pages,
    session::{self, Guarded, Sessions},
};
use poem::{
    Endpoint, EndpointExt, IntoEndpoint, Route,
    middleware::{NormalizePath, TrailingSlash},
};
use std::sync::Arc;

/// Every route.
pub fn routes(app: &Arc<App>) -> impl Endpoint + use<> {
    let service = api::service(&app.settings.root_url());
    let document = service.spec_endpoint();
    let browser = service.swagger_ui();
    api::mail_hook::add(Route::new())
        .at("/cable", cable::connect)
        .at("/openapi.json", document)
        .at("/api/hocuspocus", pages::live_editor::endpoint())
        .nest("/api/browse", browser)
        .nest("/api", service.into_endpoint())
        .nest("/", pages::routes(app))
        .catch_all_error(session::refused)
        .with(Sessions)
        .with(Guarded)
        .data(Arc::clone(app))
        .with(NormalizePath::new(TrailingSlash::Trim))
}

/// Serves on an address until `stop` is over.
///
/// # Errors
/// When the address is taken.
pub async fn serve(app: &Arc<App>, address: &str, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    poem::Server::new(poem::listener::TcpListener::bind(address)).run_with_graceful_shutdown(routes(app), stop, Some(std::time::Duration::from_secs(5))).await
}
