//! Taking out of the lists of unequal cases what has become equal.

use crate::{ci, run};
use anyhow::Context;
use std::{collections::BTreeSet, fs, path::Path};

/// Where the contract test leaves its outcome.
const OUTCOME: &str = "target/contract";
/// The lists it is held against.
const LISTS: &str = "loomio-http/tests/data/contract";

/// Replays the recorded cases and shrinks the lists. Nothing is added: a case that
/// has become unequal must be mended.
///
/// # Errors
/// When the test cannot be run at all.
pub fn shrink() -> anyhow::Result<()> {
    let outcome = Path::new(OUTCOME);
    if outcome.exists() {
        fs::remove_dir_all(outcome)?;
    }
    // It fails as long as a list is not exact; what it left behind counts.
    if let Err(e) = ci::test_with(&["--no-fail-fast".to_owned(), "-E".to_owned(), "binary(contract)".to_owned()], Some(("CONTRACT_OUTCOME", &fs::canonicalize(".")?.join(outcome)))) {
        run::say(&format!("{e:#}"));
    }
    let equal = entries(outcome, "equal")?;
    let unequal = entries(outcome, "unequal")?;
    for entry in fs::read_dir(LISTS)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("unequal")) {
            let text = fs::read_to_string(&path)?;
            let kept: String = text.lines().filter(|line| !equal.contains(line.trim())).flat_map(|line| [line, "\n"]).collect();
            let taken = text.lines().count() - kept.lines().count();
            fs::write(&path, kept)?;
            run::say(&format!("{}: {taken} taken out", path.display()));
        }
    }
    run::say(&format!("{} of {} cases are equal; what differs stands in {OUTCOME}/*.unequal", equal.len(), equal.len() + unequal.len()));
    Ok(())
}

/// The cases in all files with an ending.
fn entries(folder: &Path, ending: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut cases = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(|| format!("the test left nothing in {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == ending) {
            cases.extend(fs::read_to_string(&path)?.lines().filter_map(|line| line.split('\t').next()).map(ToOwned::to_owned));
        }
    }
    Ok(cases)
}
