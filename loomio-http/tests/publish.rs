//! What follows a write: who is told, once, and how.

use loomio_core::policy::Permit;
use loomio_db::{event::Draft, sql, testing::TestDb};
use loomio_http::{
    App, Settings,
    jobs::{self, Job, Worker, destroy_group::DestroyGroup, mark_summary_as_read::MarkSummaryAsRead},
    live::Live,
    services::publish,
};
use loomio_mail::Mailer;
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};
use std::{path::PathBuf, sync::Arc};

/// Ana writes, Ben wants to hear everything, Cat is mentioned, Dan has left.
const PEOPLE: &str = "insert into users (id, name, email, username, email_verified, created_at, updated_at, deactivated_at) values \
    (1, 'Ana', 'ana@example.com', 'ana', true, now(), now(), null), (2, 'Ben', 'ben@example.com', 'ben', true, now(), now(), null), \
    (3, 'Cat', 'cat@example.com', 'cat', true, now(), now(), null), (4, 'Dan', 'dan@example.com', 'dan', true, now(), now(), now()); \
    insert into groups (id, name, key, created_at, updated_at) values (3, 'Board', 'abcdefgh', now(), now()); \
    insert into memberships (id, group_id, user_id, accepted_at, created_at, updated_at, volume) values \
    (1, 3, 1, now(), now(), now(), 2), (2, 3, 2, now(), now(), now(), 3), (3, 3, 3, now(), now(), now(), 1), (4, 3, 4, now(), now(), now(), 3); \
    insert into discussions (id, key, title, author_id, group_id, created_at, updated_at, last_activity_at, private) values (5, 'roofroof', 'Roof', 1, 3, now(), now(), now(), true); \
    insert into events (id, kind, eventable_type, eventable_id, user_id, created_at, updated_at) values (100, 'new_discussion', 'Discussion', 5, 1, now(), now()); \
    select setval('events_id_seq', 100); \
    insert into comments (id, body, body_format, user_id, discussion_id, parent_type, parent_id, created_at, updated_at) values (7, 'what do you think, @cat and @dan?', 'md', 1, 5, 'Discussion', 5, now(), now())";

async fn world(db: &TestDb) -> (Arc<App>, Worker, PathBuf) {
    db.db().execute_unprepared(PEOPLE).await.unwrap();
    let vars = [("LOOMIO_ENV", "test"), ("SECRET_KEY_BASE", "a secret for tests"), ("DEVISE_SECRET", "another"), ("CANONICAL_HOST", "loomio.example.org")];
    let settings = Settings::from_vars(vars.map(|(k, v)| (k.to_owned(), v.to_owned()))).unwrap();
    let outbox = tempfile::tempdir().unwrap().keep();
    let app = Arc::new(App::new(db.db().clone(), settings, Live::in_memory(), Mailer::outbox(outbox.clone()), Arc::new(|| chrono::Utc::now().naive_utc()), [7; 32]));
    let worker = Worker::new(&app, true).await.unwrap();
    (app, worker, outbox)
}

async fn list(db: &TestDb, query: &str) -> Vec<String> {
    sql::column(db.db(), query, vec![]).await.unwrap()
}

