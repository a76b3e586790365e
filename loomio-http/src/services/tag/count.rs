//! How many threads and polls carry a tag, in the group and in the organisation.

use super::any_color;
use crate::services::Done;
use loomio_core::policy::Permit;
use loomio_db::{Write, find::Find, rows::Tag, sql};

/// Counts the tags of a group and its organisation anew; names that are used but
/// were never made a tag become one.
///
/// # Errors
/// When the database refuses.
pub async fn recount(w: &Write, permit: &Permit, group_id: i32) -> Done<()> {
    of_group(w, permit, group_id).await?;
    of_organisation(w, permit, group_id).await
}

/// Counts the uses in one group. While nothing is tagged, old counts stay.
pub(super) async fn of_group(w: &Write, permit: &Permit, group_id: i32) -> Done<()> {
    let used: Vec<String> = sql::column(
        w.conn(),
        "select unnest(tags) from (select tags, 1 as kind, id from discussions where group_id = $1 and discarded_at is null union all select tags, 2, id from polls where group_id = $1 and discarded_at is null order by kind, id) t",
        vec![group_id.into()],
    )
    .await?;
    store(w, permit, group_id, &counted(used.into_iter().map(|name| (name, 1))), "taggings_count").await
}

/// Sums the uses in an organisation up at its uppermost group.
pub(super) async fn of_organisation(w: &Write, permit: &Permit, group_id: i32) -> Done<()> {
    let Some(org) = sql::scalar::<i32>(w.conn(), "select coalesce(parent_id, id) from groups where id = $1", vec![group_id.into()]).await? else { return Ok(()) };
    let tags = Find::<Tag>::new("tags.group_id in (select id from groups where id = $1 or (parent_id = $1 and archived_at is null))", vec![org.into()]).order("tags.id").all(w.conn()).await?;
    store(w, permit, org, &counted(tags.into_iter().map(|t| (t.name, t.taggings_count.unwrap_or(0)))), "org_taggings_count").await
}

/// Names in the order of their first use, whatever their case, with their sums.
fn counted(uses: impl Iterator<Item = (String, i32)>) -> Vec<(String, i32)> {
    let mut counts: Vec<(String, i32)> = Vec::new();
    for (name, n) in uses {
        let lower = name.to_lowercase();
        match counts.iter_mut().find(|(known, _)| known.to_lowercase() == lower) {
            Some((_, sum)) => *sum = sum.saturating_add(n),
            None => counts.push((name, n)),
        }
    }
    counts
}

async fn store(w: &Write, permit: &Permit, group_id: i32, counts: &[(String, i32)], column: &str) -> Done<()> {
    if counts.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = counts.iter().map(|(name, _)| name.to_lowercase()).collect();
    w.execute(permit, &format!("update tags set {column} = 0 where group_id = $1 and lower(name::text) <> all($2) and {column} is distinct from 0"), vec![group_id.into(), names.into()]).await?;
    let present = Find::<Tag>::new("tags.group_id = $1", vec![group_id.into()]).order("tags.id").all(w.conn()).await?;
    for (name, count) in counts {
        let known = present.iter().any(|t| t.name.to_lowercase() == name.to_lowercase());
        let statement = if known {
            format!("update tags set {column} = $3 where group_id = $1 and lower(name::text) = lower($2) and {column} is distinct from $3")
        } else {
            format!("insert into tags (group_id, name, {column}, created_at, updated_at) values ($1, $2, $3, $4::timestamp, $4::timestamp) on conflict do nothing")
        };
        let mut values: Vec<sea_orm::Value> = vec![group_id.into(), name.clone().into(), (*count).into()];
        if !known {
            values.push(w.now().into());
        }
        w.execute(permit, &statement, values).await?;
    }
    color(w, permit, group_id).await
}

/// Gives colourless tags of a group the colour that the organisation knows their
/// name by, or any.
async fn color(w: &Write, permit: &Permit, group_id: i32) -> Done<()> {
    for tag in Find::<Tag>::new("tags.group_id = $1 and tags.color is null", vec![group_id.into()]).order("tags.id").all(w.conn()).await? {
        let known: Option<Option<String>> = sql::scalar(
            w.conn(),
            "select t.color from tags t where t.name = $2::citext and t.color is not null and t.group_id in (select o.id from groups g join groups o on (o.id = coalesce(g.parent_id, g.id) or (o.parent_id = coalesce(g.parent_id, g.id) and o.archived_at is null)) where g.id = $1) order by t.id limit 1",
            vec![group_id.into(), tag.name.clone().into()],
        )
        .await?;
        let chosen = known.flatten().unwrap_or_else(|| any_color(w));
        w.update_columns(permit, &tag, Tag { color: Some(chosen), ..tag.clone() }).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_whatever_their_case() {
        let uses = [("Roof", 1), ("garden", 1), ("roof", 1)].map(|(n, c)| (n.to_owned(), c));
        assert_eq!(counted(uses.into_iter()), [("Roof".to_owned(), 2), ("garden".to_owned(), 1)]);
    }
}
