//! From totals to the rows of results that people see.
//!
//! Source: `PollService.calculate_results`. Percentages are not rounded. Where the
//! original leaves the order of equal scores to chance, it is the options' own.

use crate::poll::{Kind, kind::Order};
use std::collections::BTreeMap;

/// A poll as far as its results go.
#[derive(Debug, Clone)]
pub struct Poll<'a> {
    /// Its number.
    pub id: i32,
    /// Its type.
    pub kind: &'static Kind,
    /// `plain`, `iso8601` or `i18n`.
    pub option_name_format: &'a str,
    /// Live ballots.
    pub voters_count: i32,
    /// Live ballots not cast.
    pub undecided_voters_count: i32,
    /// Cast ballots that wanted none of the options.
    pub none_of_the_above_count: i32,
    /// The stored totals of its options, in the order of priority.
    pub stance_counts: &'a [f64],
    /// How many agreements are hoped for.
    pub agree_target: Option<i32>,
    /// Whether "none of the above" is a row.
    pub shows_none_of_the_above: bool,
    /// Those who wanted none of the options; empty for an anonymous poll.
    pub none_of_the_above_voters: &'a [i32],
    /// Those who have not voted; empty for an anonymous poll.
    pub undecided_voters: &'a [i32],
}

/// An option with its stored totals.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its number.
    pub id: i32,
    /// Its name as stored.
    pub name: String,
    /// Its place among the options.
    pub priority: i32,
    /// Its icon, unless the name tells.
    pub icon: Option<String>,
    /// The sum of its scores.
    pub total_score: f64,
    /// How many choices it was given.
    pub voter_count: i32,
    /// Who gave how much.
    pub voter_scores: BTreeMap<i32, f64>,
    /// `gte` or `lte`, when the option has a bar to pass.
    pub test_operator: Option<String>,
    /// The bar, 0 to 100.
    pub test_percent: Option<i32>,
    /// What is held against it: `score_percent` or `voter_percent`.
    pub test_against: Option<String>,
}

/// One row of results.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The option; 0 for none of the above, -1 for those who have not voted.
    pub id: i32,
    /// The name, or its i18n key.
    pub name: String,
    /// How to read the name.
    pub name_format: String,
    /// The option's icon.
    pub icon: Option<String>,
    /// Its place, from 1; equal scores do not share one.
    pub rank: Option<usize>,
    /// The sum of its scores.
    pub score: f64,
    /// Its share of the hoped-for agreements.
    pub target_percent: f64,
    /// Its share of all scores.
    pub score_percent: Option<f64>,
    /// Its share of the highest score.
    pub max_score_percent: f64,
    /// Its share of the voters.
    pub voter_percent: f64,
    /// Its score for each choice.
    pub average: f64,
    /// Who gave how much.
    pub voter_scores: BTreeMap<i32, f64>,
    /// Who chose it, at most 500.
    pub voter_ids: Vec<i32>,
    /// How many choices it was given.
    pub voter_count: i32,
    /// Its colour in charts.
    pub color: Option<&'static str>,
    /// Whether it passes its bar.
    pub test_result: Option<bool>,
    /// The option's bar, as it was set; none for the two rows that are no options.
    pub test: Option<(Option<String>, Option<String>, Option<i32>)>,
}

const AGREE: &str = "#00D177";
const THUMBS: [(&str, &str); 4] = [("agree", AGREE), ("abstain", "#F6A82B"), ("disagree", "#F96168"), ("block", "#CE261B")];
/// Only four of the palette are ever used: the original counts the palettes, not the colours.
const PALETTE: [&str; 4] = ["#70C9F8", "#C8E56E", "#D38FE1", "#999FDE"];
const NOBODY: &str = "#BBBBBB";
const MOST_VOTERS: usize = 500;

/// An option's icon; old options are known by their names.
#[must_use]
pub fn icon(icon: Option<&str>, name: &str) -> Option<String> {
    icon.map(ToOwned::to_owned).or_else(|| {
        Some(
            match name {
                "agree" | "consent" | "yes" => "agree",
                "disagree" | "objection" | "no" => "disagree",
                "abstain" => "abstain",
                "block" => "block",
                _ => return None,
            }
            .to_owned(),
        )
    })
}

/// An option's colour.
#[must_use]
pub fn color(kind: &Kind, icon: Option<&str>, priority: i32) -> &'static str {
    if kind.vote_method == "show_thumbs" {
        THUMBS.iter().find(|(name, _)| Some(*name) == icon).map_or(AGREE, |(_, color)| color)
    } else {
        PALETTE[usize::try_from(priority.rem_euclid(4)).unwrap_or(0)]
    }
}

fn percent(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole * 100.0 } else { 0.0 }
}

