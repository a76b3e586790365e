//! Threads, where the recorded cases do not look: what is refused, what stays
//! secret, and what a hostile request costs.

use loomio_db::{rows::User, sql};
use loomio_http::{
    App, Settings,
    json::params::Params,
    live::Live,
    services::{Done, ServiceError, Visit, comment, discussion, reaction, tag, version},
};
use loomio_mail::Mailer;
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};
use std::sync::Arc;

const ROWS: &str = "insert into users (id, name, email, email_verified, created_at, updated_at) values \
      (1, 'Ana', 'ana@example.com', true, now(), now()), (2, 'Ben', 'ben@example.com', true, now(), now()), (3, 'Eve', 'eve@example.com', true, now(), now()); \
    insert into groups (id, name, created_at, updated_at, discussion_privacy_options) values (1, 'Board', now(), now(), 'public_or_private'); \
    insert into memberships (group_id, user_id, accepted_at, created_at, updated_at, volume, admin) values (1, 1, now(), now(), now(), 2, true), (1, 2, now(), now(), now(), 2, false); \
    insert into discussions (id, group_id, author_id, title, key, private, description_format, ranges_string, created_at, updated_at, last_activity_at) values \
      (1, 1, 1, 'Roof', 'aaaaaaaa', true, 'html', '', now(), now(), now()), (2, 1, 1, 'Garden', 'bbbbbbbb', true, 'html', '', now(), now(), now()); \
    insert into events (id, kind, eventable_type, eventable_id, user_id, created_at, updated_at) values (1, 'new_discussion', 'Discussion', 1, 1, now(), now()), (2, 'new_discussion', 'Discussion', 2, 1, now(), now()); \
    select setval('events_id_seq', 10), setval('discussions_id_seq', 10)";

struct World {
    db: loomio_db::testing::TestDb,
    app: Arc<App>,
}

impl World {
    async fn new() -> Self {
        let db = loomio_db::testing::TestDb::new().await;
        db.db().execute_unprepared(ROWS).await.unwrap();
        let vars = [("LOOMIO_ENV", "test"), ("SECRET_KEY_BASE", "a secret for tests"), ("DEVISE_SECRET", "another"), ("CANONICAL_HOST", "loomio.example.org")];
        let settings = Settings::from_vars(vars.map(|(k, v)| (k.to_owned(), v.to_owned()))).unwrap();
        let folder = tempfile::tempdir().unwrap().keep();
        let app = Arc::new(App::new(db.db().clone(), settings, Live::in_memory(), Mailer::outbox(folder), Arc::new(|| chrono::Utc::now().naive_utc()), [7; 32]));
        // The table of jobs, which writes fill.
        loomio_http::jobs::Worker::new(&app, true).await.unwrap();
        Self { db, app }
    }

    async fn visit(&self, user_id: i32, params: Json) -> Visit {
        let user: User = loomio_db::find::by_id(self.db.db(), user_id).await.unwrap().unwrap();
        let Json::Object(params) = params else { unreachable!("parameters are an object") };
        Visit::without_browser(&self.app, user, Params(params))
    }

    async fn say(&self, user_id: i32, attributes: Json) -> Done {
        comment::create(&self.visit(user_id, json!({"comment": attributes})).await).await
    }

    async fn text(&self, question: &str) -> String {
        sql::scalar::<Option<String>>(self.db.db(), question, vec![]).await.unwrap().flatten().unwrap_or_default()
    }
}

fn status(done: &Done) -> &'static str {
    match done {
        Ok(_) => "done",
        Err(ServiceError::Denied(_)) => "denied",
        Err(ServiceError::NotFound(_)) => "not found",
        Err(ServiceError::Invalid(_)) => "invalid",
        Err(ServiceError::Params(_)) => "bad",
        Err(_) => "another error",
    }
}

#[tokio::test]
async fn bad_comments_are_refused_clearly() {
    let world = World::new().await;
    for (who, attributes, expected) in [
        (2, json!({"discussion_id": 1, "body": "<p>hi</p>", "body_format": "html"}), "done"),
        (3, json!({"discussion_id": 1, "body": "<p>hi</p>", "body_format": "html"}), "denied"),
        (2, json!({"discussion_id": 99_999_999_999_u64, "body": "x", "body_format": "md"}), "denied"),
        (2, json!({"discussion_id": 1, "body": "", "body_format": "md"}), "invalid"),
        (2, json!({"discussion_id": 1, "body": {"a": 1}, "body_format": "md"}), "invalid"),
        (2, json!({"discussion_id": 1, "body": "x", "body_format": "pdf"}), "invalid"),
        (2, json!({"discussion_id": 1, "body": "x", "body_format": "md", "parent_type": "Discussion", "parent_id": 2}), "invalid"),
        (2, json!({"discussion_id": 1, "body": "x", "body_format": "md", "parent_type": "User", "parent_id": 1}), "done"),
        (2, json!({"discussion_id": 1, "body": "x", "body_format": "md", "files": ["not signed"]}), "invalid"),
        (2, json!({"discussion_id": 1, "body": "x", "evil": true}), "bad"),
    ] {
        assert_eq!(status(&world.say(who, attributes.clone()).await), expected, "{attributes}");
    }
    world.db.done().await;
}

#[tokio::test]
async fn an_edit_does_not_move_a_comment() {
    let world = World::new().await;
    world.say(2, json!({"discussion_id": 1, "body": "<p>hi</p>", "body_format": "html"})).await.unwrap();
    let id = world.text("select max(id)::text from comments").await;
    let edit = json!({"id": id, "comment": {"body": "<p>ho</p>", "discussion_id": 2, "parent_type": "Discussion", "parent_id": 2}});
    comment::update(&world.visit(2, edit).await, &id).await.unwrap();
    assert_eq!(world.text("select body || ' ' || discussion_id || ' ' || parent_id from comments").await, "<p>ho</p> 1 1");
    world.db.done().await;
}

