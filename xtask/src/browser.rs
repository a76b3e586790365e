//! The original's browser suite against this server. Nothing is fetched: the
//! command is told where the original's source lies, with its client built
//! (`public/client3`) and its packages installed (`vue/node_modules`).
//!
//! The suite opens `/dev/<scenario>`; a small proxy beside the recordings answers
//! these addresses from recorded databases. Tests whose scenarios are not among
//! the recordings here are run but not counted.

mod driver;
pub mod first_light;

use crate::run::{self, say};
use anyhow::{Context, bail, ensure};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Where things are.
pub struct Options {
    /// The original's source.
    pub original: PathBuf,
    /// The recordings.
    pub contract: PathBuf,
    /// The spec files to run, without `.js`; all when empty.
    pub specs: Vec<String>,
    /// The database server, such as `postgresql://postgres@127.0.0.1:5432`.
    pub database_server: String,
}

const SERVER_PORT: u16 = 3000;
/// The suite has this one built in.
const PROXY_PORT: u16 = 8080;
const DATABASE: &str = "loomio_browser";

/// What may fail: it fails on the original, or with the proxy in between.
const FAIL_ANYWAY: [&str; 5] = [
    "membership.can_remove_coordinator_privileges",
    "membership.successfully_removes_a_group_member",
    "poll.can_add_standalone_poll_to_thread",
    "poll.can_start_a_poll_in_a_group",
    "profile.successfully_deactivates_the_account",
];

/// A process that ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the suite and says which tests of the scenarios at hand failed.
///
/// # Errors
/// When something is missing or such a test failed.
pub fn browser(options: &Options) -> anyhow::Result<()> {
    let vue = options.original.join("vue");
    let client = options.original.join("public/client3");
    ensure!(vue.join("node_modules/.bin/nightwatch").exists(), "{} has no node_modules: run `npm ci --ignore-scripts` there", vue.display());
    ensure!(client.join("index.html").exists(), "{} has no index.html: run `npm run build` in {}", client.display(), vue.display());
    let scenarios = options.contract.join("browser");
    let known = scenario_names(&scenarios)?;
    let folder = std::env::current_dir()?.join("target/browser");
    let outbox = folder.join("outbox");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&outbox)?;

    run::run(&mut run::cargo(&["build", "--workspace"]))?;
    let database = empty_database(&options.database_server, DATABASE)?;
    let _server = start(
        Command::new("target/debug/loomio")
            .arg("serve")
            .env("DATABASE_URL", &database)
            .env("PORT", SERVER_PORT.to_string())
            .env("LOOMIO_ENV", "test")
            .env("RATE_LIMITS", "off")
            .env("MAIL_OUTBOX", &outbox)
            .env("CLIENT_DIR", &client)
            .env("DATA_DIR", folder.join("data"))
            .env("CANONICAL_HOST", "localhost")
            .env("REPLY_HOSTNAME", "reply.example.org")
            .env("SMTP_DOMAIN", "example.org"),
        &folder.join("server.log"),
        SERVER_PORT,
    )?;
    let python = program_of("PYTHON", "python3");
    let target = format!("http://localhost:{SERVER_PORT}");
    let proxy = scenarios.join("devproxy.py");
    let _proxy = start(
        Command::new(python).arg(proxy).args(["--target", &target, "--db", &database, "--port", &PROXY_PORT.to_string(), "--scenarios"]).arg(&scenarios).arg("--mails").arg(&outbox),
        &folder.join("proxy.log"),
        PROXY_PORT,
    )?;
    let configuration = configure(&vue, &folder)?;
    let mut suite = Command::new(vue.join("node_modules/.bin/nightwatch"));
    suite.current_dir(&vue).arg("--config").arg(&configuration).args(["--retries", "1"]).env_remove("RAILS_ENV");
    for spec in &options.specs {
        suite.arg(format!("tests/e2e/specs/{spec}.js"));
    }
    say("the browser suite runs; its own words go to target/browser/suite.log");
    suite.stdout(fs::File::create(folder.join("suite.log"))?).stderr(Stdio::null()).status().context("starting nightwatch")?;
    report(&vue, &folder.join("reports"), &known)
}

/// Makes a database anew and tells its address.
fn empty_database(server: &str, name: &str) -> anyhow::Result<String> {
    for statement in [format!("drop database if exists {name} with (force)"), format!("create database {name}")] {
        run::run(&mut run::program("psql", &["-q", "-c", &statement, &format!("{server}/postgres")]))?;
    }
    Ok(format!("{server}/{name}"))
}

/// A program that a variable may name.
fn program_of(variable: &str, usual: &str) -> String {
    run::variable(variable).unwrap_or_else(|| usual.to_owned())
}

/// Starts a process whose words go to a file, and waits until it listens.
fn start(command: &mut Command, log: &Path, port: u16) -> anyhow::Result<Running> {
    ensure!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "something already listens on port {port}");
    let mut running = Running(command.stdout(fs::File::create(log)?).stderr(fs::File::options().append(true).open(log)?).spawn().with_context(|| format!("starting {command:?}"))?);
    let deadline = Instant::now() + Duration::from_secs(30);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if running.0.try_wait()?.is_some() || Instant::now() > deadline {
            bail!("{command:?} does not listen on port {port}: see {}", log.display());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(running)
}

