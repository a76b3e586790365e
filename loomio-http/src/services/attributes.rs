//! Taking over what people sent into the columns of a row, each by the kind of
//! its column: text, number, truth, list. What was not sent stays.

use super::{Faults, Visit};
use crate::json::params::{self, BadParams, Params};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value as Json;

/// A column that takes over a sent value.
pub trait Column {
    /// Takes the value sent under `key`, null included.
    ///
    /// # Errors
    /// The i18n key of what is wrong with it.
    fn take(&mut self, sent: &Params, key: &str) -> Result<(), &'static str>;
}

const TOO_LARGE: &str = "activerecord.errors.messages.invalid";

impl Column for Option<String> {
    fn take(&mut self, sent: &Params, key: &str) -> Result<(), &'static str> {
        *self = sent.text(key);
        Ok(())
    }
}

impl Column for String {
    fn take(&mut self, sent: &Params, key: &str) -> Result<(), &'static str> {
        *self = sent.text(key).unwrap_or_default();
        Ok(())
    }
}

impl Column for Option<i32> {
    fn take(&mut self, sent: &Params, key: &str) -> Result<(), &'static str> {
        *self = match sent.filled(key).and_then(|_| sent.int(key)) {
            Some(n) => Some(i32::try_from(n).map_err(|_| TOO_LARGE)?),
            None => None,
        };
        Ok(())
    }
}

impl Column for i32 {
    /// A column that always holds a number keeps its own when none was sent.
    fn take(&mut self, sent: &Params, key: &str) -> Result<(), &'static str> {
        if let Some(n) = sent.int(key) {
            *self = Self::try_from(n).map_err(|_| TOO_LARGE)?;
        }
        Ok(())
    }
}

impl Column for bool {
    /// A column that is always true or false keeps its own when neither was sent.
    fn take(&mut self, sent: &Params, key: &str) -> Result<(), &'static str> {
        if let Some(truth) = sent.truth(key) {
            *self = truth;
        }
        Ok(())
    }
}

impl Column for Option<Vec<String>> {
    fn take(&mut self, sent: &Params, key: &str) -> Result<(), &'static str> {
        *self = Some(sent.texts(key));
        Ok(())
    }
}

impl Column for Option<NaiveDateTime> {
    fn take(&mut self, sent: &Params, key: &str) -> Result<(), &'static str> {
        *self = sent.text(key).as_deref().and_then(time);
        Ok(())
    }
}

impl Column for Option<NaiveDate> {
    fn take(&mut self, sent: &Params, key: &str) -> Result<(), &'static str> {
        *self = sent.text(key).and_then(|t| t.get(..10).and_then(|day| day.parse().ok()));
        Ok(())
    }
}

/// A time as people and programs write it, in UTC unless it says otherwise;
/// nothing when it cannot be read.
#[must_use]
pub fn time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.naive_utc());
    }
    ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f %z"].iter().find_map(|form| DateTime::parse_from_str(text, form).ok()).map(|t| t.naive_utc()).or_else(|| {
        let plain = text.trim_end_matches("UTC").trim_end().trim_end_matches('Z');
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(plain, form).ok())
            .or_else(|| plain.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0)))
    })
}

/// Takes a value over if it was sent, and notes what is wrong with it.
pub fn take<C: Column>(visit: &Visit, sent: &Params, key: &str, column: &mut C, faults: &mut Faults) {
    if !sent.has(key) {
        return;
    }
    if let Err(message) = column.take(sent, key) {
        faults.add(key, visit.text(message));
    }
}

/// Takes over a state that is sent by its name or number.
pub fn take_named(visit: &Visit, sent: &Params, key: &str, names: &[&str], column: &mut i32, faults: &mut Faults) {
    let Some(value) = sent.get(key) else { return };
    let by_number = params::int(value).and_then(|n| usize::try_from(n).ok()).filter(|n| *n < names.len());
    let place = params::text(value).and_then(|text| names.iter().position(|n| *n == text)).or(by_number);
    match place.and_then(|n| i32::try_from(n).ok()) {
        Some(n) => *column = n,
        None => faults.add(key, visit.text("activerecord.errors.messages.inclusion")),
    }
}

/// The objects of a list sent under `key`, each with nothing but permitted fields;
/// none when no list was sent. Rails also writes lists as `{0: …, 1: …}`.
///
/// # Errors
/// When an object has another field.
pub fn objects(sent: &Params, key: &str, permitted: &[&str]) -> Result<Option<Vec<Params>>, BadParams> {
    let items: Vec<&Json> = match sent.get(key) {
        Some(Json::Array(items)) => items.iter().collect(),
        Some(Json::Object(items)) => items.values().collect(),
        _ => return Ok(None),
    };
    let objects: Vec<Params> = items.into_iter().filter_map(|item| item.as_object().cloned().map(Params)).collect();
    let foreign: Vec<String> = objects.iter().flat_map(|o| o.0.keys()).filter(|k| !permitted.contains(&k.as_str())).cloned().collect();
    if foreign.is_empty() { Ok(Some(objects)) } else { Err(BadParams::Unpermitted(foreign)) }
}

/// Takes over several columns of the same names as what was sent.
macro_rules! take_all {
    ($visit:expr, $sent:expr, $row:expr, $faults:expr; $($column:ident),* $(,)?) => {
        $( $crate::services::attributes::take($visit, $sent, stringify!($column), &mut $row.$column, &mut *$faults); )*
    };
}
pub(crate) use take_all;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_several_forms() {
        let check = |text: &str, read: Option<&str>| assert_eq!(time(text).map(|t| t.to_string()).as_deref(), read, "{text}");
        check("2026-11-27T04:00:00.000Z", Some("2026-11-27 04:00:00"));
        check("2026-11-27T04:00:00+02:00", Some("2026-11-27 02:00:00"));
        check("2026-11-27 04:00:00 UTC", Some("2026-11-27 04:00:00"));
        check("2026-11-27", Some("2026-11-27 00:00:00"));
        check("tomorrow", None);
        check("", None);
    }
}
