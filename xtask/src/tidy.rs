//! The invariants of the workspace that no compiler checks. The book's page on
//! architecture names them in bold; each has a function here.

use crate::run;
use anyhow::{Context, bail};
use std::{fs, path::Path};

/// The top-level members; there is no ninth.
const MEMBERS: [&str; 8] = ["book", "loomio-auth", "loomio-cli", "loomio-core", "loomio-db", "loomio-http", "loomio-mail", "xtask"];

/// What must not be found below the core.
const NOT_IN_CORE: [&str; 10] = ["tokio", "sea-orm", "sqlx", "sqlx-core", "poem", "poem-openapi", "rand", "getrandom", "reqwest", "async-std"];

/// What the core's own source must not ask for.
const NOT_SAID_IN_CORE: [&str; 7] = ["Utc::now", "Local::now", "SystemTime", "Instant", "rand::", "std::fs", "std::env"];

/// The files of loomio-http that may know the HTTP server.
const POEM: [&str; 8] = ["api/", "json/", "pages/", "cable/", "server.rs", "cable.rs", "error.rs", "session/"];

/// Files that say nothing of what is in them.
const EMPTY_NAMES: [&str; 6] = ["utils.rs", "util.rs", "helpers.rs", "helper.rs", "common.rs", "misc.rs"];

/// Lists of what is not done yet. They may only shrink.
pub const EXEMPTIONS: [&str; 2] = ["loomio-http/tests/data/contract/unequal.txt", "loomio-http/tests/data/contract/unequal_scenarios.txt"];

const WARN_LINES: usize = 400;
const MOST_LINES: usize = 800;

/// A file under version control.
struct Source {
    path: String,
    text: String,
}

/// Checks everything and names every problem.
///
/// # Errors
/// When there is one.
pub fn tidy() -> anyhow::Result<()> {
    let sources = sources()?;
    let rust: Vec<&Source> = sources.iter().filter(|s| s.path.ends_with(".rs")).collect();
    let mut problems = Vec::new();
    problems.extend(members(&sources)?);
    problems.extend(core_dependencies()?);
    problems.extend(siblings()?);
    for source in &rust {
        problems.extend(check(&source.path, &source.text));
    }
    for source in &sources {
        problems.extend(words(&source.path, &source.text));
    }
    for list in EXEMPTIONS {
        problems.extend(grown(list));
    }
    problems.extend(untold());
    if problems.is_empty() { Ok(()) } else { bail!("tidy:\n  {}", problems.join("\n  ")) }
}

/// The files git knows or would add, those that are texts.
fn sources() -> anyhow::Result<Vec<Source>> {
    let listed = run::output(&mut run::program("git", &["ls-files", "--cached", "--others", "--exclude-standard"])).context("git ls-files")?;
    Ok(listed.lines().filter_map(|path| fs::read_to_string(path).ok().map(|text| Source { path: path.to_owned(), text })).collect())
}

/// **The workspace has exactly eight members.**
fn members(sources: &[Source]) -> anyhow::Result<Vec<String>> {
    let mut folders: Vec<&str> = sources.iter().filter_map(|s| s.path.split_once('/')).map(|(folder, _)| folder).filter(|f| !f.starts_with('.')).collect();
    folders.sort_unstable();
    folders.dedup();
    let mut problems: Vec<String> = folders.iter().filter(|f| !MEMBERS.contains(f)).map(|f| format!("{f}/ is not one of the eight members")).collect();
    problems.extend(MEMBERS.iter().filter(|m| !folders.contains(m)).map(|m| format!("{m}/ is missing")));
    let manifest = fs::read_to_string("Cargo.toml")?;
    let line = manifest.lines().find(|l| l.starts_with("members")).context("members in Cargo.toml")?;
    if line.matches('"').count() / 2 != MEMBERS.len() - 1 {
        problems.push("Cargo.toml must list the seven crates and nothing else".to_owned());
    }
    Ok(problems)
}

/// **The core names no async runtime, database, HTTP, clock or randomness.**
fn core_dependencies() -> anyhow::Result<Vec<String>> {
    let tree = run::output(&mut run::cargo(&["tree", "--package", "loomio-core", "--edges", "normal", "--prefix", "none", "--format", "{p}"])).context("cargo tree")?;
    let mut found: Vec<&str> = tree.lines().filter_map(|l| l.split(' ').next()).filter(|name| NOT_IN_CORE.contains(name)).collect();
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(|name| format!("loomio-core depends on {name}")).collect())
}

/// **Siblings never meet**: database, authentication and mail know the core alone.
fn siblings() -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    for (member, allowed) in [
        ("loomio-core", &[][..]),
        ("loomio-db", &["loomio-core"]),
        ("loomio-auth", &["loomio-core"]),
        ("loomio-mail", &["loomio-core"]),
        ("loomio-http", &["loomio-core", "loomio-db", "loomio-auth", "loomio-mail"]),
    ] {
        for line in fs::read_to_string(format!("{member}/Cargo.toml"))?.lines() {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if name.starts_with("loomio-") && name != member && !allowed.contains(&name) {
                problems.push(format!("{member} must not depend on {name}"));
            }
        }
    }
    Ok(problems)
}

