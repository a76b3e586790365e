//! What happened since somebody last looked, in one mail a day or a week.
//!
//! Source: `UserMailer#catch_up`, `app/views/user_mailer/catch_up*`,
//! `app/workers/send_daily_catch_up_email_worker.rb`.

use super::{
    activity::{self, Activity},
    plain, poll,
    reader::Reader,
    render, site_message, text,
};
use crate::App;
use chrono::{NaiveDateTime, TimeDelta};
use loomio_db::{
    find::{self, Find},
    rows::{Discussion, Group, Poll, User},
    sql,
};
use loomio_mail::{Automation, Message, Person};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// How often somebody is told what they missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Every day.
    Daily,
    /// Every other day.
    Other,
    /// Once a week.
    Weekly,
}

impl Frequency {
    /// What `users.email_catch_up_day` means on a day of the week (0 is Sunday);
    /// nothing when no mail is due.
    #[must_use]
    pub fn due(stored: i32, weekday: u32) -> Option<Self> {
        match stored {
            7 => Some(Self::Daily),
            8 => (weekday % 2 == 1).then_some(Self::Other),
            day => (u32::try_from(day) == Ok(weekday)).then_some(Self::Weekly),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Other => "other",
            Self::Weekly => "weekly",
        }
    }

    fn period(self) -> TimeDelta {
        match self {
            Self::Daily => TimeDelta::hours(24),
            Self::Other => TimeDelta::hours(48),
            Self::Weekly => TimeDelta::days(7),
        }
    }
}

/// SQL: threads somebody (`$1`) takes part in that have something unread since `$2`.
const UNREAD: &str = "discussions.discarded_at is null and discussions.last_activity_at > $2::timestamp \
    and (discussions.group_id is null or exists(select 1 from groups g where g.id = discussions.group_id and g.archived_at is null)) \
    and (discussions.group_id in (select m.group_id from memberships m join groups mg on mg.id = m.group_id where m.user_id = $1 and m.revoked_at is null and mg.archived_at is null) \
      or exists(select 1 from discussion_readers r where r.discussion_id = discussions.id and r.user_id = $1 and r.revoked_at is null and r.guest)) \
    and not exists(select 1 from discussion_readers r where r.discussion_id = discussions.id and r.user_id = $1 \
      and (r.dismissed_at >= discussions.last_activity_at or r.last_read_at >= discussions.last_activity_at))";

/// The mail, unless there is nothing to tell or somebody does not want it.
///
/// # Errors
/// When the database refuses or a template fails.
pub async fn message(app: &Arc<App>, key: &str, user_id: i32, frequency: Frequency) -> anyhow::Result<Option<Message>> {
    let Some((reader, email)) = plain::reader(app, user_id).await? else { return Ok(None) };
    if reader.user.email_catch_up_day.is_none() {
        return Ok(None);
    }
    let until = app.now();
    let since = until - frequency.period();
    let mut threads = Find::<Discussion>::new(UNREAD, vec![user_id.into(), since.into()]).order("discussions.last_activity_at desc").order("discussions.id").all(&app.db).await?;
    if threads.is_empty() {
        return Ok(None);
    }
    for thread in &mut threads {
        reader.translate_thread(thread).await?;
    }
    let subject = reader.words(&format!("email.catch_up.{}_subject", frequency.name()), &[("site_name", reader.site_name())]);
    let mut shown = plain::frame(&reader, &subject);
    shown["sections"] = json!(sections(&reader, &threads, since).await?);
    shown["pixel"] = json!(reader.links.summary_pixel(since, until, &reader.user));
    let preferences = reader.links.preferences(&reader.user);
    let less = reader.words("email.unsubscribe_html", &[("link_text", &reader.words("catch_up.click_here", &[])), ("link_path", &text::escaped(&preferences))]);
    shown["unsubscribe"] = json!(less);
    let body = render(app, "catch_up", &reader.locale, shown)?;
    let message = site_message(app, key, Person::address(email), subject, body);
    Ok(Some(Message { unsubscribe: Some(reader.links.end_of("catch_up", &reader.user)), automation: Automation::Notification, ..message }))
}

