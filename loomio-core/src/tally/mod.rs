//! Counting: from ballots to the totals that are stored, and from the totals to
//! the results that are shown.

pub mod results;
pub mod totals;
