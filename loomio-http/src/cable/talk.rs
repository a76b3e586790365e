//! One browser's talk with the server: what it subscribes to and what it hears.

use crate::{
    App,
    live::{Heard, Listener},
};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use loomio_db::sql;
use poem::web::websocket::{CloseCode, Message, WebSocketStream};
use serde::Deserialize;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, interval_at};

/// How often a browser is told that the connection is alive.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// How often it is asked which groups the person is in, in heartbeats.
const RECHECK: u32 = 20;
/// How many subscriptions one connection may have, and how long a name may be.
const MOST_SUBSCRIPTIONS: usize = 16;
const LONGEST_IDENTIFIER: usize = 1024;

type Sink = SplitSink<WebSocketStream, Message>;

/// What can be subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    /// The records of the person and of their groups.
    Records,
    /// What operators tell everybody.
    Notice,
}

#[derive(Deserialize)]
struct Command {
    command: String,
    identifier: Option<String>,
}

#[derive(Deserialize)]
struct Identifier {
    channel: String,
}

/// Tells somebody who is not signed in so.
pub async fn refuse(socket: WebSocketStream) {
    let (mut sink, _) = socket.split();
    // They may be gone already.
    let _ = sink.send(Message::text(json!({"type": "disconnect", "reason": "unauthorized", "reconnect": false}).to_string())).await;
    let _ = sink.send(Message::close_with(CloseCode::Normal, "")).await;
}

/// Talks with a browser until either side ends it.
pub async fn with(app: &Arc<App>, user_id: i32, socket: WebSocketStream) {
    let (mut sink, mut source) = socket.split();
    let mut talk = Talk { app: Arc::clone(app), user_id, listener: app.live.listener(), subscriptions: Vec::new(), groups: Vec::new() };
    let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    let mut beats = 0u32;
    if send(&mut sink, json!({"type": "welcome"}).to_string()).await.is_err() {
        return;
    }
    loop {
        let sent = tokio::select! {
            said = source.next() => match said {
                Some(Ok(Message::Text(text))) => talk.obey(&text, &mut sink).await,
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => Ok(()),
            },
            heard = talk.listener.next() => match heard {
                Some(heard) => talk.hand_on(&heard, &mut sink).await,
                // Too slow: the browser connects again and asks for what it missed.
                None => break,
            },
            _ = heartbeat.tick() => {
                beats = beats.wrapping_add(1);
                if beats.is_multiple_of(RECHECK) && !talk.recheck().await {
                    break;
                }
                let now = app.now().and_utc().timestamp();
                send(&mut sink, json!({"type": "ping", "message": now}).to_string()).await
            }
        };
        if sent.is_err() {
            return;
        }
    }
    // They may be gone already.
    let _ = sink.send(Message::close_with(CloseCode::Normal, "")).await;
}

async fn send(sink: &mut Sink, text: String) -> std::io::Result<()> {
    sink.send(Message::text(text)).await
}

struct Talk {
    app: Arc<App>,
    user_id: i32,
    listener: Listener,
    subscriptions: Vec<(String, Channel)>,
    /// The groups whose streams are listened to.
    groups: Vec<i32>,
}

impl Talk {
    /// Does what a browser asks; what makes no sense is left without an answer.
    async fn obey(&mut self, text: &str, sink: &mut Sink) -> std::io::Result<()> {
        let Ok(Command { command, identifier: Some(identifier) }) = serde_json::from_str::<Command>(text) else { return Ok(()) };
        match command.as_str() {
            "subscribe" if self.subscribe(&identifier).await => send(sink, json!({"identifier": identifier, "type": "confirm_subscription"}).to_string()).await,
            "unsubscribe" => {
                self.unsubscribe(&identifier);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether there is a new subscription.
    async fn subscribe(&mut self, identifier: &str) -> bool {
        if self.subscriptions.iter().any(|(known, _)| known == identifier) || self.subscriptions.len() >= MOST_SUBSCRIPTIONS || identifier.len() > LONGEST_IDENTIFIER {
            return false;
        }
        let channel = match serde_json::from_str::<Identifier>(identifier).map(|i| i.channel).as_deref() {
            Ok("RecordsChannel") => Channel::Records,
            Ok("NoticeChannel") => Channel::Notice,
            _ => return false,
        };
        match channel {
            Channel::Notice => self.listener.join("notice").await,
            Channel::Records => {
                self.listener.join(&format!("user_{}", self.user_id)).await;
                self.subscriptions.push((identifier.to_owned(), channel));
                return self.follow_groups().await.is_some();
            }
        }
        self.subscriptions.push((identifier.to_owned(), channel));
        true
    }

    fn unsubscribe(&mut self, identifier: &str) {
        self.subscriptions.retain(|(known, _)| known != identifier);
        if !self.has(Channel::Notice) {
            self.listener.leave("notice");
        }
        if !self.has(Channel::Records) {
            self.listener.leave(&format!("user_{}", self.user_id));
            for group in std::mem::take(&mut self.groups) {
                self.listener.leave(&format!("group_{group}"));
            }
        }
    }

    fn has(&self, channel: Channel) -> bool {
        self.subscriptions.iter().any(|(_, c)| *c == channel)
    }

    /// Listens to the groups the person is in now and to no others; nothing when
    /// the account is closed or the database cannot be asked.
    async fn follow_groups(&mut self) -> Option<()> {
        let open = sql::exists(&self.app.db, "select 1 from users where id = $1 and deactivated_at is null", vec![self.user_id.into()]).await;
        if !open.unwrap_or(false) {
            return None;
        }
        let now: Vec<i32> = sql::column(&self.app.db, loomio_db::facts::GROUPS_OF_USER, vec![self.user_id.into()]).await.ok()?;
        for left in self.groups.iter().filter(|g| !now.contains(g)) {
            self.listener.leave(&format!("group_{left}"));
        }
        for joined in now.iter().filter(|g| !self.groups.contains(g)) {
            self.listener.join(&format!("group_{joined}")).await;
        }
        self.groups = now;
        Some(())
    }

    /// Whether the person may still listen. Who left a group hears no more of it.
    async fn recheck(&mut self) -> bool {
        !self.has(Channel::Records) || self.follow_groups().await.is_some()
    }

    async fn hand_on(&self, heard: &Heard, sink: &mut Sink) -> std::io::Result<()> {
        let channel = if heard.stream.as_ref() == "notice" { Channel::Notice } else { Channel::Records };
        for (identifier, _) in self.subscriptions.iter().filter(|(_, c)| *c == channel) {
            // The message is JSON already and is not read again.
            send(sink, format!("{{\"identifier\":{},\"message\":{}}}", json!(identifier), heard.text)).await?;
        }
        Ok(())
    }
}
