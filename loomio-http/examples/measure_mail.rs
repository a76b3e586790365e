//! How fast mail is: parsing, routing and rendering many, and whether memory stays
//! flat. `cargo xtask bench --mail` runs it.
//!
//! Arguments: how many mails are parsed and how many notifications are rendered
//! (10,000 without), how many mails are routed into the database (the same without).

#![expect(clippy::print_stdout, clippy::expect_used, clippy::disallowed_methods, reason = "a measurement prints, stops where it fails and looks at the clock")]

use loomio_db::testing::TestDb;
use loomio_http::{
    App, Settings,
    jobs::Worker,
    live::Live,
    services::{mail::event, received_email_store},
};
use loomio_mail::{
    Mailer,
    inbound::{parse, route},
};
use sea_orm::ConnectionTrait;
use std::{sync::Arc, time::Instant};

/// One who writes, one who is told, a thread and the event that started it.
const WORLD: &str = "insert into users (id, name, email, email_verified, email_api_key, unsubscribe_token, key, username, created_at, updated_at) values \
      (1, 'Ana', 'ana@example.com', true, 'anakey', 'ana-mails', 'anaanaan', 'ana', now(), now()), (2, 'Ben', 'ben@example.com', true, 'benkey', 'ben-mails', 'benbenbe', 'ben', now(), now()); \
    insert into groups (id, name, handle, key, full_name, created_at, updated_at) values (3, 'Board', 'board', 'boardboa', 'Board', now(), now()); \
    insert into memberships (id, group_id, user_id, admin, accepted_at, created_at, updated_at, volume) values (1, 3, 1, true, now(), now(), now(), 1), (2, 3, 2, false, now(), now(), now(), 1); \
    insert into discussions (id, key, title, description, description_format, author_id, group_id, created_at, updated_at, last_activity_at, private) values \
      (5, 'roofroof', 'Roof', '<p>It <b>leaks</b>. <a href=\"https://example.org/bill\">The bill</a>.</p>', 'html', 1, 3, now(), now(), now(), true); \
    insert into events (id, kind, eventable_type, eventable_id, user_id, created_at, updated_at) values (100, 'new_discussion', 'Discussion', 5, 1, now(), now()); \
    select setval('events_id_seq', 100)";

/// The mails of four common programs, each a little different from the last.
fn mail(n: usize) -> String {
    let head = format!("From: Ana <ana@example.com>\r\nTo: d=5&u=1&k=anakey@reply.example.org\r\nSubject: Re: Roof\r\nMessage-ID: <{n}@example.com>\r\nMIME-Version: 1.0\r\n");
    let quoted = "> It leaks.\r\n> The bill.\r\n".repeat(20);
    match n % 4 {
        0 => format!("{head}Content-Type: text/plain; charset=utf-8\r\n\r\nYes, number {n}.\r\n\r\nOn Tue, 24 Nov 2026 at 09:12, Loomio <notifications@example.org> wrote:\r\n{quoted}"),
        1 => format!(
            "{head}Content-Type: text/html; charset=utf-8\r\n\r\n<div>Yes, <b>number</b> {n}.</div><div class=\"gmail_quote\"><div>On Tue Loomio wrote:</div><blockquote>{}</blockquote></div>",
            "<p>It leaks.</p>".repeat(40)
        ),
        2 => format!(
            "{head}Content-Type: text/plain; charset=utf-8\r\n\r\nJa, Nummer {n}.\r\n\r\n________________________________\r\nVon: Loomio <notifications@example.org>\r\nGesendet: Dienstag\r\nAn: Ana\r\nBetreff: Roof\r\n\r\n{quoted}"
        ),
        _ => format!(
            "{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee the file, number {n}.\r\n--b\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment; filename=a.csv\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
            "YSxiCg==".repeat(64)
        ),
    }
}

/// Resident memory in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|l| l.strip_prefix("VmRSS:")).and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse().ok()).unwrap_or_default()
}

/// What a measurement is of, how many there were and what memory was.
struct Figures {
    what: &'static str,
    count: usize,
    start: Instant,
    memory: Vec<u64>,
}

impl Figures {
    fn begin(what: &'static str, count: usize) -> Self {
        Self { what, count, start: Instant::now(), memory: vec![memory()] }
    }

    /// Memory is looked at in the middle, too.
    fn after(&mut self, n: usize) {
        if n == self.count / 2 {
            self.memory.push(memory());
        }
    }

    fn end(mut self) {
        let seconds = self.start.elapsed().as_secs_f64();
        self.memory.push(memory());
        let memory: Vec<String> = self.memory.iter().map(|kib| format!("{:.1}", *kib as f64 / 1024.0)).collect();
        println!("{:10} {:>7} {:>9.0}/s {:>9.1} s   memory {} MiB", self.what, self.count, self.count as f64 / seconds, seconds, memory.join(" "));
    }
}

#[tokio::main]
async fn main() {
    let mut given = std::env::args().skip(1).filter_map(|n| n.parse().ok());
    let many: usize = given.next().unwrap_or(10_000);
    let routed: usize = given.next().unwrap_or(many);
    let db = TestDb::new().await;
    db.db().execute_unprepared(WORLD).await.expect("the world");
    let folder = tempfile::tempdir().expect("a folder");
    let vars = [
        ("LOOMIO_ENV", "test".to_owned()),
        ("SECRET_KEY_BASE", "only for measuring".to_owned()),
        ("CANONICAL_HOST", "talk.example.org".to_owned()),
        ("REPLY_HOSTNAME", "reply.example.org".to_owned()),
        ("DATA_DIR", folder.path().join("data").to_string_lossy().into_owned()),
    ];
    let settings = Settings::from_vars(vars.map(|(k, v)| (k.to_owned(), v))).expect("settings");
    let app = Arc::new(App::new(db.db().clone(), settings, Live::in_memory(), Mailer::outbox(folder.path().join("outbox")), Arc::new(|| chrono::Utc::now().naive_utc()), [7; 32]));
    let worker = Worker::new(&app, true).await.expect("a worker");
    let site = received_email_store::site(&app);

    let mut figures = Figures::begin("parsed", many);
    for n in 0..many {
        let read = parse::bytes(mail(n).as_bytes()).expect("a mail");
        assert!(matches!(route::intent(&read, &site), route::Intent::Reply { .. }) && read.reply().contains(&n.to_string()), "mail {n} was misread");
        figures.after(n);
    }
    figures.end();

    let mut figures = Figures::begin("rendered", many);
    for n in 0..many {
        let message = event::message(&app, &format!("k{n}"), 100, 2).await.expect("made").expect("a mail");
        assert!(!message.compose().expect("composed").formatted().is_empty());
        figures.after(n);
    }
    figures.end();

    let mut figures = Figures::begin("routed", routed);
    for n in 0..routed {
        received_email_store::take(&app, &parse::bytes(mail(n).as_bytes()).expect("a mail")).await.expect("kept");
        if n % 50 == 49 || n + 1 == routed {
            worker.run_once().await.expect("routed");
        }
        figures.after(n);
    }
    figures.end();
    let comments: Option<i64> = loomio_db::sql::scalar(db.db(), "select count(*) from comments", vec![]).await.expect("an answer");
    assert_eq!(comments.and_then(|n| usize::try_from(n).ok()), Some(routed), "each mail is one comment");
    drop((worker, app));
    db.done().await;
}
