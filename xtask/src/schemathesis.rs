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
    let mut arguments = vec!["run", &document, "--url", &url, "--checks", "not_a_server_error,status_code_conformance", "--max-examples", "10", "--suppress-health-check", "all"];
    arguments.extend(rest.iter().map(String::as_str));
    let found = if up { run::run(&mut run::program(program, &arguments)) } else { Err(anyhow::anyhow!("the server does not answer; its log is {}", folder.join("log").display())) };
    let _ = server.kill();
    let _ = server.wait();
    if let Err(e) = found {
        bail!("{e:#}");
    }
    Ok(())
}
