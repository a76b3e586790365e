//! Inviting people by number, audience or address.
//!
//! Everything here costs the same number of questions whether one person is
//! invited or thousands.
//!
//! Source: `app/extras/user_inviter.rb`.

use super::{About, accounts, search, throttle};
use crate::{
    json::params::Params,
    services::{Done, ServiceError, Visit, announcement::audience},
};
use loomio_core::policy::Permit;
use loomio_db::{
    Write, facts,
    facts::Actor,
    find::Find,
    rows::{Group, Subscription, User},
    sql,
};
use sea_orm::ConnectionTrait;

/// Whom a request invites.
#[derive(Debug, Clone, Default)]
pub struct Invited {
    /// People by number.
    pub user_ids: Vec<i32>,
    /// People by address, some of whom may have no account.
    pub emails: Vec<String>,
    /// An audience such as `group`.
    pub audience: Option<String>,
    /// Whether the inviter is part of the audience.
    pub include_actor: bool,
}

impl Invited {
    /// Whom these parameters invite: a request's own, or the attributes of a
    /// thread, poll or outcome.
    #[must_use]
    pub fn of(params: &Params) -> Self {
        let mut user_ids = params.ids("recipient_user_ids");
        user_ids.sort_unstable();
        user_ids.dedup();
        let mut emails: Vec<String> = Vec::new();
        for email in params.texts("recipient_emails") {
            let email = email.trim().to_owned();
            if !email.is_empty() && !emails.iter().any(|known| known.eq_ignore_ascii_case(&email)) {
                emails.push(email);
            }
        }
        Self { user_ids, emails, audience: params.filled("recipient_audience"), include_actor: params.truth("include_actor").unwrap_or(false) }
    }
}

/// The members of what people are invited to, among some people.
async fn member_ids(conn: &impl ConnectionTrait, about: &About, ids: &[i32], emails: &[String]) -> Done<Vec<i32>> {
    if ids.is_empty() && emails.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = about.values();
    values.push(sql::ids(ids));
    values.push(emails.to_vec().into());
    Ok(sql::column(conn, &format!("select users.id from users where {} and (users.id = any($4) or users.email = any($5::citext[]))", about.members()), values).await?)
}

fn without(ids: &[i32], known: &[i32]) -> Vec<i32> {
    ids.iter().copied().filter(|id| !known.contains(id)).collect()
}

/// The actions that inviting these people takes: notifying the whole group, adding
/// members, adding guests.
///
/// # Errors
/// When the database refuses.
pub async fn needed(conn: &impl ConnectionTrait, actor: &Actor, about: &About, invited: &Invited) -> Done<Vec<&'static str>> {
    let members = member_ids(conn, about, &invited.user_ids, &invited.emails).await?;
    let known: i64 = sql::scalar(conn, "select count(*) from users where id = any($1) and email = any($2::citext[])", vec![sql::ids(&members), invited.emails.clone().into()]).await?.unwrap_or(0);
    let guests = search::invitable_ids(conn, actor, about, &without(&invited.user_ids, &members)).await?;
    let mut actions = Vec::new();
    if invited.audience.as_deref() == Some("group") {
        actions.push("announce");
    }
    if !members.is_empty() {
        actions.push("add_members");
    }
    if !guests.is_empty() || (invited.emails.len() as i64) > known {
        actions.push("add_guests");
    }
    Ok(actions)
}

/// Decides whether the actor may invite these people to something stored.
///
/// # Errors
/// When the rules do not allow one of the actions it takes.
pub async fn authorize(conn: &impl ConnectionTrait, actor: &Actor, about: &About, invited: &Invited) -> Done<()> {
    for action in needed(conn, actor, about, invited).await? {
        about.authorize(conn, actor, action).await?;
    }
    Ok(())
}

/// The members among these people, to be told of something they can see already.
///
/// # Errors
/// When there is no such audience or the actor may not notify it.
pub async fn where_existing(conn: &impl ConnectionTrait, actor: &Actor, about: &About, invited: &Invited) -> Done<Vec<User>> {
    let found = audience::of(conn, about, invited.audience.as_deref(), actor, false, false).await?;
    let mut ids = audience::ids(conn, found).await?;
    ids.extend(&invited.user_ids);
    let mut values = about.values();
    values.push(sql::ids(&ids));
    Ok(Find::<User>::new(&format!("{} and users.id = any($4)", about.members()), values).order("users.id").all(conn).await?)
}

