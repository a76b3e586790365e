//! From ballots to totals.
//!
//! Source: `PollOption#update_counts!` and `Poll#update_counts!`. A ballot counts
//! while it is its voter's latest and was not revoked.

use std::collections::BTreeMap;

/// One live ballot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    /// Whose it is, unless nobody may know.
    pub voter_id: Option<i32>,
    /// Whether it was cast.
    pub cast: bool,
    /// Whether none of the options was wanted.
    pub none_of_the_above: bool,
    /// The score given to each option (by id); a repeated option counts twice.
    pub choices: Vec<(i32, i32)>,
}

/// What an option received.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OptionTotals {
    /// The sum of its scores.
    pub total_score: i64,
    /// How many choices it was given, a score of 0 included.
    pub voter_count: i64,
    /// Who gave how much; empty for an anonymous poll.
    pub voter_scores: BTreeMap<i32, i32>,
}

/// What a poll received.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// By option, in the order given.
    pub options: Vec<OptionTotals>,
    /// Live ballots.
    pub voters_count: i64,
    /// Live ballots not cast.
    pub undecided_voters_count: i64,
    /// Cast ballots that wanted none of the options.
    pub none_of_the_above_count: i64,
}

/// Counts the live ballots of a poll whose options have these ids.
///
/// ```
/// use loomio_core::tally::totals::{Ballot, count};
/// let ballot = |voter, choices: &[(i32, i32)]| Ballot { voter_id: Some(voter), cast: true, none_of_the_above: false, choices: choices.to_vec() };
/// let totals = count(&[1, 2], &[ballot(7, &[(1, 3), (2, 1)]), ballot(8, &[(2, 2)])], false);
/// assert_eq!((totals.options[0].total_score, totals.options[1].total_score), (3, 3));
/// assert_eq!((totals.options[1].voter_count, totals.voters_count), (2, 2));
/// ```
#[must_use]
pub fn count(option_ids: &[i32], ballots: &[Ballot], anonymous: bool) -> Totals {
    let mut totals = Totals { options: vec![OptionTotals::default(); option_ids.len()], ..Totals::default() };
    for ballot in ballots {
        totals.voters_count += 1;
        totals.undecided_voters_count += i64::from(!ballot.cast);
        totals.none_of_the_above_count += i64::from(ballot.cast && ballot.none_of_the_above);
        for (option_id, score) in &ballot.choices {
            let Some(option) = option_ids.iter().position(|id| id == option_id).and_then(|at| totals.options.get_mut(at)) else { continue };
            option.total_score += i64::from(*score);
            option.voter_count += 1;
            if let (false, Some(voter)) = (anonymous, ballot.voter_id) {
                option.voter_scores.insert(voter, *score);
            }
        }
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ballots() -> impl Strategy<Value = Vec<Ballot>> {
        prop::collection::vec((any::<bool>(), any::<bool>(), prop::collection::btree_map(1i32..5, 0i32..9, 0..4)), 0..12).prop_map(|v| {
            v.into_iter().enumerate().map(|(i, (cast, none, choices))| Ballot { voter_id: i32::try_from(i).ok(), cast, none_of_the_above: none, choices: choices.into_iter().collect() }).collect()
        })
    }

    proptest! {
        #[test]
        fn the_order_of_ballots_never_matters(ballots in ballots(), seed in any::<prop::sample::Index>()) {
            let ids = [1, 2, 3, 4];
            let mut other = ballots.clone();
            if !other.is_empty() { let at = seed.index(other.len()); other.rotate_left(at); other.reverse(); }
            prop_assert_eq!(count(&ids, &ballots, false), count(&ids, &other, false));
        }

        #[test]
        fn the_order_of_options_only_permutes(ballots in ballots()) {
            let a = count(&[1, 2, 3, 4], &ballots, false);
            let b = count(&[4, 3, 2, 1], &ballots, false);
            prop_assert_eq!(a.options.into_iter().rev().collect::<Vec<_>>(), b.options);
        }

        #[test]
        fn every_point_is_counted_once(ballots in ballots()) {
            let totals = count(&[1, 2, 3, 4], &ballots, false);
            let given: i64 = ballots.iter().flat_map(|b| &b.choices).map(|(_, score)| i64::from(*score)).sum();
            prop_assert_eq!(totals.options.iter().map(|o| o.total_score).sum::<i64>(), given);
            prop_assert_eq!(totals.options.iter().map(|o| o.voter_count).sum::<i64>(), ballots.iter().map(|b| b.choices.len() as i64).sum::<i64>());
            prop_assert!(totals.undecided_voters_count + totals.none_of_the_above_count <= totals.voters_count);
        }

        #[test]
        fn an_anonymous_poll_names_nobody(ballots in ballots()) {
            prop_assert!(count(&[1, 2], &ballots, true).options.iter().all(|o| o.voter_scores.is_empty()));
        }
    }
}
