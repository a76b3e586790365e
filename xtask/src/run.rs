//! Running other programs: loudly, so that a failing step can be run again by hand.

use anyhow::{Context, bail};
use std::{ffi::OsStr, process::Command};

/// A program with its arguments.
pub fn program<S: AsRef<OsStr>>(name: &str, arguments: &[S]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments);
    command
}

/// `cargo` with its arguments. What cargo told this program of itself is kept from it:
/// build scripts of some dependencies look at it and would run again each time.
pub fn cargo<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let mut command = program(&variable("CARGO").unwrap_or_else(|| "cargo".to_owned()), arguments);
    let is_told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || matches!(name, "CARGO_CRATE_NAME" | "CARGO_BIN_NAME" | "CARGO_PRIMARY_PACKAGE" | "OUT_DIR");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_told) {
            command.env_remove(name);
        }
    }
    command
}

/// A variable of the environment, unless it is empty.
#[expect(clippy::disallowed_methods, reason = "a task runner has no settings but the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// Shows a command, runs it and expects success.
///
/// # Errors
/// When it cannot be started or fails.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = shown(command);
    say(&shown);
    let status = command.status().with_context(|| format!("starting {shown}"))?;
    if !status.success() {
        bail!("{shown} failed ({status})");
    }
    Ok(())
}

/// A command as one would type it.
fn shown(command: &Command) -> String {
    std::iter::once(command.get_program()).chain(command.get_args()).map(|part| part.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs a command quietly and tells what it printed, unless it failed.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program is installed.
pub fn installed(name: &str, version: &[&str]) -> bool {
    output(&mut program(name, version)).is_some()
}

/// Tells whoever watches. Standard output is kept for results.
#[expect(clippy::print_stderr, reason = "progress of a command line tool")]
pub fn say(text: &str) {
    eprintln!("xtask: {text}");
}
