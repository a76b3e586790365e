//! What a chat room is told, as Markdown, which is also what others are made of.
//!
//! Source: `app/views/chatbot/**`, `lib/slack_mrkdwn.rb`.

use crate::{
    json::user,
    services::{
        eventable::{Eventable, What},
        link,
        mail::{files, poll::Shown, reader::Reader},
    },
};
use loomio_db::{
    audience, find,
    rows::{Event, Poll, User},
};
use regex::Regex;
use serde_json::Value as Json;
use std::{fmt::Write as _, sync::LazyLock};

/// The whole message about an event, or its first lines only.
pub async fn of(reader: &Reader, event: &Event, eventable: &Eventable, notification_only: bool) -> anyhow::Result<String> {
    let mut out = headline(reader, event, eventable).await?;
    if let Some(message) = event.custom_fields.get("recipient_message").and_then(Json::as_str).filter(|m| !m.trim().is_empty()) {
        paragraph(&mut out, message);
    }
    if notification_only {
        return Ok(out);
    }
    match &eventable.what {
        What::Discussion | What::Comment(_) => {
            if let Some((body, format)) = eventable.mentionable() {
                paragraph(&mut out, &as_markdown(body, format));
            }
            attachments(reader, &mut out, &files::of(reader, eventable.class(), eventable.id()).await?);
        }
        What::Poll | What::Outcome(_) => {
            if let Some(poll) = &eventable.poll {
                about_poll(reader, &mut out, poll, eventable).await?;
            }
        }
        What::Stance(stance) => {
            if let Some(poll) = &eventable.poll {
                let shown = Shown::load(reader, poll, eventable.discussion.as_ref()).await?;
                let vote = shown.stance(stance).await?;
                let choices: Vec<String> = list(&vote["choices"]).iter().map(|c| format!("- {} {}", text(&c["name"]), text(&c["mark"])).trim_end().to_owned()).collect();
                paragraph(&mut out, &choices.join("\n"));
                paragraph(&mut out, &as_markdown(stance.reason.as_deref().unwrap_or_default(), &stance.reason_format));
            }
        }
        _ => {}
    }
    Ok(out)
}

/// Who did what, with a link to it.
async fn headline(reader: &Reader, event: &Event, eventable: &Eventable) -> anyhow::Result<String> {
    let actor: Option<User> = match event.user_id {
        Some(id) => find::by_id(&reader.app.db, id).await?,
        None => None,
    };
    let actor = actor.and_then(|a| user::name(&a, &reader.app.i18n, &reader.locale)).unwrap_or_else(|| reader.words("common.anonymous", &[]));
    let url = format!("{}{}", reader.links.root(), link::page(&reader.app.db, eventable).await?);
    let title = format!("[{}]({url})", in_brackets(&eventable.title().unwrap_or_default()));
    let poll_type = eventable.poll.as_ref().map(|p| reader.words(&format!("poll_types.{}", p.poll_type), &[])).unwrap_or_default();
    let kind = event.kind.as_deref().unwrap_or_default();
    Ok(reader.words(&format!("notifications.with_title.{kind}"), &[("actor", &actor), ("title", &title), ("poll_type", &poll_type), ("site_name", reader.site_name())]))
}

async fn about_poll(reader: &Reader, out: &mut String, poll: &Poll, eventable: &Eventable) -> anyhow::Result<()> {
    let shown = Shown::load(reader, poll, eventable.discussion.as_ref()).await?;
    let page = shown.page().await?;
    let here = |url: &Json| text(url).replace("utm_medium=email", "utm_medium=chat");
    let heading = |key: &str| format!("**{}**", reader.words(key, &[]));
    if let Some(outcome) = page["outcome"].as_str() {
        paragraph(out, &format!("{}\n{}", heading("poll_common.outcome"), as_markdown(outcome, "html")));
    }
    paragraph(out, &as_markdown(poll.details.as_deref().unwrap_or_default(), &poll.details_format));
    attachments(reader, out, list(&page["files"]));
    if poll.anonymous {
        paragraph(out, &reader.words("poll_common_action_panel.anonymous", &[]));
    }
    if page["draft"] == true {
        paragraph(out, &reader.words("poll_common_action_panel.draft_mode", &[("poll_type", text(&page["poll_type"]).as_str())]));
    }
    if shown.is_active() {
        let choices: Vec<String> = match page["vote_url"].as_str() {
            Some(_) => vec![format!("**[{}]({})**", reader.words("poll_common.vote_now", &[]), here(&page["vote_url"]))],
            None => list(&page["options"]).iter().map(|o| format!("- [{}]({})", in_brackets(&text(&o["name"])), here(&o["url"]))).collect(),
        };
        paragraph(out, &choices.join("\n"));
        if let Some(until) = page["until"].as_str() {
            paragraph(out, &reader.words("poll_mailer.common.you_have_until", &[("when", until)]));
        }
    }
    if let Some(closed) = page["closed"].as_str() {
        paragraph(out, &format!("{} {closed}", reader.words("poll_common_form.closed", &[])));
    }
    if let Some(rules) = page["rules"]["heading"].as_str() {
        let items: Vec<String> = list(&page["rules"]["items"]).iter().map(|r| format!("- {}", text(r))).collect();
        paragraph(out, &format!("**{rules}**\n{}", items.join("\n")));
    }
    match page["results"]["hidden"].as_bool() {
        Some(true) => paragraph(out, &heading("poll_common_action_panel.results_hidden_until_closed")),
        Some(false) => {
            let key = if poll.closed_at.is_some() { "poll_common.results" } else { "poll_common.current_results" };
            paragraph(out, &format!("{}\n```\n{}\n```", heading(key), table(&page["results"])));
        }
        None => {}
    }
    paragraph(out, &text(&page["participation"]));
    if shown.is_active() && !poll.anonymous {
        undecided(reader, out, poll.id).await?;
    }
    Ok(())
}

