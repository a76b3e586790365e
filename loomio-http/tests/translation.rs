//! Texts in other languages, against a small translating service on a port of this
//! machine: it puts the language before each text.

use loomio_db::{sql, testing::TestDb};
use loomio_http::{
    App, Settings,
    jobs::Worker,
    live::Live,
    server,
    services::mail::catch_up::{self, Frequency},
};
use loomio_mail::Mailer;
use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Route, Server, endpoint, endpoint::BoxEndpoint, http::Method, http::StatusCode, listener::Acceptor, listener::Listener,
    listener::TcpListener,
};
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

/// Of the password `contract-test-pass-1`.
const HASH: &str = "$2a$04$mAh9qxiulLDzMftzmdf/Q.6mYtkNGdSjissOcZq7ubifrEjtz/4Hm";

/// What the service was asked: who asked, and what.
type Asked = Arc<Mutex<Vec<(String, Json)>>>;

/// The service; while it is told to fail, it answers 500.
#[derive(Clone, Default)]
struct Service {
    asked: Asked,
    fails: Arc<Mutex<bool>>,
}

impl Service {
    async fn start(&self) -> String {
        let service = self.clone();
        let site = endpoint::make(move |request: Request| service.clone().answer(request)).boxed();
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let url = format!("http://{}", acceptor.local_addr()[0].as_socket_addr().unwrap());
        tokio::spawn(async move {
            let _ = Server::new_with_acceptor(acceptor).run(Route::new().at("/language/translate/v2", site)).await;
        });
        url
    }

    async fn answer(self, mut request: Request) -> poem::Result<Response> {
        let question: Json = serde_json::from_str(&request.take_body().into_string().await.unwrap()).unwrap();
        self.asked.lock().unwrap().push((request.header("authorization").unwrap_or_default().to_owned(), question.clone()));
        if *self.fails.lock().unwrap() {
            return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        }
        let translated =
            |text: &Json| json!({"translatedText": format!("[{}] {}<script>alert(1)</script>", question["target"].as_str().unwrap(), text.as_str().unwrap()), "detectedSourceLanguage": "de"});
        let told: Vec<Json> = question["q"].as_array().unwrap().iter().map(translated).collect();
        Ok(json!({"data": {"translations": told}}).to_string().into_response())
    }

    /// The texts it was asked for since last looked at.
    fn texts(&self) -> Vec<(String, String)> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.iter().flat_map(|(_, q)| q["q"].as_array().unwrap().iter().map(|t| (q["format"].as_str().unwrap().to_owned(), t.as_str().unwrap().to_owned()))).collect()
    }
}

struct World {
    db: TestDb,
    app: Arc<App>,
    worker: Worker,
    routes: BoxEndpoint<'static, Response>,
    outbox: PathBuf,
    service: Service,
}

const GERMAN: &str = "<p>Das Dach muss vor dem Winter unbedingt noch repariert werden.</p>";

