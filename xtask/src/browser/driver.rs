//! A real browser, driven over the WebDriver protocol: Chromium and its driver.
//!
//! Everything waits for what it needs, as a person would, and the browser is asked
//! at the end what it had to complain about.

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(40);

const PAUSE: Duration = Duration::from_millis(150);

/// One browser, with cookies of its own.
pub struct Browser {
    port: u16,
    session: String,
}

/// What the driver answers to one command.
fn command(port: u16, method: &str, path: &str, body: Option<&Json>) -> anyhow::Result<Json> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    let body = body.map(ToString::to_string).unwrap_or_default();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
    // The driver leaves the connection open.
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            length = value.trim().parse().with_context(|| format!("the driver's {name} is {value}"))?;
        }
        line.clear();
    }
    let mut answer = vec![0; length];
    reader.read_exact(&mut answer)?;
    let answer: Json = serde_json::from_slice(&answer).with_context(|| format!("the driver's answer to {method} {path}"))?;
    let value = answer["value"].clone();
    match value["error"].as_str() {
        Some(error) => bail!("{error}: {}", value["message"].as_str().unwrap_or_default().lines().next().unwrap_or_default()),
        None => Ok(value),
    }
}

/// Tries until it works, or tells the last reason why it does not.
fn patiently<T>(what: &str, attempt: impl Fn() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Ok(done) => return Ok(done),
            Err(e) if Instant::now() > deadline => return Err(e.context(what.to_owned())),
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}

impl Browser {
    /// Opens a browser whose profile lies in a folder.
    ///
    /// # Errors
    /// When the driver refuses.
    pub fn open(port: u16, chromium: &str, profile: &Path) -> anyhow::Result<Self> {
        let switches =
            ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "headless=new", "window-size=1280,2000"];
        let mut arguments: Vec<String> = switches.map(ToOwned::to_owned).into();
        arguments.push(format!("user-data-dir={}", profile.display()));
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {"binary": chromium, "args": arguments},
        }}});
        let opened = command(port, "POST", "/session", Some(&wanted))?;
        let session = opened["sessionId"].as_str().context("the driver opened no session")?.to_owned();
        Ok(Self { port, session })
    }

    fn ask(&self, method: &str, path: &str, body: Option<Json>) -> anyhow::Result<Json> {
        command(self.port, method, &format!("/session/{}{path}", self.session), body.as_ref())
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub fn go(&self, address: &str) -> anyhow::Result<()> {
        self.ask("POST", "/url", Some(json!({"url": address}))).with_context(|| format!("going to {address}"))?;
        Ok(())
    }

    /// Runs a program in the page and tells what it returns.
    ///
    /// # Errors
    /// When it fails.
    pub fn run(&self, program: &str) -> anyhow::Result<Json> {
        self.ask("POST", "/execute/sync", Some(json!({"script": program, "args": []})))
    }

    /// The first visible element.
    fn visible(&self, css: &str) -> anyhow::Result<String> {
        let found = self.ask("POST", "/elements", Some(json!({"using": "css selector", "value": css})))?;
        for element in found.as_array().into_iter().flatten() {
            let Some(id) = element.as_object().and_then(|o| o.values().next()).and_then(Json::as_str) else { continue };
            if self.ask("GET", &format!("/element/{id}/displayed"), None)? == true {
                return Ok(id.to_owned());
            }
        }
        bail!("nothing visible is {css}")
    }

    /// Waits until something can be seen.
    ///
    /// # Errors
    /// When it does not appear.
    pub fn see(&self, css: &str) -> anyhow::Result<()> {
        patiently("waiting", || self.visible(css).map(drop))
    }

    /// Clicks, as soon as nothing is in the way.
    ///
    /// # Errors
    /// When it never can.
    pub fn click(&self, css: &str) -> anyhow::Result<()> {
        patiently(&format!("clicking {css}"), || self.ask("POST", &format!("/element/{}/click", self.visible(css)?), Some(json!({}))).map(drop))
    }

    /// Types into a field.
    ///
    /// # Errors
    /// When it cannot be typed into.
    pub fn fill(&self, css: &str, text: &str) -> anyhow::Result<()> {
        patiently(&format!("typing into {css}"), || self.ask("POST", &format!("/element/{}/value", self.visible(css)?), Some(json!({"text": text}))).map(drop))
    }

    /// Writes into a text editor. Without the server for writing together, which is
    /// a program of its own, the client puts the stored text into an editor two
    /// seconds after it appears, over what was written until then.
    ///
    /// # Errors
    /// When there is no such editor.
    pub fn write(&self, within: &str, text: &str) -> anyhow::Result<()> {
        let css = format!("{within} .lmo-textarea div[contenteditable=true]");
        self.see(&css)?;
        std::thread::sleep(Duration::from_millis(3000));
        self.fill(&css, text)
    }

    /// Waits until something visible contains a text.
    ///
    /// # Errors
    /// When it does not come.
    pub fn read(&self, css: &str, text: &str) -> anyhow::Result<()> {
        patiently(&format!("waiting for \"{text}\" in {css}"), || {
            let all = self.words(css)?;
            if all.contains(text) { Ok(()) } else { bail!("it says \"{}\"", all.chars().take(300).collect::<String>()) }
        })
    }

    fn words(&self, css: &str) -> anyhow::Result<String> {
        let all = self.run(&format!("return [...document.querySelectorAll({})].map(e => e.innerText).join('\\n')", Json::from(css)))?;
        Ok(all.as_str().unwrap_or_default().to_owned())
    }

    /// Whether something contains a text now.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn says(&self, css: &str, text: &str) -> anyhow::Result<bool> {
        Ok(self.words(css)?.contains(text))
    }

    /// Clicks what may or may not be there.
    pub fn click_if_there(&self, css: &str) {
        if let Ok(id) = self.visible(css) {
            let _ = self.ask("POST", &format!("/element/{id}/click"), Some(json!({})));
        }
    }

    /// Keeps a picture of the page.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn picture(&self, file: &Path) -> anyhow::Result<()> {
        let picture = self.ask("GET", "/screenshot", None)?;
        Ok(fs::write(file, STANDARD.decode(picture.as_str().unwrap_or_default())?)?)
    }

    /// What the browser wrote into one of its logs since it was last asked.
    fn log(&self, name: &str) -> anyhow::Result<Vec<Json>> {
        match self.ask("POST", "/se/log", Some(json!({"type": name})))? {
            Json::Array(entries) => Ok(entries),
            _ => bail!("the browser keeps no {name} log"),
        }
    }

    /// Errors on the console, and requests to a site that failed. Ends the counting.
    ///
    /// # Errors
    /// When the browser keeps no logs.
    pub fn complaints(&self, site: &str) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        for entry in self.log("browser")? {
            if entry["level"] == "SEVERE" {
                found.push(format!("console: {}", entry["message"].as_str().unwrap_or_default()));
            }
        }
        let events: Vec<Json> = self.log("performance")?.iter().filter_map(|e| serde_json::from_str(e["message"].as_str()?).ok()).collect();
        found.extend(failed_requests(&events, site));
        Ok(found)
    }
}