async fn undecided(reader: &Reader, out: &mut String, poll_id: i32) -> anyhow::Result<()> {
    let voters = audience::voters(&reader.app.db, poll_id, true).await?;
    let names: Vec<String> = find::by_ids::<User>(&reader.app.db, &voters).await?.into_iter().filter_map(|u| u.username).collect();
    if !names.is_empty() {
        paragraph(out, &format!("**{}**: {}", reader.words("poll.waiting_for_votes_from", &[]), names.join(", ")));
    }
    Ok(())
}

fn attachments(reader: &Reader, out: &mut String, files: &[Json]) {
    if files.is_empty() {
        return;
    }
    let lines: Vec<String> = files.iter().map(|f| format!("- [{}]({})", in_brackets(&text(&f["name"])), text(&f["url"]))).collect();
    paragraph(out, &format!("**{}**\n{}", reader.words("common.attachments", &[]), lines.join("\n")));
}

fn paragraph(out: &mut String, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        // Writing into a string cannot fail.
        let _ = write!(out, "\n\n{text}");
    }
}

fn list(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Words that stand for a link must not end it.
fn in_brackets(words: &str) -> String {
    words.replace(['[', ']'], "")
}

/// A text of somebody's as Markdown.
fn as_markdown(body: &str, format: &str) -> String {
    if format == "html" { htmd::convert(body).unwrap_or_default() } else { body.to_owned() }
}

/// A table in letters of one width.
fn table(results: &Json) -> String {
    let mut rows: Vec<Vec<String>> = vec![std::iter::once(String::new()).chain(list(&results["columns"]).iter().map(text)).collect()];
    rows.extend(list(&results["rows"]).iter().map(|row| std::iter::once(text(&row["name"])).chain(list(&row["cells"]).iter().map(text)).collect()));
    let width = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|c| c.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row.iter().enumerate().map(|(i, cell)| if i == 0 { format!("{cell:<n$}", n = width(i)) } else { format!("{cell:>n$}", n = width(i)) }).collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

/// A text of at most so many characters.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    const REST: &str = "... (truncated)";
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - REST.len()).chain(REST.chars()).collect()
}

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        // Fixed patterns; one that is wrong fails the tests of this file.
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($pattern).ok());
    };
}

pattern!(LINK, r"\[([^\]]*)\]\(([^)\s]+)\)");
pattern!(BOLD, r"\*\*([^*\n]+)\*\*");
pattern!(STRUCK, r"~~([^~\n]+)~~");
pattern!(HEADING, r"(?m)^#{1,6}\s+(.+)$");

/// Markdown as Slack writes it.
#[must_use]
pub fn slack(markdown: &str) -> String {
    let mut out = markdown.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    for (pattern, replacement) in [(&BOLD, "*$1*"), (&HEADING, "*$1*"), (&STRUCK, "~$1~"), (&LINK, "<$2|$1>")] {
        if let Some(pattern) = pattern.as_ref() {
            out = pattern.replace_all(&out, replacement).into_owned();
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn slack_has_marks_of_its_own() {
        assert_eq!(slack("**[Roof & wall](https://x.org/d/1)** ~~no~~\n# Why\na < b"), "*<https://x.org/d/1|Roof &amp; wall>* ~no~\n*Why*\na &lt; b");
    }

    #[test]
    fn long_texts_say_that_they_are_cut() {
        assert_eq!(shortened("short", 10), "short");
        let cut = shortened(&"ä".repeat(3000), 1900);
        assert_eq!((cut.chars().count(), cut.ends_with("... (truncated)")), (1900, true));
    }

    #[test]
    fn results_stand_in_columns() {
        let results = json!({"columns": ["Votes"], "rows": [{"name": "Agree", "cells": ["12"]}, {"name": "No", "cells": ["3"]}]});
        assert_eq!(table(&results), "       Votes\nAgree     12\nNo         3");
    }
}