/// The people who are invited, with new accounts for addresses that have none. It
/// asks no rule: see [`authorize`].
///
/// # Errors
/// When there is no such audience, the actor may not notify it, or the actor has
/// invited too many people today.
pub async fn where_or_create(w: &Write, permit: &Permit, visit: &Visit, about: &About, invited: &Invited) -> Done<Vec<User>> {
    let audience = match invited.audience.as_deref() {
        Some(kind) => audience::ids(w.conn(), audience::of(w.conn(), about, Some(kind), &visit.actor, false, invited.include_actor).await?).await?,
        None => Vec::new(),
    };
    let members = member_ids(w.conn(), about, &invited.user_ids, &[]).await?;
    let guests = search::invitable_ids(w.conn(), &visit.actor, about, &without(&invited.user_ids, &members)).await?;
    let mut ids = members;
    ids.extend(guests);
    ids.extend(audience);
    ids.sort_unstable();
    ids.dedup();
    throttle::invitations(w, permit, visit, invited.emails.len() + ids.len()).await?;
    accounts::create_missing(w, permit, visit, &invited.emails).await?;
    let named = "users.deactivated_at is null and (users.id = any($1) or users.email = any($2::citext[]))";
    // In no order but that of the table, as the original asks; it shows in the numbers of
    // votes. New rows stand last, although the database puts them where there is room.
    let order = format!("case when users.created_at >= timestamp '{}' then users.id end nulls first, users.ctid", w.now());
    Ok(Find::<User>::new(named, vec![sql::ids(&ids), invited.emails.clone().into()]).order(&order).all(w.conn()).await?)
}

/// How many of these people are in no group of the organisation. Somebody in two
/// of its groups is taken off twice, as the original counts.
///
/// # Errors
/// When the database refuses.
pub async fn new_members_count(conn: &impl ConnectionTrait, parent_id: i32, user_ids: &[i32], emails: &[String]) -> Done<i64> {
    let org = search::organisation(conn, parent_id).await?;
    let (mut ids, mut addresses) = (user_ids.to_vec(), emails.to_vec());
    ids.sort_unstable();
    ids.dedup();
    addresses.sort();
    addresses.dedup();
    let by_email: Option<i64> = sql::scalar(
        conn,
        "select count(*) from memberships m where m.revoked_at is null and m.group_id = any($1) and m.user_id in (select id from users where email = any($2::citext[]))",
        vec![sql::ids(&org), addresses.clone().into()],
    )
    .await?;
    let by_id: Option<i64> =
        sql::scalar(conn, "select count(*) from memberships m where m.revoked_at is null and m.group_id = any($1) and m.user_id = any($2)", vec![sql::ids(&org), sql::ids(&ids)]).await?;
    Ok(addresses.len() as i64 - by_email.unwrap_or(0) + ids.len() as i64 - by_id.unwrap_or(0))
}

/// The subscription of a parent group, made when there is none yet.
///
/// # Errors
/// When the database refuses.
pub async fn subscription(w: &Write, parent: &Group) -> Done<Subscription> {
    if let Some(id) = parent.subscription_id
        && let Some(found) = loomio_db::find::by_id::<Subscription>(w.conn(), id).await?
    {
        return Ok(found);
    }
    let permit = Permit::system("every organisation has a subscription");
    let made = w.insert(&permit, Subscription::default()).await?;
    w.save(&permit, parent, Group { subscription_id: Some(made.id), ..parent.clone() }).await?;
    Ok(made)
}

/// Decides whether the actor may add these people to these groups of one
/// organisation, whose parent is given.
///
/// # Errors
/// When the rules do not allow it, or the subscription has ended or has no room.
pub async fn authorize_add_members(w: &Write, actor: &Actor, parent: &Group, group_ids: &[i32], invited: &Invited) -> Done<Permit> {
    let subscription = subscription(w, parent).await?;
    if !crate::json::group::is_subscription_active(&subscription, w.now()) {
        return Err(ServiceError::Named(403, "Subscription::NotActive", "Subscription::NotActive".to_owned()));
    }
    let mut permit = None;
    for id in group_ids {
        let facts = facts::group::load(w.conn(), actor, *id).await?.unwrap_or_default();
        permit = Some(loomio_core::policy::authorize(&facts, "add_members")?);
    }
    let permit = permit.ok_or_else(|| ServiceError::NotFound("Couldn't find Group".to_owned()))?;
    let Some(most) = subscription.max_members else { return Ok(permit) };
    let new = new_members_count(w.conn(), parent.id, &invited.user_ids, &invited.emails).await?;
    let org = search::organisation(w.conn(), parent.id).await?;
    let members: i64 = sql::scalar(w.conn(), "select count(distinct user_id) from memberships where revoked_at is null and group_id = any($1)", vec![sql::ids(&org)]).await?.unwrap_or(0);
    if members + new > i64::from(most) {
        return Err(ServiceError::Named(403, "Subscription::MaxMembersExceeded", "Subscription::MaxMembersExceeded".to_owned()));
    }
    Ok(permit)
}
