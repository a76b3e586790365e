//! `/cable`: Action Cable's talk over a web socket.

use crate::App;
use poem::{
    IntoResponse, handler,
    web::{Data, websocket::WebSocket},
};
use std::sync::Arc;

/// Opens the socket.
#[handler]
pub fn connect(ws: WebSocket, _app: Data<&Arc<App>>) -> impl IntoResponse {
    ws.protocols(["actioncable-v1-json", "actioncable-unsupported"]).on_upgrade(|_socket| async {})
}
