//! Mail both ways, where the recorded cases do not show it: every mail can be made,
//! ends with one click, stops where it does not arrive, and nobody gets in by a
//! forged sender.

use loomio_db::{sql, testing::TestDb};
use loomio_http::{
    App, Settings,
    jobs::Worker,
    live::Live,
    server,
    services::{
        mail::{self, Mail, catch_up::Frequency, preview, undeliverable},
        received_email_store,
    },
};
use loomio_mail::{
    Mailer,
    inbound::{Incoming, parse},
};
use mail_parser::MessageParser;
use poem::{Endpoint, EndpointExt, Request, Response, endpoint::BoxEndpoint, http::Method};
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};
use std::{path::PathBuf, sync::Arc};

/// Of the password `contract-test-pass-1`.
const HASH: &str = "$2a$04$mAh9qxiulLDzMftzmdf/Q.6mYtkNGdSjissOcZq7ubifrEjtz/4Hm";

struct World {
    db: TestDb,
    app: Arc<App>,
    worker: Worker,
    routes: BoxEndpoint<'static, Response>,
    outbox: PathBuf,
}

impl World {
    async fn new(more: &[(&str, &str)]) -> Self {
        let db = TestDb::new().await;
        let url = db.url();
        // The first of a name counts.
        let mut vars = more.to_vec();
        vars.extend([
            ("LOOMIO_ENV", "test"),
            ("SECRET_KEY_BASE", "a secret for tests"),
            ("DEVISE_SECRET", "another"),
            ("CANONICAL_HOST", "talk.example.org"),
            ("REPLY_HOSTNAME", "reply.example.org"),
            ("RATE_LIMITS", "off"),
            ("DATABASE_URL", &url),
        ]);
        let folder = tempfile::tempdir().expect("a folder").keep();
        let data = folder.join("data").to_string_lossy().into_owned();
        let settings = Settings::from_vars(vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).chain([("DATA_DIR".to_owned(), data)])).expect("settings");
        let people = format!(
            "insert into users (id, name, email, email_verified, encrypted_password, unsubscribe_token, email_api_key, key, username, email_catch_up_day, created_at, updated_at) values \
               (1, 'Ana', 'ana@example.com', true, '{HASH}', 'ana-mails', 'ana-key', 'anaanaan', 'ana', 7, now(), now()), \
               (2, 'Ben', 'ben@example.com', true, '{HASH}', 'ben-mails', 'ben-key', 'benbenbe', 'ben', 7, now(), now()); \
             insert into groups (id, name, handle, key, full_name, created_at, updated_at) values (3, 'Board', 'board', 'boardboa', 'Board', now(), now()); \
             insert into memberships (id, group_id, user_id, admin, accepted_at, created_at, updated_at, volume) values (1, 3, 1, true, now(), now(), now(), 3), (2, 3, 2, false, now(), now(), now(), 3)"
        );
        db.db().execute_unprepared(&people).await.expect("people");
        let outbox = folder.join("outbox");
        let app = Arc::new(App::new(db.db().clone(), settings, Live::in_memory(), Mailer::outbox(outbox.clone()), Arc::new(|| chrono::Utc::now().naive_utc()), [7; 32]));
        let worker = Worker::new(&app, true).await.expect("a worker");
        let routes = server::routes(&app).map_to_response().boxed();
        Self { db, app, worker, routes, outbox }
    }

    async fn ask(&self, method: Method, path: &str, body: &Json, cookie: &str) -> Response {
        let request = Request::builder().method(method).uri(path.parse().expect("a path")).header("content-type", "application/json").header("cookie", cookie);
        self.routes.call(request.body(body.to_string())).await.unwrap_or_else(|e| e.into_response())
    }

    /// Every mail written so far, as it travels.
    fn mails(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(&self.outbox) else { return Vec::new() };
        let mut files: Vec<PathBuf> = files.map(|f| f.expect("a file").path()).filter(|p| p.extension().is_some_and(|e| e == "eml")).collect();
        files.sort();
        files.iter().map(|f| std::fs::read_to_string(f).expect("a mail")).collect()
    }

    async fn list(&self, question: &str) -> Vec<String> {
        sql::column(self.db.db(), question, vec![]).await.expect("an answer")
    }

    /// Takes a mail in and does what follows.
    async fn arrives(&self, mail: &Incoming) {
        received_email_store::take(&self.app, mail).await.expect("kept");
        self.worker.run_once().await.expect("routed");
    }

    async fn end(self) {
        let Self { db, app, worker, routes, .. } = self;
        drop((app, worker, routes));
        db.done().await;
    }
}

