//! Counting: from ballots to the totals that are stored, and from the totals to
//! the results that are shown.
//!
//! Both steps are pure: [`totals::count`] takes ballots, [`results::rows`] takes
//! totals, and neither knows where they are stored.

pub mod results;
pub mod totals;