/// What is wrong with one Rust file.
fn check(path: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
    let generated = path.starts_with("loomio-db/src/entity/");
    let lines = text.lines().count();
    if !text.starts_with("//!") {
        problems.push(format!("{path} does not begin by saying why it exists (//!)"));
    }
    if lines > MOST_LINES && !generated {
        problems.push(format!("{path} has {lines} lines; {MOST_LINES} are the most"));
    } else if lines > WARN_LINES && !generated {
        run::say(&format!("{path} has {lines} lines; think of splitting it"));
    }
    if EMPTY_NAMES.contains(&name.as_ref()) {
        problems.push(format!("{path}: {name} says nothing of what is in it"));
    }
    if path.starts_with("loomio-core/src/") {
        problems.extend(NOT_SAID_IN_CORE.iter().filter(|word| says(text, word)).map(|word| format!("{path} asks for {word}; the core takes such things as arguments")));
    }
    let ours = path.starts_with("loomio-");
    if ours && says(text, "use oso") && path != "loomio-core/src/policy/engine.rs" {
        problems.push(format!("{path} knows the policy engine; only loomio-core/src/policy/engine.rs may"));
    }
    if let Some(inner) = path.strip_prefix("loomio-http/src/")
        && (says(text, "use poem") || says(text, "poem::"))
        && !POEM.iter().any(|allowed| inner.starts_with(allowed))
    {
        problems.push(format!("{path} knows the HTTP server; only {} may", POEM.join(", ")));
    }
    if ours && !path.starts_with("loomio-http/") && !path.starts_with("loomio-cli/") && says(text, "poem::") {
        problems.push(format!("{path} knows the HTTP server"));
    }
    if ours && !path.starts_with("loomio-db/") && says(text, "loomio_db::entity") {
        problems.push(format!("{path} uses an entity; entities never leave loomio-db"));
    }
    problems
}

/// Whether code says a word; comments do not count.
fn says(text: &str, word: &str) -> bool {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| line.contains(word))
}

/// **The project speaks of itself only**: no path of somebody's machine.
fn words(path: &str, text: &str) -> Vec<String> {
    let data = path.contains("/tests/data/") || path.ends_with(".lock") || path == "LICENSE";
    if data {
        return Vec::new();
    }
    // Written in halves, so that this file does not name them.
    let places = [["/ho", "me/"], ["/ro", "ot/"], ["/wo", "rk/"], ["/Use", "rs/"]].map(|halves| halves.concat());
    places.iter().filter(|place| text.contains(place.as_str())).map(|place| format!("{path} names a place on somebody's machine ({place})")).collect()
}

/// **What differs on purpose is told**: every case of this list stands in the book.
const ON_PURPOSE: &str = "loomio-http/tests/data/contract/on_purpose.txt";

fn untold() -> Vec<String> {
    let (Ok(list), Ok(book)) = (fs::read_to_string(ON_PURPOSE), fs::read_to_string("book/src/deviations.md")) else { return vec![format!("{ON_PURPOSE} or the book's deviations are missing")] };
    entries(&list).filter(|entry| !book.contains(&format!("`{entry}`"))).map(|entry| format!("{ON_PURPOSE} names \"{entry}\"; book/src/deviations.md does not say why")).collect()
}

/// **Lists of exemptions only shrink**: nothing stands in one now that its last
/// committed version did not have. A list that is new has no earlier version.
fn grown(list: &str) -> Vec<String> {
    let Ok(now) = fs::read_to_string(list) else { return Vec::new() };
    let Some(before) = earlier(list, &now) else { return Vec::new() };
    entries(&now).filter(|entry| !entries(&before).any(|e| e == *entry)).map(|entry| format!("{list} has grown by \"{entry}\"; it may only shrink")).collect()
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'))
}

/// The newest committed version of a list that differs from what it is now.
fn earlier(list: &str, now: &str) -> Option<String> {
    let commits = run::output(&mut run::program("git", &["log", "--format=%H", "-n", "2", "--", list]))?;
    commits.lines().filter_map(|commit| run::output(&mut run::program("git", &["show", &format!("{commit}:{list}")]))).find(|text| text != now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str, expected: &[&str]) {
        let problems = check(path, text);
        assert_eq!(problems.len(), expected.len(), "{problems:?}");
        for (problem, part) in problems.iter().zip(expected) {
            assert!(problem.contains(part), "{problem} does not say {part}");
        }
    }

    #[test]
    fn each_rule_finds_its_offender() {
        found("loomio-core/src/a.rs", "//! Why.\n", &[]);
        found("loomio-core/src/a.rs", "fn a() {}\n", &["does not begin"]);
        found("loomio-core/src/a.rs", "//! Why.\nlet now = Utc::now();\n", &["asks for Utc::now"]);
        found("loomio-core/src/a.rs", "//! Why.\n// not Utc::now\n", &[]);
        found("loomio-core/src/policy/group.rs", "//! Why.\nuse oso::Oso;\n", &["knows the policy engine"]);
        found("loomio-core/src/policy/engine.rs", "//! Why.\nuse oso::Oso;\n", &[]);
        found("loomio-http/src/services/group.rs", "//! Why.\nuse poem::web::Json;\n", &["knows the HTTP server"]);
        found("loomio-http/src/api/v1/groups.rs", "//! Why.\nuse poem::web::Json;\n", &[]);
        found("loomio-mail/src/a.rs", "//! Why.\nuse poem::web::Json;\n", &["knows the HTTP server"]);
        found("loomio-http/src/utils.rs", "//! Why.\n", &["says nothing"]);
        found("loomio-http/src/a.rs", &format!("//! Why.\n{}", "\n".repeat(800)), &["801 lines"]);
        found("loomio-db/src/entity/a.rs", &format!("//! Why.\n{}", "\n".repeat(800)), &[]);
    }

    #[test]
    fn places_are_named_and_data_is_not_looked_at() {
        let place = ["/ro", "ot/x"].concat();
        assert_eq!(words("README.md", &place).len(), 1);
        assert_eq!(words("loomio-http/tests/data/a.txt", &place).len(), 0);
    }
}