async fn heard(listener: &mut loomio_http::live::Listener) -> Json {
    let heard = tokio::time::timeout(std::time::Duration::from_secs(5), listener.next()).await.expect("a message in time").expect("a listener");
    serde_json::from_str(&heard.text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_reaches_everybody_it_concerns() {
    let db = TestDb::new().await;
    let (app, worker, outbox) = world(&db).await;
    let (mut group, mut cat) = (app.live.listener(), app.live.listener());
    group.join("group_3").await;
    cat.join("user_3").await;
    let permit = Permit::system("test");
    let w = jobs::begin(&app).await.unwrap();
    publish::append(&w, &permit, Draft { discussion_id: Some(5), ..Draft::new("new_comment", "Comment", 7, Some(1)) }).await.unwrap();
    w.commit().await.unwrap();
    // Who wrote it has read it, before any job is run.
    assert_eq!(list(&db, "select user_id || ':' || read_ranges_string from discussion_readers").await, ["1:1-1"]);
    worker.run_once().await.unwrap();
    assert_eq!(list(&db, "select kind from events where id > 100 order by id").await, ["new_comment", "user_mentioned"]);
    assert_eq!(list(&db, "select user_id || ':' || url || ':' || (translation_values->>'title') from notifications").await, ["3:/d/roofroof/comment/7:Roof"]);
    assert_eq!(heard(&mut group).await["records"]["comments"][0]["id"], 7);
    assert_eq!(heard(&mut cat).await["records"]["notifications"][0]["kind"], "user_mentioned");
    let mut to: Vec<String> = std::fs::read_dir(&outbox)
        .unwrap()
        .map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap())
        .filter_map(|mail| mail.lines().find(|l| l.starts_with("To:")).map(ToOwned::to_owned))
        .collect();
    to.sort();
    assert_eq!(to.len(), 2, "{to:?}");
    assert!(to[0].contains("ben@example.com") && to[1].contains("cat@example.com"), "{to:?}");
    drop((group, cat, worker, app));
    db.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_run_again_tells_nobody_twice() {
    let db = TestDb::new().await;
    let (app, worker, _) = world(&db).await;
    let permit = Permit::system("test");
    let w = jobs::begin(&app).await.unwrap();
    let draft = Draft::new("discussion_announced", "Discussion", 5, Some(1));
    let event = loomio_db::event::append(&w, &permit, Draft { custom_fields: json!({"recipient_user_ids": [1, 2, 3, 4]}), ..draft }).await.unwrap();
    w.commit().await.unwrap();
    for _ in 0..2 {
        publish::publish(&app, event.id, "a ticket").await.unwrap();
    }
    // Not who did it, not who left; mail not to who wants it quiet.
    assert_eq!(list(&db, "select user_id::text from notifications order by user_id").await, ["2", "3"]);
    assert_eq!(list(&db, "select payload->>'recipient_id' from loomio.unfinished_jobs order by 1").await, ["1", "2"]);
    drop((worker, app));
    db.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_wait_for_each_other_follow_at_once() {
    let db = TestDb::new().await;
    let (app, worker, _) = world(&db).await;
    // Nobody has this number, so that each job ends when it has looked.
    let job = MarkSummaryAsRead { user_id: 99, start: 0, finish: 0 };
    let w = jobs::begin(&app).await.unwrap();
    for _ in 0..120 {
        jobs::enqueue_in_order(&w, "one_after_the_other", &job).await.unwrap();
        jobs::enqueue(&w, &job).await.unwrap();
    }
    w.commit().await.unwrap();
    let worker = Arc::new(worker);
    let running = tokio::spawn({
        let worker = Arc::clone(&worker);
        async move { worker.run().await }
    });
    // One for each look at the clock would take half a minute, or two.
    let all_done = async {
        while list(&db, "select name from loomio.unfinished_jobs").await != Vec::<String>::new() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(15), all_done).await.expect("every job is done");
    worker.stop();
    running.await.unwrap().unwrap();
    drop((worker, app));
    db.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_was_brought_back_is_not_removed_later() {
    let db = TestDb::new().await;
    let (app, _worker, _) = world(&db).await;
    let asked = chrono::DateTime::from_timestamp_micros(1_763_900_100_123_456).unwrap().naive_utc();
    let removal = DestroyGroup { group_id: 3, actor_id: Some(1), archived_at: Some(asked) };
    let groups = "select count(*)::text from groups";
    // In use again, then put away for another reason, then as it was when it was deleted.
    for (archived, left) in [("null", "1"), ("now()", "1"), ("'2025-11-23 12:15:00.123456'", "0")] {
        db.db().execute_unprepared(&format!("update groups set archived_at = {archived}")).await.unwrap();
        removal.clone().run(Arc::clone(&app)).await.unwrap();
        assert_eq!(list(&db, groups).await, [left], "{archived}");
    }
    drop(app);
    db.done().await;
}
