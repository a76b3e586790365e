//! Measuring: how soon the server answers after its start, how many requests a second
//! it answers on a busy group, how fast, and how much memory it takes.
//!
//! Needs `wrk`, `curl` and `psql`. The requests are those the original was measured
//! with, so that the figures can be set side by side.

use crate::{run, services};
use anyhow::{Context, bail};
use flate2::read::GzDecoder;
use serde_json::{Value as Json, json};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How the measurement is made.
pub struct Plan {
    /// How long each request is repeated, in seconds.
    pub seconds: u32,
    /// How many connections ask at once.
    pub connections: u32,
    /// A file for the figures as JSON.
    pub out: Option<PathBuf>,
}

const PORT: u16 = 3977;
const BASE: &str = "http://127.0.0.1:3977";
const DATABASE: &str = "loomio_bench";
const ROWS: &str = "loomio-http/tests/data/perf.sql.gz";
const PASSWORD: &str = "contract-test-pass-1";

/// A running server; dropping it ends it.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to save: what it did is in the database.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// Starts a server and says how long it took until the first answer.
    fn start(folder: &Path, database: Option<&str>) -> anyhow::Result<(Self, Duration)> {
        let log = fs::File::create(folder.join("log"))?;
        let mut command = Command::new(fs::canonicalize("target/release/loomio")?);
        command.arg("serve").current_dir(folder).stdout(Stdio::null()).stderr(log);
        command.env("PORT", PORT.to_string()).env("RATE_LIMITS", "off").env("LOOMIO_ENV", "test").env("LOG", "warn").env("DATA_DIR", folder.join("data")).env("MAIL_OUTBOX", folder.join("outbox"));
        command.env("SECRET_KEY_BASE", "only for measuring").env("DEVISE_SECRET", "only for measuring").env_remove("REDIS_URL").env_remove("REDIS_QUEUE_URL").env_remove("DATABASE_URL");
        if let Some(url) = database {
            command.env("DATABASE_URL", url);
        }
        let start = Instant::now();
        let server = Self(command.spawn().context("starting the server")?);
        while start.elapsed() < Duration::from_secs(60) {
            if answers() {
                return Ok((server, start.elapsed()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("the server does not answer; its log is {}", folder.join("log").display())
    }

    /// Resident memory in MiB.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        status.lines().find_map(|l| l.strip_prefix("VmRSS:")).and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse::<u64>().ok()).unwrap_or_default() / 1024
    }
}

fn answers() -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", PORT)) else { return false };
    let asked = stream.write_all(b"GET /api/v1/boot/version HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let mut start = [0; 12];
    asked.is_ok() && stream.read_exact(&mut start).is_ok() && start.starts_with(b"HTTP/1.1 200")
}

/// Measures and prints.
///
/// # Errors
/// When the server cannot be built, started or asked.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub fn bench(plan: &Plan) -> anyhow::Result<()> {
    for program in ["wrk", "curl"] {
        if run::output(Command::new("which").arg(program)).is_none() {
            bail!("{program} is needed for measuring");
        }
    }
    if TcpStream::connect(("127.0.0.1", PORT)).is_ok() {
        bail!("port {PORT} is taken");
    }
    run::run(&mut run::cargo(&["build", "--release", "--features", "embedded", "--package", "loomio-cli"]))?;
    let server = services::start()?;
    let url = format!("{}/{DATABASE}", server.database());
    let folder = fs::canonicalize("target")?.join("bench");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    sql(&format!("{}/postgres", server.database()), &format!("drop database if exists {DATABASE} with (force)"))?;
    sql(&format!("{}/postgres", server.database()), &format!("create database {DATABASE}"))?;

    let (first, embedded) = Server::start(&folder, None)?;
    drop(first);
    let (first, empty) = Server::start(&folder, Some(&url))?;
    drop(first);
    restore(&url)?;
    let (server, full) = Server::start(&folder, Some(&url))?;
    println!("first answer: {} ms on an empty embedded database, {} ms on an empty one, {} ms on a filled one", embedded.as_millis(), empty.as_millis(), full.as_millis());
    let mut figures = json!({"start_embedded_ms": embedded.as_millis(), "start_empty_ms": empty.as_millis(), "start_ms": full.as_millis()});
    let headers = sign_in(&folder)?;
    println!("memory before: {} MiB", server.memory());
    println!("{:22} {:>10} {:>10} {:>10} {:>6}", "", "requests/s", "median", "99 %", "bad");
    for (name, method, path, body) in work(&url)? {
        let figure = measure(plan, &folder, &headers, method, &path, body.as_ref())?;
        println!("{name:22} {:>10} {:>10} {:>10} {:>6}", figure["rps"], text(&figure["p50"]), text(&figure["p99"]), figure["bad"]);
        figures[name] = figure;
    }
    println!("memory after: {} MiB", server.memory());
    figures["memory_mib"] = json!(server.memory());
    if let Some(out) = &plan.out {
        fs::write(out, serde_json::to_string_pretty(&figures)?)?;
    }
    Ok(())
}

/// Measures mail: parsing, rendering and routing so many.
///
/// # Errors
/// When the measuring program cannot be built or fails.
pub fn mail(count: u32) -> anyhow::Result<()> {
    let server = services::start()?;
    let mut command = run::cargo(&["run", "--release", "--quiet", "--package", "loomio-http", "--example", "measure_mail", "--"]);
    command.arg(count.to_string()).env("TEST_DATABASE_SERVER", server.database());
    run::run(&mut command)
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn sql(url: &str, statement: &str) -> anyhow::Result<String> {
    run::output(Command::new("psql").args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, url])).with_context(|| format!("the database refused: {statement}"))
}

