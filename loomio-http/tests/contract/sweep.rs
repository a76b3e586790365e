//! What holds for every route: nonsense is refused with a clear and documented
//! status, a stranger changes nothing, and each route's refusal is shown somewhere.

use crate::{
    browser::Browser,
    case::{self, Asked},
    data, list,
    state::{self, State},
    world::World,
};
use chrono::TimeDelta;
use regex::Regex;
use serde_json::{Map, Value as Json, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A route as the document has it.
struct Route {
    method: String,
    /// The path with `{names}`, below `/api`.
    path: String,
    statuses: BTreeSet<String>,
    /// The body's parts with their examples.
    body: Map<String, Json>,
}

/// Every route of the OpenAPI document.
fn routes() -> Vec<Route> {
    let document: Json = serde_json::from_str(&loomio_http::api::service("http://localhost:3000").spec()).expect("the document");
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let statuses = operation["responses"].as_object().expect("answers").keys().cloned().collect();
            let parts = operation["requestBody"]["content"].as_object().and_then(|content| content.values().next()).and_then(|media| media["schema"]["properties"].as_object());
            let body = parts.into_iter().flatten().map(|(name, schema)| (name.clone(), schema.get("example").cloned().unwrap_or_else(|| json!("1")))).collect();
            routes.push(Route { method: method.to_uppercase(), path: path.clone(), statuses, body });
        }
    }
    routes
}

