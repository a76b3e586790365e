//! Looking for words in everything somebody may read.
//!
//! Source: `app/controllers/api/v1/search_controller.rb`, `config/initializers/pg_search.rb`.

use super::{Done, Visit, locate};
use crate::json::{render::Scope, search::SearchResult};
use loomio_db::{facts::GROUPS_OF_USER, rows::Group, sql};
use sea_orm::Value;

/// What may be looked for in: `$1` the groups, `$2` the threads.
struct Place {
    condition: &'static str,
    groups: Vec<i32>,
    threads: Vec<i32>,
}

/// Groups whose texts the visitor may look through.
async fn browsable(visit: &Visit) -> Done<Vec<i32>> {
    if !visit.actor.is_logged_in() {
        return Ok(Vec::new());
    }
    let own = GROUPS_OF_USER;
    Ok(sql::column(visit.db(), &format!("select id from groups where id in ({own}) or (parent_id in ({own}) and is_visible_to_parent_members)"), vec![visit.actor.id.into()]).await?)
}

async fn guest_threads(visit: &Visit) -> Done<Vec<i32>> {
    if !visit.actor.is_logged_in() {
        return Ok(Vec::new());
    }
    Ok(sql::column(visit.db(), "select discussion_id from discussion_readers where user_id = $1 and guest and revoked_at is null", vec![visit.actor.id.into()]).await?)
}

async fn groups(visit: &Visit) -> Done<Vec<i32>> {
    let p = &visit.params;
    let mut own = browsable(visit).await?;
    if p.filled("group_id").is_some() {
        let id = p.id("group_id").unwrap_or_default();
        own.retain(|g| *g == id);
    } else if p.text("org_id").as_deref() == Some("0") {
        own.clear();
    } else if let Some(org) = p.filled("org_id") {
        let org: Group = locate::by_id(visit, &org).await?;
        let all: Vec<i32> = sql::column(visit.db(), "select id from groups where id = $1 or (parent_id = $1 and archived_at is null)", vec![org.id.into()]).await?;
        own.retain(|g| all.contains(g));
    }
    Ok(own)
}

async fn place(visit: &Visit) -> Done<Place> {
    let p = &visit.params;
    let threads = guest_threads(visit).await?;
    let Some(group) = p.text("group_id").or_else(|| p.text("org_id")).filter(|g| !g.trim().is_empty()) else {
        return Ok(Place { condition: "(docs.group_id = any($1) or docs.discussion_id = any($2))", groups: groups(visit).await?, threads });
    };
    if crate::json::params::int(&group.into()).unwrap_or(0) > 0 {
        return Ok(Place { condition: "(docs.group_id = any($1) and $2::int[] is not null)", groups: groups(visit).await?, threads: Vec::new() });
    }
    Ok(Place { condition: "(docs.group_id is null and docs.discussion_id = any($2) and $1::int[] is not null)", groups: Vec::new(), threads })
}

/// The words of a query in the form of `to_tsquery`: all of them, each as the
/// start of a word; one behind an exclamation mark must not be there.
fn terms(query: &str) -> Vec<String> {
    query
        .split_whitespace()
        .map(|word| {
            let (not, word) = word.strip_prefix('!').map_or(("", word), |rest| ("!", rest));
            let plain: String = word.chars().map(|c| if matches!(c, '\'' | '?' | '\\' | ':' | '‘' | '’' | 'ʻ' | 'ʼ') { ' ' } else { c }).collect();
            format!("{not}' {plain} ':*")
        })
        .collect()
}

const COLUMNS: &str = "docs.id, docs.searchable_type, docs.searchable_id, docs.group_id::int as group_id, docs.discussion_id::int as discussion_id, docs.poll_id::int as poll_id, docs.author_id::int as author_id, docs.authored_at, \
    polls.title as poll_title, polls.key as poll_key, polls.tags as poll_tags, discussions.title as discussion_title, discussions.key as discussion_key, discussions.tags as discussion_tags, \
    groups.key as group_key, groups.handle::text as group_handle, case when parents.id is null then groups.name else concat(parents.name, ' - ', groups.name) end as group_name, users.name as author_name, \
    coalesce( \
      (select e.sequence_id from events e where docs.searchable_type = 'Stance' and e.discussion_id is not null and e.eventable_type = 'Stance' and e.eventable_id = docs.searchable_id order by e.id desc limit 1), \
      (select e.sequence_id from events e where e.discussion_id is not null and e.eventable_type = 'Poll' and e.eventable_id = docs.poll_id order by e.id desc limit 1)) as sequence_id";

/// The twenty best places, with the words found in bold.
///
/// # Errors
/// When the organisation does not exist.
pub async fn index(visit: &Visit) -> Done {
    let p = &visit.params;
    let terms = terms(&p.text("query").unwrap_or_default());
    let place = place(visit).await?;
    let mut values: Vec<Value> = vec![sql::ids(&place.groups), sql::ids(&place.threads)];
    let mut conditions = vec![place.condition.to_owned()];
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let query = terms.into_iter().map(|t| format!("to_tsquery('simple', {})", bind(t.into()))).collect::<Vec<_>>().join(" && ");
    if let Some(tag) = p.text("tag") {
        let tags = bind(vec![tag].into());
        conditions.push(format!(
            "(docs.discussion_id in (select id from discussions where group_id = any($1) and tags @> {tags}::varchar[]) or docs.poll_id in (select id from polls where group_id = any($1) and tags @> {tags}::varchar[]))"
        ));
    }
    if let Some(kind) = p.text("type").filter(|t| ["Discussion", "Comment", "Poll", "Stance", "Outcome"].contains(&t.as_str())) {
        let kind = bind(kind.into());
        conditions.push(format!("docs.searchable_type = {kind}"));
    }
    let order = match p.text("order").as_deref() {
        Some("authored_at_desc") => "docs.authored_at desc, docs.id",
        Some("authored_at_asc") => "docs.authored_at, docs.id",
        _ => "ts_rank(docs.ts_content, found.query, 0) desc, docs.id",
    };
    let rows: Vec<SearchResult> = if query.is_empty() {
        Vec::new()
    } else {
        sql::rows(
            visit.db(),
            &format!(
                "select {COLUMNS}, ts_headline('simple', coalesce(docs.content, ''), docs.query, 'StartSel = \"<b>\", StopSel = \"</b>\"') as highlight \
                 from (select docs.*, found.query from pg_search_documents docs, (select ({query}) as query) found where docs.ts_content @@ found.query and {} order by {order} limit 20) docs \
                 left join polls on polls.id = docs.poll_id left join discussions on discussions.id = docs.discussion_id left join groups on groups.id = docs.group_id \
                 left join groups parents on parents.id = groups.parent_id left join users on users.id = docs.author_id order by {}",
                conditions.join(" and "),
                order.replace("found.query", "docs.query")
            ),
            values,
        )
        .await?
    };
    let left_out = ["group", "membership", "discussion", "outcome", "event"];
    let scope = Scope { exclude: left_out.into_iter().map(ToOwned::to_owned).collect(), ..visit.scope() };
    visit.render_in(&rows, &scope, None, "search_results", crate::json::render::Node::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_and_may_be_excluded() {
        assert_eq!(terms("roof it's !rain a:b\\c"), ["' roof ':*", "' it s ':*", "!' rain ':*", "' a b c ':*"]);
        assert!(terms("  ").is_empty());
    }
}
