//! What an administrator types: `loomio people`, `loomio groups`, `loomio mail forwards`.

use loomio_db::{sql, testing::TestDb};
use sea_orm::ConnectionTrait;
use std::process::Command;

struct World {
    db: TestDb,
    folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let rows = "insert into users (id, name, email, email_verified, unsubscribe_token, email_api_key, key, username, created_at, updated_at) values \
               (1, 'Ana', 'ana@example.com', true, 'ana-mails', 'ana-key', 'anaanaan', 'ana', now(), now()), \
               (2, 'Ben', 'ben@example.com', true, 'ben-mails', 'ben-key', 'benbenbe', 'ben', now(), now()), \
               (3, 'Ben again', 'ben@work.example', true, 'ben2-mails', 'ben2-key', 'benben22', 'ben2', now(), now()); \
             insert into groups (id, name, handle, key, full_name, memberships_count, created_at, updated_at) values (3, 'Board', 'board', 'boardboa', 'Board', 2, now(), now()); \
             insert into memberships (id, group_id, user_id, admin, accepted_at, created_at, updated_at) values (1, 3, 1, true, now(), now(), now()), (2, 3, 2, false, now(), now(), now()); \
             insert into comments (id, user_id, body, discussion_id, parent_id, parent_type, created_at, updated_at) values (1, 3, 'words', 1, 1, 'Discussion', now(), now()); \
             select setval('users_id_seq', 10), setval('memberships_id_seq', 10)";
        db.db().execute_unprepared(rows).await.expect("people");
        Self { db, folder: tempfile::tempdir().expect("a folder") }
    }

    /// Types a command: whether it went well, and what it said.
    fn types(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loomio"));
        command.args(arguments).env("DATABASE_URL", self.db.url()).env("DATA_DIR", self.folder.path()).env("MAIL_OUTBOX", self.folder.path().join("outbox"));
        command.env("LOOMIO_ENV", "test").env("SECRET_KEY_BASE", "a secret for tests").env("DEVISE_SECRET", "another").env("DATABASE_POOL", "2").env("LOG", "error");
        let output = command.output().expect("the command");
        let text = if output.status.success() { output.stdout } else { output.stderr };
        (output.status.success(), String::from_utf8_lossy(&text).trim().to_owned())
    }

    fn done(&self, arguments: &[&str]) -> String {
        let (is_done, said) = self.types(arguments);
        assert!(is_done, "{arguments:?}: {said}");
        said
    }

    fn refused(&self, arguments: &[&str], why: &str) {
        let (is_done, said) = self.types(arguments);
        assert!(!is_done && said.contains(why), "{arguments:?}: {said}");
    }

    async fn text(&self, question: &str) -> String {
        sql::scalar::<Option<String>>(self.db.db(), &format!("select ({question})::text"), vec![]).await.expect("an answer").flatten().unwrap_or_default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_shown_closed_opened_erased_and_merged() {
    let world = World::new().await;
    world.refused(&["people", "show", "nobody@example.com"], "nobody with the address nobody@example.com");
    let shown = world.done(&["people", "show", "ANA@example.com"]);
    for part in ["Ana <ana@example.com>, number 1", "open", "Board (board)", "by mail"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }

    assert!(world.done(&["people", "admins"]).contains("nobody administers the site"));
    world.done(&["people", "promote", "ana@example.com"]);
    assert_eq!(world.done(&["people", "admins"]), "ana@example.com  Ana");
    world.done(&["people", "demote", "ana@example.com"]);
    assert_eq!(world.text("select bool_or(is_admin) from users").await, "false");

    world.done(&["people", "deactivate", "ben@example.com"]);
    let state = "select concat_ws(' ', (select count(*) from memberships where revoked_at is null), (select memberships_count from groups where id = 3), (select count(*) from users where deactivated_at is not null))";
    assert_eq!(world.text(state).await, "1 1 1");
    world.refused(&["people", "deactivate", "ben@example.com"], "closed already");
    world.refused(&["people", "promote", "ben@example.com"], "closed");
    world.done(&["people", "reactivate", "ben@example.com"]);
    assert_eq!(world.text(state).await, "2 2 0");
    world.refused(&["people", "reactivate", "ben@example.com"], "is open");

    world.refused(&["people", "merge", "ben@work.example", "ben@example.com"], "--yes");
    world.refused(&["people", "merge", "ben@example.com", "ben@example.com", "--yes"], "the same account");
    assert_eq!(world.text("select user_id from comments where id = 1").await, "3");
    world.done(&["people", "merge", "ben@work.example", "ben@example.com", "--yes"]);
    assert_eq!(world.text("select user_id from comments where id = 1").await, "2");

    world.refused(&["people", "redact", "ana@example.com"], "--yes");
    world.done(&["people", "redact", "ana@example.com", "--yes", "--tell"]);
    assert_eq!(world.text("select concat(name, email) from users where id = 1").await, "");
    let mails = std::fs::read_dir(world.folder.path().join("outbox")).expect("an outbox").count();
    assert_eq!(mails, 2, "one to whose accounts became one, one to who is gone");
    world.db.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_listed_archived_taken_back_and_limited() {
    let world = World::new().await;
    world
        .db
        .db()
        .execute_unprepared("insert into groups (id, name, handle, key, full_name, parent_id, created_at, updated_at) values (4, 'Roof', 'board-roof', 'roofroof', 'Roof', 3, now(), now())")
        .await
        .expect("a subgroup");
    let listed = world.done(&["groups", "list"]);
    assert!(listed.lines().any(|l| l.split_whitespace().collect::<Vec<_>>() == ["board", "2", "none", "Board"]) && !listed.contains("Roof"), "{listed}");

    world.refused(&["groups", "archive", "nothing"], "no group has the handle or key nothing");
    world.done(&["groups", "archive", "BOARD"]);
    assert_eq!(world.text("select count(*) from groups where archived_at is not null").await, "2");
    world.refused(&["groups", "archive", "board"], "archived already");
    world.done(&["groups", "restore", "boardboa"]);
    assert_eq!(world.text("select count(*) from groups where archived_at is not null").await, "0");

    let limit = "select s.max_members from groups g join subscriptions s on s.id = g.subscription_id where g.id = 3";
    world.refused(&["groups", "limit", "board-roof", "--members", "5"], "is a subgroup");
    world.refused(&["groups", "limit", "board", "--members", "0"], "0");
    for (more, stored) in [(&["--members", "5"][..], "5"), (&["--members", "7"], "7"), (&[], "")] {
        world.done(&[&["groups", "limit", "board"], more].concat());
        assert_eq!(world.text(limit).await, stored);
    }
    assert_eq!(world.text("select count(*) from subscriptions").await, "1");
    world.db.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_to_a_name_is_passed_on_as_long_as_somebody_says_so() {
    let world = World::new().await;
    let forwards = |more: &[&str]| world.done(&[&["mail", "forwards"], more].concat());
    assert_eq!(forwards(&[]), "No mail is passed on.");
    for (name, address, why) in [("a@b", "ana@example.com", "not the name"), ("hello", "nowhere", "not an address")] {
        world.refused(&["mail", "forwards", "--set", name, address], why);
    }
    forwards(&["--set", "hello", "ana@example.com"]);
    forwards(&["--set", "HELLO", "ben@example.com"]);
    assert_eq!(forwards(&[]), "hello  ben@example.com");
    forwards(&["--remove", "hello"]);
    world.refused(&["mail", "forwards", "--remove", "hello"], "is not passed on");
    world.db.done().await;
}
