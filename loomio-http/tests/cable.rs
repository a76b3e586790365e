//! The live socket as a browser sees it, through a real server.

use futures_util::{SinkExt, StreamExt};
use loomio_http::{App, Settings, live::Live, server};
use loomio_mail::Mailer;
use serde_json::{Value as Json, json};
use std::{sync::Arc, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PEOPLE: &str = "insert into users (id, name, email, email_verified, encrypted_password, created_at, updated_at) values \
    (1, 'Ana', 'ana@example.com', true, '$2a$04$yrhZ1CSOKGHfhoFXUCn9u.kKfBr0rqSF2iCzoUjPCwg1M3p2xyI2K', now(), now()); \
    insert into groups (id, name, created_at, updated_at, is_visible_to_public) values (3, 'Board', now(), now(), false), (4, 'Other', now(), now(), false); \
    insert into memberships (id, group_id, user_id, accepted_at, created_at, updated_at, volume) values (1, 3, 1, now(), now(), now(), 2)";

/// A server with one person in one group, and the cookie of that person.
struct World {
    db: loomio_db::testing::TestDb,
    app: Arc<App>,
    address: String,
    cookie: String,
}

impl World {
    async fn new() -> Self {
        let db = loomio_db::testing::TestDb::new().await;
        sea_orm::ConnectionTrait::execute_unprepared(db.db(), PEOPLE).await.unwrap();
        let vars = [("LOOMIO_ENV", "test"), ("SECRET_KEY_BASE", "a secret for tests"), ("DEVISE_SECRET", "another"), ("CANONICAL_HOST", "loomio.example.org")];
        let settings = Settings::from_vars(vars.map(|(k, v)| (k.to_owned(), v.to_owned()))).unwrap();
        let folder = tempfile::tempdir().unwrap().keep();
        let app = Arc::new(App::new(db.db().clone(), settings, Live::in_memory(), Mailer::outbox(folder), Arc::new(|| chrono::Utc::now().naive_utc()), [7; 32]));
        let mut session = loomio_auth::Session::default();
        session.sign_in(1, Some("$2a$04$yrhZ1CSOKGHfhoFXUCn9u."), &mut *app.rng());
        let cookie = session.write(&app.secrets, &mut *app.rng()).unwrap();
        let cookie = format!("{}={}", loomio_auth::session::COOKIE, url::form_urlencoded::byte_serialize(cookie.as_bytes()).collect::<String>());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let serving = (Arc::clone(&app), address.clone());
        tokio::spawn(async move { server::serve(&serving.0, &serving.1, std::future::pending()).await });
        for _ in 0..100 {
            if TcpStream::connect(&address).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { db, app, address, cookie }
    }

    async fn connect(&self, origin: Option<&str>, protocol: Option<&str>, signed_in: bool) -> Result<Socket, Error> {
        let mut request = format!("ws://{}/cable", self.address).into_client_request().unwrap();
        let headers = request.headers_mut();
        for (name, value) in [("origin", origin), ("sec-websocket-protocol", protocol), ("cookie", signed_in.then_some(self.cookie.as_str()))] {
            if let Some(value) = value {
                headers.insert(name, value.parse().unwrap());
            }
        }
        connect_async(request).await.map(|(socket, _)| socket)
    }

    async fn browser(&self) -> Socket {
        let mut socket = self.connect(Some("https://loomio.example.org"), Some("actioncable-v1-json"), true).await.unwrap();
        assert_eq!(hear(&mut socket).await, Some(json!({"type": "welcome"})));
        socket
    }
}

/// The next message that is no heartbeat; nothing when the server has closed.
async fn hear(socket: &mut Socket) -> Option<Json> {
    loop {
        match tokio::time::timeout(Duration::from_secs(5), socket.next()).await.expect("a message in time") {
            Some(Ok(Message::Text(text))) => {
                let message: Json = serde_json::from_str(&text).unwrap();
                if message["type"] != "ping" {
                    return Some(message);
                }
            }
            Some(Ok(Message::Close(_))) | None => return None,
            Some(Ok(_)) => {}
            Some(Err(e)) => panic!("{e}"),
        }
    }
}

async fn say(socket: &mut Socket, command: &str, channel: &str) {
    let text = json!({"command": command, "identifier": json!({"channel": channel}).to_string()}).to_string();
    socket.send(Message::text(text)).await.unwrap();
}

fn status(refused: Result<Socket, Error>) -> u16 {
    match refused {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_the_person_and_their_groups_arrive() {
    let world = World::new().await;
    let mut socket = world.browser().await;
    socket.send(Message::text("hello")).await.unwrap();
    say(&mut socket, "subscribe", "NoSuchChannel").await;
    say(&mut socket, "nonsense", "RecordsChannel").await;
    say(&mut socket, "subscribe", "RecordsChannel").await;
    let identifier = r#"{"channel":"RecordsChannel"}"#;
    assert_eq!(hear(&mut socket).await, Some(json!({"identifier": identifier, "type": "confirm_subscription"})));
    // A second subscription to the same is no news.
    say(&mut socket, "subscribe", "RecordsChannel").await;
    say(&mut socket, "subscribe", "NoticeChannel").await;
    assert_eq!(hear(&mut socket).await.unwrap()["identifier"], r#"{"channel":"NoticeChannel"}"#);
    world.app.live.publish("group_4", &json!({"records": "of others"})).await;
    world.app.live.publish("user_2", &json!({"records": "of others"})).await;
    world.app.live.publish("group_3", &json!({"records": {"users": ["</script>"]}})).await;
    assert_eq!(hear(&mut socket).await, Some(json!({"identifier": identifier, "message": {"records": {"users": ["</script>"]}}})));
    world.app.live.publish("user_1", &json!({"records": 1})).await;
    assert_eq!(hear(&mut socket).await.unwrap()["message"], json!({"records": 1}));
    say(&mut socket, "unsubscribe", "RecordsChannel").await;
    say(&mut socket, "unsubscribe", "RecordsChannel").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    world.app.live.publish("user_1", &json!({"records": 2})).await;
    world.app.live.publish("notice", &json!({"reload": true})).await;
    assert_eq!(hear(&mut socket).await.unwrap()["message"], json!({"reload": true}));
    drop(socket);
    world.db.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_listen_is_told_so() {
    let world = World::new().await;
    let ours = Some("https://loomio.example.org");
    let mut anonymous = world.connect(ours, Some("actioncable-v1-json"), false).await.unwrap();
    assert_eq!(hear(&mut anonymous).await, Some(json!({"type": "disconnect", "reason": "unauthorized", "reconnect": false})));
    assert_eq!(hear(&mut anonymous).await, None);
    for origin in [None, Some("http://evil.example"), Some("https://loomio.example.org.evil.example"), Some("null")] {
        assert_eq!(status(world.connect(origin, Some("actioncable-v1-json"), true).await), 404, "{origin:?}");
    }
    assert!(world.connect(Some("http://localhost:8080"), None, true).await.is_ok());
    // A protocol nobody knows is not agreed upon.
    assert!(matches!(world.connect(ours, Some("foo"), true).await, Err(Error::Protocol(_))));
    world.db.done().await;
}
