//! Groups as a file: what goes out, what stays at home, and that nothing is lost on
//! the way back.

use crate::{browser::Browser, case::Asked, data, state, world::World};
use chrono::TimeDelta;
use loomio_http::services::group::file;
use serde_json::{Map, Value as Json, json};
use sqlx::Executor;
use std::collections::{BTreeMap, HashMap};

type Row = Map<String, Json>;

/// A world in which an export stays for its week.
async fn late_world() -> World {
    let world = World::set_up(&[("LOOMIO_ENV", "development")], None).await;
    let states = state::unpack(&data().join("states.jsonl.gz"));
    states["0159"].restore(world.pool(), &world.shape, TimeDelta::zero()).await;
    world
}

/// Asks for the export of the whole organisation and downloads it by the mail's link.
async fn exported(world: &World) -> String {
    let mut browser = Browser::new(&world.endpoint);
    browser.sign_in("ana@example.com").await.expect("signed in");
    world.mails();
    let ask = |method: &str, path: &str| Asked { method: method.to_owned(), path: path.to_owned(), body: if method == "POST" { json!({}) } else { Json::Null } };
    let answer = browser.ask(&ask("POST", "/api/v1/groups/1/export")).await.expect("an answer");
    assert_eq!((answer.status, answer.json), (200, Some(json!({"success": "ok"}))));
    world.settle().await;
    let mails = world.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["to"], "ana@example.com");
    let kept: i64 = sqlx::query_scalar("select count(*) from documents d join active_storage_attachments a on a.record_type = 'Document' and a.record_id = d.id where d.title like '%riverside%.json'")
        .fetch_one(world.pool())
        .await
        .expect("a count");
    assert_eq!(kept, 1);
    let key: String = sqlx::query_scalar("select key from active_storage_blobs order by id desc limit 1").fetch_one(world.pool()).await.expect("the file");
    let bytes = world.app().files.get(&key, None).await.expect("the file").bytes().await.expect("its bytes");
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// The rows of a file by table, in its order.
fn rows(text: &str) -> BTreeMap<String, Vec<Row>> {
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in text.lines() {
        let mut line: Json = serde_json::from_str(line).expect("a line");
        let Json::Object(record) = line["record"].take() else { panic!("no record: {line}") };
        rows.entry(line["table"].as_str().expect("a table").to_owned()).or_default().push(record);
    }
    rows
}

