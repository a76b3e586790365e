//! Who sees what: every reading route that has no recorded refusal, asked by
//! somebody in each role. The table `authorization.tsv` holds what each is answered,
//! with the numbers of the records, so that a list that shows one row too many is
//! found, too.

use crate::{browser::Browser, case::Asked, data, state, world::World};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::Executor;
use std::collections::{BTreeMap, BTreeSet};

/// The state of the story in which everybody has come and nobody has left.
const STATE: &str = "0159";
/// When it was recorded.
const RECORDED: &str = "2026-11-24T04:25:20Z";

/// One line of the table.
struct Line {
    route: String,
    path: String,
    /// The collection whose numbers are told; nothing for the whole answer.
    root: Option<String>,
    answer: String,
    roles: Vec<String>,
}

/// The people by role, and the lines.
fn table() -> (Vec<(String, Option<String>)>, Vec<Line>) {
    let text = std::fs::read_to_string(data().with_file_name("authorization.tsv")).expect("the table");
    let people = text.lines().filter_map(|line| line.strip_prefix("# ")?.split_once(" = ")).map(|(role, email)| (role.to_owned(), (email != "-").then(|| email.to_owned()))).collect();
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            let [route, path, root, answer, roles] = parts[..] else { panic!("not a line of the table: {line}") };
            Line {
                route: format!("GET {route}"),
                path: path.to_owned(),
                root: (root != "-").then(|| root.to_owned()),
                answer: answer.to_owned(),
                roles: roles.split(' ').map(ToOwned::to_owned).collect(),
            }
        })
        .collect();
    (people, lines)
}

/// Routes that the table shows to answer different people differently.
pub fn told_apart() -> BTreeSet<String> {
    let mut answers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in table().1 {
        answers.entry(line.route).or_default().insert(format!("{} {}", line.path, line.answer));
    }
    let paths = |answers: &BTreeSet<String>| answers.iter().filter_map(|a| a.split(' ').next().map(ToOwned::to_owned)).collect::<BTreeSet<_>>().len();
    answers.into_iter().filter(|(_, answers)| answers.len() > paths(answers)).map(|(route, _)| route).collect()
}

/// An answer as the table writes it.
fn written(status: u16, json: Option<&Json>, root: Option<&str>) -> String {
    let (200, Some(json)) = (status, json) else { return status.to_string() };
    let Some(root) = root else { return format!("200 {json}") };
    let Some(records) = json[root].as_array() else { return format!("200 without {root}: {json}") };
    let mut ids: Vec<String> =
        records.iter().map(|r| r.get("id").filter(|id| !id.is_null()).or_else(|| r.get("key")).map_or_else(String::new, |id| id.as_str().map_or_else(|| id.to_string(), ToOwned::to_owned))).collect();
    ids.sort();
    ["200".to_owned()].into_iter().chain(ids).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_role_sees_its_own() {
    let world = World::new().await;
    let states = state::unpack(&data().join("states.jsonl.gz"));
    let recorded: DateTime<Utc> = RECORDED.parse().expect("a time");
    states[STATE].restore(world.pool(), &world.shape, Utc::now() - recorded).await;
    let more = std::fs::read_to_string(data().with_file_name("authorization.sql")).expect("the people");
    world.pool().execute(sqlx::raw_sql(sqlx::AssertSqlSafe(more))).await.expect("people in every role");
    let (people, lines) = table();
    let mut browsers = BTreeMap::new();
    for (role, email) in &people {
        let mut browser = Browser::new(&world.endpoint);
        if let Some(email) = email {
            browser.sign_in(email).await.expect("signed in");
        }
        browsers.insert(role.clone(), browser);
    }
    // Nobody can sign in with an address that is not verified, but stay so.
    world.pool().execute("update users set email_verified = false where email = 'fay@example.com'").await.expect("unverified");
    let mut asked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut problems = Vec::new();
    for line in &lines {
        for role in &line.roles {
            asked.entry(&line.path).or_default().insert(role);
            let browser = browsers.get_mut(role).unwrap_or_else(|| panic!("nobody is {role}"));
            let answer = browser.ask(&Asked { method: "GET".to_owned(), path: format!("/api{}", line.path), body: Json::Null }).await.expect("an answer");
            let told = written(answer.status, answer.json.as_ref(), line.root.as_deref());
            if told != line.answer {
                problems.push(format!("{} as {role}: {told} instead of {}", line.path, line.answer));
            }
        }
    }
    for (path, roles) in asked {
        problems.extend(people.iter().filter(|(role, _)| !roles.contains(role.as_str())).map(|(role, _)| format!("{path} is not asked as {role}")));
    }
    drop(browsers);
    world.done().await;
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
