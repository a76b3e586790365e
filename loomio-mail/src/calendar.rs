//! A meeting as an iCalendar file (RFC 5545).

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};
use icalendar::{Calendar, Class, Component, Event, EventLike, Property};

/// When a meeting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A whole day.
    Day(NaiveDate),
    /// From a moment on, for some minutes.
    At(DateTime<Utc>, i64),
}

impl When {
    /// A date (`2026-12-01`) or a moment (`2026-12-01T10:00:00.000Z`).
    #[must_use]
    pub fn parse(text: &str, minutes: i64) -> Option<Self> {
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Some(Self::Day(day));
        }
        // A meeting ends within a week; a longer one is a mistake in the poll.
        DateTime::parse_from_rfc3339(text).ok().map(|at| Self::At(at.to_utc(), minutes.clamp(1, 7 * 24 * 60)))
    }
}

/// A meeting.
#[derive(Debug, Clone)]
pub struct Meeting {
    /// Tells this meeting from all others, so that a second mail changes it.
    pub uid: String,
    /// When the file was made, UTC.
    pub made_at: NaiveDateTime,
    /// When it is.
    pub when: When,
    /// Name and address of who calls it.
    pub organizer: Option<(String, String)>,
    /// The addresses of who comes.
    pub attendees: Vec<String>,
    /// What it is called.
    pub summary: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Where it is.
    pub location: Option<String>,
    /// The page about it.
    pub url: String,
}

impl Meeting {
    /// The file.
    #[must_use]
    pub fn to_ics(&self) -> String {
        let mut event = Event::new();
        event.uid(&self.uid).timestamp(self.made_at.and_utc()).class(Class::Private).url(&self.url);
        match self.when {
            When::Day(day) => {
                event.all_day(day);
            }
            When::At(start, minutes) => {
                event.starts(start).ends(start + Duration::minutes(minutes));
            }
        }
        if let Some(summary) = &self.summary {
            event.summary(summary);
        }
        if let Some(description) = &self.description {
            event.description(description);
        }
        if let Some(location) = &self.location {
            event.location(location);
        }
        if let Some((name, email)) = &self.organizer {
            let mut organizer = Property::new("ORGANIZER", format!("mailto:{email}"));
            organizer.add_parameter("CN", &format!("\"{}\"", name.replace(['"', '\r', '\n'], "")));
            event.append_property(organizer.done());
        }
        for email in &self.attendees {
            event.append_multi_property(Property::new("ATTENDEE", format!("mailto:{email}")));
        }
        Calendar::new().push(event.done()).done().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ics(option: &str) -> String {
        Meeting {
            uid: "outcome-1@x.org".to_owned(),
            made_at: NaiveDateTime::default(),
            when: When::parse(option, 90).expect("a time"),
            organizer: Some(("Ana \"A\"".to_owned(), "ana@example.com".to_owned())),
            attendees: vec!["ben@example.com".to_owned(), "cat@example.com".to_owned()],
            summary: Some("Board; spring\nBEGIN:VALARM".to_owned()),
            description: None,
            location: None,
            url: "https://x.org/p/1".to_owned(),
        }
        .to_ics()
    }

    #[test]
    fn a_moment_has_an_end_and_a_day_none() {
        let moment = ics("2026-12-01T10:00:00.000Z");
        for line in ["DTSTART:20261201T100000Z", "DTEND:20261201T113000Z", "ATTENDEE:mailto:ben@example.com", "ATTENDEE:mailto:cat@example.com", "UID:outcome-1@x.org"] {
            assert!(moment.lines().any(|l| l == line), "{line} is missing in {moment}");
        }
        assert!(ics("2026-12-01").contains("DTSTART;VALUE=DATE:20261201"));
        assert_eq!(When::parse("tea", 1), None);
    }

    #[test]
    fn a_summary_cannot_add_lines() {
        assert!(!ics("2026-12-01").lines().any(|l| l == "BEGIN:VALARM"));
    }
}