impl Route {
    /// The path with every name replaced.
    fn at(&self, value: &str) -> String {
        let filled: Vec<&str> = self.path.split('/').map(|part| if part.starts_with('{') { value } else { part }).collect();
        format!("/api{}", filled.join("/"))
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// The last state of the story, with something of everything in it.
fn late_state() -> Arc<State> {
    let states = state::unpack(&data().join("states.jsonl.gz"));
    let last = states.keys().max().expect("a state").clone();
    Arc::clone(&states[&last])
}

/// Bodies nobody should send.
fn nonsense(route: &Route) -> Vec<Json> {
    let each = |value: &Json| Json::Object(route.body.keys().map(|name| (name.clone(), value.clone())).collect());
    let deep = |value: Json| {
        Json::Object(route.body.iter().map(|(name, example)| (name.clone(), example.as_object().map_or_else(|| value.clone(), |o| o.keys().map(|k| (k.clone(), value.clone())).collect()))).collect())
    };
    vec![json!([1, "two"]), json!({}), each(&json!("\u{0}")), each(&json!([[]])), deep(json!({"a": ["\u{0}", 1e300]})), deep(json!(i64::MAX)), deep(json!("\u{0}x")), deep(Json::Null)]
}

#[tokio::test]
async fn nonsense_is_refused_with_a_documented_status() {
    let world = World::new().await;
    let state = late_state();
    state.restore(world.pool(), &world.shape, TimeDelta::zero()).await;
    let mut problems = Vec::new();
    let who = "ana@example.com";
    let mut browser = Browser::new(&world.endpoint);
    browser.sign_in(who).await.expect("signed in");
    for route in routes() {
        let mut asked: Vec<(String, Json)> = ["99999999999999999999", "-1", "%00%FF", "x%27%22"].iter().map(|id| (route.at(id), Json::Null)).collect();
        asked.push((format!("{}?discussion_id=%00&group_id=9999999999999&poll_id[]=1&per=-1&from=99999999999999999999&ids[a]=1&xids=%FF&q=%00&exclude_types[]=1", route.at("1")), Json::Null));
        if route.method != "GET" {
            asked.extend(nonsense(&route).into_iter().map(|body| (route.at("1"), body)));
        }
        for (path, body) in asked {
            let case = Asked { method: route.method.clone(), path: path.clone(), body };
            match browser.ask(&case).await {
                Ok(answer) if answer.status < 500 && (route.statuses.contains(&answer.status.to_string()) || (300..400).contains(&answer.status)) => {}
                Ok(answer) => problems.push(format!("{} {path} {}: {} {}", route.method, case.body, answer.status, answer.json.unwrap_or_default())),
                Err(e) => problems.push(format!("{} {path} {}: {e}", route.method, case.body)),
            }
        }
        // These may have ended the session or the account.
        if ["/v1/sessions", "/v1/profile"].iter().any(|start| route.path.starts_with(start)) {
            state.restore(world.pool(), &world.shape, TimeDelta::zero()).await;
            browser = Browser::new(&world.endpoint);
            browser.sign_in(who).await.expect("signed in again");
        }
    }
    world.done().await;
    assert!(problems.is_empty(), "{} requests:\n{}", problems.len(), problems.join("\n"));
}

/// What a stranger may change by which route: ask for a link, fail to sign in,
/// register, start a trial.
const STRANGERS_TABLES: [(&str, &str); 13] = [
    ("POST /v1/login_tokens", "login_tokens"),
    ("POST /v1/login_tokens", "users"),
    ("POST /v1/sessions", "users"),
    ("POST /v1/registrations", "users"),
    ("POST /v1/registrations", "versions"),
    ("POST /v1/registrations", "login_tokens"),
    ("POST /v1/trials", "active_storage_attachments"),
    ("POST /v1/trials", "active_storage_blobs"),
    ("POST /v1/trials", "groups"),
    ("POST /v1/trials", "memberships"),
    ("POST /v1/trials", "subscriptions"),
    ("POST /v1/trials", "users"),
    ("POST /v1/trials", "versions"),
];

#[tokio::test]
async fn who_is_not_signed_in_changes_nothing() {
    let world = World::new().await;
    let state = late_state();
    state.restore(world.pool(), &world.shape, TimeDelta::zero()).await;
    let before = world.snapshot().await;
    let mut problems = Vec::new();
    for route in routes().iter().filter(|route| route.method != "GET") {
        let mut browser = Browser::new(&world.endpoint);
        let body = Json::Object(route.body.clone());
        let answer = browser.ask(&Asked { method: route.method.clone(), path: route.at("1"), body }).await;
        world.settle().await;
        let after = world.snapshot().await;
        let changed: Vec<&String> = before.iter().filter(|(table, rows)| after[*table] != **rows).map(|(table, _)| table).collect();
        if changed.is_empty() {
            continue;
        }
        let wrong: Vec<&&String> = changed.iter().filter(|table| !STRANGERS_TABLES.contains(&(route.name().as_str(), table.as_str()))).collect();
        if !wrong.is_empty() {
            problems.push(format!("{} ({}) changed {wrong:?}", route.name(), answer.map(|a| a.status).unwrap_or_default()));
        }
        state.restore(world.pool(), &world.shape, TimeDelta::zero()).await;
    }
    world.done().await;
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Routes whose refusal is shown: by [`who_is_not_signed_in_changes_nothing`] when they
/// write, by a recorded case of the story, by the table of roles, or by a test that
/// says so in a line `// refuses: METHOD /path`.
fn refusals(routes: &[Route]) -> BTreeSet<String> {
    let mut shown: BTreeSet<String> = routes.iter().filter(|route| route.method != "GET").map(Route::name).collect();
    let patterns: BTreeMap<String, Regex> =
        routes.iter().map(|route| (route.name(), Regex::new(&format!("^/api{}$", Regex::new(r"\{\w+\}").expect("a pattern").replace_all(&route.path, "[^/]+"))).expect("a pattern"))).collect();
    for case in case::read(&data().join("story.jsonl.gz")) {
        if matches!(case.response.status, 401 | 403 | 404) {
            let path = case.request.path.split('?').next().unwrap_or_default();
            // A word in the path is a route of its own before it is a key.
            let found = patterns
                .iter()
                .filter(|(name, pattern)| name.starts_with(&format!("{} ", case.request.method)) && pattern.is_match(path))
                .max_by_key(|(name, _)| std::cmp::Reverse(name.matches('{').count()));
            shown.extend(found.map(|(name, _)| name.clone()));
        }
    }
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for entry in std::fs::read_dir(tests).expect("the tests") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|e| e == "rs") {
            shown.extend(std::fs::read_to_string(&path).expect("a test").lines().filter_map(|line| line.trim().strip_prefix("// refuses: ")).map(ToOwned::to_owned));
        }
    }
    shown.extend(crate::authorization::told_apart());
    shown
}

/// What is told to everybody, so that there is nothing to refuse: the site itself,
/// its words, what a visitor is, whether an address or a name is taken, and what was
/// made public for everybody to copy.
const FOR_EVERYBODY: [&str; 12] = [
    "GET /v1/demos",
    "GET /v1/discussion_templates/browse",
    "GET /v1/discussion_templates/browse_tags",
    "GET /v1/boot/site",
    "GET /v1/boot/version",
    "GET /v1/boot/user",
    "GET /v1/profile/all_time_zones",
    "GET /v1/profile/time_zones",
    "GET /v1/profile/email_exists",
    "GET /v1/profile/email_status",
    "GET /v1/groups/suggest_handle",
    "GET /v1/groups/count_explore_results",
];

#[test]
fn every_route_has_an_authorization_test() {
    let routes = routes();
    let shown = refusals(&routes);
    let path = data().with_file_name("unauthorized_routes.txt");
    let listed = list::read(&path);
    let missing: BTreeSet<String> = routes.iter().map(Route::name).filter(|name| !shown.contains(name) && !FOR_EVERYBODY.contains(&name.as_str())).collect();
    let new: Vec<_> = missing.difference(&listed).collect();
    let done: Vec<_> = listed.difference(&missing).collect();
    assert!(new.is_empty(), "without an authorization test:\n{}", new.iter().map(|n| n.as_str()).collect::<Vec<_>>().join("\n"));
    assert!(done.is_empty(), "no longer to be listed:\n{}", done.iter().map(|n| n.as_str()).collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_body_has_an_example() {
    let without: Vec<String> = routes().iter().filter(|route| route.body.values().any(|example| example == "1")).map(Route::name).collect();
    assert!(without.is_empty(), "{}", without.join("\n"));
}
