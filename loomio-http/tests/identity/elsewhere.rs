//! The other site: it answers what a test tells it to, and remembers what it was asked.

use poem::{EndpointExt, IntoResponse, Request, Response, Route, Server, endpoint, http::StatusCode, listener::Acceptor, listener::Listener, listener::TcpListener};
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};

/// The token the site gives out.
pub const TOKEN: &str = "a-token-nobody-may-see";

/// What it answers.
#[derive(Clone)]
pub struct Answers {
    /// To a code.
    pub token: (u16, String),
    /// To the question for a profile.
    pub profile: (u16, String),
}

/// What it was asked.
#[derive(Clone, Debug)]
pub struct Question {
    pub path: String,
    pub authorization: Option<String>,
    pub form: Vec<(String, String)>,
}

impl Question {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// The site.
pub struct Elsewhere {
    pub url: String,
    pub answers: Arc<Mutex<Answers>>,
    asked: Arc<Mutex<Vec<Question>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Elsewhere {
    pub async fn new() -> Self {
        let answers = Arc::new(Mutex::new(Answers { token: (200, json!({"access_token": TOKEN, "token_type": "Bearer"}).to_string()), profile: (404, String::new()) }));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let site = {
            let (answers, asked) = (Arc::clone(&answers), Arc::clone(&asked));
            endpoint::make(move |request: Request| answer(request, Arc::clone(&answers), Arc::clone(&asked))).boxed()
        };
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let url = format!("http://{}", acceptor.local_addr()[0].as_socket_addr().unwrap());
        let serving = tokio::spawn(async move {
            let _ = Server::new_with_acceptor(acceptor).run(Route::new().at("/*path", site)).await;
        });
        Self { url, answers, asked, serving }
    }

    /// It tells of this person from now on.
    pub fn tells(&self, profile: &Json) {
        self.answers.lock().unwrap().profile = (200, profile.to_string());
    }

    /// What it was asked since last looked at.
    pub fn asked(&self) -> Vec<Question> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

async fn answer(mut request: Request, answers: Arc<Mutex<Answers>>, asked: Arc<Mutex<Vec<Question>>>) -> poem::Result<Response> {
    let body = request.take_body().into_string().await.unwrap_or_default();
    let form = url::form_urlencoded::parse(body.as_bytes()).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
    asked.lock().unwrap().push(Question { path: request.uri().path().to_owned(), authorization: request.header("authorization").map(ToOwned::to_owned), form });
    let answers = answers.lock().unwrap().clone();
    let (status, body) = if request.method() == poem::http::Method::POST { answers.token } else { answers.profile };
    Ok(body.with_status(StatusCode::from_u16(status).unwrap()).with_content_type("application/json").into_response())
}