/// The rows of a poll's results.
#[must_use]
pub fn rows(poll: &Poll<'_>, options: &[Choice]) -> Vec<Row> {
    let mut sorted: Vec<&Choice> = options.iter().collect();
    match poll.kind.order {
        Order::Priority => sorted.sort_by_key(|o| (o.priority, o.id)),
        Order::TotalScore => sorted.sort_by(|a, b| b.total_score.total_cmp(&a.total_score).then((a.priority, a.id).cmp(&(b.priority, b.id)))),
    }
    let total: f64 = poll.stance_counts.iter().sum();
    let highest = poll.stance_counts.iter().copied().fold(0.0, f64::max);
    let mut rows: Vec<Row> = sorted.iter().enumerate().map(|(index, option)| row(poll, option, index, total, highest)).collect();
    if poll.shows_none_of_the_above {
        let share = percent(poll.none_of_the_above_count.into(), poll.voters_count.into());
        rows.push(extra(0, "poll_common_form.none_of_the_above", Some(0.0), share, poll.none_of_the_above_voters, poll.none_of_the_above_count));
    }
    if poll.kind.name != "meeting" {
        let share = percent(poll.undecided_voters_count.into(), poll.voters_count.into());
        rows.push(extra(-1, "poll_common_votes_panel.undecided", None, share, poll.undecided_voters, poll.undecided_voters_count));
    }
    rows
}

fn row(poll: &Poll<'_>, option: &Choice, index: usize, total: f64, highest: f64) -> Row {
    let icon = icon(option.icon.as_deref(), &option.name);
    let score_percent = percent(option.total_score, total);
    let voter_percent = percent(option.voter_count.into(), poll.voters_count.into());
    let measured = if option.test_against.as_deref() == Some("score_percent") { score_percent } else { voter_percent };
    let bar = f64::from(option.test_percent.unwrap_or(0));
    let target = f64::from(poll.agree_target.unwrap_or(0));
    // A score of 0 is a vote in a meeting ("cannot attend") and none elsewhere.
    let voted = |score: &f64| poll.kind.name == "meeting" || *score != 0.0;
    Row {
        id: option.id,
        name: if poll.option_name_format == "i18n" { format!("poll_{}_options.{}", poll.kind.name, option.name) } else { option.name.clone() },
        name_format: poll.option_name_format.to_owned(),
        rank: Some(index + 1),
        score: option.total_score,
        target_percent: if icon.as_deref() == Some("agree") { percent(option.total_score, target) } else { 0.0 },
        score_percent: Some(score_percent),
        max_score_percent: if total > 0.0 { percent(option.total_score, highest) } else { 0.0 },
        voter_percent,
        average: if option.voter_count == 0 { 0.0 } else { option.total_score / f64::from(option.voter_count) },
        voter_ids: option.voter_scores.iter().filter(|(_, score)| voted(score)).map(|(id, _)| *id).take(MOST_VOTERS).collect(),
        voter_scores: option.voter_scores.clone(),
        voter_count: option.voter_count,
        color: Some(color(poll.kind, icon.as_deref(), option.priority)),
        test_result: match option.test_operator.as_deref() {
            Some("gte") => Some(measured >= bar),
            Some("lte") => Some(measured <= bar),
            _ => None,
        },
        test: Some((option.test_operator.clone(), option.test_against.clone(), option.test_percent)),
        icon,
    }
}

fn extra(id: i32, name: &str, score_percent: Option<f64>, share: f64, voters: &[i32], count: i32) -> Row {
    Row {
        id,
        name: name.to_owned(),
        name_format: "i18n".to_owned(),
        icon: None,
        rank: None,
        score: 0.0,
        target_percent: share,
        score_percent,
        max_score_percent: 0.0,
        voter_percent: share,
        average: 0.0,
        voter_scores: BTreeMap::new(),
        voter_ids: voters.iter().copied().take(MOST_VOTERS).collect(),
        voter_count: count,
        color: Some(NOBODY),
        test_result: None,
        test: None,
    }
}

/// `polls.hide_results` while everybody's results wait for their own vote.
pub const UNTIL_VOTE: i32 = 1;
/// `polls.hide_results` while results wait for the poll's end.
pub const UNTIL_CLOSED: i32 = 2;

/// Whether results are shown to somebody who has or has not voted.
///
/// `hide_results` is 0 (off), [`UNTIL_VOTE`] or [`UNTIL_CLOSED`].
#[must_use]
pub fn are_shown(hide_results: i32, closed: bool, voted: bool) -> bool {
    match hide_results {
        UNTIL_CLOSED => closed,
        UNTIL_VOTE => closed || voted,
        _ => true,
    }
}

/// How many of a hundred voters have voted, cut to a whole number.
#[must_use]
pub fn cast_percent(voters: i32, undecided: i32) -> i32 {
    if voters == 0 { 0 } else { (f64::from(voters - undecided) / f64::from(voters) * 100.0) as i32 }
}

/// How many votes make the quorum.
#[must_use]
pub fn quorum_count(quorum_pct: Option<i32>, voters: i32) -> i32 {
    (f64::from(quorum_pct.unwrap_or(0)) / 100.0 * f64::from(voters)).ceil() as i32
}

