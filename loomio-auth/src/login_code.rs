//! When a one-time link or code signs in.
//!
//! The original neither lets codes expire nor marks them used, and does not count
//! attempts; here each works once, for a day, and few wrong codes are borne.

use chrono::{NaiveDateTime, TimeDelta};

/// How long a link or code can be used.
#[must_use]
pub fn lifetime() -> TimeDelta {
    TimeDelta::hours(24)
}

/// How many wrong codes an address may be given within [`lifetime`].
pub const MOST_ATTEMPTS: u32 = 10;

/// Whether a login token still signs in.
#[must_use]
pub fn is_usable(used: bool, created_at: NaiveDateTime, now: NaiveDateTime) -> bool {
    !used && now < created_at + lifetime()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn once_and_for_a_day() {
        let made = DateTime::from_timestamp(1_700_000_000, 0).unwrap_or_default().naive_utc();
        assert!(is_usable(false, made, made + TimeDelta::hours(23)));
        assert!(!is_usable(false, made, made + TimeDelta::hours(24)));
        assert!(!is_usable(true, made, made));
    }
}
