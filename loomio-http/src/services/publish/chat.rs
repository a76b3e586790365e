//! Chat rooms that are told of events.

use crate::App;
use std::sync::Arc;

/// Posts an event to a chat room.
///
/// # Errors
/// When the room cannot be reached now.
pub async fn post(_app: &Arc<App>, _chatbot_id: i64, _event_id: i32) -> anyhow::Result<()> {
    Ok(())
}
