//! Tells a chat room of an event. Each room has a job of its own, so that one that
//! cannot be reached keeps no other from hearing.

use super::Job;
use crate::App;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Posts an event to one chat room.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PostToChatbot {
    /// The chat room.
    pub chatbot_id: i64,
    /// The event.
    pub event_id: i32,
}

impl Job for PostToChatbot {
    const NAME: &'static str = "post_to_chatbot";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        crate::services::publish::chat::post(&app, self.chatbot_id, self.event_id).await
    }
}
