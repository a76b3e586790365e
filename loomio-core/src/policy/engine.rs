//! The only place that knows the rules' language. Replacing the engine means
//! replacing this file; the tests hold its decisions, not its workings.

use oso::{Oso, PolarValue};
use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

/// A question: the concept, the action and the facts as bits.
type Question = (&'static str, &'static str, u64);

static ENGINE: LazyLock<Oso> = LazyLock::new(|| {
    let mut oso = Oso::new();
    // The library warns on standard error when there is no rule of this name.
    let rules = super::ALL_RULES.concat() + "\nallow(_actor, _action, _resource) if 1 = 2;\n";
    // The rules are part of the program: if they do not load, no test passes.
    if let Err(e) = oso.load_str(&rules) {
        unreachable!("the rules do not load: {e}");
    }
    oso
});

/// Answers never change, so they are kept.
static DECIDED: LazyLock<RwLock<HashMap<Question, bool>>> = LazyLock::new(RwLock::default);

/// How many answers are kept at most; there are far fewer in practice.
const MOST_KEPT: usize = 100_000;

/// Whether a rule of `concept` allows `action` given the facts.
pub(super) fn decide(concept: &'static str, fields: &'static [&'static str], bits: u64, action: &'static str) -> bool {
    let question = (concept, action, bits);
    if let Some(answer) = DECIDED.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
        return *answer;
    }
    let answer = ask(concept, fields, bits, action);
    let mut decided = DECIDED.write().unwrap_or_else(PoisonError::into_inner);
    if decided.len() < MOST_KEPT {
        decided.insert(question, answer);
    }
    answer
}

fn ask(concept: &str, fields: &[&str], bits: u64, action: &str) -> bool {
    let facts: HashMap<String, PolarValue> = fields.iter().enumerate().map(|(i, name)| ((*name).to_owned(), PolarValue::Boolean(bits >> i & 1 == 1))).collect();
    let asked = ENGINE.query_rule(concept, (PolarValue::String(action.to_owned()), PolarValue::Map(facts)));
    // A rule that fails to run allows nothing.
    asked.is_ok_and(|mut answers| matches!(answers.next(), Some(Ok(_))))
}
