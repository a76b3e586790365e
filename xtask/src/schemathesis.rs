//! Schemathesis against the OpenAPI document: no answer of 500 and more, no status
//! that the document does not name.

use crate::{run, services};
use anyhow::{Context, bail};
use std::{
    fs,
    net::TcpStream,
    process::{Command, Stdio},
    time::Duration,
};

const PORT: u16 = 3978;
const DATABASE: &str = "loomio_schemathesis";

/// Somebody with a group, a thread and a poll; the password is `contract-test-pass-1`.
const PEOPLE: &str = "insert into users (id, name, email, email_verified, encrypted_password, key, username, created_at, updated_at) values \
    (1, 'Ana', 'ana@example.com', true, '$2a$04$mAh9qxiulLDzMftzmdf/Q.6mYtkNGdSjissOcZq7ubifrEjtz/4Hm', 'anaanaan', 'ana', now(), now()); \
    insert into groups (id, name, key, creator_id, created_at, updated_at) values (1, 'Board', 'abcdefgh', 1, now(), now()); \
    insert into memberships (id, group_id, user_id, admin, accepted_at, created_at, updated_at) values (1, 1, 1, true, now(), now(), now()); \
    insert into discussions (id, key, title, author_id, group_id, created_at, updated_at, last_activity_at) values (1, 'roofroof', 'Roof', 1, 1, now(), now(), now()); \
    insert into events (id, kind, eventable_type, eventable_id, user_id, created_at, updated_at) values (1, 'new_discussion', 'Discussion', 1, 1, now(), now()); \
    insert into polls (id, key, title, poll_type, author_id, group_id, discussion_id, created_at, updated_at) values (1, 'pollpoll', 'Roof?', 'proposal', 1, 1, 1, now(), now()); \
    select setval('users_id_seq', 9), setval('groups_id_seq', 9), setval('memberships_id_seq', 9), setval('discussions_id_seq', 9), setval('events_id_seq', 9), setval('polls_id_seq', 9)";

/// Who is signed in, as a header: somebody makes requests that may do something.
fn cookie(base: &str) -> anyhow::Result<String> {
    let sent = r#"{"user":{"email":"ana@example.com","password":"contract-test-pass-1"}}"#;
    let answer =
        run::output(Command::new("curl").args(["-s", "-D", "-", "-o", "/dev/null", "-H", "content-type: application/json", "-d", sent, &format!("{base}/api/v1/sessions")])).context("signing in")?;
    let session = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next().filter(|c| c.starts_with("_loomio="))).context("nobody could sign in")?;
    Ok(format!("Cookie: {session}"))
}

/// Builds and starts a server and lets Schemathesis ask it; `rest` are its options.
///
/// # Errors
/// When Schemathesis cannot be had or finds something.
pub fn check(rest: &[String]) -> anyhow::Result<()> {
    let own = "target/tools/schemathesis/bin/schemathesis";
    let program = if run::installed("schemathesis", &["--version"]) { "schemathesis" } else { own };
    if !run::installed(program, &["--version"]) {
        run::run(&mut run::program("python3", &["-m", "venv", "target/tools/schemathesis"]))?;
        run::run(&mut run::program("target/tools/schemathesis/bin/pip", &["install", "--quiet", "schemathesis"]))?;
    }
    run::run(&mut run::cargo(&["build", "--workspace"]))?;
    let services = services::start()?;
    for statement in [format!("drop database if exists {DATABASE} with (force)"), format!("create database {DATABASE}")] {
        run::output(Command::new("psql").args(["-X", "-q", "-c", &statement, &format!("{}/postgres", services.database())])).context("making a database")?;
    }
    let folder = fs::canonicalize("target")?.join("schemathesis");
    fs::create_dir_all(&folder)?;
    let mut server = Command::new("target/debug/loomio")
        .arg("serve")
        .env("DATABASE_URL", format!("{}/{DATABASE}", services.database()))
        .env("PORT", PORT.to_string())
        .env("LOOMIO_ENV", "test")
        .env("RATE_LIMITS", "off")
        .env("SECRET_KEY_BASE", "only for this check")
        .env("DEVISE_SECRET", "only for this check")
        .env("DATA_DIR", &folder)
        .stderr(fs::File::create(folder.join("log"))?)
        .stdout(Stdio::null())
        .spawn()?;
    let up = (0..300).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        TcpStream::connect(("127.0.0.1", PORT)).is_ok()
    });
    let base = format!("http://127.0.0.1:{PORT}");
    let document = format!("{base}/openapi.json");
    let url = format!("{base}/api");
    let found = if up {
        ask(program, &document, &url, &base, &format!("{}/{DATABASE}", services.database()), rest)
    } else {
        Err(anyhow::anyhow!("the server does not answer; its log is {}", folder.join("log").display()))
    };
    let _ = server.kill();
    let _ = server.wait();
    if let Err(e) = found {
        bail!("{e:#}");
    }
    Ok(())
}

fn ask(program: &str, document: &str, url: &str, base: &str, database: &str, rest: &[String]) -> anyhow::Result<()> {
    run::output(Command::new("psql").args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", PEOPLE, database])).context("filling the database")?;
    let cookie = cookie(base)?;
    let checks = "not_a_server_error,status_code_conformance";
    // What ends the session or the account is left to the tests of accounts.
    let ends = "^/v1/(sessions|profile)";
    let mut arguments = vec!["run", document, "--url", url, "--phases", "examples,fuzzing", "--checks", checks, "--max-examples", "6", "--suppress-health-check", "all"];
    arguments.extend(["--exclude-path-regex", ends, "--header", &cookie]);
    arguments.extend(rest.iter().map(String::as_str));
    run::run(&mut run::program(program, &arguments))
}
