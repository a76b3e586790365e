//! The lists of cases that are not equal yet.

use crate::compare::Difference;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Cases that are known not to be equal.
pub struct Unequal(BTreeSet<String>);

/// What came of the cases.
#[derive(Default)]
pub struct Outcome {
    equal: BTreeSet<String>,
    unequal: BTreeMap<String, String>,
}

/// The entries of a list: one a line, `#` begins a remark.
pub fn read(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(ToOwned::to_owned).collect()
}

impl Unequal {
    /// Reads lists: what is not equal yet, and what is not on purpose.
    pub fn read(paths: &[&Path]) -> Self {
        Self(paths.iter().flat_map(|path| read(path)).collect())
    }

    /// Keeps only what is about these cases.
    pub fn keep<'a>(&mut self, ids: impl Iterator<Item = &'a str>) {
        let ids: BTreeSet<&str> = ids.collect();
        self.0.retain(|id| ids.contains(id.as_str()));
    }

    /// Where an outcome is not as the list says.
    pub fn problems(&self, outcome: &Outcome) -> Vec<String> {
        let better = self.0.intersection(&outcome.equal).map(|id| format!("{id} is equal but still listed (cargo xtask contract takes it out)"));
        let worse = outcome.unequal.iter().filter(|(id, _)| !self.0.contains(*id)).map(|(id, told)| format!("{id} is not equal: {told}"));
        better.chain(worse).collect()
    }
}

impl Outcome {
    /// Notes what came of a case.
    pub fn note(&mut self, id: &str, differences: &[Difference]) {
        if differences.is_empty() {
            self.equal.insert(id.to_owned());
            return;
        }
        let first: Vec<String> = differences.iter().take(3).map(|d| format!("{} expected {} got {}", d.path, short(&d.expected.to_string()), short(&d.actual.to_string()))).collect();
        let more = differences.len().saturating_sub(first.len());
        self.unequal.insert(id.to_owned(), format!("{}{}", first.join("; "), if more > 0 { format!("; {more} more") } else { String::new() }));
    }

    /// Says how many cases are equal.
    #[expect(clippy::print_stderr, reason = "the figure is what one wants to see")]
    pub fn tell(&self, name: &str) {
        eprintln!("{name}: {} of {} cases equal", self.equal.len(), self.equal.len() + self.unequal.len());
    }

    /// Leaves the outcome in the folder `CONTRACT_OUTCOME`, if there is one.
    pub fn store(&self, name: &str) {
        let Some(folder) = std::env::var_os("CONTRACT_OUTCOME") else { return };
        let folder = Path::new(&folder);
        std::fs::create_dir_all(folder).expect("a folder");
        let equal: String = self.equal.iter().map(|id| format!("{id}\n")).collect();
        std::fs::write(folder.join(format!("{name}.equal")), equal).expect("written");
        let unequal: String = self.unequal.iter().map(|(id, told)| format!("{id}\t{told}\n")).collect();
        std::fs::write(folder.join(format!("{name}.unequal")), unequal).expect("written");
    }
}

fn short(text: &str) -> String {
    const MOST: usize = 120;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}

/// A number that a case always has, to take samples by (FNV-1a).
pub fn number_of(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn a_list_is_exact() {
    let listed = Unequal(["a", "b"].map(ToOwned::to_owned).into());
    let mut outcome = Outcome::default();
    outcome.note("a", &[]);
    outcome.note("b", &[Difference::new(".x", 1, 2)]);
    outcome.note("c", &[Difference::new(".x", 1, 2)]);
    outcome.note("d", &[]);
    assert_eq!(listed.problems(&outcome), ["a is equal but still listed (cargo xtask contract takes it out)", "c is not equal: .x expected 1 got 2"]);
}