impl World {
    async fn new() -> Self {
        let service = Service::default();
        let host = service.start().await;
        let db = TestDb::new().await;
        let key = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../loomio-mail/tests/data/dkim/rsa.pem")).unwrap();
        let credentials =
            json!({"type": "service_account", "client_email": "loomio@example.iam.gserviceaccount.com", "private_key": key, "private_key_id": "1", "gcs_base_url": "https://storage.googleapis.com"});
        let vars = [
            ("LOOMIO_ENV", "test"),
            ("SECRET_KEY_BASE", "a secret for tests"),
            ("DEVISE_SECRET", "another"),
            ("CANONICAL_HOST", "talk.example.org"),
            ("RATE_LIMITS", "off"),
            ("TRANSLATE_TEST_HOST", &host),
            ("TRANSLATE_CREDENTIALS", &credentials.to_string()),
        ];
        let settings = Settings::from_vars(vars.map(|(k, v)| (k.to_owned(), v.to_owned()))).unwrap();
        let rows = format!(
            "insert into users (id, name, email, email_verified, encrypted_password, unsubscribe_token, email_api_key, key, username, auto_translate, selected_locale, email_catch_up_day, created_at, updated_at) values \
               (1, 'Ana', 'ana@example.com', true, '{HASH}', 'ana-mails', 'ana-key', 'anaanaan', 'ana', false, 'de', 7, now(), now()), \
               (2, 'Ben', 'ben@example.com', true, '{HASH}', 'ben-mails', 'ben-key', 'benbenbe', 'ben', true, 'en', 7, now(), now()); \
             insert into groups (id, name, handle, key, full_name, is_visible_to_public, discussion_privacy_options, created_at, updated_at) values (3, 'Board', 'board', 'boardboa', 'Board', true, 'public_or_private', now(), now()); \
             insert into memberships (id, group_id, user_id, admin, accepted_at, created_at, updated_at, volume) values (1, 3, 1, true, now(), now(), now(), 3), (2, 3, 2, false, now(), now(), now(), 3); \
             insert into discussions (id, group_id, author_id, title, description, description_format, content_locale, key, private, created_at, updated_at, last_activity_at) \
               values (4, 3, 1, 'Das Dach', '{GERMAN}', 'html', 'de', 'dachdach', false, now(), now(), now()); \
             insert into events (id, kind, eventable_id, eventable_type, user_id, created_at, updated_at) values (5, 'new_discussion', 4, 'Discussion', 1, now(), now()); \
             select setval('users_id_seq', 10), setval('discussions_id_seq', 10), setval('events_id_seq', 10), setval('memberships_id_seq', 10), setval('groups_id_seq', 10)"
        );
        db.db().execute_unprepared(&rows).await.unwrap();
        let outbox = tempfile::tempdir().unwrap().keep();
        let app = Arc::new(App::new(db.db().clone(), settings, Live::in_memory(), Mailer::outbox(outbox.clone()), Arc::new(|| chrono::Utc::now().naive_utc()), [7; 32]));
        let worker = Worker::new(&app, true).await.unwrap();
        Self { routes: server::routes(&app).map_to_response().boxed(), db, app, worker, outbox, service }
    }

    async fn ask(&self, method: Method, path: &str, body: Json, cookies: &str) -> (u16, Json, String) {
        let request = Request::builder().method(method).uri(path.parse().unwrap()).header("content-type", "application/json").header("cookie", cookies);
        let response = self.routes.call(request.body(body.to_string())).await.unwrap_or_else(|e| e.into_response());
        let cookies = response.headers().get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()?.split(';').next()).map(ToOwned::to_owned).collect::<Vec<_>>().join("; ");
        let status = response.status().as_u16();
        let text = response.into_body().into_string().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Json::Null), cookies)
    }

    async fn sign_in(&self, email: &str) -> String {
        let (status, _, cookies) = self.ask(Method::POST, "/api/v1/sessions", json!({"user": {"email": email, "password": "contract-test-pass-1"}}), "").await;
        assert_eq!(status, 200);
        cookies
    }

    async fn inline(&self, to: &str, cookies: &str) -> (u16, Json) {
        let (status, told, _) = self.ask(Method::GET, &format!("/api/v1/translations/inline?model=discussion&discussion_id=4&to={to}"), json!({}), cookies).await;
        (status, told["translations"][0].clone())
    }

    async fn text(&self, question: &str) -> String {
        sql::scalar::<Option<String>>(self.db.db(), &format!("select ({question})::text"), vec![]).await.unwrap().flatten().unwrap_or_default()
    }

    async fn end(self) {
        drop((self.worker, self.routes, self.app));
        self.db.done().await;
    }
}

#[tokio::test]
async fn a_text_is_translated_once_and_cleaned() {
    let world = World::new().await;
    let ben = world.sign_in("ben@example.com").await;
    assert_eq!(world.ask(Method::GET, "/api/v1/boot/site", json!({}), "").await.1["inlineTranslation"], json!({"isAvailable": true}));
    assert_eq!(world.inline("en", "").await.0, 422, "strangers start nothing that costs money");
    assert_eq!(world.inline("tlh", &ben).await.0, 422, "a language that the service does not know");
    assert!(world.service.texts().is_empty());

    let (status, told) = world.inline("en-GB", &ben).await;
    assert_eq!(status, 200, "{told}");
    let asked = world.service.asked.lock().unwrap().clone();
    assert!(asked.iter().all(|(who, _)| who.starts_with("Bearer ey")), "{asked:?}");
    assert_eq!(world.service.texts(), [("text".to_owned(), "Das Dach".to_owned()), ("html".to_owned(), GERMAN.to_owned())]);
    let fields = &told["fields"];
    assert_eq!((&told["translatable_type"], &told["translatable_id"], &told["language"]), (&json!("Discussion"), &json!(4), &json!("en")));
    assert_eq!(fields["title"], "[en] Das Dach<script>alert(1)</script>", "a title is text");
    assert!(fields["description"].as_str().is_some_and(|t| t.starts_with("[en] ") && !t.contains("<script")), "{fields}");

    assert_eq!(world.inline("en", &ben).await, (200, told.clone()));
    assert_eq!(world.inline("en", "").await, (200, told));
    assert!(world.service.texts().is_empty(), "it is kept");
    world.end().await;
}

