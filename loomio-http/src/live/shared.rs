//! Live updates shared with other processes through Redis, on the channels and in
//! the form of Rails' Action Cable (`actioncable`'s Redis adapter without a prefix).

use super::Listeners;
use futures_util::StreamExt;
use redis::{
    AsyncCommands, Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig, PubSub},
};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// How long a message or a subscription may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause before Redis is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// What the listening task is asked for.
enum Wish {
    Hear(String, oneshot::Sender<()>),
    Ignore(String),
}

/// A Redis that carries messages between processes.
#[derive(Clone)]
pub(super) struct Redis {
    publisher: ConnectionManager,
    wishes: mpsc::UnboundedSender<Wish>,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redis")
    }
}

impl Redis {
    /// Opens Redis and starts to listen, as long as somebody holds the listeners.
    pub(super) fn open(url: &str, listeners: &Arc<Listeners>) -> Result<Self, RedisError> {
        let client = Client::open(url)?;
        let config = ConnectionManagerConfig::new().set_number_of_retries(1).set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let publisher = client.get_connection_manager_lazy(config)?;
        let (wishes, wished) = mpsc::unbounded_channel();
        tokio::spawn(listen(client, Arc::downgrade(listeners), wished));
        Ok(Self { publisher, wishes })
    }

    pub(super) async fn publish(&self, stream: &str, text: &str) -> Result<(), RedisError> {
        self.publisher.clone().publish::<_, _, ()>(stream, text).await
    }

    /// Waits until messages to a stream arrive here, or Redis is too slow.
    pub(super) async fn hear(&self, stream: &str) {
        let (done, wait) = oneshot::channel();
        if self.wishes.send(Wish::Hear(stream.to_owned(), done)).is_ok() {
            let _ = tokio::time::timeout(PATIENCE, wait).await;
        }
    }

    pub(super) fn ignore(&self, stream: &str) {
        // Without the task there is nothing to stop.
        let _ = self.wishes.send(Wish::Ignore(stream.to_owned()));
    }
}

/// Listens until nobody can listen any more, beginning again whenever Redis is lost.
async fn listen(client: Client, listeners: Weak<Listeners>, mut wishes: mpsc::UnboundedReceiver<Wish>) {
    loop {
        match client.get_async_pubsub().await {
            Ok(connection) => match follow(connection, &listeners, &mut wishes).await {
                Ok(()) => return,
                Err(e) => tracing::warn!(error = %e, "Redis was lost; live updates of other processes are missed until it is back"),
            },
            Err(e) => tracing::warn!(error = %e, "Redis cannot be reached"),
        }
        if listeners.strong_count() == 0 {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Hands on what arrives; ends without an error when nobody can listen any more.
async fn follow(connection: PubSub, listeners: &Weak<Listeners>, wishes: &mut mpsc::UnboundedReceiver<Wish>) -> Result<(), RedisError> {
    let (mut asking, mut messages) = connection.split();
    let Some(names) = listeners.upgrade().map(|l| l.names()) else { return Ok(()) };
    for name in names {
        asking.subscribe(name.as_ref()).await?;
    }
    loop {
        tokio::select! {
            message = messages.next() => {
                let Some(message) = message else { return Err((redis::ErrorKind::Io, "the connection was closed").into()) };
                let Some(listeners) = listeners.upgrade() else { return Ok(()) };
                let Ok(text) = message.get_payload::<String>() else { continue };
                // What is no JSON would break the frames it is put into.
                if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() {
                    listeners.deliver(message.get_channel_name(), &text.into());
                }
            }
            wish = wishes.recv() => match wish {
                None => return Ok(()),
                Some(Wish::Hear(stream, done)) => {
                    asking.subscribe(&stream).await?;
                    // Who asked may have given up waiting.
                    let _ = done.send(());
                }
                Some(Wish::Ignore(stream)) => {
                    // Somebody else may have begun to listen in the meantime.
                    if !listeners.upgrade().is_some_and(|l| l.streams().contains_key(stream.as_str())) {
                        asking.unsubscribe(&stream).await?;
                    }
                }
            },
        }
    }
}
