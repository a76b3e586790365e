//! Signing in and what may not be done with less: what the recorded cases do not show.

use loomio_db::{sql, testing::TestDb};
use loomio_http::{App, Settings, live::Live, server};
use loomio_mail::Mailer;
use poem::{Endpoint, EndpointExt, Request, Response, endpoint::BoxEndpoint, http::Method};
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};

/// Of the password `contract-test-pass-1`.
const HASH: &str = "$2a$04$mAh9qxiulLDzMftzmdf/Q.6mYtkNGdSjissOcZq7ubifrEjtz/4Hm";
const PASSWORD: &str = "contract-test-pass-1";

struct World {
    db: TestDb,
    routes: BoxEndpoint<'static, Response>,
    now: Arc<Mutex<chrono::NaiveDateTime>>,
}

impl World {
    async fn new(environment: &str, rate_limits: &str) -> Self {
        let db = TestDb::new().await;
        let people = format!(
            "insert into users (id, name, email, email_verified, encrypted_password, unsubscribe_token, email_api_key, api_key, key, username, created_at, updated_at) values \
               (1, 'Ana', 'ana@example.com', true, '{HASH}', 'ana-mails', 'ana-key', 'ana-api', 'anaanaan', 'ana', now(), now()), \
               (2, 'Ben', 'ben@example.com', true, '{HASH}', 'ben-mails', 'ben-key', 'ben-api', 'benbenbe', 'ben', now(), now())"
        );
        sea_orm::ConnectionTrait::execute_unprepared(db.db(), &people).await.unwrap();
        let vars = [("LOOMIO_ENV", environment), ("SECRET_KEY_BASE", "a secret for tests"), ("DEVISE_SECRET", "another"), ("CANONICAL_HOST", "loomio.example.org"), ("RATE_LIMITS", rate_limits)];
        let settings = Settings::from_vars(vars.map(|(k, v)| (k.to_owned(), v.to_owned()))).unwrap();
        let folder = tempfile::tempdir().unwrap().keep();
        let now = Arc::new(Mutex::new(chrono::Utc::now().naive_utc()));
        let clock = Arc::clone(&now);
        let app = Arc::new(App::new(db.db().clone(), settings, Live::in_memory(), Mailer::outbox(folder), Arc::new(move || *clock.lock().unwrap()), [7; 32]));
        loomio_http::jobs::Worker::new(&app, true).await.unwrap();
        Self { db, routes: server::routes(&app).map_to_response().boxed(), now }
    }

    async fn ask(&self, method: Method, path: &str, body: Json, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path.parse().unwrap()).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.routes.call(request.body(body.to_string())).await.unwrap_or_else(|e| e.into_response());
        let cookies = response.headers().get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()).filter_map(|v| v.split(';').next()).map(ToOwned::to_owned).collect::<Vec<_>>().join("; ");
        let (status, retry_after) = (response.status().as_u16(), response.header("retry-after").map(ToOwned::to_owned));
        let text = response.into_body().into_string().await.unwrap_or_default();
        Answer { status, cookies, retry_after, json: serde_json::from_str(&text).unwrap_or(Json::String(text)) }
    }

    async fn post(&self, path: &str, body: Json) -> Answer {
        self.ask(Method::POST, path, body, &[]).await
    }

    async fn code(&self) -> String {
        let code: Option<i32> = sql::scalar(self.db.db(), "select code from login_tokens order by id desc limit 1", vec![]).await.unwrap();
        code.unwrap_or_default().to_string()
    }

    async fn text(&self, question: &str) -> Option<String> {
        sql::scalar::<Option<String>>(self.db.db(), question, vec![]).await.unwrap().flatten()
    }
}

struct Answer {
    status: u16,
    cookies: String,
    retry_after: Option<String>,
    json: Json,
}

fn by_code(email: &str, code: &str) -> Json {
    json!({"user": {"email": email, "code": code}})
}

