//! Making one account of two that belong to the same person.
//!
//! The proof in the mail is keyed by the server's secret and good for a day; the
//! original's is a bare hash of two tokens and good for ever.
//!
//! Source: `app/services/merge_users_service.rb`, `app/workers/migrate_user_worker.rb`.

use super::{Done, ServiceError, Visit, account, closing, login_token, profile::owner, visit::success};
use crate::{
    App,
    jobs::{self, merge_users::MergeUsers, send_mail::SendMail},
    json::params::BadParams,
    services::mail::Mail,
};
use chrono::{NaiveDateTime, TimeDelta};
use loomio_auth::{Secrets, token};
use loomio_core::policy::Permit;
use loomio_db::{
    Write, counter,
    find::{self, Find},
    rows::User,
    sql, tally,
};
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// Mails the owner of another address a link that makes the visitor's account part
/// of theirs.
///
/// # Errors
/// When nobody is signed in or has the address.
pub async fn ask(visit: &Visit) -> Done {
    let own = owner(visit, "update")?;
    let email = visit.params.filled("target_email").ok_or_else(|| BadParams::Missing("target_email".to_owned()))?;
    let found = Find::<User>::new("users.email = $1::citext and users.deactivated_at is null", vec![account::normal_address(&email).into()]).one(visit.db()).await?;
    let target = found.ok_or_else(|| ServiceError::NotFound("Couldn't find User with [WHERE \"users\".\"deactivated_at\" IS NULL AND \"users\".\"email\" = $1]".to_owned()))?;
    let permit = Permit::system("accounts may be merged");
    let w = visit.begin().await?;
    let mut marked = Vec::new();
    for user in [own, &target] {
        let mark = token::secure(&mut *w.rng());
        account::save(&visit.app, &w, &permit, user, User { reset_password_token: Some(mark.clone()), ..user.clone() }).await?;
        marked.push(mark);
    }
    let hash = proof(&visit.app.secrets, &marked[0], &marked[1], visit.now + lifetime());
    SendMail::enqueue(&w, Mail::MergeVerification { source_user_id: own.id, target_user_id: target.id, hash }).await?;
    w.commit().await?;
    Ok(success())
}

/// For how long a proof is good.
fn lifetime() -> TimeDelta {
    TimeDelta::hours(24)
}

fn proof(secrets: &Secrets, source: &str, target: &str, expires: NaiveDateTime) -> String {
    let expires = expires.and_utc().timestamp();
    format!("{expires}-{}", secrets.devise_digest(&format!("merge {source} {target} {expires}")))
}

/// Two accounts that a mail's link proves to belong together.
#[derive(Debug)]
pub struct Proved {
    /// The account that goes.
    pub source: User,
    /// The account that stays.
    pub target: User,
}

/// Reads a mail's link.
///
/// # Errors
/// When an account is gone or the proof is wrong or too old.
pub async fn proved(visit: &Visit) -> Done<Proved> {
    let user = async |key: &str| -> Done<User> {
        let found: Option<User> = match visit.params.id(key) {
            Some(id) => find::by_id(visit.db(), id).await?,
            None => None,
        };
        found.filter(|u| u.deactivated_at.is_none()).ok_or_else(ServiceError::not_found)
    };
    let (source, target) = (user("source_id").await?, user("target_id").await?);
    let given = visit.params.text("hash").unwrap_or_default();
    let expires = given.split('-').next().and_then(|t| t.parse().ok()).and_then(|t| chrono::DateTime::from_timestamp(t, 0)).map(|t| t.naive_utc()).unwrap_or_default();
    let is_right = match (source.reset_password_token.as_deref(), target.reset_password_token.as_deref()) {
        (Some(a), Some(b)) if source.id != target.id => bool::from(proof(&visit.app.secrets, a, b, expires).as_bytes().ct_eq(given.as_bytes())),
        _ => false,
    };
    if is_right && visit.now < expires { Ok(Proved { source, target }) } else { Err(ServiceError::Status(422, serde_json::json!({"error": 422}))) }
}

/// Asks for the accounts to be merged; the link works once.
///
/// # Errors
/// When the proof is wrong.
pub async fn confirm(visit: &Visit) -> Done<Proved> {
    let found = proved(visit).await?;
    let permit = Permit::system("accounts are merged");
    let w = visit.begin().await?;
    w.execute(&permit, "update users set reset_password_token = null where id = any($1)", vec![sql::ids(&[found.source.id, found.target.id])]).await?;
    jobs::enqueue(&w, &MergeUsers { source_id: found.source.id, target_id: found.target.id }).await?;
    w.commit().await?;
    Ok(found)
}

