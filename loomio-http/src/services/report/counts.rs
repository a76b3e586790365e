//! The counts of a report. Each is one question, in which `$1` are the groups,
//! `$2` whether threads and polls outside of any group count, and `$3` and `$4` the
//! first and the last day.

use crate::services::Done;
use chrono::NaiveDate;
use loomio_db::sql;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The time a report spans.
#[derive(Debug, Clone)]
pub struct Span {
    /// `year`, `month`, `week` or `day`.
    pub interval: String,
    /// The first day.
    pub start: NaiveDate,
    /// The day after the last.
    pub end: NaiveDate,
}

/// What is counted: its name, the table with what gives it its group, its time and
/// its author.
struct Counted {
    name: &'static str,
    from: &'static str,
    group: &'static str,
    at: &'static str,
    author: &'static str,
    /// What must be true of it to count at all.
    only: &'static str,
    /// What must be true of it besides to be told together with its author.
    open: &'static str,
}

const COUNTED: [Counted; 5] = [
    Counted { name: "comments", from: "comments x join discussions d on d.id = x.discussion_id", group: "d.group_id", at: "x.created_at", author: "x.user_id", only: "true", open: "true" },
    Counted { name: "discussions", from: "discussions x", group: "x.group_id", at: "x.created_at", author: "x.author_id", only: "true", open: "true" },
    Counted { name: "polls", from: "polls x", group: "x.group_id", at: "x.created_at", author: "x.author_id", only: "true", open: "true" },
    Counted {
        name: "stances",
        from: "stances x join polls p on p.id = x.poll_id",
        group: "p.group_id",
        at: "x.created_at",
        author: "x.participant_id",
        only: "x.latest and x.cast_at is not null",
        open: "not p.anonymous",
    },
    Counted { name: "outcomes", from: "outcomes x join polls p on p.id = x.poll_id", group: "p.group_id", at: "x.created_at", author: "x.author_id", only: "true", open: "true" },
];

/// Reactions, with the group of what they react to.
const REACTIONS: &str = "(select x.user_id, x.created_at, d.group_id from reactions x join comments c on c.id = x.reactable_id and x.reactable_type = 'Comment' join discussions d on d.id = c.discussion_id \
   union all select x.user_id, x.created_at, d.group_id from reactions x join discussions d on d.id = x.reactable_id and x.reactable_type = 'Discussion' \
   union all select x.user_id, x.created_at, p.group_id from reactions x join polls p on p.id = x.reactable_id and x.reactable_type = 'Poll' \
   union all select x.user_id, x.created_at, p.group_id from reactions x join stances s on s.id = x.reactable_id and x.reactable_type = 'Stance' join polls p on p.id = s.poll_id \
   union all select x.user_id, x.created_at, p.group_id from reactions x join outcomes o on o.id = x.reactable_id and x.reactable_type = 'Outcome' join polls p on p.id = o.poll_id) x";

#[derive(FromQueryResult)]
struct Count {
    key: Option<String>,
    count: i64,
}

struct Asking<'a, C> {
    conn: &'a C,
    span: &'a Span,
    groups: &'a [i32],
    direct: bool,
}

fn within(group: &str, at: &str) -> String {
    format!("({group} = any($1) or ($2 and {group} is null)) and {at} between $3::date and $4::date")
}

impl<C: ConnectionTrait> Asking<'_, C> {
    fn values(&self) -> Vec<Value> {
        vec![sql::ids(self.groups), self.direct.into(), self.span.start.into(), self.span.end.into()]
    }

    async fn counts(&self, query: &str) -> Done<Json> {
        let rows: Vec<Count> = sql::rows(self.conn, query, self.values()).await?;
        Ok(Json::Object(rows.into_iter().map(|r| (r.key.unwrap_or_default(), json!(r.count))).collect()))
    }

    async fn count(&self, from: &str, group: &str, at: &str) -> Done<Json> {
        Ok(json!(sql::scalar::<i64>(self.conn, &format!("select count(*) from {from} where {}", within(group, at)), self.values()).await?.unwrap_or(0)))
    }

    async fn tags(&self, table: &str) -> Done<BTreeMap<String, i64>> {
        let query = format!("select t.tag as key, count(*) from {table} x cross join unnest(x.tags) as t(tag) where {} group by t.tag", within("x.group_id", "x.created_at"));
        let rows: Vec<Count> = sql::rows(self.conn, &query, self.values()).await?;
        Ok(rows.into_iter().map(|r| (r.key.unwrap_or_default(), r.count)).collect())
    }
}

