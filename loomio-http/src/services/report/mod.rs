//! What happened in groups over time, counted.
//!
//! Source: `app/controllers/api/v1/reports_controller.rb`, `app/services/report_service.rb`.

mod counts;

use super::{Done, ServiceError, Visit, locate};
use crate::json::params::BadParams;
use chrono::{Datelike, Days, Months, NaiveDate};
use counts::Span;
use loomio_core::policy::Denied;
use loomio_db::{facts, sql};
use sea_orm::FromQueryResult;
use serde_json::{Map, Value as Json, json};

/// The most bars of a chart.
const MOST_INTERVALS: usize = 10_000;

/// The first of a month, written as `2026-11`.
fn month(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok().filter(|d| (1900..3000).contains(&d.year()))
}

/// The starts of all intervals from `start` until before `end`.
fn intervals(kind: &str, start: NaiveDate, end: NaiveDate) -> Option<Vec<NaiveDate>> {
    let first = match kind {
        "year" => start.with_day(1)?.with_month(1)?,
        "month" => start.with_day(1)?,
        "week" => start.checked_sub_days(Days::new(start.weekday().num_days_from_monday().into()))?,
        "day" => start,
        _ => return None,
    };
    let next = |d: NaiveDate| match kind {
        "year" => d.checked_add_months(Months::new(12)),
        "month" => d.checked_add_months(Months::new(1)),
        "week" => d.checked_add_days(Days::new(7)),
        _ => d.checked_add_days(Days::new(1)),
    };
    let all: Vec<NaiveDate> = std::iter::successors(Some(first), |d| next(*d)).take_while(|d| *d < end).take(MOST_INTERVALS + 1).collect();
    (all.len() <= MOST_INTERVALS).then_some(all)
}

fn refused(message: &str) -> ServiceError {
    ServiceError::Status(400, json!({"error": message}))
}

/// The time a report spans, with its intervals.
fn span(visit: &Visit) -> Done<(Span, Vec<NaiveDate>)> {
    let p = &visit.params;
    let this_month = visit.now.date().with_day(1).unwrap_or_else(|| visit.now.date());
    let start = match p.filled("start_month") {
        Some(text) => month(&text).ok_or_else(|| refused("start_month is no month such as 2026-11"))?,
        None => this_month.checked_sub_months(Months::new(12)).unwrap_or(this_month),
    };
    let end = match p.filled("end_month") {
        Some(text) => month(&text).ok_or_else(|| refused("end_month is no month such as 2026-11"))?,
        None => this_month,
    };
    let end = end.checked_add_months(Months::new(1)).unwrap_or(end);
    let interval = p.filled("interval").unwrap_or_else(|| "month".to_owned());
    let intervals = intervals(&interval, start, end).ok_or_else(|| refused("interval is year, month, week or day, over a time that has not too many of them"))?;
    Ok((Span { interval, start, end }, intervals))
}

#[derive(FromQueryResult)]
struct Listed {
    id: i32,
    name: Option<String>,
    created_at: Option<chrono::NaiveDateTime>,
}

/// The groups one can make a report of: those of the asked groups' organisations
/// that the visitor may see.
async fn groups(visit: &Visit, asked: &[i32]) -> Done<Vec<Listed>> {
    Ok(sql::rows(
        visit.db(),
        &format!(
            "with org as (select coalesce(parent_id, id) as id from groups where id = any($2)) \
             select g.id, g.name, g.created_at from groups g where (g.id in (select id from org) or g.parent_id in (select id from org)) \
               and ($3 or g.is_visible_to_public or g.id in ({0}) or (g.is_visible_to_parent_members and g.parent_id in ({0}))) \
             order by g.parent_id nulls first, g.name, g.id",
            facts::GROUPS_OF_USER
        ),
        vec![visit.actor.id.into(), sql::ids(asked), visit.actor.site_admin.into()],
    )
    .await?)
}

/// A report of some groups.
///
/// # Errors
/// When no group is named, or none of which the visitor is a member.
pub async fn index(visit: &Visit) -> Done {
    if !visit.params.has("group_ids") {
        return Err(BadParams::Missing("group_ids".to_owned()).into());
    }
    let (span, intervals) = span(visit)?;
    let mut asked = visit.params.ids("group_ids");
    let admin = visit.actor.site_admin;
    if !admin {
        let own = locate::own_groups(visit).await?;
        asked.retain(|id| own.contains(id));
    }
    if asked.is_empty() {
        return Err(Denied::page().into());
    }
    let groups = groups(visit, &asked).await?;
    let mut all_groups: Vec<Json> = groups.iter().map(|g| json!({"id": g.id, "name": g.name})).collect();
    if admin {
        all_groups.insert(0, json!({"id": 0, "name": visit.text("sidebar.direct_discussions")}));
    }
    let first_year = groups.iter().filter_map(|g| g.created_at).min().map_or_else(|| visit.now.year(), |t| t.year());
    let mut report = Map::from_iter([
        ("first_year".to_owned(), json!(first_year)),
        ("all_groups".to_owned(), Json::Array(all_groups)),
        ("intervals".to_owned(), json!(intervals.iter().map(ToString::to_string).collect::<Vec<_>>())),
    ]);
    counts::add(visit.db(), &span, &asked, &mut report).await?;
    Ok(Json::Object(report))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_begin_where_calendars_do() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap_or_default();
        for (kind, first, count) in [("year", "2026-01-01", 1), ("month", "2026-10-01", 2), ("week", "2026-09-28", 10), ("day", "2026-10-01", 61)] {
            let found = intervals(kind, day("2026-10-01"), day("2026-12-01")).unwrap_or_default();
            assert_eq!((found.first().copied(), found.len()), (Some(day(first)), count), "{kind}");
        }
        assert_eq!(intervals("hour", day("2026-10-01"), day("2026-12-01")), None);
        assert_eq!(intervals("day", day("1900-01-01"), day("2026-12-01")), None);
    }
}
