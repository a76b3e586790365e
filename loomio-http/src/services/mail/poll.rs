//! A poll inside a mail: what is asked, how to answer, and how it stands.
//!
//! Source: `app/views/event_mailer/poll/*.rb`.

use super::{
    files,
    links::{FROM_MAIL, Links},
    reader::Reader,
};
use crate::json::{
    poll as json_poll, records,
    render::{Node, Scope},
};
use loomio_core::tally::results;
use loomio_db::{
    event,
    find::Find,
    rows::{Discussion, Outcome, Poll, Stance, StanceChoice, User},
    sql,
};
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// A poll with what a mail to one person needs of it.
pub struct Shown<'a> {
    reader: &'a Reader,
    poll: &'a Poll,
    discussion: Option<&'a Discussion>,
    sequence_id: Option<i32>,
    /// The reader's vote, cast or not.
    pub mine: Option<Stance>,
    json: Node,
    options: Vec<Json>,
    format: String,
}

impl<'a> Shown<'a> {
    /// Loads a poll for a reader.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load(reader: &'a Reader, poll: &'a Poll, discussion: Option<&'a Discussion>) -> anyhow::Result<Self> {
        let db = &reader.app.db;
        let mine = Find::<Stance>::new("stances.poll_id = $1 and stances.participant_id = $2 and stances.latest and stances.revoked_at is null", vec![poll.id.into(), reader.user.id.into()])
            .order("stances.id")
            .one(db)
            .await?;
        let sequence_id = match discussion {
            Some(_) => event::created_event(db, "Poll", poll.id).await?.and_then(|e| e.sequence_id),
            None => None,
        };
        let exclude = ["discussion", "event", "group", "user", "author", "outcome", "tag"].map(ToOwned::to_owned).into();
        let scope = Scope { exclude, uncached: true, ..Scope::default() };
        let mut roots = records::render(std::slice::from_ref(poll), &scope, reader.around(), db).await?;
        let json = match roots.get_mut("polls").and_then(|p| p.get_mut(0)).map(Json::take) {
            Some(Json::Object(node)) => node,
            _ => Node::new(),
        };
        let options = match roots.remove("poll_options") {
            Some(Json::Array(options)) => options,
            _ => Vec::new(),
        };
        Ok(Self { reader, poll, discussion, sequence_id, mine, json, options, format: json_poll::option_name_format(poll) })
    }

    fn links(&self) -> &Links {
        &self.reader.links
    }

    /// The poll's address as the reader is recognised there.
    #[must_use]
    pub fn url(&self, more: Option<(&str, i32)>) -> String {
        let mut query: Vec<(&str, String)> = vec![(FROM_MAIL.0, FROM_MAIL.1.to_owned())];
        if let Some(token) = self.mine.as_ref().and_then(|s| s.token.clone()) {
            query.push(("stance_token", token));
        }
        if let Some((name, value)) = more {
            query.push((name, value.to_string()));
        }
        self.links().poll(self.poll, self.discussion.map(|d| (d, self.sequence_id)), &query)
    }

    /// Whether votes are taken.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.poll.discarded_at.is_none() && self.poll.closed_at.is_none() && self.poll.closing_at.is_some_and(|at| at > self.reader.app.now())
    }

    fn is_single_choice(&self) -> bool {
        json_poll::minimum_stance_choices(self.poll, self.options.len()) == 1 && json_poll::maximum_stance_choices(self.poll, self.options.len()) == 1
    }

    fn results_are_shown(&self) -> bool {
        results::are_shown(self.poll.hide_results, self.poll.closed_at.is_some(), self.mine.as_ref().is_some_and(|s| s.cast_at.is_some()))
    }

    /// One option; `score` is what a vote gives it.
    fn option(&self, option: &Json, score: Option<i32>) -> Json {
        let name = option["name"].as_str().unwrap_or_default();
        let id = option["id"].as_i64().and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
        let mark = match (score, self.poll.poll_type.as_str()) {
            (Some(score), "score" | "dot_vote") => score.to_string(),
            (Some(score), "ranked_choice") => format!("#{}", json_poll::minimum_stance_choices(self.poll, self.options.len()) - score + 1),
            (Some(2), "meeting") => "\u{2713}".to_owned(),
            (Some(1), "meeting") => "?".to_owned(),
            (Some(_), "meeting") => "\u{2717}".to_owned(),
            _ => String::new(),
        };
        json!({
            "name": self.reader.option_name(name, &self.format, &self.poll.poll_type),
            "meaning": option["meaning"],
            "color": option["color"],
            "mark": mark,
            "url": self.is_active().then(|| self.url(Some(("poll_option_id", id)))),
        })
    }

    async fn choices(&self, stances: &[Stance]) -> anyhow::Result<HashMap<i32, Vec<StanceChoice>>> {
        let ids: Vec<i32> = stances.iter().map(|s| s.id).collect();
        let found =
            Find::<StanceChoice>::new("stance_choices.stance_id = any($1)", vec![sql::ids(&ids)]).order("stance_choices.score desc").order("stance_choices.id").all(&self.reader.app.db).await?;
        let mut by_stance: HashMap<i32, Vec<StanceChoice>> = HashMap::new();
        for choice in found {
            by_stance.entry(choice.stance_id.unwrap_or_default()).or_default().push(choice);
        }
        Ok(by_stance)
    }

    fn chosen(&self, choices: &[StanceChoice]) -> Vec<Json> {
        choices
            .iter()
            .filter_map(|choice| {
                let option = self.options.iter().find(|o| o["id"].as_i64() == choice.poll_option_id.map(i64::from))?;
                Some(self.option(option, Some(choice.score)))
            })
            .collect()
    }

    /// A vote: what was chosen and why.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn stance(&self, stance: &Stance) -> anyhow::Result<Json> {
        let choices = self.choices(std::slice::from_ref(stance)).await?.remove(&stance.id).unwrap_or_default();
        let own = stance.participant_id == Some(self.reader.user.id);
        Ok(json!({
            "choices": self.chosen(&choices),
            "change_url": (own && self.is_active()).then(|| self.url(Some(("change_vote", self.poll.id)))),
            "reason": self.reader.html(stance.reason.as_deref(), &stance.reason_format),
        }))
    }

    /// What the mail shows of the poll.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn page(&self) -> anyhow::Result<Json> {
        let (reader, poll) = (self.reader, self.poll);
        let db = &reader.app.db;
        let outcome = Find::<Outcome>::new("outcomes.poll_id = $1 and outcomes.latest", vec![poll.id.into()]).order("outcomes.id").one(db).await?;
        let voted = match self.mine.as_ref().filter(|s| s.cast_at.is_some()) {
            Some(stance) => Some(self.stance(stance).await?),
            None => None,
        };
        let ask = voted.is_none() && self.is_active();
        let options: Vec<Json> = if ask { self.options.iter().map(|o| self.option(o, None)).collect() } else { Vec::new() };
        let poll_type = reader.words(&format!("poll_types.{}", poll.poll_type), &[]);
        Ok(json!({
            "title": poll.title,
            "url": self.url(None),
            "tags": poll.tags,
            "anonymous": poll.anonymous,
            "details": reader.html(poll.details.as_deref(), &poll.details_format),
            "outcome": outcome.as_ref().map(|o| reader.html(Some(&o.statement), &o.statement_format)),
            "share_outcome_url": (poll.closed_at.is_some() && outcome.is_none()).then(|| self.url(Some(("set_outcome", poll.id)))),
            "until": poll.closing_at.filter(|_| self.is_active()).map(|at| reader.time(at)),
            "closed": poll.closed_at.map(|at| reader.time(at)),
            "draft": poll.closing_at.is_none(),
            "poll_type": poll_type,
            "time_zone": (poll.poll_type == "meeting").then(|| crate::json::user::time_zone(&reader.user)),
            "voted": voted,
            "ask": ask,
            "options": options,
            "vote_url": (ask && !self.is_single_choice()).then(|| self.url(None)),
            "rules": self.rules(&poll_type),
            "results": self.results(),
            "participation": self.participation(),
            "files": files::of(reader, "Poll", poll.id).await?,
            "previews": files::previews(&poll.link_previews),
        }))
    }

    fn rules(&self, poll_type: &str) -> Json {
        let reader = self.reader;
        let mut rules: Vec<String> = Vec::new();
        if let Some(pct) = self.poll.quorum_pct {
            rules.push(reader.words("poll_common_percent_voted.pct_of_eligible_voters_must_participate", &[("pct", &pct.to_string())]));
        }
        for option in &self.options {
            if let (Some(operator), Some(against)) = (option["test_operator"].as_str(), option["test_against"].as_str()) {
                let percent = option["test_percent"].to_string();
                rules.push(reader.words(&format!("poll_option_form.name_{operator}_{against}"), &[("percent", &percent), ("name", option["name"].as_str().unwrap_or_default())]));
            }
        }
        let heading = reader.words("poll_common_action_panel.for_this_poll_type_to_be_valid", &[("poll_type", poll_type)]);
        if rules.is_empty() { Json::Null } else { json!({"heading": heading, "items": rules}) }
    }

    fn participation(&self) -> String {
        let total = self.poll.voters_count;
        let voted = total - self.poll.undecided_voters_count;
        let pct = results::cast_percent(total, self.poll.undecided_voters_count);
        self.reader.words("poll_common_percent_voted.pct_participation", &[("num", &voted.to_string()), ("total", &total.to_string()), ("pct", &pct.to_string())])
    }

    /// The table of results, or that there will be one.
    fn results(&self) -> Json {
        let decided = self.poll.voters_count - self.poll.undecided_voters_count;
        if self.poll.poll_type == "question" || (decided == 0 && self.poll.closed_at.is_none()) {
            return Json::Null;
        }
        if !self.results_are_shown() {
            return json!({"hidden": true});
        }
        let columns: Vec<&str> =
            self.json.get("result_columns").and_then(Json::as_array).map(|c| c.iter().filter_map(Json::as_str).filter(|c| !matches!(*c, "chart" | "name" | "voters")).collect()).unwrap_or_default();
        let chart = self.json.get("chart_column").and_then(Json::as_str).unwrap_or("max_score_percent");
        let none = Vec::new();
        let rows: Vec<Json> = self
            .json
            .get("results")
            .and_then(Json::as_array)
            .unwrap_or(&none)
            .iter()
            .map(|row| {
                json!({
                    "name": self.reader.option_name(row["name"].as_str().unwrap_or_default(), row["name_format"].as_str().unwrap_or_default(), &self.poll.poll_type),
                    "color": row["color"],
                    "share": row[chart].as_f64().unwrap_or(0.0).clamp(0.0, 100.0).round(),
                    "cells": columns.iter().map(|c| cell(c, row)).collect::<Vec<_>>(),
                })
            })
            .collect();
        json!({
            "hidden": false,
            "closed": self.poll.closed_at.is_some(),
            "columns": columns.iter().map(|c| self.reader.words(&format!("mail.result_columns.{c}"), &[])).collect::<Vec<_>>(),
            "rows": rows,
            "pie": self.pie(),
        })
    }

    /// The address of the results as a round picture, for polls that are shown so.
    ///
    /// Source: `EmailHelper#google_pie_chart_url`.
    fn pie(&self) -> Option<String> {
        self.json.get("chart_type").and_then(Json::as_str).filter(|kind| *kind == "pie")?;
        let rows = self.json.get("results").and_then(Json::as_array)?;
        let scores: Vec<String> = rows.iter().map(|row| row["score"].as_f64().unwrap_or(0.0).to_string()).collect();
        let colors: Vec<&str> = rows.iter().map(|row| row["color"].as_str().unwrap_or_default().trim_start_matches('#')).collect();
        Some(self.links().to("/pie_chart", &[("scores", scores.join(",")), ("colors", colors.join(","))]))
    }

    /// The reasons people gave, for those who may see them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn responses(&self) -> anyhow::Result<Json> {
        if !self.results_are_shown() {
            return Ok(json!({"hidden": true}));
        }
        let db = &self.reader.app.db;
        let stances = Find::<Stance>::new(
            "stances.poll_id = $1 and stances.latest and stances.revoked_at is null and stances.reason is not null and stances.reason not in ('', '<p></p>')",
            vec![self.poll.id.into()],
        )
        .order("stances.id")
        .limit(200)
        .all(db)
        .await?;
        let choices = if self.is_single_choice() { self.choices(&stances).await? } else { HashMap::new() };
        let ids: Vec<i32> = stances.iter().filter_map(|s| s.participant_id).collect();
        let people: HashMap<i32, User> = if self.poll.anonymous { HashMap::new() } else { loomio_db::find::by_ids::<User>(db, &ids).await?.into_iter().map(|u| (u.id, u)).collect() };
        let list: Vec<Json> = stances
            .iter()
            .map(|stance| {
                let person = stance.participant_id.and_then(|id| people.get(&id));
                let name = person.and_then(|u| crate::json::user::name(u, &self.reader.app.i18n, &self.reader.locale)).unwrap_or_else(|| self.reader.words("common.anonymous", &[]));
                let chosen: Vec<Json> = choices.get(&stance.id).map(|c| self.chosen(c)).unwrap_or_default();
                json!({
                    "name": name,
                    "choices": chosen.iter().map(|c| c["name"].clone()).collect::<Vec<_>>(),
                    "reason": self.reader.html(stance.reason.as_deref(), &stance.reason_format),
                })
            })
            .collect();
        Ok(json!({"hidden": false, "list": list}))
    }
}

fn cell(column: &str, row: &Json) -> String {
    let percent = |name: &str| row[name].as_f64().map(|n| format!("{}%", n.round())).unwrap_or_default();
    match column {
        "votes" | "voter_count" => row["voter_count"].to_string(),
        "votes_cast_percent" => percent("score_percent"),
        "average" => row["average"].as_f64().map(|n| n.round().to_string()).unwrap_or_default(),
        "rank" => row["rank"].as_i64().map(|n| n.to_string()).unwrap_or_default(),
        name if name.ends_with("_percent") => percent(name),
        name => row[name].as_f64().map(|n| n.to_string()).unwrap_or_default(),
    }
}