/// The failed requests to a site among the browser's events.
fn failed_requests(events: &[Json], site: &str) -> Vec<String> {
    let mut addresses = HashMap::new();
    let mut found = Vec::new();
    for event in events {
        let (method, params) = (event["message"]["method"].as_str().unwrap_or_default(), &event["message"]["params"]);
        let id = params["requestId"].as_str().unwrap_or_default();
        match method {
            "Network.requestWillBeSent" => {
                addresses.insert(id, format!("{} {}", params["request"]["method"].as_str().unwrap_or_default(), params["request"]["url"].as_str().unwrap_or_default()));
            }
            "Network.responseReceived" if params["response"]["status"].as_u64().is_some_and(|s| s >= 400) && params["response"]["url"].as_str().is_some_and(|u| u.starts_with(site)) => {
                found.push(format!("{} for {}", params["response"]["status"], addresses.get(id).map_or("?", String::as_str)));
            }
            // What a left page no longer wanted has not failed.
            "Network.loadingFailed" if params["canceled"] != true && params["errorText"] != "net::ERR_ABORTED" => {
                if let Some(address) = addresses.get(id).filter(|a| a.contains(site)) {
                    found.push(format!("{} for {address}", params["errorText"].as_str().unwrap_or_default()));
                }
            }
            _ => {}
        }
    }
    found
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.ask("DELETE", "", None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_requests_are_told_from_left_ones() {
        let event = |method: &str, params: Json| json!({"message": {"method": method, "params": params}});
        let sent = |id: &str, url: &str| event("Network.requestWillBeSent", json!({"requestId": id, "request": {"method": "GET", "url": url}}));
        let events = [
            sent("1", "http://site/a"),
            event("Network.responseReceived", json!({"requestId": "1", "response": {"status": 500, "url": "http://site/a"}})),
            sent("2", "http://site/b"),
            event("Network.loadingFailed", json!({"requestId": "2", "errorText": "net::ERR_ABORTED", "canceled": true})),
            sent("3", "http://site/c"),
            event("Network.loadingFailed", json!({"requestId": "3", "errorText": "net::ERR_CONNECTION_RESET"})),
            sent("4", "http://elsewhere/d"),
            event("Network.responseReceived", json!({"requestId": "4", "response": {"status": 404, "url": "http://elsewhere/d"}})),
            sent("5", "http://site/e"),
            event("Network.responseReceived", json!({"requestId": "5", "response": {"status": 200, "url": "http://site/e"}})),
        ];
        assert_eq!(failed_requests(&events, "http://site/"), ["500 for GET http://site/a", "net::ERR_CONNECTION_RESET for GET http://site/c"]);
    }
}