#[tokio::test]
async fn a_code_works_once_for_its_owner_and_for_a_day() {
    let world = World::new("test", "off").await;
    assert_eq!(world.post("/api/v1/login_tokens", json!({"email": "ana@example.com"})).await.status, 200);
    let code = world.code().await;
    assert_eq!(world.post("/api/v1/sessions", by_code("ben@example.com", &code)).await.status, 401, "another's code");
    assert_eq!(world.post("/api/v1/sessions", by_code("ana@example.com", &code)).await.status, 200);
    assert_eq!(world.post("/api/v1/sessions", by_code("ana@example.com", &code)).await.status, 401, "a second time");

    world.post("/api/v1/login_tokens", json!({"email": "ben@example.com"})).await;
    let code = world.code().await;
    *world.now.lock().unwrap() += chrono::TimeDelta::hours(25);
    assert_eq!(world.post("/api/v1/sessions", by_code("ben@example.com", &code)).await.status, 401, "too late");
    world.db.done().await;
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    let world = World::new("test", "off").await;
    world.post("/api/v1/login_tokens", json!({"email": "ana@example.com"})).await;
    for _ in 0..loomio_auth::login_code::MOST_ATTEMPTS {
        world.post("/api/v1/sessions", by_code("ana@example.com", "1")).await;
    }
    let code = world.code().await;
    assert_eq!(world.post("/api/v1/sessions", by_code("ana@example.com", &code)).await.status, 401);
    world.db.done().await;
}

#[tokio::test]
async fn a_mails_link_changes_what_is_mailed_and_nothing_else() {
    let world = World::new("test", "off").await;
    let sent = json!({"unsubscribe_token": "ana-mails", "user": {"email": "thief@example.com", "password": "a new password", "name": "Thief", "email_when_mentioned": false}});
    let answer = world.post("/api/v1/profile/update_profile", sent).await;
    assert_eq!((answer.status, &answer.json["users"][0]["restricted"]), (200, &json!(true)));
    let kept = world.text("select concat_ws(' ', name, email, encrypted_password, email_when_mentioned) from users where id = 1").await;
    assert_eq!(kept, Some(format!("Ana ana@example.com {HASH} f")));

    for (method, path) in [
        (Method::GET, "/api/v1/profile/email_api_key"),
        (Method::POST, "/api/v1/profile/reset_email_api_key"),
        (Method::POST, "/api/v1/profile/deactivate"),
        (Method::DELETE, "/api/v1/profile"),
        (Method::POST, "/api/v1/profile/save_experience"),
    ] {
        let answer = world.ask(method.clone(), &format!("{path}?unsubscribe_token=ana-mails"), json!({"experience": "x"}), &[]).await;
        assert_eq!(answer.status, 403, "{method} {path}");
    }
    let site = world.ask(Method::GET, "/api/v1/boot/site?unsubscribe_token=ana-mails", json!({}), &[]).await;
    let secret = world.text("select secret_token from users where id = 1").await;
    assert_ne!(site.json["channel_token"].as_str().map(ToOwned::to_owned), secret);
    world.db.done().await;
}

#[tokio::test]
async fn another_sites_page_cannot_sign_anybody_in() {
    let world = World::new("production", "off").await;
    let sign_in = json!({"user": {"email": "ana@example.com", "password": PASSWORD}});
    let check = async |headers: &[(&str, &str)], expected: u16| {
        let answer = world.ask(Method::POST, "/api/v1/sessions", sign_in.clone(), headers).await;
        assert_eq!(answer.status, expected, "{headers:?} {}", answer.json);
        answer
    };
    check(&[], 200).await;
    check(&[("origin", "https://evil.example")], 422).await;
    check(&[("sec-fetch-site", "cross-site")], 422).await;
    check(&[("cookie", "csrftoken=abc")], 422).await;
    check(&[("cookie", "csrftoken=abc"), ("x-csrf-token", "abd")], 422).await;
    let refused = check(&[("x-csrf-token", "abc")], 422).await;
    assert_eq!(refused.json, json!({"status": 422, "error": "Unprocessable Content"}));
    check(&[("cookie", "csrftoken=abc"), ("x-csrf-token", "abc")], 200).await;
    world.db.done().await;
}

