//! Mails to groups from addresses nobody knows, and what administrators say of
//! them.

use super::{Done, ServiceError, Visit, locate, received_email_route, visit::success};
use crate::{
    jobs::{self, route_email::RouteEmail},
    json::{
        received_email::{alias, headers},
        render::Node,
    },
};
use loomio_core::policy::{Denied, Permit};
use loomio_db::{
    Write,
    find::{self, Find},
    rows::{Group, MemberEmailAlias, ReceivedEmail, Subscription, User},
    sql,
};
use serde_json::json;

/// The group a request names, which the visitor must administer.
async fn adminable(visit: &Visit) -> Done<i32> {
    let id = visit.params.id("group_id").unwrap_or_default();
    if locate::adminable_groups(visit).await?.contains(&id) { Ok(id) } else { Err(Denied::page().into()) }
}

/// The mails of a group that wait.
///
/// # Errors
/// When the visitor does not administer the group.
pub async fn index(visit: &Visit) -> Done {
    let id = adminable(visit).await?;
    let build = || Find::<ReceivedEmail>::new("received_emails.group_id = $1 and not received_emails.released", vec![id.into()]);
    let (from, per) = visit.page(50);
    let total = build().count(visit.db()).await?;
    let rows = build().order("received_emails.id").offset(from).limit(per).all(visit.db()).await?;
    visit.render(&rows, Some(total), "received_emails").await
}

/// What was said of the addresses that write to a group.
///
/// # Errors
/// When the visitor does not administer the group.
pub async fn aliases(visit: &Visit) -> Done {
    let id = adminable(visit).await?;
    let rows = Find::<MemberEmailAlias>::new("member_email_aliases.group_id = $1", vec![id.into()]).order("member_email_aliases.id").all(visit.db()).await?;
    visit.render_as(&rows, &visit.scope(), None, "aliases", alias, Node::new()).await
}

/// A mail that waits in a group the visitor administers, with the group.
async fn waiting(visit: &Visit, id: &str) -> Done<(ReceivedEmail, Group)> {
    let missing = || locate::no_row("ReceivedEmail", id);
    let number = id.parse::<i64>().map_err(|_| missing())?;
    let groups = locate::adminable_groups(visit).await?;
    let email = Find::<ReceivedEmail>::new("received_emails.id = $1 and not received_emails.released and received_emails.group_id = any($2)", vec![number.into(), sql::ids(&groups)])
        .one(visit.db())
        .await?
        .ok_or_else(missing)?;
    let group = find::by_id::<Group>(visit.db(), email.group_id.unwrap_or_default()).await?.ok_or_else(missing)?;
    Ok((email, group))
}

/// Says whose mails from a sender are; nobody's means that they are refused.
async fn remember(w: &Write, permit: &Permit, email: &ReceivedEmail, user_id: Option<i32>, author_id: i32) -> Done<()> {
    let address = headers(email).sender_email().ok_or_else(|| ServiceError::Status(422, json!({"error": "this mail has no sender"})))?;
    let alias = MemberEmailAlias { email: address, user_id, group_id: email.group_id.unwrap_or_default(), author_id, ..MemberEmailAlias::default() };
    w.insert(permit, alias).await?;
    Ok(())
}

/// Whether a group's organisation only tries this out.
async fn is_trial(visit: &Visit, group: &Group) -> Done<bool> {
    let parent = match group.parent_id {
        Some(id) => find::by_id::<Group>(visit.db(), id).await?,
        None => Some(group.clone()),
    };
    let subscription = match parent.and_then(|p| p.subscription_id) {
        Some(id) => find::by_id::<Subscription>(visit.db(), id).await?,
        None => None,
    };
    Ok(subscription.is_some_and(|s| matches!(s.plan.as_deref(), Some("trial" | "demo"))))
}

/// Says that a waiting mail is a member's, and so are later ones from its address.
/// It is put in its place at once.
///
/// # Errors
/// When the visitor does not administer the group, the person is no member, or the
/// group only tries this out.
pub async fn allow(visit: &Visit, id: &str) -> Done {
    let (email, group) = waiting(visit, id).await?;
    if is_trial(visit, &group).await? {
        return Err(ServiceError::Status(403, json!({"error": "trial groups cannot add aliases"})));
    }
    let user_id = visit.params.id("user_id").unwrap_or_default();
    let user = Find::<User>::new("users.id = $1 and users.id in (select m.user_id from memberships m where m.group_id = $2 and m.revoked_at is null)", vec![user_id.into(), group.id.into()])
        .one(visit.db())
        .await?
        .ok_or_else(|| locate::no_row("User", &user_id.to_string()))?;
    let w = visit.begin().await?;
    remember(&w, &Permit::system("an administrator says whose an address is"), &email, Some(user.id), visit.actor.id).await?;
    w.commit().await?;
    // The administrator has looked at it: whose it is, is no longer the sender's word.
    route(visit, email.id).await?;
    let email = find::by_id::<ReceivedEmail>(visit.db(), email.id).await?;
    let rows: Vec<ReceivedEmail> = email.into_iter().collect();
    visit.render(&rows, None, "received_emails").await
}

/// Routes a mail again. What was said of its address is kept even when that fails;
/// a job tries again then.
async fn route(visit: &Visit, id: i64) -> Done<()> {
    if let Err(e) = received_email_route::route(&visit.app, id, false).await {
        tracing::error!(error = format!("{e:#}"), "a mail could not be routed");
        let w = visit.begin().await?;
        jobs::enqueue(&w, &RouteEmail { id, forged: false }).await?;
        w.commit().await?;
    }
    Ok(())
}

/// Says that mails from a waiting mail's address are nobody's.
///
/// # Errors
/// When the visitor does not administer the group.
pub async fn block(visit: &Visit, id: &str) -> Done {
    let (before, _) = waiting(visit, id).await?;
    let w = visit.begin().await?;
    let permit = Permit::system("an administrator refuses an address");
    remember(&w, &permit, &before, None, visit.actor.id).await?;
    let (after, _) = w.save(&permit, &before, ReceivedEmail { group_id: None, ..before.clone() }).await?;
    w.commit().await?;
    visit.render(&[after], None, "received_emails").await
}

/// Forgets what was said of an address.
///
/// # Errors
/// When the visitor does not administer the group.
pub async fn destroy_alias(visit: &Visit) -> Done {
    let id = visit.params.int("id").unwrap_or_default();
    let groups = locate::adminable_groups(visit).await?;
    let found = Find::<MemberEmailAlias>::new("member_email_aliases.id = $1 and member_email_aliases.group_id = any($2)", vec![id.into(), sql::ids(&groups)]).one(visit.db()).await?;
    let found = found.ok_or_else(|| locate::no_row("MemberEmailAlias", &id.to_string()))?;
    let w = visit.begin().await?;
    w.destroy(&Permit::system("an administrator forgets an address"), &found).await?;
    w.commit().await?;
    // Mails that were refused because of it wait for the administrators again.
    if let Err(e) = received_email_route::route_all(&visit.app).await {
        tracing::error!(error = format!("{e:#}"), "mails could not be routed");
    }
    Ok(success())
}