/// The table that a column of a row refers to; nothing when it is no reference.
fn referred(table: &str, column: &str, row: &Row) -> Option<String> {
    let by_class = |stem: &str| {
        let class = row.get(&format!("{stem}_type"))?.as_str()?;
        Some(match class {
            "MembershipRequest" => "membership_requests".to_owned(),
            class => format!("{}s", class.to_lowercase()),
        })
    };
    Some(match (table, column) {
        ("groups", "parent_id") => "groups".to_owned(),
        ("events", "parent_id") => "events".to_owned(),
        (_, "eventable_id") => return by_class("eventable"),
        (_, "reactable_id") => return by_class("reactable"),
        (_, "parent_id") => return by_class("parent"),
        (_, "user_id" | "author_id" | "creator_id" | "inviter_id" | "revoker_id" | "discarded_by" | "closer_id" | "participant_id" | "voter_id" | "requestor_id" | "responder_id" | "actor_id") => {
            "users".to_owned()
        }
        (_, "group_id" | "discussion_id" | "poll_id" | "poll_option_id" | "stance_id" | "event_id" | "poll_template_id" | "discussion_template_id") => format!("{}s", column.trim_end_matches("_id")),
        _ => return None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_comes_back_whole() {
    let (world, other) = (late_world().await, World::set_up(&[("LOOMIO_ENV", "development")], None).await);
    let text = exported(&world).await;
    // Numbers that other rows have here already.
    other.pool().execute("select setval('users_id_seq', 700), setval('polls_id_seq', 3), setval('events_id_seq', 40), setval('stances_id_seq', 9)").await.expect("numbers");
    let imported = file::import(other.app(), &text).await.expect("imported");
    assert_eq!(imported.left_out, 0);
    // Ana does not belong to the gardeners.
    assert_eq!(imported.groups.len(), 2);
    let again = exported_from(&other, &imported.groups).await;
    let (before, after) = (rows(&text), rows(&again));
    let mut numbers: HashMap<(String, i64), i64> = HashMap::new();
    for (table, old) in before.iter().filter(|(table, _)| *table != "attachments") {
        let new = after.get(table).map_or(&[][..], Vec::as_slice);
        assert_eq!(old.len(), new.len(), "{table}");
        numbers.extend(old.iter().zip(new).map(|(old, new)| ((table.clone(), old["id"].as_i64().expect("a number")), new["id"].as_i64().expect("a number"))));
    }
    let mut problems = Vec::new();
    for (table, old) in before.iter().filter(|(table, _)| *table != "attachments") {
        for (old, new) in old.iter().zip(&after[table]) {
            for (column, value) in old {
                let expected = match (referred(table, column, old), value.as_i64()) {
                    (Some(to), Some(id)) => json!(numbers.get(&(to, id))),
                    _ if column == "id" => json!(numbers.get(&(table.clone(), value.as_i64().unwrap_or_default()))),
                    _ if column == "option_scores" || column == "voter_scores" => {
                        let to = if column == "option_scores" { "poll_options" } else { "users" };
                        let scores: Row =
                            value.as_object().into_iter().flatten().filter_map(|(id, score)| Some((numbers.get(&(to.to_owned(), id.parse().ok()?))?.to_string(), score.clone()))).collect();
                        Json::Object(scores)
                    }
                    // Versions, subscriptions and who runs the site belong to their site.
                    _ if matches!(column.as_str(), "eventable_version_id" | "subscription_id" | "is_admin") => continue,
                    // Counted anew, without what stayed at home.
                    _ if (table == "groups" || table == "users") && (column.ends_with("_count") || column == "updated_at") => continue,
                    _ => value.clone(),
                };
                if new.get(column) != Some(&expected) {
                    problems.push(format!("{table} {} {column}: {:?} instead of {expected}", old["id"], new.get(column)));
                }
            }
        }
    }
    world.done().await;
    other.done().await;
    assert!(problems.is_empty(), "{} differences:\n{}", problems.len(), problems.iter().take(40).cloned().collect::<Vec<_>>().join("\n"));
}

async fn exported_from(world: &World, groups: &[i32]) -> String {
    let mut export = loomio_db::group_file::export::Export::begin(&world.app().db, groups.to_vec()).await.expect("an export");
    let mut text = String::new();
    while let Some(lines) = export.next(&world.app().db).await.expect("lines") {
        text.push_str(&lines);
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn people_here_already_stay_and_files_come_along() {
    let world = late_world().await;
    let keys: Vec<String> = sqlx::query_scalar("select key from active_storage_blobs").fetch_all(world.pool()).await.expect("files");
    for key in &keys {
        world.app().files.put(key, bytes::Bytes::from(format!("bytes of {key}"))).await.expect("kept");
    }
    let text = exported(&world).await;
    let people = "select json_agg(u order by id)::text from (select id, email, name, encrypted_password, unsubscribe_token, is_admin, key, username from users) u";
    let before: String = sqlx::query_scalar(people).fetch_one(world.pool()).await.expect("people");
    let imported = file::import(world.app(), &text).await.expect("imported");
    world.settle().await;
    let after: String = sqlx::query_scalar(people).fetch_one(world.pool()).await.expect("people");
    assert_eq!(before, after);
    assert_eq!(imported.rows.get("users"), None, "everybody is known");
    let covers: Vec<(i64, String)> = sqlx::query_as(
        "select a.record_id, b.key from active_storage_attachments a join active_storage_blobs b on b.id = a.blob_id where a.record_type = 'Group' and a.name = 'cover_photo' order by a.id",
    )
    .fetch_all(world.pool())
    .await
    .expect("covers");
    assert_eq!(covers.len(), 2, "the old group's and the new one's");
    let bytes = world.app().files.get(&covers[1].1, None).await.expect("a copy").bytes().await.expect("its bytes");
    assert_eq!(bytes, format!("bytes of {}", covers[0].1));
    let handles: Vec<String> = sqlx::query_scalar("select handle::text from groups where handle is not null order by id").fetch_all(world.pool()).await.expect("handles");
    assert_eq!(handles, ["riverside", "riverside-1"]);
    // A new comment takes the next place in the imported thread.
    let (thread, last): (i32, i32) =
        sqlx::query_as("select d.id, max(e.sequence_id) from discussions d join events e on e.discussion_id = d.id where d.title like 'Fix the roof%' group by d.id order by d.id desc limit 1")
            .fetch_one(world.pool())
            .await
            .expect("the thread");
    let mut browser = Browser::new(&world.endpoint);
    browser.sign_in("ana@example.com").await.expect("signed in");
    let body = json!({"comment": {"discussion_id": thread, "body": "back again", "body_format": "md", "parent_id": thread, "parent_type": "Discussion"}});
    let answer = browser.ask(&Asked { method: "POST".to_owned(), path: "/api/v1/comments".to_owned(), body }).await.expect("an answer");
    assert_eq!(answer.status, 200, "{:?}", answer.json);
    let next: i32 = sqlx::query_scalar("select max(sequence_id) from events where discussion_id = $1").bind(thread).fetch_one(world.pool()).await.expect("a number");
    assert_eq!(next, last + 1);
    drop(browser);
    world.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_stay_at_home() {
    let world = late_world().await;
    world.pool().execute("update polls set anonymous = true where id = 5; update polls set hide_results = 2 where id = 6; update users set authentication_token = 'old key of ' || id, remember_token = 'memory of ' || id").await.expect("secret votes");
    let text = exported(&world).await;
    for (what, question) in [
        (
            "users",
            "select unnest(array[encrypted_password, unsubscribe_token, email_api_key, api_key, secret_token, authentication_token, remember_token, reset_password_token, unlock_token]) from users",
        ),
        ("groups", "select token from groups"),
        ("memberships", "select token from memberships"),
        ("readers", "select token from discussion_readers"),
        ("votes", "select token from stances"),
        ("sign-in links", "select token from login_tokens"),
    ] {
        let secrets: Vec<Option<String>> = sqlx::query_scalar(question).fetch_all(world.pool()).await.expect("secrets");
        for secret in secrets.into_iter().flatten().filter(|s| s.len() > 5) {
            assert!(!text.contains(&secret), "a secret of {what} is in the file");
        }
    }
    let rows = rows(&text);
    let polls: Vec<i64> = rows["polls"].iter().filter_map(|p| p["id"].as_i64()).collect();
    assert!(!polls.contains(&5) && !polls.contains(&6) && polls.contains(&10), "open secret polls stay, closed ones go: {polls:?}");
    let secret: Vec<&Row> = rows["stances"].iter().filter(|s| s["poll_id"] == 10).collect();
    assert!(!secret.is_empty());
    let mut moments: Vec<&Json> = Vec::new();
    for vote in secret {
        assert_eq!((&vote["participant_id"], &vote["inviter_id"]), (&Json::Null, &Json::Null));
        moments.push(&vote["created_at"]);
    }
    moments.dedup();
    assert_eq!(moments.len(), 1, "moments would tell whose a vote is");
    let other = World::set_up(&[("LOOMIO_ENV", "development")], None).await;
    let text = text.replace("\"is_admin\":false", "\"is_admin\":true");
    file::import(other.app(), &text).await.expect("imported");
    let admins: i64 = sqlx::query_scalar("select count(*) from users where is_admin").fetch_one(other.pool()).await.expect("a count");
    assert_eq!(admins, 0, "a file makes nobody an administrator of the site");
    let broken = format!("{text}{{\"table\":\"webhooks\",\"record\":{{\"id\":1}}}}\n");
    let groups: i64 = sqlx::query_scalar("select count(*) from groups").fetch_one(other.pool()).await.expect("a count");
    assert!(file::import(other.app(), &broken).await.is_err());
    let still: i64 = sqlx::query_scalar("select count(*) from groups").fetch_one(other.pool()).await.expect("a count");
    assert_eq!(groups, still, "all or nothing");
    world.done().await;
    other.done().await;
}