#[tokio::test]
async fn production_answers_pages_and_broken_requests_as_recorded() {
    let world = World::new("production", "off").await;
    let transcripts: Json = serde_json::from_str(include_str!("data/transcripts.json")).unwrap();
    let expected = &transcripts["production"];
    let request = Request::builder().method(Method::POST).uri("/api/v1/comments".parse().unwrap()).header("content-type", "application/json").body("{\"comment");
    let response = world.routes.call(request).await.unwrap_or_else(|e| e.into_response());
    assert_eq!(json!(response.status().as_u16()), expected["malformed"]["status"]);
    let body: Json = serde_json::from_str(&response.into_body().into_string().await.unwrap()).unwrap();
    assert_eq!(body, expected["malformed"]["body"]);
    let request = Request::builder().uri("/dashboard".parse().unwrap()).header("accept", "text/html").finish();
    let page = world.routes.call(request).await.unwrap_or_else(|e| e.into_response());
    assert_eq!(page.status().as_u16(), 200);
    let unlike: Vec<String> = expected["page_headers"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, value)| page.header(name.as_str()) != value.as_str())
        .map(|(name, value)| format!("{name}: {:?}, not {value}", page.header(name.as_str())))
        .collect();
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
    world.db.done().await;
}

#[tokio::test]
async fn signing_out_ends_every_session() {
    let world = World::new("test", "off").await;
    let signed_in = world.post("/api/v1/sessions", json!({"user": {"email": "ana@example.com", "password": PASSWORD}})).await;
    assert!(["signed_in=1", "remember_user_token=", "_loomio="].iter().all(|c| signed_in.cookies.contains(c)), "{}", signed_in.cookies);
    let remembering = signed_in.cookies.split("; ").find(|c| c.starts_with("remember_user_token=")).unwrap().to_owned();
    let me = async |cookies: &str| world.ask(Method::GET, "/api/v1/profile/me", json!({}), &[("cookie", cookies)]).await.status;
    assert_eq!((me(&signed_in.cookies).await, me(&remembering).await, me("").await), (200, 200, 403));
    assert_eq!(world.ask(Method::DELETE, "/api/v1/sessions", json!({}), &[("cookie", &signed_in.cookies)]).await.status, 200);
    assert_eq!(me(&remembering).await, 403, "the remembering cookie");
    world.db.done().await;
}

#[tokio::test]
async fn too_many_changes_wait() {
    let world = World::new("test", "on").await;
    let attempt = json!({"user": {"email": "ana@example.com", "password": "wrong"}});
    for _ in 0..10 {
        assert_eq!(world.post("/api/v1/sessions", attempt.clone()).await.status, 401);
    }
    let answer = world.post("/api/v1/sessions", attempt).await;
    assert_eq!((answer.status, answer.json), (429, json!("Retry later\n")));
    assert!(answer.retry_after.and_then(|s| s.parse::<u32>().ok()).is_some_and(|s| s > 0));
    world.db.done().await;
}

// refuses: GET /b2/discussions/{id}
// refuses: GET /b2/memberships
// refuses: GET /b2/polls/{id}
// refuses: GET /v1/profile/send_merge_verification_email
#[tokio::test]
async fn without_a_key_or_a_session_nothing_is_told() {
    let world = World::new("test", "off").await;
    for path in ["/api/b2/discussions/1", "/api/b2/memberships?group_id=1", "/api/b2/polls/1", "/api/b2/polls/1?api_key=", "/api/v1/profile/send_merge_verification_email?target_email=ben@example.com"]
    {
        let answer = world.ask(Method::GET, path, json!({}), &[]).await;
        assert!(matches!(answer.status, 401 | 403), "{path}: {} {}", answer.status, answer.json);
    }
    world.db.done().await;
}

#[tokio::test]
async fn without_a_client_the_start_says_how_to_add_one() {
    let world = World::new("test", "off").await;
    for (path, status) in [("/", 302), ("//", 302), ("/dashboard", 200), ("/nobody-is-here", 404)] {
        assert_eq!(world.ask(Method::GET, path, Json::Null, &[]).await.status, status, "{path}");
    }
    let page = world.ask(Method::GET, "/dashboard", Json::Null, &[]).await.json.to_string();
    for part in ["npm run build", "CLIENT_DIR=", "/api/browse", "/openapi.json"] {
        assert!(page.contains(part), "{part} is missing: {page}");
    }
}
