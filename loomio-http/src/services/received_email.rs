//! Mails to groups from addresses nobody knows, and what administrators say of
//! them.

use super::{Done, Visit, locate};
use crate::json::{received_email::alias, render::Node};
use loomio_core::policy::Denied;
use loomio_db::{
    find::Find,
    rows::{MemberEmailAlias, ReceivedEmail},
};

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