/// Direct threads first, then those of each of the reader's groups.
async fn sections(reader: &Reader, threads: &[Discussion], since: NaiveDateTime) -> anyhow::Result<Vec<Json>> {
    let db = &reader.app.db;
    let groups = Find::<Group>::new("groups.id in (select m.group_id from memberships m where m.user_id = $1 and m.revoked_at is null) and groups.archived_at is null", vec![reader.user.id.into()])
        .order("groups.full_name nulls last")
        .order("groups.id")
        .all(db)
        .await?;
    let parents: HashMap<i32, Option<String>> = find::by_ids::<Group>(db, &groups.iter().filter_map(|g| g.parent_id).collect::<Vec<_>>()).await?.into_iter().map(|g| (g.id, g.name)).collect();
    let mut by_group: BTreeMap<Option<i32>, Vec<&Discussion>> = BTreeMap::new();
    for thread in threads {
        by_group.entry(thread.group_id).or_default().push(thread);
    }
    let found = Found::load(reader, threads, since).await?;
    let campaign = [("utm_campaign", "catch_up".to_owned()), ("utm_medium", "email".to_owned())];
    let mut sections = Vec::new();
    if let Some(direct) = by_group.remove(&None) {
        sections.push(json!({
            "title": reader.words("sidebar.direct_discussions", &[]),
            "url": reader.links.to("/dashboard/direct_discussions", &[]),
            "threads": found.threads(reader, &direct, since).await?,
        }));
    }
    for group in &groups {
        let Some(own) = by_group.remove(&Some(group.id)) else { continue };
        let parent = group.parent_id.and_then(|id| parents.get(&id).cloned().flatten());
        let title = [parent, group.name.clone()].into_iter().flatten().collect::<Vec<_>>().join(" - ");
        sections.push(json!({
            "title": title,
            "url": reader.links.group(group, &[]),
            "campaign_url": reader.links.group(group, &campaign),
            "threads": found.threads(reader, &own, since).await?,
        }));
    }
    Ok(sections)
}

#[derive(sea_orm::FromQueryResult)]
struct Read {
    discussion_id: i32,
    last_read_at: Option<NaiveDateTime>,
}

/// What all threads of the mail need, loaded at once.
struct Found {
    authors: HashMap<i32, User>,
    polls: HashMap<i32, Vec<Poll>>,
    activity: Activity,
    read: HashMap<i32, NaiveDateTime>,
}

impl Found {
    async fn load(reader: &Reader, threads: &[Discussion], since: NaiveDateTime) -> anyhow::Result<Self> {
        let db = &reader.app.db;
        let ids: Vec<i32> = threads.iter().map(|d| d.id).collect();
        let authors = find::by_ids::<User>(db, &threads.iter().filter_map(|d| d.author_id).collect::<Vec<_>>()).await?.into_iter().map(|u| (u.id, u)).collect();
        let open =
            Find::<Poll>::new("polls.discussion_id = any($1) and polls.discarded_at is null and (polls.closed_at is null or polls.closed_at > $2::timestamp)", vec![sql::ids(&ids), since.into()])
                .order("polls.id")
                .all(db)
                .await?;
        let mut polls: HashMap<i32, Vec<Poll>> = HashMap::new();
        for poll in open {
            polls.entry(poll.discussion_id.unwrap_or_default()).or_default().push(poll);
        }
        let read: Vec<Read> =
            sql::rows(db, "select discussion_id, last_read_at from discussion_readers where user_id = $1 and discussion_id = any($2)", vec![reader.user.id.into(), sql::ids(&ids)]).await?;
        let read = read.into_iter().filter_map(|r| Some((r.discussion_id, r.last_read_at?))).collect();
        Ok(Self { authors, polls, activity: Activity::load(reader, &ids, since).await?, read })
    }

    async fn threads(&self, reader: &Reader, threads: &[&Discussion], since: NaiveDateTime) -> anyhow::Result<Vec<Json>> {
        let campaign = [("utm_campaign", "catch_up".to_owned()), ("utm_medium", "email".to_owned())];
        let mut out = Vec::new();
        for d in threads {
            let is_new = d.created_at.is_some_and(|at| at >= since);
            let author = d.author_id.and_then(|id| self.authors.get(&id));
            let mut polls = Vec::new();
            for poll in self.polls.get(&d.id).into_iter().flatten() {
                polls.push(poll::Shown::load(reader, poll, Some(d)).await?.page().await?);
            }
            let since = self.read.get(&d.id).copied().map_or(since, |read| read.max(since));
            out.push(json!({
                "title": d.title,
                "url": reader.links.discussion(d, None, &[]),
                "answer_url": reader.links.discussion(d, None, &campaign),
                "author": author.filter(|_| is_new).map(|a| activity::name(reader, Some(a))),
                "body": is_new.then(|| reader.html(d.description.as_deref(), &d.description_format)),
                "polls": polls,
                "items": self.activity.of(reader, d.id, since),
            }));
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_come_on_the_days_people_chose() {
        assert_eq!(Frequency::due(7, 0), Some(Frequency::Daily));
        assert_eq!([1, 2].map(|day| Frequency::due(8, day)), [Some(Frequency::Other), None]);
        assert_eq!([2, 3].map(|day| Frequency::due(2, day)), [Some(Frequency::Weekly), None]);
        assert_eq!(Frequency::due(-1, 6), None);
    }
}
