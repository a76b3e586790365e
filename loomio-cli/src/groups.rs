//! `loomio groups`: groups, as whoever runs the server meets them.

use crate::command::permit;
use anyhow::Context;
use clap::Subcommand;
use loomio_db::{
    find::Find,
    rows::{Group, Subscription},
    sql,
};
use loomio_http::{App, jobs, services::invite::user_inviter};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use std::{fmt::Write as _, sync::Arc};

/// What can be asked about groups.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupsCommand {
    /// Lists organisations with their handles, members and limits.
    List,
    /// Puts a group and its subgroups away: nobody sees them any more.
    Archive {
        /// Its handle or key.
        group: String,
    },
    /// Takes a group and its subgroups back.
    Restore {
        /// Its handle or key.
        group: String,
    },
    /// Limits how many members an organisation may have.
    Limit {
        /// Its handle or key.
        group: String,
        /// How many; without, as many as want to.
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..))]
        members: Option<i32>,
    },
}

/// Carries a command out and tells the result.
///
/// # Errors
/// When there is no such group or the database refuses.
pub async fn carry_out(app: &Arc<App>, command: GroupsCommand) -> anyhow::Result<String> {
    match command {
        GroupsCommand::List => list(app).await,
        GroupsCommand::Archive { group } => archive(app, &group, true).await,
        GroupsCommand::Restore { group } => archive(app, &group, false).await,
        GroupsCommand::Limit { group, members } => limit(app, &group, members).await,
    }
}

async fn named(app: &App, name: &str) -> anyhow::Result<Group> {
    let found = Find::<Group>::new("groups.handle = $1::citext or groups.key = $2", vec![name.into(), name.into()]).order("groups.id").one(&app.db).await?;
    found.with_context(|| format!("no group has the handle or key {name}"))
}

#[derive(FromQueryResult)]
struct Organisation {
    name: Option<String>,
    handle: Option<String>,
    key: Option<String>,
    members: i64,
    max_members: Option<i32>,
    archived: bool,
}

async fn list(app: &App) -> anyhow::Result<String> {
    let found: Vec<Organisation> = sql::rows(
        &app.db,
        "select g.name, g.handle::text as handle, g.key, s.max_members, g.archived_at is not null as archived, \
           (select count(distinct m.user_id) from memberships m join groups o on o.id = m.group_id \
            where m.revoked_at is null and (o.id = g.id or o.parent_id = g.id) and o.archived_at is null) as members \
         from groups g left join subscriptions s on s.id = g.subscription_id where g.parent_id is null order by g.name nulls last, g.id",
        vec![],
    )
    .await?;
    let mut out = format!("{:<24}{:>8}{:>8}  name", "handle", "members", "limit");
    for o in found {
        let limit = o.max_members.map_or_else(|| "none".to_owned(), |n| n.to_string());
        let handle = o.handle.or(o.key).unwrap_or_default();
        let archived = if o.archived { " (archived)" } else { "" };
        // Writing into a string cannot fail.
        let _ = write!(out, "\n{handle:<24}{:>8}{limit:>8}  {}{archived}", o.members, o.name.unwrap_or_default());
    }
    Ok(out)
}

async fn archive(app: &App, name: &str, is_archived: bool) -> anyhow::Result<String> {
    let group = named(app, name).await?;
    anyhow::ensure!(group.archived_at.is_some() != is_archived, "{name} is {} already", if is_archived { "archived" } else { "in use" });
    let w = jobs::begin(app).await?;
    let at = is_archived.then(|| w.now());
    w.execute(&permit(), "update groups set archived_at = $2 where id = $1 or parent_id = $1", vec![group.id.into(), at.into()]).await?;
    w.commit().await?;
    Ok(format!("{name} is {}", if is_archived { "archived, with its subgroups" } else { "in use again, with its subgroups" }))
}

async fn limit(app: &App, name: &str, members: Option<i32>) -> anyhow::Result<String> {
    let group = named(app, name).await?;
    anyhow::ensure!(group.parent_id.is_none(), "{name} is a subgroup; the limit is its organisation's");
    let w = jobs::begin(app).await?;
    let before = user_inviter::subscription(&w, &group).await?;
    w.save(&permit(), &before, Subscription { max_members: members, ..before.clone() }).await?;
    w.commit().await?;
    Ok(members.map_or_else(|| format!("{name} may have as many members as want to"), |n| format!("{name} may have {n} members")))
}
