//! The application, the other site, and browsers with cookies.

use crate::elsewhere::Elsewhere;
use loomio_db::{sql, testing::TestDb};
use loomio_http::{App, Settings, live::Live, server};
use loomio_mail::Mailer;
use poem::{Endpoint, EndpointExt, Request, Response, endpoint::BoxEndpoint, http::Method};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use url::Url;

pub const ROOT: &str = "http://loomio.example.org:3000";

pub struct World {
    pub db: TestDb,
    pub elsewhere: Elsewhere,
    pub now: Arc<Mutex<chrono::NaiveDateTime>>,
    routes: BoxEndpoint<'static, Response>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub place: String,
    pub json: Json,
}

impl World {
    /// A world in which all three sites are set up at [`Elsewhere`].
    pub async fn new(more: &[(&str, &str)]) -> Self {
        let elsewhere = Elsewhere::new().await;
        let at = |path: &str| format!("{}{path}", elsewhere.url);
        let sites =
            [("GOOGLE_TEST_HOST", at("")), ("OAUTH_AUTH_URL", at("/auth?tenant=ours")), ("OAUTH_TOKEN_URL", at("/token")), ("OAUTH_PROFILE_URL", at("/profile")), ("NEXTCLOUD_HOST", at("/cloud/"))];
        let keys = [
            ("GOOGLE_APP_KEY", "google-key"),
            ("GOOGLE_APP_SECRET", "google-secret"),
            ("OAUTH_APP_KEY", "oauth-key"),
            ("OAUTH_APP_SECRET", "oauth-secret"),
            ("OAUTH_SCOPE", "openid email"),
            ("OAUTH_ATTR_UID", "sub"),
            ("OAUTH_ATTR_NAME", "nickname"),
            ("OAUTH_ATTR_EMAIL", "mail"),
            ("NEXTCLOUD_APP_KEY", "nextcloud-key"),
            ("NEXTCLOUD_APP_SECRET", "nextcloud-secret"),
        ];
        let sites = sites.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let vars: Vec<(String, String)> = keys.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).chain(sites).collect();
        Self::bare(vars, elsewhere).await
    }

    /// A world with these settings only.
    pub async fn bare(mut vars: Vec<(String, String)>, elsewhere: Elsewhere) -> Self {
        let db = TestDb::new().await;
        let people = "insert into users (id, name, email, email_verified, encrypted_password, unsubscribe_token, email_api_key, api_key, key, username, created_at, updated_at) values \
             (1, 'Ana', 'ana@example.com', true, '$2a$04$mAh9qxiulLDzMftzmdf/Q.6mYtkNGdSjissOcZq7ubifrEjtz/4Hm', 'ana-mails', 'ana-key', 'ana-api', 'anaanaan', 'ana', now(), now()); \
             select setval('users_id_seq', 10)";
        sea_orm::ConnectionTrait::execute_unprepared(db.db(), people).await.unwrap();
        let fixed = [("LOOMIO_ENV", "test"), ("SECRET_KEY_BASE", "a secret for tests"), ("DEVISE_SECRET", "another"), ("CANONICAL_HOST", "loomio.example.org"), ("RATE_LIMITS", "off")];
        vars.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let settings = Settings::from_vars(vars).unwrap();
        let now = Arc::new(Mutex::new(chrono::Utc::now().naive_utc()));
        let clock = Arc::clone(&now);
        let outbox = tempfile::tempdir().unwrap().keep();
        let app = Arc::new(App::new(db.db().clone(), settings, Live::in_memory(), Mailer::outbox(outbox), Arc::new(move || *clock.lock().unwrap()), [7; 32]));
        loomio_http::jobs::Worker::new(&app, true).await.unwrap();
        Self { routes: server::routes(&app).map_to_response().boxed(), db, elsewhere, now }
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { world: self, cookies: BTreeMap::new(), headers: Vec::new() }
    }

    /// The first column of a question's first row, as text.
    pub async fn text(&self, question: &str) -> String {
        sql::scalar::<Option<String>>(self.db.db(), &format!("select ({question})::text"), vec![]).await.unwrap().flatten().unwrap_or_default()
    }

    pub async fn run(&self, statement: &str) {
        sql::execute(self.db.db(), statement, vec![]).await.unwrap();
    }

    /// The code of the latest sign-in mail.
    pub async fn code(&self) -> String {
        self.text("select code from login_tokens order by id desc limit 1").await
    }

    /// All identities: kind, number, whose.
    pub async fn identities(&self) -> String {
        self.text("select coalesce(string_agg(concat_ws(' ', identity_type, uid, coalesce(user_id::text, 'nobody')), ', ' order by id), '') from omniauth_identities").await
    }

    pub async fn done(self) {
        drop(self.routes);
        self.db.done().await;
    }
}

