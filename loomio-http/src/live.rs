//! Live updates: what changed, sent to the browsers that look at it.
//!
//! Messages go to streams (`user_7`, `group_3`, `notice`). With Redis they travel
//! exactly as Rails' Action Cable sends them (the stream is the channel, the
//! message its JSON), so that several servers, Rails among them, hear each other;
//! without, they stay in this process.

mod shared;

use serde_json::Value as Json;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::sync::mpsc;

/// A message and the stream it was sent to.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The stream.
    pub stream: Arc<str>,
    /// The message's JSON.
    pub text: Arc<str>,
}

/// How many messages a slow listener may be behind before it is given up.
const BACKLOG: usize = 256;

/// Where a listener's messages go.
#[derive(Debug, Clone)]
struct Place {
    sender: mpsc::Sender<Heard>,
    given_up: Arc<AtomicBool>,
}

/// Who listens to what, in this process.
#[derive(Debug, Default)]
struct Listeners {
    last_id: AtomicU64,
    by_stream: Mutex<HashMap<Arc<str>, HashMap<u64, Place>>>,
}

impl Listeners {
    fn streams(&self) -> MutexGuard<'_, HashMap<Arc<str>, HashMap<u64, Place>>> {
        self.by_stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a message to everybody who listens. Who is too slow loses their place
    /// and finds their messages at an end, rather than missing some unknowingly.
    fn deliver(&self, stream: &str, text: &Arc<str>) {
        let mut streams = self.streams();
        let Some((stream, listeners)) = streams.get_key_value(stream).map(|(s, l)| (Arc::clone(s), l)) else { return };
        let slow: Vec<u64> = listeners.iter().filter(|(_, place)| place.sender.try_send(Heard { stream: Arc::clone(&stream), text: Arc::clone(text) }).is_err()).map(|(id, _)| *id).collect();
        for id in slow {
            if let Some(place) = streams.values().find_map(|listeners| listeners.get(&id)) {
                place.given_up.store(true, Ordering::Release);
            }
            streams.retain(|_, listeners| {
                listeners.remove(&id);
                !listeners.is_empty()
            });
        }
    }

    /// Every stream somebody listens to.
    fn names(&self) -> Vec<Arc<str>> {
        self.streams().keys().cloned().collect()
    }
}

/// Sends messages to streams and lets browsers listen to them.
#[derive(Debug, Clone, Default)]
pub struct Live {
    listeners: Arc<Listeners>,
    redis: Option<shared::Redis>,
}

impl Live {
    /// Within this process only.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Through Redis. It need not be there yet, and may go and come back: meanwhile
    /// messages stay in this process.
    ///
    /// # Errors
    /// When the address cannot be read.
    pub async fn through_redis(url: &str) -> Result<Self, redis::RedisError> {
        let listeners = Arc::<Listeners>::default();
        Ok(Self { redis: Some(shared::Redis::open(url, &listeners)?), listeners })
    }

    /// Sends a message to everybody who listens to a stream.
    pub async fn publish(&self, stream: &str, message: &Json) {
        let text = message.to_string();
        if let Some(redis) = &self.redis {
            match redis.publish(stream, &text).await {
                Ok(()) => return,
                Err(e) => tracing::warn!(error = %e, stream, "a live update reaches only this process"),
            }
        }
        self.listeners.deliver(stream, &text.into());
    }

    /// A listener that listens to nothing yet.
    #[must_use]
    pub fn listener(&self) -> Listener {
        let (sender, messages) = mpsc::channel(BACKLOG);
        let id = self.listeners.last_id.fetch_add(1, Ordering::Relaxed);
        Listener { id, place: Place { sender, given_up: Arc::default() }, messages, live: self.clone() }
    }
}

/// Somebody who listens to streams; dropping it ends that.
#[derive(Debug)]
pub struct Listener {
    id: u64,
    place: Place,
    messages: mpsc::Receiver<Heard>,
    live: Live,
}

impl Listener {
    /// Listens to a stream from now on.
    pub async fn join(&mut self, stream: &str) {
        self.live.listeners.streams().entry(stream.into()).or_default().insert(self.id, self.place.clone());
        if let Some(redis) = &self.live.redis {
            redis.hear(stream).await;
        }
    }

    /// Stops listening to a stream.
    pub fn leave(&mut self, stream: &str) {
        let mut streams = self.live.listeners.streams();
        let Some(listeners) = streams.get_mut(stream) else { return };
        listeners.remove(&self.id);
        if listeners.is_empty() {
            streams.remove(stream);
            drop(streams);
            if let Some(redis) = &self.live.redis {
                redis.ignore(stream);
            }
        }
    }

    /// The next message; nothing when this listener was too slow and is given up.
    pub async fn next(&mut self) -> Option<Heard> {
        if self.place.given_up.load(Ordering::Acquire) {
            return None;
        }
        self.messages.recv().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let streams: Vec<Arc<str>> = self.live.listeners.streams().iter().filter(|(_, listeners)| listeners.contains_key(&self.id)).map(|(stream, _)| Arc::clone(stream)).collect();
        for stream in streams {
            self.leave(&stream);
        }
    }
}