#[derive(FromQueryResult)]
struct Person {
    id: i32,
    name: Option<String>,
    country: Option<String>,
}

async fn people(asking: &Asking<'_, impl ConnectionTrait>, report: &mut Map<String, Json>) -> Done<()> {
    let Asking { conn, groups, direct, .. } = asking;
    let people: Vec<Person> = sql::rows(
        *conn,
        "select u.id, u.name, u.country from users u where $2 or exists(select 1 from memberships m where m.user_id = u.id and m.group_id = any($1)) order by u.id",
        vec![sql::ids(groups), (*direct).into()],
    )
    .await?;
    let verified: Vec<Count> = sql::rows(
        *conn,
        "select u.country as key, count(distinct u.id) from users u join memberships m on m.user_id = u.id where u.email_verified and ($2 or m.group_id = any($1)) group by u.country",
        vec![sql::ids(groups), (*direct).into()],
    )
    .await?;
    let countries: BTreeSet<String> = people.iter().map(|p| p.country.clone().unwrap_or_else(|| "Unknown".to_owned())).collect();
    let total: i64 = verified.iter().map(|c| c.count).sum();
    report.insert("users".to_owned(), people.into_iter().map(|p| json!({"id": p.id, "name": p.name, "country": p.country})).collect());
    report.insert("countries".to_owned(), json!(countries));
    report.insert("users_per_country".to_owned(), Json::Object(verified.into_iter().map(|r| (r.key.unwrap_or_default(), json!(r.count))).collect()));
    report.insert("total_users".to_owned(), json!(total as f64));
    Ok(())
}

/// Adds all counts to a report.
///
/// # Errors
/// When the database refuses.
pub async fn add(conn: &impl ConnectionTrait, span: &Span, groups: &[i32], report: &mut Map<String, Json>) -> Done<()> {
    let asking = Asking { conn, span, groups, direct: groups.contains(&0) };
    for Counted { name, from, group, at, author, only, open } in COUNTED {
        let within = format!("{} and {only}", within(group, at));
        let per_interval = format!("select date_trunc('{}', {at})::date::text as key, count(*) from {from} where {within} group by 1", span.interval);
        report.insert(format!("{name}_per_interval"), asking.counts(&per_interval).await?);
        let per_user = format!("select {author}::text as key, count(*) from {from} where {within} and {open} group by 1");
        report.insert(format!("{name}_per_user"), asking.counts(&per_user).await?);
        let per_country = format!("select u.country as key, count(*) from {from} join users u on u.id = {author} where {within} and {open} group by 1");
        report.insert(format!("{name}_per_country"), asking.counts(&per_country).await?);
    }
    let reacted = within("x.group_id", "x.created_at");
    report.insert("reactions_per_user".to_owned(), asking.counts(&format!("select x.user_id::text as key, count(*) from {REACTIONS} where {reacted} group by 1")).await?);
    report.insert("reactions_per_country".to_owned(), asking.counts(&format!("select u.country as key, count(*) from {REACTIONS} join users u on u.id = x.user_id where {reacted} group by 1")).await?);
    report.insert("discussions_count".to_owned(), asking.count("discussions x", "x.group_id", "x.created_at").await?);
    report.insert("discussions_with_polls_count".to_owned(), asking.count("discussions x join polls p on p.discussion_id = x.id", "x.group_id", "x.created_at").await?);
    report.insert("polls_count".to_owned(), asking.count("polls x", "x.group_id", "x.created_at").await?);
    report.insert("polls_with_outcomes_count".to_owned(), asking.count("polls x join outcomes o on o.poll_id = x.id", "x.group_id", "x.created_at").await?);
    let (threads, polls) = (asking.tags("discussions").await?, asking.tags("polls").await?);
    let mut both = threads.clone();
    for (tag, count) in &polls {
        *both.entry(tag.clone()).or_default() += count;
    }
    report.insert("tag_names".to_owned(), json!(both.keys().collect::<Vec<_>>()));
    report.insert("discussion_tag_counts".to_owned(), json!(threads));
    report.insert("poll_tag_counts".to_owned(), json!(polls));
    report.insert("tag_counts".to_owned(), json!(both));
    people(&asking, report).await
}