/// A browser.
#[derive(Clone)]
pub struct Browser<'w> {
    pub world: &'w World,
    pub cookies: BTreeMap<String, String>,
    /// Headers sent with every request.
    pub headers: Vec<(&'static str, &'static str)>,
}

impl Browser<'_> {
    pub async fn ask(&mut self, method: Method, path: &str, body: Json) -> Answer {
        self.send(method, path, "application/json", body.to_string()).await
    }

    /// Sends what stands in a form.
    #[cfg(feature = "saml")]
    pub async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, path, "application/x-www-form-urlencoded", body).await
    }

    async fn send(&mut self, method: Method, path: &str, kind: &str, body: String) -> Answer {
        let mut request = Request::builder().method(method).uri(path.parse().unwrap()).header("content-type", kind);
        if !self.cookies.is_empty() {
            request = request.header("cookie", self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let response = self.world.routes.call(request.body(body)).await.unwrap_or_else(|e| e.into_response());
        for cookie in response.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
            self.cookies.retain(|_, value| !value.is_empty());
        }
        let (status, place) = (response.status().as_u16(), response.header("location").unwrap_or_default().to_owned());
        let text = response.into_body().into_string().await.unwrap_or_default();
        Answer { status, place, json: serde_json::from_str(&text).unwrap_or(Json::String(text)) }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, json!({})).await
    }

    /// Sets out; the address it is sent to.
    pub async fn set_out(&mut self, kind: &str, back_to: &str) -> Url {
        let answer = self.get(&format!("/{kind}/oauth?back_to={}", url::form_urlencoded::byte_serialize(back_to.as_bytes()).collect::<String>())).await;
        assert_eq!(answer.status, 302, "{kind}: {}", answer.json);
        Url::parse(&answer.place).unwrap()
    }

    /// Sets out and comes back with a code.
    pub async fn through(&mut self, kind: &str) -> Answer {
        let door = self.set_out(kind, "/d/abc").await;
        self.come_back(kind, &param(&door, "state")).await
    }

    pub async fn come_back(&mut self, kind: &str, state: &str) -> Answer {
        self.get(&format!("/{kind}/authorize?code=the-code&state={state}")).await
    }

    /// What the client is told at its start: who is signed in, what waits, what is said.
    pub async fn boot(&mut self) -> Json {
        let told = self.get("/api/v1/boot/site").await.json;
        json!({"user": told["current_user_id"], "pending": told["pending_identity"], "flash": told["flash"]})
    }

    /// The number of who is signed in.
    pub async fn who(&mut self) -> Option<i64> {
        self.boot().await["user"].as_i64()
    }

    pub async fn sign_in_by_password(&mut self) {
        let answer = self.ask(Method::POST, "/api/v1/sessions", json!({"user": {"email": "ana@example.com", "password": "contract-test-pass-1"}})).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
    }

    /// Signs in by the code of the latest mail.
    pub async fn sign_in_by_code(&mut self, email: &str) -> Answer {
        let code = self.world.code().await;
        self.ask(Method::POST, "/api/v1/sessions", json!({"user": {"email": email, "code": code}})).await
    }
}

/// A parameter of an address.
pub fn param(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned()).unwrap_or_default()
}