/// Tables and columns that name a person, all of which follow them.
const NAMING: [(&str, &str); 18] = [
    ("documents", "author_id"),
    ("comments", "user_id"),
    ("reactions", "user_id"),
    ("discussion_readers", "user_id"),
    ("discussions", "author_id"),
    ("events", "user_id"),
    ("groups", "creator_id"),
    ("login_tokens", "user_id"),
    ("membership_requests", "requestor_id"),
    ("membership_requests", "responder_id"),
    ("memberships", "user_id"),
    ("memberships", "inviter_id"),
    ("notifications", "user_id"),
    ("omniauth_identities", "user_id"),
    ("outcomes", "author_id"),
    ("polls", "author_id"),
    ("attachments", "user_id"),
    ("versions", "whodunnit"),
];

/// Moves everything of one account to another and erases the first.
///
/// # Errors
/// When the database refuses.
pub async fn carry_out(app: &Arc<App>, source_id: i32, target_id: i32) -> anyhow::Result<()> {
    let permit = Permit::system("accounts are merged");
    let w = jobs::begin(app).await?;
    let (source, target): (Option<User>, Option<User>) = (find::by_id(w.conn(), source_id).await?, find::by_id(w.conn(), target_id).await?);
    // A second run finds the source erased and everything moved.
    let (Some(source), Some(target)) = (source.filter(|s| s.email.is_some() && source_id != target_id), target) else { return Ok(w.rollback().await?) };
    let both = || vec![source_id.into(), target_id.into()];
    for statement in [
        "delete from memberships s using memberships t where s.user_id = $1 and t.user_id = $2 and t.group_id = s.group_id",
        "delete from discussion_readers s using discussion_readers t where s.user_id = $1 and t.user_id = $2 and t.discussion_id = s.discussion_id",
    ] {
        w.execute(&permit, statement, both()).await?;
    }
    for (table, column) in NAMING {
        w.execute(&permit, &format!("update {table} set {column} = $2 where {column} = $1"), both()).await?;
    }
    let polls = move_votes(&w, &permit, source_id, target_id).await?;
    recount(&w, &permit, source_id, target_id, polls).await?;
    let total = target.sign_in_count.unwrap_or_default().saturating_add(source.sign_in_count.unwrap_or_default());
    let before: User = find::by_id(w.conn(), target_id).await?.unwrap_or(target);
    account::save(app, &w, &permit, &before, User { sign_in_count: Some(total), ..before.clone() }).await?;
    let row = w.insert(&permit, login_token::new(&w, target_id)).await?;
    SendMail::enqueue(&w, Mail::AccountsMerged { token_id: row.id }).await?;
    closing::erase(&w, &permit, source_id, target_id).await?;
    Ok(w.commit().await?)
}

/// The votes of both; of each poll the latest counts.
async fn move_votes(w: &Write, permit: &Permit, source_id: i32, target_id: i32) -> anyhow::Result<Vec<i32>> {
    w.execute(permit, "update stances set participant_id = $2, latest = false where participant_id = $1", vec![source_id.into(), target_id.into()]).await?;
    w.execute(permit, "update stances set latest = false where participant_id = $1 and latest", vec![target_id.into()]).await?;
    w.execute(
        permit,
        "update stances set latest = true where id in (select distinct on (poll_id) id from stances where participant_id = $1 order by poll_id, created_at desc nulls last, id desc)",
        vec![target_id.into()],
    )
    .await?;
    Ok(sql::column(w.conn(), "select distinct poll_id from stances where participant_id = $1", vec![target_id.into()]).await?)
}

async fn recount(w: &Write, permit: &Permit, source_id: i32, target_id: i32, mut polls: Vec<i32>) -> anyhow::Result<()> {
    let groups: Vec<i32> = sql::column(w.conn(), "select group_id from memberships where user_id = $1 and revoked_at is null and group_id is not null", vec![target_id.into()]).await?;
    counter::groups(w, permit, &groups, &["memberships_count", "admin_memberships_count", "pending_memberships_count"]).await?;
    let more: Vec<i32> = sql::column(w.conn(), "select id from polls where author_id = $1 or group_id = any($2)", vec![target_id.into(), sql::ids(&groups)]).await?;
    polls.extend(more);
    polls.sort_unstable();
    polls.dedup();
    for poll in polls {
        tally::recount(w, permit, poll).await?;
    }
    counter::users(w, permit, &[source_id, target_id]).await?;
    Ok(())
}