/// Fills the database with the busy group.
fn restore(url: &str) -> anyhow::Result<()> {
    let mut rows = String::new();
    GzDecoder::new(fs::File::open(ROWS)?).read_to_string(&mut rows)?;
    let skipped = ["\\restrict", "\\unrestrict", "SET transaction_timeout"];
    let rows: String = rows.lines().filter(|line| !skipped.iter().any(|s| line.starts_with(s))).flat_map(|line| [line, "\n"]).collect();
    let mut child = Command::new("psql").args(["-X", "-q", "-v", "ON_ERROR_STOP=1", url]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    child.stdin.take().context("a pipe")?.write_all(rows.as_bytes())?;
    if child.wait()?.success() { Ok(()) } else { bail!("the rows were refused") }
}

/// Signs a member in and returns the headers that say so.
fn sign_in(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let jar = folder.join("cookies");
    let body = json!({"user": {"email": "member3@perf.example", "password": PASSWORD, "remember_me": true}}).to_string();
    let answer = run::output(
        Command::new("curl").args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/json", "-d", &body]).arg("-c").arg(&jar).arg(format!("{BASE}/api/v1/sessions")),
    );
    if answer.as_deref() != Some("200") {
        bail!("signing in was answered with {answer:?}");
    }
    let cookies: Vec<String> = fs::read_to_string(&jar)?
        .lines()
        .map(|line| line.strip_prefix("#HttpOnly_").unwrap_or(line))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            Some(format!("{}={}", fields.get(5)?, fields.get(6)?))
        })
        .collect();
    Ok(vec![("Cookie".to_owned(), cookies.join("; ")), ("Accept".to_owned(), "application/json".to_owned()), ("Content-Type".to_owned(), "application/json".to_owned())])
}

type Work = (&'static str, &'static str, String, Option<Json>);

/// What is asked.
fn work(url: &str) -> anyhow::Result<Vec<Work>> {
    let one = |question: &str| sql(url, question).map(|answer| answer.trim().to_owned());
    let vote = one(
        "select s.id || ' ' || s.poll_id from stances s join users u on u.id = s.participant_id join polls p on p.id = s.poll_id where u.email = 'member3@perf.example' and p.poll_type = 'proposal' and latest order by s.id limit 1",
    )?;
    let (stance, poll) = vote.split_once(' ').context("a vote of the member")?;
    let option: i64 = one(&format!("select min(id) from poll_options where poll_id = {poll}"))?.parse()?;
    let group = one("select min(id) from groups")?;
    Ok(vec![
        ("boot", "GET", "/api/v1/boot/site".to_owned(), None),
        ("thread, 30 events", "GET", "/api/v1/events?discussion_id=1&order_by=position_key&per=30".to_owned(), None),
        ("thread, 300 events", "GET", "/api/v1/events?discussion_id=1&order_by=position_key&per=300".to_owned(), None),
        ("dashboard", "GET", "/api/v1/discussions/dashboard".to_owned(), None),
        ("members", "GET", format!("/api/v1/memberships?group_id={group}&per=50"), None),
        ("poll", "GET", format!("/api/v1/polls/{poll}"), None),
        ("read a comment", "PATCH", "/api/v1/discussions/1/mark_as_read".to_owned(), Some(json!({"ranges": "1-20"}))),
        (
            "vote",
            "PATCH",
            format!("/api/v1/stances/{stance}"),
            Some(json!({"stance": {"poll_id": poll.parse::<i64>()?, "reason": "<p>so</p>", "reason_format": "html", "stance_choices_attributes": [{"poll_option_id": option, "score": 1}]}})),
        ),
        (
            "comment",
            "POST",
            "/api/v1/comments".to_owned(),
            Some(json!({"comment": {"discussion_id": 2, "body": "<p>a remark</p>", "body_format": "html", "parent_id": 2, "parent_type": "Discussion"}})),
        ),
    ])
}

fn measure(plan: &Plan, folder: &Path, headers: &[(String, String)], method: &str, path: &str, body: Option<&Json>) -> anyhow::Result<Json> {
    let mut script = format!("wrk.method={}\n", json!(method));
    for (name, value) in headers {
        script.push_str(&format!("wrk.headers[{}]={}\n", json!(name), json!(value)));
    }
    if let Some(body) = body {
        script.push_str(&format!("wrk.body={}\n", json!(body.to_string())));
    }
    let file = folder.join("request.lua");
    fs::write(&file, script)?;
    let said = run::output(Command::new("wrk").args(["-t1", &format!("-c{}", plan.connections), &format!("-d{}s", plan.seconds), "--latency", "-s"]).arg(&file).arg(format!("{BASE}{path}")))
        .context("wrk failed")?;
    let after = |label: &str| said.lines().find_map(|line| line.trim().strip_prefix(label)).map(|rest| rest.trim().to_owned());
    let rps: f64 = after("Requests/sec:").and_then(|n| n.parse().ok()).context("wrk told no figure")?;
    let bad: u64 = after("Non-2xx or 3xx responses:").and_then(|n| n.parse().ok()).unwrap_or(0);
    Ok(json!({"rps": rps.round(), "p50": after("50%"), "p99": after("99%"), "bad": bad}))
}
