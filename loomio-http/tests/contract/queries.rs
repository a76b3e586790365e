//! How many questions a page asks of the database. The number must not grow with the
//! number of rows on the page.

use crate::{browser::Browser, case::Asked, state, world::World};
use chrono::TimeDelta;
use serde_json::Value as Json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The number of questions of a request, and of records in its root collection.
async fn cost(browser: &mut Browser, count: &Arc<AtomicUsize>, path: &str, root: &str) -> (usize, usize) {
    count.store(0, Ordering::SeqCst);
    let answer = browser.ask(&Asked { method: "GET".to_owned(), path: path.to_owned(), body: Json::Null }).await.expect("an answer");
    assert_eq!(answer.status, 200, "{path}: {:?}", answer.json);
    let records = answer.json.as_ref().and_then(|json| json[root].as_array()).map_or(0, Vec::len);
    (count.load(Ordering::SeqCst), records)
}

#[tokio::test]
async fn pages_cost_a_constant_number_of_queries() {
    let count = Arc::new(AtomicUsize::new(0));
    let world = World::counting(Some(Arc::clone(&count))).await;
    let busy = state::from_dump(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/perf.sql.gz"));
    busy.restore(world.pool(), &world.shape, TimeDelta::zero()).await;
    let mut browser = Browser::new(&world.endpoint);
    browser.sign_in("member3@perf.example").await.expect("signed in");
    let group: i32 = sqlx::query_scalar("select min(id) from groups").fetch_one(world.pool()).await.expect("the group");
    let mut told = Vec::new();
    for (root, few, many, path) in [
        ("events", 30, 300, "/api/v1/events?discussion_id=1&order_by=position_key&per=".to_owned()),
        ("discussions", 25, 50, "/api/v1/discussions/dashboard?per=".to_owned()),
        ("memberships", 50, 200, format!("/api/v1/memberships?group_id={group}&per=")),
    ] {
        let small = cost(&mut browser, &count, &format!("{path}{few}"), root).await;
        let large = cost(&mut browser, &count, &format!("{path}{many}"), root).await;
        told.push((root, small, large));
    }
    drop(browser);
    world.done().await;
    for (root, (few, small), (many, large)) in told {
        assert!(large > small, "{root}: a page of {small} and one of {large} show nothing");
        assert_eq!(few, many, "{root}: {few} queries for {small}, but {many} for {large}");
        assert!(few > 0 && few <= 60, "{root}: {few} queries for one page");
    }
}

#[tokio::test]
async fn inviting_thousands_asks_by_batch_and_answers_before_it_mails() {
    let count = Arc::new(AtomicUsize::new(0));
    let world = World::counting(Some(Arc::clone(&count))).await;
    let states = state::unpack(&crate::data().join("states.jsonl.gz"));
    states["0159"].restore(world.pool(), &world.shape, TimeDelta::zero()).await;
    let mut browser = Browser::new(&world.endpoint);
    browser.sign_in("ben@example.com").await.expect("signed in");
    world.mails();
    let mut invite = async |people: usize| {
        let emails: Vec<String> = (0..people).map(|n| format!("person{n}of{people}@example.net")).collect();
        count.store(0, Ordering::SeqCst);
        let asked = Asked { method: "POST".to_owned(), path: "/api/v1/announcements".to_owned(), body: serde_json::json!({"group_id": 1, "recipient_emails": emails}) };
        let answer = browser.ask(&asked).await.expect("an answer");
        assert_eq!(answer.status, 200, "{:?}", answer.json);
        count.load(Ordering::SeqCst)
    };
    let few = invite(23).await;
    let many = invite(2303).await;
    let invited: i64 =
        sqlx::query_scalar("select count(*) from memberships m join users u on u.id = m.user_id where m.group_id = 1 and u.email like 'person%'").fetch_one(world.pool()).await.expect("a count");
    assert_eq!(invited, 2326);
    assert!(many <= few + 40, "{few} queries for 23 people, {many} for 2303");
    assert!(world.mails().is_empty(), "mails are sent by jobs, after the answer");
    let jobs: i64 = sqlx::query_scalar("select count(*) from loomio.unfinished_jobs").fetch_one(world.pool()).await.expect("a count");
    assert!(jobs > 0, "nobody will be told");
    drop(browser);
    world.done().await;
}
