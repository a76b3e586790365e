//! `loomio people`, as an administrator types it.

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
    fn people(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loomio"));
        command.arg("people").args(arguments).env("DATABASE_URL", self.db.url()).env("DATA_DIR", self.folder.path()).env("MAIL_OUTBOX", self.folder.path().join("outbox"));
        command.env("LOOMIO_ENV", "test").env("SECRET_KEY_BASE", "a secret for tests").env("DEVISE_SECRET", "another").env("DATABASE_POOL", "2").env("LOG", "error");
        let output = command.output().expect("the command");
        let text = if output.status.success() { output.stdout } else { output.stderr };
        (output.status.success(), String::from_utf8_lossy(&text).trim().to_owned())
    }

    fn done(&self, arguments: &[&str]) -> String {
        let (is_done, said) = self.people(arguments);
        assert!(is_done, "{arguments:?}: {said}");
        said
    }

    fn refused(&self, arguments: &[&str], why: &str) {
        let (is_done, said) = self.people(arguments);
        assert!(!is_done && said.contains(why), "{arguments:?}: {said}");
    }

    async fn text(&self, question: &str) -> String {
        sql::scalar::<Option<String>>(self.db.db(), &format!("select ({question})::text"), vec![]).await.expect("an answer").flatten().unwrap_or_default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_shown_closed_opened_erased_and_merged() {
    let world = World::new().await;
    world.refused(&["show", "nobody@example.com"], "nobody with the address nobody@example.com");
    let shown = world.done(&["show", "ANA@example.com"]);
    for part in ["Ana <ana@example.com>, number 1", "open", "Board (board)", "by mail"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }

    assert!(world.done(&["admins"]).contains("nobody administers the site"));
    world.done(&["promote", "ana@example.com"]);
    assert_eq!(world.done(&["admins"]), "ana@example.com  Ana");
    world.done(&["demote", "ana@example.com"]);
    assert_eq!(world.text("select bool_or(is_admin) from users").await, "false");

    world.done(&["deactivate", "ben@example.com"]);
    let state = "select concat_ws(' ', (select count(*) from memberships where revoked_at is null), (select memberships_count from groups where id = 3), (select count(*) from users where deactivated_at is not null))";
    assert_eq!(world.text(state).await, "1 1 1");
    world.refused(&["deactivate", "ben@example.com"], "closed already");
    world.refused(&["promote", "ben@example.com"], "closed");
    world.done(&["reactivate", "ben@example.com"]);
    assert_eq!(world.text(state).await, "2 2 0");
    world.refused(&["reactivate", "ben@example.com"], "is open");

    world.refused(&["merge", "ben@work.example", "ben@example.com"], "--yes");
    world.refused(&["merge", "ben@example.com", "ben@example.com", "--yes"], "the same account");
    assert_eq!(world.text("select user_id from comments where id = 1").await, "3");
    world.done(&["merge", "ben@work.example", "ben@example.com", "--yes"]);
    assert_eq!(world.text("select user_id from comments where id = 1").await, "2");

    world.refused(&["redact", "ana@example.com"], "--yes");
    world.done(&["redact", "ana@example.com", "--yes", "--tell"]);
    assert_eq!(world.text("select concat(name, email) from users where id = 1").await, "");
    let mails = std::fs::read_dir(world.folder.path().join("outbox")).expect("an outbox").count();
    assert_eq!(mails, 2, "one to whose accounts became one, one to who is gone");
    world.db.done().await;
}