/// The suite's own settings, with a browser that needs no screen.
fn configure(vue: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let driver = program_of("CHROMEDRIVER", "/usr/bin/chromedriver");
    let chromium = program_of("CHROMIUM", "/usr/bin/chromium");
    let text = format!(
        "const base = require({base});\n\
         base.test_settings.default.webdriver = {{ start_process: true, server_path: {driver}, port: 9515, cli_args: ['--port=9515'] }};\n\
         base.test_settings.default.desiredCapabilities = {{ browserName: 'chrome', 'goog:chromeOptions': {{ binary: {chromium}, args: ['headless=new', 'no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking', 'disable-component-update', 'disable-sync', 'window-size=1280,6400'] }} }};\n\
         base.output_folder = {reports};\n\
         base.test_settings.default.screenshots.path = {shots};\n\
         module.exports = base;\n",
        base = Json::from(vue.join("nightwatch.conf.js").display().to_string()),
        driver = Json::from(driver),
        chromium = Json::from(chromium),
        reports = Json::from(folder.join("reports").display().to_string()),
        shots = Json::from(folder.join("shots").display().to_string()),
    );
    let path = folder.join("nightwatch.conf.cjs");
    fs::write(&path, text)?;
    Ok(path)
}

/// The names of the recorded scenarios, as they stand in file names.
fn scenario_names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(folder.join("scenarios.json")).with_context(|| format!("{} has no scenarios.json", folder.display()))?;
    let Json::Object(scenarios) = serde_json::from_str(&text)? else { bail!("scenarios.json is no object") };
    Ok(scenarios.into_iter().map(|(name, _)| name).collect())
}

/// A scenario's address as a file name: runs of other characters become one `_`.
fn slug(path: &str) -> String {
    path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

/// The scenarios that each test of a spec opens.
fn scenarios_of(spec: &str) -> BTreeMap<String, Vec<String>> {
    let mut tests = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in spec.lines() {
        let trimmed = line.trim();
        if let Some(rest) = trimmed.strip_prefix('\'')
            && let Some((name, after)) = rest.split_once('\'')
            && after.trim_start().starts_with(':')
        {
            current = Some(name.to_owned());
            tests.entry(name.to_owned()).or_insert_with(Vec::new);
        }
        for call in ["loadPath(", "loadPathNoApp("] {
            let Some((_, after)) = trimmed.split_once(call) else { continue };
            let Some(quote) = after.chars().next().filter(|c| "'\"`".contains(*c)) else { continue };
            let path = after[1..].split(quote).next().unwrap_or_default();
            if let Some(scenarios) = current.as_ref().and_then(|name| tests.get_mut(name)).filter(|_| !path.starts_with("use_last_login_token") && !path.starts_with("last_email")) {
                scenarios.push(slug(path));
            }
        }
    }
    tests
}

/// Reads the suite's reports and sums them up.
fn report(vue: &Path, reports: &Path, known: &[String]) -> anyhow::Result<()> {
    let (mut passed, mut failed, mut anyway, mut elsewhere) = (0, Vec::new(), 0, 0);
    for (spec, test, ok) in results(reports)? {
        let text = fs::read_to_string(vue.join(format!("tests/e2e/specs/{spec}.js"))).unwrap_or_default();
        let at_hand = scenarios_of(&text).get(&test).is_some_and(|needed| needed.iter().all(|s| known.contains(s)));
        match (at_hand, ok) {
            (false, _) => elsewhere += 1,
            (true, true) => passed += 1,
            (true, false) if FAIL_ANYWAY.contains(&format!("{spec}.{test}").as_str()) => anyway += 1,
            (true, false) => failed.push(format!("{spec}.{test}")),
        }
    }
    for name in &failed {
        say(&format!("failed: {name}"));
    }
    say(&format!("browser: {passed} passed, {} failed, {anyway} failed that do on the original, too; {elsewhere} more need scenarios that are not here", failed.len()));
    ensure!(failed.is_empty() && passed > 0, "the browser suite does not pass");
    Ok(())
}

/// (spec, test, passed) of every test, from the JSON reports.
fn results(folder: &Path) -> anyhow::Result<Vec<(String, String, bool)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|e| e != "json") {
                continue;
            }
            let report: Json = serde_json::from_str(&fs::read_to_string(&path)?)?;
            let Some(tests) = report.pointer("/report/completed").and_then(Json::as_object) else { continue };
            let spec = report.pointer("/report/modulePath").and_then(Json::as_str).and_then(|path| Path::new(path).file_stem()).map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            for (test, result) in tests {
                let ok = result["status"] == "pass" || (result["failed"] == 0 && result["errors"] == 0);
                found.push((spec.clone(), test.clone(), ok));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_found_in_specs() {
        let spec = "module.exports = {\n  'can_vote': (test) => {\n    page.loadPath('polls/test?kind=a&x=1')\n    page.loadPath('use_last_login_token')\n  },\n  'can_join': (test) => {\n    page.loadPathNoApp(\"join\")\n";
        let found = scenarios_of(spec);
        assert_eq!(found["can_vote"], ["polls_test_kind_a_x_1"]);
        assert_eq!(found["can_join"], ["join"]);
    }
}
