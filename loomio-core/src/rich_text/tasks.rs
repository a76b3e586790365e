//! Tasks written inside a text.

use super::{mentions, text};
use chrono::NaiveDate;

/// A task as the text states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its number within the text.
    pub uid: i64,
    /// Its words.
    pub name: String,
    /// People given by number.
    pub user_ids: Vec<i32>,
    /// People given by name.
    pub usernames: Vec<String>,
    /// The day it is due.
    pub due_on: Option<NaiveDate>,
    /// How many days before that to remind people.
    pub remind: Option<i32>,
    /// Whether it is ticked.
    pub done: bool,
    /// Who wrote it, when the text says so.
    pub author_id: Option<i32>,
}

/// Every task of an HTML text.
#[must_use]
pub fn parse(body: &str) -> Vec<Task> {
    let Ok(selector) = scraper::Selector::parse("li[data-type=taskItem]") else { return Vec::new() };
    scraper::Html::parse_fragment(body)
        .select(&selector)
        .map(|e| {
            let attr = |name: &str| e.value().attr(name);
            let inner = e.inner_html();
            Task {
                uid: text::leading_number(attr("data-uid").unwrap_or_default()),
                name: e.text().collect(),
                user_ids: mentions::user_ids(&inner, "html"),
                usernames: mentions::usernames(&inner, "html", None),
                due_on: attr("data-due-on").and_then(|d| d.parse().ok()),
                remind: attr("data-remind").filter(|r| !r.trim().is_empty()).and_then(|r| i32::try_from(text::leading_number(r)).ok()),
                done: attr("data-checked") == Some("true"),
                author_id: attr("data-author-id").and_then(|a| i32::try_from(text::leading_number(a)).ok()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_read_in_full() {
        let body = "<ul><li data-uid=\"71\" data-type=\"taskItem\" data-checked=\"true\" data-due-on=\"2026-12-24\" data-remind=\"1\"><div><p>call <span data-mention-id=\"dan\">@Dan</span></p></div></li></ul>";
        let tasks = parse(body);
        assert_eq!(
            tasks,
            [Task {
                uid: 71,
                name: "call @Dan".to_owned(),
                user_ids: vec![],
                usernames: vec!["dan".to_owned()],
                due_on: NaiveDate::from_ymd_opt(2026, 12, 24),
                remind: Some(1),
                done: true,
                author_id: None
            }]
        );
    }
}