#[tokio::test]
async fn a_huge_range_is_read_at_once() {
    let world = World::new().await;
    let visit = world.visit(2, json!({"ranges": "1-9223372036854775807"})).await;
    discussion::mark_as_read(&visit, "1").await.unwrap();
    assert_eq!(world.text("select read_ranges_string from discussion_readers where user_id = 2").await, "1-9223372036854775807");
    for nonsense in [json!("5"), json!("x-y"), json!(null), json!({"a": 1}), json!([[1, 2], "z"])] {
        discussion::mark_as_read(&world.visit(2, json!({"ranges": nonsense})).await, "1").await.unwrap();
    }
    world.db.done().await;
}

#[tokio::test]
async fn a_time_frame_is_no_way_into_the_database() {
    let world = World::new().await;
    let visit = world.visit(2, json!({"since": "2020-01-01", "timeframe_for": "id) or true; drop table users; --"})).await;
    assert_eq!(discussion::index(&visit).await.unwrap()["meta"]["total"], 2);
    let visit = world.visit(2, json!({"until": "2020-01-01T00:00:00Z", "timeframe_for": "last_activity_at"})).await;
    assert_eq!(discussion::index(&visit).await.unwrap()["meta"]["total"], 0);
    world.db.done().await;
}

#[tokio::test]
async fn the_history_of_a_secret_vote_is_nobody_elses() {
    let world = World::new().await;
    let rows = "insert into polls (id, author_id, group_id, discussion_id, title, poll_type, key, anonymous, closing_at, details_format, created_at, updated_at) values (1, 1, 1, 1, 'Vote', 'proposal', 'cccccccc', true, now() + interval '1 day', 'html', now(), now()); \
        insert into stances (id, poll_id, participant_id, latest, reason_format, cast_at, created_at, updated_at) values (1, 1, 2, true, 'html', now(), now(), now()); \
        insert into versions (item_type, item_id, event, whodunnit, object_changes, created_at) values ('Stance', 1, 'update', 2, '{}', now())";
    world.db.db().execute_unprepared(rows).await.unwrap();
    let asked = json!({"stance_id": 1, "index": 0});
    assert_eq!(status(&version::show(&world.visit(1, asked.clone()).await).await), "not found");
    assert_eq!(status(&version::show(&world.visit(2, asked.clone()).await).await), "done");
    world.db.db().execute_unprepared("update polls set anonymous = false").await.unwrap();
    assert_eq!(status(&version::show(&world.visit(1, asked).await).await), "done");
    world.db.done().await;
}

#[tokio::test]
async fn people_react_to_texts_only() {
    let world = World::new().await;
    for (who, class, id, expected) in [(2, "Discussion", 1, "done"), (2, "User", 1, "not found"), (2, "Kernel", 1, "not found"), (3, "Discussion", 1, "denied"), (2, "Comment", 77, "denied")] {
        let visit = world.visit(who, json!({"reaction": {"reaction": ":heart:", "reactable_type": class, "reactable_id": id}})).await;
        assert_eq!(status(&reaction::save(&visit).await), expected, "{class} {id}");
    }
    world.db.done().await;
}

#[tokio::test]
async fn a_renamed_tag_is_renamed_where_it_is_used() {
    let world = World::new().await;
    tag::create(&world.visit(1, json!({"tag": {"name": "roof", "color": "#fff", "group_id": 1}})).await).await.unwrap();
    world.db.db().execute_unprepared("update discussions set tags = '{roof,urgent}' where id = 1").await.unwrap();
    let id = world.text("select id::text from tags where name = 'roof'").await;
    let rename = |name: &str| json!({"tag": {"name": name, "color": "#000"}});
    assert_eq!(status(&tag::update(&world.visit(1, rename(" ")).await, &id).await), "invalid");
    assert_eq!(status(&tag::update(&world.visit(2, rename("urgent")).await, &id).await), "denied");
    tag::update(&world.visit(1, rename("urgent")).await, &id).await.unwrap();
    assert_eq!(world.text("select array_to_string(tags, ',') from discussions where id = 1").await, "urgent");
    assert_eq!(world.text("select string_agg(name || ' ' || taggings_count, ',') from tags").await, "urgent 1");
    world.db.done().await;
}

#[tokio::test]
async fn a_broken_thread_is_repaired_and_a_sound_one_left_alone() {
    let world = World::new().await;
    for (parent_type, parent_id) in [("Discussion", 1), ("Comment", 1), ("Comment", 2), ("Discussion", 1)] {
        world.say(2, json!({"discussion_id": 1, "body": "x", "body_format": "md", "parent_type": parent_type, "parent_id": parent_id})).await.unwrap();
    }
    let order = "select string_agg(concat_ws(' ', id, parent_id, depth, position, position_key, child_count, descendant_count, sequence_id, updated_at), E'\\n' order by id) from events";
    let sound = world.text(order).await;
    let repair = async || {
        let w = world.visit(1, json!({})).await.begin().await.unwrap();
        loomio_db::thread::repair(&w, &loomio_core::policy::Permit::system("a test"), 1).await.unwrap();
        w.commit().await.unwrap();
    };
    repair().await;
    assert_eq!(world.text(order).await, sound);
    world.db.db().execute_unprepared("update events set position = 9, position_key = 'z', depth = 7, parent_id = null, child_count = 5 where discussion_id = 1").await.unwrap();
    repair().await;
    assert_eq!(world.text(order).await, sound);
    world.db.done().await;
}