fn incoming(headers: &[(&str, &str)], text: &str) -> Incoming {
    Incoming { headers: headers.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(), text: Some(text.to_owned()), ..Incoming::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mail_can_be_looked_at() {
    let world = World::new(&[]).await;
    let listed: Vec<(&str, &str)> = include_str!("data/mails.txt").lines().filter(|l| !l.starts_with('#')).map(|l| l.split_once(' ').expect("a mail and its preview")).collect();
    let wanted: Vec<&str> = listed.iter().map(|(_, name)| *name).filter(|name| !name.starts_with('-')).collect();
    let mut names: Vec<&str> = preview::all().map(|p| p.name).collect();
    for name in &wanted {
        assert!(names.contains(name), "there is no preview of {name}");
    }
    names.retain(|name| !wanted.contains(name));
    assert!(names.is_empty(), "previews of what is no mail: {names:?}");
    assert_eq!(listed.len(), 39, "the original has 39 mails and one general one");
    for name in wanted {
        let message = preview::message(&world.app, name).await.unwrap_or_else(|e| panic!("{name}: {e:#}")).unwrap_or_else(|| panic!("{name} makes no mail"));
        for (what, text) in [("subject", &message.subject), ("page", &message.html), ("text", &message.text)] {
            assert!(!text.trim().is_empty(), "{name} has no {what}");
            assert!(!text.contains("ranslation missing") && !text.contains("{{") && !text.contains("%{"), "{name} has an unfinished {what}: {text}");
        }
        if name != "forward_message" {
            assert!(message.html.contains("style=\""), "{name}: styles are not inlined");
            assert!(!message.html.contains("src=\"/") && !message.html.contains("href=\"/"), "{name}: an address is not whole: {}", message.html);
        }
        message.compose().unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    // None of it was stored.
    assert_eq!(world.list("select email::text from users order by id").await, ["ana@example.com", "ben@example.com"]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_are_for_development_only() {
    for (environment, status) in [("development", 200), ("test", 404), ("production", 404)] {
        let world = World::new(&[("LOOMIO_ENV", environment)]).await;
        for path in ["/dev/mails", "/dev/mails/login", "/dev/mails/login?as=text"] {
            assert_eq!(world.ask(Method::GET, path, &Json::Null, "").await.status().as_u16(), status, "{environment} {path}");
        }
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_carries_what_mail_programs_sort_by() {
    let world = World::new(&[]).await;
    let message = preview::message(&world.app, "new_comment").await.expect("made").expect("a mail");
    let wire = message.compose().expect("composed").formatted();
    let mail = MessageParser::default().parse(&wire).expect("a mail");
    let raw = |name: &str| mail.header_raw(name).unwrap_or_else(|| panic!("{name} is missing")).trim().to_owned();
    assert_eq!(raw("Message-ID"), "<event-2100000100-2100000001@talk.example.org>");
    // The thread's own mail to the same person is above it.
    assert_eq!((raw("In-Reply-To"), raw("References")), ("<event-2100000101-2100000001@talk.example.org>".to_owned(), "<event-2100000101-2100000001@talk.example.org>".to_owned()));
    let unsubscribe: String = raw("List-Unsubscribe").split_whitespace().collect();
    assert!(unsubscribe.starts_with("<http://talk.example.org:3000/email_actions/unsubscribe?comment_id="), "{unsubscribe}");
    assert_eq!(raw("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!((raw("Auto-Submitted"), raw("Precedence"), raw("X-Auto-Response-Suppress")), ("auto-generated".to_owned(), "bulk".to_owned(), "OOF".to_owned()));
    // The first mail of a thread answers nothing.
    let first = preview::message(&world.app, "new_discussion").await.expect("made").expect("a mail");
    assert_eq!((first.thread.in_reply_to, first.thread.references.len()), (None, 0));
    // A sign-in code is no bulk mail and has nothing to end.
    let code = preview::message(&world.app, "login").await.expect("made").expect("a mail");
    assert_eq!((code.unsubscribe.is_none(), code.reply_to.is_none()), (true, true));
    world.end().await;
}

/// The path and query of an address.
fn path(url: &str) -> &str {
    url.strip_prefix("http://talk.example.org:3000").expect("an address of ours")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_ends_every_kind_of_notification() {
    let world = World::new(&[]).await;
    let setup = "update users set email_when_mentioned = true; \
        insert into discussions (id, key, title, author_id, group_id, created_at, updated_at, last_activity_at, private) values (5, 'roofroof', 'Roof', 1, 3, now(), now(), now(), true); \
        insert into events (id, kind, eventable_type, eventable_id, user_id, created_at, updated_at) values (100, 'new_discussion', 'Discussion', 5, 1, now(), now()), (101, 'user_mentioned', 'Discussion', 5, 1, now(), now())";
    world.db.db().execute_unprepared(setup).await.expect("a thread");
    let state = "select concat_ws(' ', m.volume, u.email_when_mentioned::text, coalesce(u.email_catch_up_day::text, 'never')) from memberships m join users u on u.id = m.user_id where u.id = 2";
    assert_eq!(world.list(state).await, ["3 true 7"]);
    let thread = mail::event::message(&world.app, "k", 100, 2).await.expect("made").expect("a mail");
    let mention = mail::event::message(&world.app, "k", 101, 2).await.expect("made").expect("a mail");
    let catch_up = mail::plain::message(&world.app, "k", &Mail::CatchUp { user_id: 2, frequency: Frequency::Daily }).await.expect("made").expect("a mail");
    for (message, after) in [(thread, "1 true 7"), (mention, "1 false 7"), (catch_up, "1 false never")] {
        let url = message.unsubscribe.expect("a way to end it");
        // As a mail program does it: no cookie, no session, this form.
        let request = Request::builder().method(Method::POST).uri(path(&url).parse().expect("a path")).header("content-type", "application/x-www-form-urlencoded").body("List-Unsubscribe=One-Click");
        let response = world.routes.call(request).await.expect("an answer");
        assert_eq!(response.status().as_u16(), 200, "{url}");
        assert_eq!(world.list(state).await, [after], "{url}");
        // Looking at the page alone ends nothing.
        let page = world.ask(Method::GET, path(&url), &Json::Null, "").await.status().as_u16();
        assert!(matches!(page, 200 | 302), "{page} {url}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_drawn_as_a_picture() {
    let world = World::new(&[]).await;
    let message = preview::message(&world.app, "poll_edited").await.expect("made").expect("a mail");
    let start = message.html.find("http://talk.example.org:3000/pie_chart?").expect("a picture");
    let url: String = message.html[start..].chars().take_while(|c| *c != '"').collect::<String>().replace("&amp;", "&");
    let response = world.ask(Method::GET, path(&url), &Json::Null, "").await;
    assert_eq!(response.content_type(), Some("image/png"));
    let bytes = response.into_body().into_bytes().await.expect("a picture");
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{url}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_sign_in_any_more_is_told_how_to() {
    let world = World::new(&[("MAX_LOGIN_ATTEMPTS", "3")]).await;
    let sign_in = |password: &'static str| json!({"user": {"email": "ana@example.com", "password": password}});
    for _ in 0..4 {
        assert_eq!(world.ask(Method::POST, "/api/v1/sessions", &sign_in("wrong"), "").await.status().as_u16(), 401);
    }
    world.worker.run_once().await.expect("sent");
    let mails = world.mails();
    assert_eq!(mails.len(), 1, "one mail tells of one lock: {mails:?}");
    let parsed = MessageParser::default().parse(&mails[0]).expect("a mail");
    let text = parsed.body_text(0).expect("a text").into_owned();
    let url: String = text.split_whitespace().find_map(|w| w.strip_prefix("<http://talk.example.org:3000")).expect("a link").trim_end_matches('>').to_owned();
    assert_eq!(world.ask(Method::POST, "/api/v1/sessions", &sign_in("contract-test-pass-1"), "").await.status().as_u16(), 401, "locked");
    assert_eq!(world.ask(Method::GET, "/users/unlock?unlock_token=guessed", &Json::Null, "").await.status().as_u16(), 404);
    assert_eq!(world.ask(Method::GET, &url, &Json::Null, "").await.status().as_u16(), 302);
    assert_eq!(world.ask(Method::POST, "/api/v1/sessions", &sign_in("contract-test-pass-1"), "").await.status().as_u16(), 200);
    assert_eq!(world.ask(Method::GET, &url, &Json::Null, "").await.status().as_u16(), 404, "a link unlocks once");
    world.end().await;
}

/// A report that a mail with a delivery key did not arrive (RFC 3464).
fn report(key: &str, recipient: &str) -> Incoming {
    let raw = format!(
        "From: MAILER-DAEMON@mx.example.net\r\nTo: notifications@talk.example.org\r\nSubject: Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nX-Loomio-Delivery: {key}\r\nTo: {recipient}\r\n--b--\r\n"
    );
    parse::bytes(raw.as_bytes()).expect("a report")
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_to_a_dead_address_stops_and_can_be_taken_up_again() {
    let world = World::new(&[("SUPPORT_EMAIL", "help@example.org")]).await;
    let mail = |name: &str| Mail::DestroyWarning { recipient_id: 2, group_name: name.to_owned(), group_key: "k".to_owned(), deletor_name: "Ana".to_owned() };
    mail::send(&world.app, "first", mail("one")).await.expect("sent");
    // Whoever knows no key of ours can silence nobody, and a key silences only whom its mail went to.
    world.arrives(&report("guessed", "ben@example.com")).await;
    world.arrives(&report("first", "ana@example.com")).await;
    assert!(undeliverable::list(&world.app).await.expect("a list").is_empty());
    world.arrives(&report("first", "Ben@example.com")).await;
    let dead = undeliverable::list(&world.app).await.expect("a list");
    assert_eq!(dead.iter().map(|d| (d.email.as_str(), d.status.as_str(), d.diagnostic.as_deref())).collect::<Vec<_>>(), [("ben@example.com", "5.1.1", Some("smtp; 550 no such user"))]);
    mail::send(&world.app, "second", mail("two")).await.expect("left out");
    assert_eq!(world.mails().len(), 1);
    assert!(undeliverable::revive(&world.app, "BEN@example.com").await.expect("revived"));
    assert!(!undeliverable::revive(&world.app, "ben@example.com").await.expect("no longer stopped"));
    mail::send(&world.app, "third", mail("three")).await.expect("sent");
    assert_eq!(world.mails().len(), 2);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_sender_waits_for_an_administrator() {
    let world = World::new(&[("INBOUND_AUTH_SERVERS", "mx.example.org")]).await;
    let from = |results: &'static str, subject: &'static str| {
        incoming(&[("From", "Ben <ben@example.com>"), ("To", "board@reply.example.org"), ("Subject", subject), ("Authentication-Results", results)], "Please pay at once.")
    };
    world.arrives(&from("mx.example.org; dmarc=fail header.from=example.com; spf=fail", "Forged")).await;
    assert!(world.list("select title from discussions").await.is_empty());
    assert_eq!(world.list("select kind from events").await, ["unknown_sender"]);
    // What somebody else's server claims to have found changes nothing.
    world.arrives(&from("mx.evil.net; dmarc=fail", "Really Ben's")).await;
    world.arrives(&from("mx.example.org; spf=pass smtp.mailfrom=ben@example.com; dkim=pass header.d=example.com", "Proved")).await;
    assert_eq!(world.list("select title from discussions order by id").await, ["Really Ben's", "Proved"]);
    assert_eq!(world.list("select concat_ws(' ', spf_valid, dkim_valid) from received_emails order by id").await, ["f f", "f f", "t t"]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_allows_is_put_in_its_place_at_once() {
    let world = World::new(&[]).await;
    world.arrives(&incoming(&[("From", "Ben <ben@work.example>"), ("To", "board@reply.example.org"), ("Subject", "From work")], "Hello")).await;
    assert!(world.list("select title from discussions").await.is_empty());
    let signed_in = world.ask(Method::POST, "/api/v1/sessions", &json!({"user": {"email": "ana@example.com", "password": "contract-test-pass-1"}}), "").await;
    let cookie = signed_in.headers().get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()).filter_map(|v| v.split(';').next()).collect::<Vec<_>>().join("; ");
    let id = world.list("select id::text from received_emails").await.remove(0);
    let answer = world.ask(Method::POST, &format!("/api/v1/received_emails/{id}/allow"), &json!({"user_id": 2}), &cookie).await;
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(world.list("select title || ' by ' || author_id from discussions").await, ["From work by 2"]);
    assert_eq!(world.list("select released::text from received_emails").await, ["true"]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_does_not_go_in_circles() {
    let world = World::new(&[]).await;
    let to_us = ("To", "notifications@talk.example.org");
    for more in [("Auto-Submitted", "auto-generated"), ("Precedence", "list"), ("Return-Path", "<>"), ("X-Loomio-Delivery", "k")] {
        world.arrives(&incoming(&[("From", "list@example.net"), to_us, more, ("Subject", "Hi")], "Hello")).await;
    }
    assert!(world.mails().is_empty(), "a program was answered");
    for _ in 0..3 {
        world.arrives(&incoming(&[("From", "Dan <dan@example.net>"), to_us, ("Subject", "Hi")], "Hello")).await;
    }
    let mails = world.mails();
    assert_eq!(mails.len(), 1, "a person is answered once an hour");
    assert!(mails[0].contains("Auto-Submitted: auto-replied"), "{}", mails[0]);
    // One of ours that comes back to the group starts no thread.
    world.arrives(&incoming(&[("From", "ben@example.com"), ("To", "board@reply.example.org"), ("Subject", "Roof"), ("X-Loomio-Delivery", "k")], "Hello")).await;
    assert!(world.list("select title from discussions").await.is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_cannot_add_a_header() {
    let world = World::new(&[("SUPPORT_EMAIL", "help@example.org")]).await;
    let evil = "Eve\r\nBcc: everybody@example.net\r\n\r\nbody";
    let mail = Mail::Contact { name: evil.to_owned(), email: "eve@example.net".to_owned(), subject: evil.to_owned(), body: evil.to_owned(), user_id: None };
    mail::send(&world.app, "contact", mail).await.expect("sent");
    let forward = Mail::Forward {
        to: "office@example.org".to_owned(),
        sender_name: Some(evil.to_owned()),
        reply_to: format!("{evil} <eve@example.net>"),
        subject: evil.to_owned(),
        text: Some("x".to_owned()),
        html: None,
    };
    mail::send(&world.app, "forward", forward).await.expect("sent");
    let mails = world.mails();
    assert_eq!(mails.len(), 2);
    for text in mails {
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        assert!(!head.lines().any(|l| l.to_lowercase().starts_with("bcc")), "{head}");
    }
    world.end().await;
}
