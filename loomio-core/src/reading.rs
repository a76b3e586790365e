//! What has been read of a thread, as ranges of sequence numbers.
//!
//! Source: `app/extras/range_set.rb`. The text form is `1-3,5-5`. Ranges are
//! never expanded into numbers, so that a hostile range costs nothing.

use serde_json::Value as Json;
use std::fmt;

/// A set of numbers as sorted, separate, inclusive ranges.
///
/// ```
/// use loomio_core::reading::RangeSet;
/// let read = RangeSet::parse("1-3,5-5").union(&RangeSet::parse("4-4"));
/// assert_eq!(read.to_string(), "1-5");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RangeSet(Vec<(i64, i64)>);

impl RangeSet {
    /// Reads the text form; parts that are no range are left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::reduce(text.split(',').filter_map(|part| {
            let (a, b) = part.split_once('-').unwrap_or((part, part));
            Some((a.trim().parse().ok()?, b.trim().parse().ok()?))
        }))
    }

    /// A set of single numbers.
    pub fn from_numbers(numbers: impl IntoIterator<Item = i64>) -> Self {
        Self::reduce(numbers.into_iter().map(|n| (n, n)))
    }

    /// One range; empty when it ends before it starts.
    #[must_use]
    pub fn from_range(start: i64, end: i64) -> Self {
        Self::reduce([(start, end)])
    }

    /// Every form in which the client sends ranges: text, a number, numbers, or pairs.
    #[must_use]
    pub fn from_json(value: &Json) -> Self {
        let number = |v: &Json| v.as_i64().or_else(|| v.as_str().and_then(|s| s.trim().parse().ok()));
        match value {
            Json::String(s) => Self::parse(s),
            Json::Number(_) => Self::from_numbers(number(value)),
            Json::Array(items) => Self::reduce(items.iter().filter_map(|item| match item {
                Json::Array(pair) => Some((number(pair.first()?)?, number(pair.get(1)?)?)),
                one => number(one).map(|n| (n, n)),
            })),
            _ => Self::default(),
        }
    }

    fn reduce(ranges: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let mut ranges: Vec<(i64, i64)> = ranges.into_iter().filter(|(a, b)| a <= b).collect();
        ranges.sort_unstable();
        let mut out: Vec<(i64, i64)> = Vec::with_capacity(ranges.len());
        for (a, b) in ranges {
            match out.last_mut() {
                Some((_, end)) if end.saturating_add(1) >= a => *end = (*end).max(b),
                _ => out.push((a, b)),
            }
        }
        Self(out)
    }

    /// The numbers of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::reduce(self.0.iter().chain(&other.0).copied())
    }

    /// The numbers of both sets.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self::reduce(self.0.iter().flat_map(|(a, b)| other.0.iter().map(move |(c, d)| (*a.max(c), *b.min(d)))))
    }

    /// The numbers of this set that are not in the other.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        let mut left = self.0.clone();
        for (c, d) in &other.0 {
            left = left.into_iter().flat_map(|(a, b)| [(a, b.min(c.saturating_sub(1))), (a.max(d.saturating_add(1)), b)].into_iter().filter(|(x, y)| x <= y).collect::<Vec<_>>()).collect();
        }
        Self::reduce(left)
    }

    /// Whether every number of the other set is in this one.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        other.0.iter().all(|(c, d)| self.0.iter().any(|(a, b)| a <= c && d <= b))
    }

    /// How many numbers there are.
    #[must_use]
    pub fn length(&self) -> i64 {
        self.0.iter().fold(0, |n: i64, (a, b)| n.saturating_add(b.saturating_sub(*a).saturating_add(1)))
    }

    /// Whether there is no number.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The smallest number.
    #[must_use]
    pub fn first(&self) -> Option<i64> {
        self.0.first().map(|(a, _)| *a)
    }

    /// The largest number.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        self.0.last().map(|(_, b)| *b)
    }

    /// The ranges as pairs of first and last number.
    #[must_use]
    pub fn pairs(&self) -> &[(i64, i64)] {
        &self.0
    }
}

impl fmt::Display for RangeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (a, b)) in self.0.iter().enumerate() {
            write!(f, "{}{a}-{b}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set() -> impl Strategy<Value = RangeSet> {
        prop::collection::vec((0i64..40, 0i64..6), 0..8).prop_map(|v| RangeSet::reduce(v.into_iter().map(|(a, n)| (a, a + n))))
    }

    fn has(set: &RangeSet, n: i64) -> bool {
        set.includes(&RangeSet::from_numbers([n]))
    }

    proptest! {
        #[test]
        fn behaves_as_a_set(a in set(), b in set(), n in 0i64..50) {
            prop_assert_eq!(has(&a.union(&b), n), has(&a, n) || has(&b, n));
            prop_assert_eq!(has(&a.intersect(&b), n), has(&a, n) && has(&b, n));
            prop_assert_eq!(has(&a.subtract(&b), n), has(&a, n) && !has(&b, n));
            prop_assert_eq!(a.length(), (0..60).filter(|n| has(&a, *n)).count() as i64);
            prop_assert_eq!(RangeSet::parse(&a.to_string()), a);
        }

        #[test]
        fn any_text_is_survived(text in ".*") {
            let _ = RangeSet::parse(&text).length();
        }
    }

    #[test]
    fn a_huge_range_costs_nothing() {
        let huge = RangeSet::parse("1-9223372036854775807");
        assert_eq!(huge.intersect(&RangeSet::parse("3-5")).to_string(), "3-5");
    }
}
