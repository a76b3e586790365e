//! `loomio people`: accounts, as whoever runs the server meets them. The original has
//! pages for it (`/admin`); here the command line is enough, and nothing to break into.

use crate::command::permit;
use clap::Subcommand;
use loomio_db::{find::Find, rows::User, sql};
use loomio_http::{
    App,
    jobs::{self, Worker},
    services::{closing, mail::undeliverable, merge},
};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use std::{fmt::Write as _, sync::Arc};

/// What can be asked about people.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeopleCommand {
    /// Shows an account: its state and its groups.
    Show {
        /// The person's address.
        email: String,
    },
    /// Lists the administrators of the whole site.
    Admins,
    /// Makes somebody an administrator of the whole site.
    Promote {
        /// The person's address.
        email: String,
    },
    /// Makes an administrator of the whole site an ordinary person again.
    Demote {
        /// The person's address.
        email: String,
    },
    /// Closes an account; its owner leaves all groups, what they wrote stays.
    Deactivate {
        /// The person's address.
        email: String,
    },
    /// Opens a closed account again, with the memberships that ended with it.
    Reactivate {
        /// The person's address.
        email: String,
    },
    /// Erases an account for good: nothing is left that tells whose it was.
    Redact {
        /// The person's address.
        email: String,
        /// Says that it is meant.
        #[arg(long)]
        yes: bool,
        /// Tells the person by a last mail.
        #[arg(long)]
        tell: bool,
    },
    /// Moves everything of one account to another and erases the first, for good.
    Merge {
        /// The address of the account that goes.
        from: String,
        /// The address of the account that stays.
        into: String,
        /// Says that it is meant.
        #[arg(long)]
        yes: bool,
    },
}

/// Carries a command out and tells the result.
///
/// # Errors
/// When there is no such account, it is not in the state for it, or the database
/// refuses.
pub async fn carry_out(app: &Arc<App>, worker: &Worker, command: PeopleCommand) -> anyhow::Result<String> {
    let told = match command {
        PeopleCommand::Show { email } => return show(app, &find(app, &email).await?).await,
        PeopleCommand::Admins => return admins(app).await,
        PeopleCommand::Promote { email } => set_admin(app, &find(app, &email).await?, true).await?,
        PeopleCommand::Demote { email } => set_admin(app, &find(app, &email).await?, false).await?,
        PeopleCommand::Deactivate { email } => {
            let user = find(app, &email).await?;
            anyhow::ensure!(user.deactivated_at.is_none(), "the account of {email} is closed already");
            closing::deactivate(app, user.id, user.id).await?;
            format!("the account of {email} is closed")
        }
        PeopleCommand::Reactivate { email } => {
            let user = find(app, &email).await?;
            anyhow::ensure!(user.deactivated_at.is_some(), "the account of {email} is open");
            let w = jobs::begin(app).await?;
            closing::reactivate(&w, &permit(), &user).await?;
            w.commit().await?;
            format!("the account of {email} is open again")
        }
        PeopleCommand::Redact { email, yes, tell } => {
            let user = find(app, &email).await?;
            anyhow::ensure!(yes, "this cannot be undone; say --yes if the account of {email} shall be erased");
            closing::redact(app, user.id, user.id, tell).await?;
            format!("the account of {email} is erased")
        }
        PeopleCommand::Merge { from, into, yes } => {
            let (source, target) = (find(app, &from).await?, find(app, &into).await?);
            anyhow::ensure!(source.id != target.id, "{from} and {into} are the same account");
            anyhow::ensure!(target.deactivated_at.is_none(), "the account of {into} is closed");
            anyhow::ensure!(yes, "this cannot be undone; say --yes if everything of {from} shall become {into}'s");
            merge::carry_out(app, source.id, target.id).await?;
            format!("everything of {from} is {into}'s")
        }
    };
    worker.run_once().await?;
    Ok(told)
}

async fn find(app: &App, email: &str) -> anyhow::Result<User> {
    let found = Find::<User>::new("users.email = $1::citext", vec![email.trim().into()]).order("users.id").one(&app.db).await?;
    found.ok_or_else(|| anyhow::anyhow!("nobody with the address {email} has an account here"))
}

async fn set_admin(app: &App, user: &User, is_admin: bool) -> anyhow::Result<String> {
    let email = user.email.as_deref().unwrap_or_default();
    anyhow::ensure!(!is_admin || user.deactivated_at.is_none(), "the account of {email} is closed");
    let w = jobs::begin(app).await?;
    w.save(&permit(), user, User { is_admin: Some(is_admin), ..user.clone() }).await?;
    w.commit().await?;
    Ok(if is_admin { format!("{email} administers the site") } else { format!("{email} does not administer the site") })
}

async fn admins(app: &App) -> anyhow::Result<String> {
    let found = Find::<User>::new("users.is_admin and users.deactivated_at is null", vec![]).order("users.id").all(&app.db).await?;
    if found.is_empty() {
        return Ok("nobody administers the site; `loomio people promote EMAIL` changes that".to_owned());
    }
    Ok(found.iter().map(|u| format!("{}  {}", u.email.as_deref().unwrap_or_default(), u.name.as_deref().unwrap_or_default())).collect::<Vec<_>>().join("\n"))
}

#[derive(FromQueryResult)]
struct Place {
    name: Option<String>,
    handle: Option<String>,
    role: String,
}

async fn show(app: &App, user: &User) -> anyhow::Result<String> {
    let groups: Vec<Place> = sql::rows(
        &app.db,
        "select g.name, g.handle, case when m.admin then 'administrator' when m.delegate then 'delegate' when m.accepted_at is null then 'invited' else 'member' end as role \
         from memberships m join groups g on g.id = m.group_id where m.user_id = $1 and m.revoked_at is null and g.archived_at is null order by g.name, g.id",
        vec![user.id.into()],
    )
    .await?;
    let email = user.email.as_deref().unwrap_or_default();
    let day = |t: Option<chrono::NaiveDateTime>| t.map_or_else(|| "never".to_owned(), |t| t.format("%Y-%m-%d %H:%M UTC").to_string());
    let state = match (user.deactivated_at, user.email_verified) {
        (Some(at), _) => format!("closed since {}", day(Some(at))),
        (None, true) => "open".to_owned(),
        (None, false) => "invited, address not confirmed".to_owned(),
    };
    let mut out = format!("{} <{email}>, number {}", user.name.as_deref().unwrap_or("(no name yet)"), user.id);
    let mut line = |name: &str, value: &str| {
        // Writing into a string cannot fail.
        let _ = write!(out, "\n{name:<16}{value}");
    };
    line("account", &state);
    line("administrator", if user.is_admin == Some(true) { "of the whole site" } else { "no" });
    line("made", &day(user.created_at));
    line("last seen", &day(user.last_seen_at));
    line("signs in", if user.encrypted_password.as_deref().is_some_and(|p| !p.is_empty()) { "by password or mail" } else { "by mail" });
    if undeliverable::list(app).await?.iter().any(|dead| dead.email.eq_ignore_ascii_case(email)) {
        line("mail", "does not arrive; see `loomio mail unreachable`");
    }
    for place in groups {
        line(&place.role, &format!("{} ({})", place.name.unwrap_or_default(), place.handle.unwrap_or_default()));
    }
    Ok(out)
}
