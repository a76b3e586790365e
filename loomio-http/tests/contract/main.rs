//! The recorded cases of the original, replayed.
//!
//! The story is part of the project and replayed in full. The scenario recordings
//! are larger and stay outside; a fixed sample of them is replayed where they are
//! found. Cases that are not equal yet stand in lists, which are exact: a case that
//! is not equal and not listed fails the test, and so does one that is equal and
//! still listed.
//!
//! Each test takes a share of the cases, so that they run side by side. Beside them
//! stands what holds for every route.

mod authorization;
mod browser;
mod case;
mod compare;
mod effects;
mod files;
mod group_file;
mod list;
mod mails;
mod queries;
mod replay;
mod served;
mod state;
mod sweep;
mod world;

use case::Case;
use list::Unequal;
use replay::Replay;
use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::Arc,
};

/// The folder of the recording that is part of the project.
fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/contract")
}

/// The folder of the whole recording: `CONTRACT_DIR`, or beside the project.
fn recording() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/contract");
    let folder = std::env::var_os("CONTRACT_DIR").map_or(beside, PathBuf::from);
    folder.join("states").is_dir().then_some(folder)
}

/// Replays cases and holds the outcome against a list.
async fn check(name: &str, list: &str, cases: Vec<Case>, state: impl Fn(&str) -> Arc<state::State>) {
    let mut replay = Replay::new().await;
    let mut listed = Unequal::read(&[&data().join(list), &data().join("on_purpose.txt")]);
    listed.keep(cases.iter().map(|c| c.id.as_str()));
    let mut outcome = list::Outcome::default();
    for case in &cases {
        let differences = replay.replay(case, &state(&case.state)).await;
        outcome.note(&case.id, &differences);
    }
    replay.done().await;
    outcome.tell(name);
    outcome.store(name);
    let problems = listed.problems(&outcome);
    assert!(problems.is_empty(), "{} of {} cases are not as {list} and on_purpose.txt say:\n{}", problems.len(), cases.len(), problems.join("\n"));
}

async fn story(share: usize, shares: usize) {
    let states = state::unpack(&data().join("states.jsonl.gz"));
    let cases = case::read(&data().join("story.jsonl.gz"));
    let count = cases.len();
    let cases = cases.into_iter().enumerate().filter(|(n, _)| n * shares / count == share).map(|(_, case)| case).collect();
    check(&format!("story-{share}"), "unequal.txt", cases, |name| Arc::clone(&states[name])).await;
}

/// One case in this many of each scenario file is replayed.
const READS_SAMPLE: u64 = 61;
/// The same of the writes.
const WRITES_SAMPLE: u64 = 23;

#[expect(clippy::print_stderr, reason = "what was not tested must be seen")]
async fn scenarios(folder: &str, sample: u64, share: usize, shares: usize) {
    let Some(recording) = recording() else {
        eprintln!("the scenario recordings were not found (CONTRACT_DIR): {folder} not replayed");
        return;
    };
    let mut by_file = BTreeMap::new();
    for entry in std::fs::read_dir(recording.join(folder)).expect("the recordings") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|e| e == "gz") {
            by_file.insert(path.clone(), case::read(&path));
        }
    }
    let sampled: Vec<Case> = by_file.into_values().flatten().filter(|case| list::number_of(&case.id).is_multiple_of(sample)).collect();
    let mut states = HashMap::new();
    for case in &sampled {
        states.entry(case.state.clone()).or_insert_with(|| recording.join("states").join(format!("{}.sql.gz", case.state)));
    }
    let count = sampled.len();
    let cases = sampled.into_iter().enumerate().filter(|(n, _)| n * shares / count == share).map(|(_, case)| case).collect();
    let open = std::sync::Mutex::new(HashMap::<String, Arc<state::State>>::new());
    check(&format!("{folder}-{share}"), "unequal_scenarios.txt", cases, |name| {
        Arc::clone(open.lock().expect("a lock").entry(name.to_owned()).or_insert_with(|| Arc::new(state::from_dump(&states[name]))))
    })
    .await;
}

/// Declares one test for each share.
macro_rules! shares {
    ($($name:ident => $run:expr;)*) => {
        $(#[tokio::test]
        async fn $name() {
            $run.await;
        })*
    };
}

shares! {
    story_first_quarter => story(0, 4);
    story_second_quarter => story(1, 4);
    story_third_quarter => story(2, 4);
    story_last_quarter => story(3, 4);
    scenario_reads_first_half => scenarios("reads", READS_SAMPLE, 0, 2);
    scenario_reads_last_half => scenarios("reads", READS_SAMPLE, 1, 2);
    scenario_writes_first_half => scenarios("writes", WRITES_SAMPLE, 0, 2);
    scenario_writes_last_half => scenarios("writes", WRITES_SAMPLE, 1, 2);
}
