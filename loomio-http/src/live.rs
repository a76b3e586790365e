//! Live updates: what changed, sent to the browsers that look at it.
//!
//! Messages go to streams (`user_7`, `group_3`, `notice`). With Redis they travel
//! as Rails' Action Cable sends them, so that several servers, Rails among them,
//! hear each other; without, they stay in this process.

use serde_json::Value as Json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::broadcast;

/// Sends messages to streams and lets browsers listen to them.
#[derive(Debug, Clone, Default)]
pub struct Live {
    streams: Arc<Mutex<HashMap<String, broadcast::Sender<Arc<str>>>>>,
    redis: Option<redis::aio::ConnectionManager>,
}

/// How many messages a slow listener may be behind before it misses some.
const BACKLOG: usize = 256;

impl Live {
    /// Within this process only.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Through Redis.
    ///
    /// # Errors
    /// When Redis cannot be reached.
    pub async fn through_redis(url: &str) -> Result<Self, redis::RedisError> {
        let client = redis::Client::open(url)?;
        Ok(Self { redis: Some(client.get_connection_manager().await?), ..Self::default() })
    }

    /// Sends a message to everybody who listens to a stream. Live updates are a
    /// courtesy: when Redis is away, the message is lost and the log says so.
    pub async fn publish(&self, stream: &str, message: &Json) {
        let text = message.to_string();
        if let Some(mut redis) = self.redis.clone() {
            if let Err(e) = redis::AsyncCommands::publish::<_, _, ()>(&mut redis, stream, &text).await {
                tracing::warn!(error = %e, stream, "a live update could not be sent");
            }
            return;
        }
        self.deliver(stream, text.into());
    }

    /// Hands a message to the listeners of this process.
    pub fn deliver(&self, stream: &str, text: Arc<str>) {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = streams.get(stream) {
            // Nobody listening any more is no fault.
            let _ = sender.send(text);
        }
    }

    /// Listens to a stream.
    #[must_use]
    pub fn listen(&self, stream: &str) -> broadcast::Receiver<Arc<str>> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.retain(|_, sender| sender.receiver_count() > 0);
        streams.entry(stream.to_owned()).or_insert_with(|| broadcast::channel(BACKLOG).0).subscribe()
    }
}
