//! The requests by which chat rooms are reached.

use super::{Refused, outgoing};
use crate::Settings;
use loomio_db::rows::Chatbot;
use reqwest::{Response, StatusCode};
use serde_json::{Value as Json, json};

/// Why a room was not told. The words name no address and no secret.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The address is not allowed.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Nobody answered in time.
    #[error("the chat server did not answer")]
    Unreachable,
    /// The server does not want the message.
    #[error("the chat server answered with status {0}")]
    Status(u16),
}

impl Failed {
    /// Whether it may work later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Refused(e) => matches!(e, Refused::Unknown),
            Self::Unreachable => true,
            Self::Status(status) => *status == 429 || *status >= 500,
        }
    }
}

fn accepted(answer: reqwest::Result<Response>) -> Result<Response, Failed> {
    let answer = answer.map_err(|_| Failed::Unreachable)?;
    match answer.status() {
        status if status.is_success() => Ok(answer),
        status => Err(Failed::Status(status.as_u16())),
    }
}

/// Posts a message to a web hook.
pub async fn to_webhook(settings: &Settings, server: &str, body: &Json) -> Result<(), Failed> {
    let (client, url) = outgoing::client_for(settings, server).await?;
    accepted(client.post(url).header("content-type", "application/json; charset=utf-8").body(body.to_string()).send().await)?;
    Ok(())
}

/// Joins a Matrix room, which does nothing when the bot is in it, and sends a
/// message to it; `key` makes a second attempt the same message.
pub async fn to_matrix(settings: &Settings, chatbot: &Chatbot, body: &Json, key: &str) -> Result<(), Failed> {
    let server = chatbot.server.as_deref().unwrap_or_default().trim_end_matches('/');
    let (room, token) = (chatbot.channel.as_deref().unwrap_or_default(), chatbot.access_token.as_deref().unwrap_or_default());
    let (client, _) = outgoing::client_for(settings, server).await?;
    let request =
        |method, path: String, body: String| client.request(method, format!("{server}/_matrix/client/v3/{path}")).bearer_auth(token).header("content-type", "application/json").body(body).send();
    let joined = accepted(request(reqwest::Method::POST, format!("join/{}", escaped(room)), "{}".to_owned()).await);
    let room = match joined {
        Ok(answer) => {
            let told: Json = answer.json().await.unwrap_or(json!({}));
            told["room_id"].as_str().unwrap_or(room).to_owned()
        }
        // A bot that may not join may still be in the room.
        Err(Failed::Status(status)) if status == StatusCode::FORBIDDEN.as_u16() => room.to_owned(),
        Err(e) => return Err(e),
    };
    accepted(request(reqwest::Method::PUT, format!("rooms/{}/send/m.room.message/{key}", escaped(&room)), body.to_string()).await)?;
    Ok(())
}

/// A name as one part of a path.
fn escaped(name: &str) -> String {
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}
