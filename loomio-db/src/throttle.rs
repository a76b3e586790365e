//! Counters of what people do within an hour or a day, to refuse what is too much.

use crate::{Write, error::Result, sql};
use chrono::{NaiveDateTime, Timelike};
use loomio_core::policy::Permit;

/// How long a counter counts before it begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Until the full hour, UTC.
    Hour,
    /// Until midnight, UTC.
    Day,
}

impl Per {
    /// When the period that contains a time began.
    fn start(self, now: NaiveDateTime) -> NaiveDateTime {
        let hours = match self {
            Self::Hour => now.hour(),
            Self::Day => 0,
        };
        now.date().and_hms_opt(hours, 0, 0).unwrap_or(now)
    }
}

/// Adds to a counter and says how much it holds in this period. What is counted
/// by a write that fails is not counted.
///
/// # Errors
/// When the database refuses.
pub async fn count(w: &Write, _permit: &Permit, key: &str, per: Per, more: i64) -> Result<i64> {
    let held: Option<i64> = sql::scalar(
        w.conn(),
        "insert into loomio.throttles as t (key, since, count) values ($1, $2, $3) \
         on conflict (key) do update set since = excluded.since, count = excluded.count + case when t.since = excluded.since then t.count else 0 end returning count",
        vec![key.into(), per.start(w.now()).into(), more.into()],
    )
    .await?;
    Ok(held.unwrap_or(more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_at_full_hours_and_days() {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%F %T").unwrap_or_default();
        let now = at("2026-11-24 17:23:05");
        assert_eq!((Per::Hour.start(now), Per::Day.start(now)), (at("2026-11-24 17:00:00"), at("2026-11-24 00:00:00")));
    }
}