/// How many votes are missing for the quorum; below zero when there are more.
#[must_use]
pub fn quorum_votes_required(quorum_pct: Option<i32>, voters: i32, undecided: i32) -> i32 {
    quorum_pct.map_or(0, |pct| ((f64::from(pct) - f64::from(cast_percent(voters, undecided))) / 100.0 * f64::from(voters)).ceil() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(id: i32, name: &str, score: f64, voters: i32) -> Choice {
        Choice {
            id,
            name: name.to_owned(),
            priority: id,
            icon: None,
            total_score: score,
            voter_count: voters,
            voter_scores: BTreeMap::new(),
            test_operator: None,
            test_percent: None,
            test_against: None,
        }
    }

    fn poll(kind: &str, counts: &'static [f64], voters: i32) -> Poll<'static> {
        Poll {
            id: 1,
            kind: Kind::named(kind).unwrap_or(&crate::poll::kind::KINDS[0]),
            option_name_format: "plain",
            voters_count: voters,
            undecided_voters_count: 1,
            none_of_the_above_count: 0,
            stance_counts: counts,
            agree_target: None,
            shows_none_of_the_above: false,
            none_of_the_above_voters: &[],
            undecided_voters: &[9],
        }
    }

    #[test]
    fn shares_are_of_the_total_and_of_the_highest() {
        let rows = rows(&poll("score", &[6.0, 2.0], 4), &[choice(1, "tea", 6.0, 3), choice(2, "milk", 2.0, 2)]);
        assert_eq!(
            rows.iter().map(|r| (r.id, r.rank, r.score_percent, r.max_score_percent, r.voter_percent)).collect::<Vec<_>>(),
            [(1, Some(1), Some(75.0), 100.0, 75.0), (2, Some(2), Some(25.0), 2.0 / 6.0 * 100.0, 50.0), (-1, None, None, 0.0, 25.0),]
        );
    }

    #[test]
    fn equal_scores_keep_their_order() {
        let ids: Vec<i32> = rows(&poll("poll", &[1.0, 1.0], 2), &[choice(2, "b", 1.0, 1), choice(1, "a", 1.0, 1)]).iter().map(|r| r.id).collect();
        assert_eq!(ids, [1, 2, -1]);
    }

    #[test]
    fn nobody_voted() {
        let rows = rows(&poll("proposal", &[0.0], 0), &[choice(1, "agree", 0.0, 0)]);
        assert_eq!((rows[0].score_percent, rows[0].average, rows[0].color), (Some(0.0), 0.0, Some(AGREE)));
    }

    #[test]
    fn a_bar_is_held_against_the_right_share() {
        let option = Choice { test_operator: Some("gte".to_owned()), test_percent: Some(60), test_against: Some("score_percent".to_owned()), ..choice(1, "agree", 3.0, 3) };
        assert_eq!(rows(&poll("proposal", &[3.0, 2.0], 10), std::slice::from_ref(&option))[0].test_result, Some(true));
        let option = Choice { test_against: None, ..option };
        assert_eq!(rows(&poll("proposal", &[3.0, 2.0], 10), &[option])[0].test_result, Some(false));
    }

    #[test]
    fn quorum() {
        assert_eq!((quorum_count(Some(50), 5), quorum_votes_required(Some(50), 10, 8), quorum_votes_required(Some(10), 10, 0), quorum_votes_required(None, 10, 0)), (3, 3, -9, 0));
        assert_eq!(cast_percent(3, 1), 66);
    }

    proptest::proptest! {
        #[test]
        fn renaming_options_only_renames(scores in proptest::collection::vec(0u8..20, 1..6)) {
            let options: Vec<Choice> = scores.iter().zip(1..).map(|(score, id)| choice(id, "before", f64::from(*score), 1)).collect();
            let renamed: Vec<Choice> = options.iter().map(|o| Choice { name: format!("after {}", o.id), ..o.clone() }).collect();
            let poll = poll("score", &[1.0], 3);
            let anonymous = |mut row: Row| { row.name = String::new(); row };
            proptest::prop_assert_eq!(
                rows(&poll, &options).into_iter().map(anonymous).collect::<Vec<_>>(),
                rows(&poll, &renamed).into_iter().map(anonymous).collect::<Vec<_>>()
            );
        }

        #[test]
        fn the_order_of_options_never_matters(scores in proptest::collection::vec(0u8..20, 1..6)) {
            let options: Vec<Choice> = scores.iter().zip(1..).map(|(score, id)| choice(id, "o", f64::from(*score), 1)).collect();
            let mut other = options.clone();
            other.reverse();
            for kind in ["proposal", "poll", "meeting"] {
                proptest::prop_assert_eq!(rows(&poll(kind, &[1.0], 3), &options), rows(&poll(kind, &[1.0], 3), &other));
            }
        }
    }
}
