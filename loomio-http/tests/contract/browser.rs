//! A browser: it keeps cookies and sends the token back that it was given.

use crate::case::{Answered, Asked};
use poem::{Endpoint, Request, Response, endpoint::BoxEndpoint, http::Method};
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, sync::Arc};

/// Everybody's password in the recording.
const PASSWORD: &str = "contract-test-pass-1";

/// A browser and its cookies.
pub struct Browser {
    endpoint: Arc<BoxEndpoint<'static, Response>>,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// One without cookies.
    pub fn new(endpoint: &Arc<BoxEndpoint<'static, Response>>) -> Self {
        Self { endpoint: Arc::clone(endpoint), cookies: BTreeMap::new() }
    }

    /// Signs somebody in.
    pub async fn sign_in(&mut self, email: &str) -> Result<(), String> {
        self.send("GET", "/api/v1/boot/version", &Json::Null).await?;
        let answer = self.send("POST", "/api/v1/sessions", &json!({"user": {"email": email, "password": PASSWORD, "remember_me": true}})).await?;
        if answer.status == 200 { Ok(()) } else { Err(format!("{email} cannot sign in: {} {:?}", answer.status, answer.json)) }
    }

    /// Asks what a case asks.
    pub async fn ask(&mut self, asked: &Asked) -> Result<Answered, String> {
        self.send(&asked.method, &asked.path, &asked.body).await
    }

    async fn send(&mut self, method: &str, path: &str, body: &Json) -> Result<Answered, String> {
        let address = url::Url::parse("http://localhost:3000").and_then(|root| root.join(path)).map_err(|e| format!("{path}: {e}"))?;
        let address = address.query().map_or_else(|| address.path().to_owned(), |query| format!("{}?{query}", address.path()));
        let mut request = Request::builder()
            .method(method.parse::<Method>().map_err(|e| e.to_string())?)
            .uri(address.parse().map_err(|e| format!("{address}: {e}"))?)
            .header("host", "localhost:3000")
            .header("accept", "application/json, text/plain, */*")
            .header("accept-language", "en")
            .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/140");
        if !self.cookies.is_empty() {
            request = request.header("cookie", self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; "));
        }
        if let Some(token) = self.cookies.get("csrftoken") {
            let token = url::form_urlencoded::parse(format!("t={}", token.replace('+', "%2B")).as_bytes()).next().map(|(_, token)| token.into_owned()).unwrap_or_default();
            request = request.header("x-csrf-token", token);
        }
        let request = match body.get("@form") {
            Some(form) => request.content_type("application/x-www-form-urlencoded").body(form_text(form)),
            None if body.is_null() => request.finish(),
            None => request.content_type("application/json").body(body.to_string()),
        };
        let endpoint = Arc::clone(&self.endpoint);
        // A panic in a handler is a difference, not the end of the test.
        let response = tokio::spawn(async move { endpoint.get_response(request).await }).await.map_err(|e| format!("the handler panicked: {e}"))?;
        self.remember(&response);
        answered(response).await
    }

    fn remember(&mut self, response: &Response) {
        for cookie in response.headers().get_all("set-cookie") {
            let text = String::from_utf8_lossy(cookie.as_bytes()).into_owned();
            let Some((name, value)) = text.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            let over = text.to_ascii_lowercase().contains("max-age=0") || text.contains("01 Jan 1970");
            if over || value.is_empty() {
                self.cookies.remove(name.trim());
            } else {
                self.cookies.insert(name.trim().to_owned(), value.to_owned());
            }
        }
    }
}

fn form_text(form: &Json) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in form.as_object().into_iter().flatten() {
        let values = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
        for value in values {
            text.append_pair(name, &value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned));
        }
    }
    text.finish()
}

async fn answered(response: Response) -> Result<Answered, String> {
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
    let location = header("location").map(|l| match url::Url::parse(&l) {
        Ok(absolute) => l.split_once(absolute.authority()).map(|(_, rest)| rest.to_owned()).unwrap_or_default(),
        Err(_) => l,
    });
    let is_json = header("content-type").is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.contains("json")));
    let bytes = response.into_body().into_vec().await.map_err(|e| e.to_string())?;
    let json = if is_json { serde_json::from_slice(&bytes).ok() } else { None };
    Ok(Answered { status, location, json })
}
