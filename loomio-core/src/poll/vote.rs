//! What makes a vote valid.
//!
//! Source: the validations of `app/models/stance.rb`. A vote that is not cast is
//! always valid.

use super::Kind;

/// The bounds a poll sets.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The poll's type.
    pub kind: &'static Kind,
    /// How many options must be chosen.
    pub minimum_choices: i32,
    /// How many options may be chosen.
    pub maximum_choices: i32,
    /// The lowest score.
    pub min_score: i32,
    /// The highest score; none when there is no bound.
    pub max_score: Option<i32>,
    /// Points to give in all.
    pub dots_per_person: i32,
    /// How many options the poll has.
    pub options: usize,
    /// Whether "none of the above" may be chosen.
    pub allows_none: bool,
    /// Whether a reason is cut at 500 characters.
    pub limits_reason: bool,
    /// Whether a reason must be given.
    pub requires_reason: bool,
}

/// A vote about to be cast.
#[derive(Debug, Clone)]
pub struct Ballot<'a> {
    /// The score of each choice.
    pub scores: &'a [i32],
    /// Whether none of the options was wanted.
    pub none_of_the_above: bool,
    /// How many characters of the reason are seen.
    pub reason_length: usize,
    /// Whether every choice belongs to the poll.
    pub choices_belong: bool,
}

/// What is wrong with a vote: the field and the message, or its i18n key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The field named in the answer.
    pub field: &'static str,
    /// The words of the answer, or the key of translated ones.
    pub message: &'static str,
    /// Whether `message` is a key.
    pub translated: bool,
}

/// Everything that is wrong with a cast vote, in the order it is reported.
#[must_use]
pub fn faults(rules: &Rules, ballot: &Ballot<'_>) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut fault = |field, message| found.push(Fault { field, message, translated: false });
    let count = i32::try_from(ballot.scores.len()).unwrap_or(i32::MAX);
    let kind = rules.kind;
    if !ballot.none_of_the_above {
        if kind.checks_minimum && count < rules.minimum_choices {
            fault("stance_choices", "too few stance choices");
        }
        if kind.checks_maximum && count > rules.maximum_choices {
            fault("stance_choices", "too many stance choices");
        }
        if kind.checks_max_score && rules.max_score.is_some_and(|max| ballot.scores.iter().max().copied().unwrap_or(0) > max) {
            fault("stance_choices", "max_score validation failure");
        }
        if kind.checks_min_score && ballot.scores.iter().min().copied().unwrap_or(0) < rules.min_score {
            fault("stance_choices", "min_score validation failure");
        }
        if kind.checks_dots && ballot.scores.iter().map(|s| i64::from(*s)).sum::<i64>() > i64::from(rules.dots_per_person) {
            fault("dots_per_person", "Too many dots");
        }
    }
    if rules.limits_reason && ballot.reason_length >= 501 {
        found.push(Fault { field: "reason", message: "poll_common.too_long", translated: true });
    }
    if rules.requires_reason && ballot.reason_length <= 5 {
        found.push(Fault { field: "reason", message: "poll_common_form.stance_reason_is_required", translated: true });
    }
    if kind.requires_all_choices && !ballot.none_of_the_above && rules.options > 0 && ballot.scores.len() != rules.options {
        found.push(Fault { field: "stance_choices", message: "require_all_stance_choices", translated: false });
    }
    if ballot.none_of_the_above {
        if !rules.allows_none {
            found.push(Fault { field: "none_of_the_above", message: "none_of_the_above not permitted for this poll", translated: false });
        }
        if !ballot.scores.is_empty() {
            found.push(Fault { field: "none_of_the_above", message: "you cant choose options pluss none_of_the_above", translated: false });
        }
    }
    if !ballot.choices_belong {
        found.push(Fault { field: "base", message: "poll.error.poll_options_dont_match", translated: true });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(kind: &str) -> Rules {
        let kind = Kind::named(kind).unwrap_or(&super::super::kind::KINDS[0]);
        Rules {
            kind,
            minimum_choices: kind.minimum_stance_choices.unwrap_or(0),
            maximum_choices: kind.maximum_stance_choices.unwrap_or(3),
            min_score: kind.min_score.unwrap_or(0),
            max_score: kind.max_score,
            dots_per_person: kind.dots_per_person.unwrap_or(0),
            options: 3,
            allows_none: false,
            limits_reason: true,
            requires_reason: false,
        }
    }

    fn check(kind: &str, scores: &[i32], expected: &[&str]) {
        let found: Vec<_> = faults(&rules(kind), &Ballot { scores, none_of_the_above: false, reason_length: 0, choices_belong: true }).into_iter().map(|f| f.message).collect();
        assert_eq!(found, expected, "{kind} {scores:?}");
    }

    #[test]
    fn each_type_refuses_what_it_must() {
        check("proposal", &[1], &[]);
        check("proposal", &[], &["too few stance choices"]);
        check("proposal", &[1, 1], &["Too many dots"]);
        check("check", &[1, 1], &["too many stance choices", "Too many dots"]);
        check("poll", &[2], &["max_score validation failure"]);
        check("score", &[-1], &["min_score validation failure"]);
        check("dot_vote", &[5, 4], &["Too many dots"]);
        check("dot_vote", &[5, 3, 0], &[]);
        check("ranked_choice", &[2, 1], &["too few stance choices"]);
        check("meeting", &[2, 0], &["require_all_stance_choices"]);
        check("question", &[], &[]);
    }
}