#[tokio::test]
async fn who_wants_all_texts_translated_gets_them_beside_the_thread() {
    let world = World::new().await;
    let (ana, ben) = (world.sign_in("ana@example.com").await, world.sign_in("ben@example.com").await);
    let (_, told) = world.inline("en", &ben).await;
    for (cookies, id) in [(&ben, told["id"].clone()), (&ana, Json::Null)] {
        let (status, shown, _) = world.ask(Method::GET, "/api/v1/discussions/dachdach", json!({}), cookies).await;
        assert_eq!((status, &shown["discussions"][0]["translation_id"]), (200, &id));
        assert_eq!(shown["translations"], if id.is_null() { Json::Null } else { json!([told]) });
    }
    let (_, shown, _) = world.ask(Method::GET, "/api/v1/discussions/dachdach?exclude_types=translation", json!({}), &ben).await;
    assert_eq!(shown.get("translations"), None);
    world.end().await;
}

#[tokio::test]
async fn translations_follow_the_text() {
    let world = World::new().await;
    let (ana, ben) = (world.sign_in("ana@example.com").await, world.sign_in("ben@example.com").await);
    world.inline("en", &ben).await;
    world.inline("fr", &ben).await;
    world.service.texts();
    let change = json!({"discussion": {"title": "Das Haus"}});
    assert_eq!(world.ask(Method::PATCH, "/api/v1/discussions/dachdach", change, &ana).await.0, 200);
    world.worker.run_once().await.unwrap();
    assert_eq!(world.service.texts().iter().filter(|(_, text)| text == "Das Haus").count(), 2);
    let titles = "select string_agg(split_part(fields->'title', '<', 1), ', ' order by id) from translations";
    assert_eq!(world.text(titles).await, "[en] Das Haus, [fr] Das Haus");
    // A change of something else asks nobody.
    assert_eq!(world.ask(Method::PATCH, "/api/v1/discussions/dachdach", json!({"discussion": {"newest_first": true}}), &ana).await.0, 200);
    world.worker.run_once().await.unwrap();
    assert!(world.service.texts().is_empty());
    world.end().await;
}

#[tokio::test]
async fn a_mail_is_in_the_readers_language_and_says_so() {
    for fails in [false, true] {
        let world = World::new().await;
        *world.service.fails.lock().unwrap() = fails;
        let ana = world.sign_in("ana@example.com").await;
        let body = format!("{GERMAN}<p><span data-mention-id=\"ben\">@Ben</span></p>");
        let comment = json!({"comment": {"discussion_id": 4, "body": body, "body_format": "html"}});
        assert_eq!(world.ask(Method::POST, "/api/v1/comments", comment, &ana).await.0, 200);
        world.worker.run_once().await.unwrap();
        let mails: Vec<String> = std::fs::read_dir(&world.outbox).unwrap().map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap()).collect();
        let mail = mails.iter().find(|m| m.contains("To: ben@example.com")).expect("a mail to Ben");
        let parsed = mail_parser::MessageParser::default().parse(mail.as_bytes()).unwrap();
        let (subject, html) = (parsed.subject().unwrap_or_default().to_owned(), parsed.body_html(0).unwrap_or_default().into_owned());
        // A service that fails keeps no mail back.
        assert_eq!(html.contains("[en] "), !fails, "{html}");
        assert_eq!(html.contains("translated this from German"), !fails, "{html}");
        assert_eq!(subject.contains("[en] Das Dach"), !fails, "{subject}");
        assert!(html.contains("Das Dach muss"));
        let digest = catch_up::message(&world.app, "digest", 2, Frequency::Daily).await.unwrap().expect("something to tell");
        assert_eq!(digest.html.contains("[en] Das Dach"), !fails, "{}", digest.html);
        world.end().await;
    }
}
