//! Everything a change must pass. One feature set for all steps, so that nothing is
//! compiled twice; the tests stand last, because their closing lines are the result.

use crate::{book, run, services, tidy};
use std::{path::Path, sync::LazyLock, time::Instant};

/// Runs all steps; the first that fails ends the run.
///
/// # Errors
/// When a step fails.
pub fn ci() -> anyhow::Result<()> {
    step("formatting", || run::run(&mut run::cargo(&["fmt", "--all", "--check"])))?;
    step("tidy", tidy::tidy)?;
    let features = features();
    step("lints", || run::run(run::cargo(&["clippy", "--workspace", "--all-targets", "--quiet"]).args(features).args(["--", "-D", "warnings"])))?;
    step("documentation", || run::run(run::cargo(&["doc", "--workspace", "--no-deps", "--quiet"]).args(features).env("RUSTDOCFLAGS", "-D warnings")))?;
    step("book", book::build)?;
    step("dependencies", dependencies)?;
    step("tests", || test(&[]))
}

/// The features of every step: SAML, where the libraries are that it needs. They are
/// looked for, and installed, once.
fn features() -> &'static [&'static str] {
    static HAS_SAML: LazyLock<bool> = LazyLock::new(services::has_saml);
    if *HAS_SAML { &["--features", "loomio-cli/saml"] } else { &[] }
}

fn step(name: &str, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let start = Instant::now();
    work()?;
    run::say(&format!("{name}: well ({} s)", start.elapsed().as_secs()));
    Ok(())
}

/// Licences and sources, where the tool for it is installed.
fn dependencies() -> anyhow::Result<()> {
    if !run::installed("cargo-deny", &["--version"]) {
        run::say("cargo-deny is not installed: licences and sources were not checked");
        return Ok(());
    }
    run::run(&mut run::cargo(&["deny", "--log-level", "error", "check", "bans", "licenses", "sources"]))
}

/// The tests, against services that are started when there are none.
///
/// # Errors
/// When a test fails or a service cannot be had.
pub fn test(rest: &[String]) -> anyhow::Result<()> {
    test_with(rest, None)
}

/// The same with a variable of the environment set.
///
/// # Errors
/// When a test fails or a service cannot be had.
pub fn test_with(rest: &[String], variable: Option<(&str, &Path)>) -> anyhow::Result<()> {
    let services = services::start()?;
    let runner: &[&str] = if run::installed("cargo-nextest", &["nextest", "--version"]) { &["nextest", "run", "--workspace"] } else { &["test", "--workspace"] };
    let mut command = run::cargo(runner);
    services.tell(command.args(features()).args(rest));
    command.envs(variable);
    run::run(&mut command)
}
