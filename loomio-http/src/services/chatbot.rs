//! Chat rooms that are told of a group's events: their rows. Telling them is
//! `publish`'s.

use super::{Done, Visit, locate};
use crate::json::render::{Node, Scope};
use loomio_db::{facts, find::Find, rows::Chatbot};

/// The chat bots of a group; their addresses only for administrators.
///
/// # Errors
/// When the visitor is no member.
pub async fn index(visit: &Visit) -> Done {
    let group = locate::allowed_group(visit, &locate::named(visit, "group", None), "show_chatbots").await?;
    let admin = facts::group::load(visit.db(), &visit.actor, group.id).await?.is_some_and(|f| f.admin);
    let rows = Find::<Chatbot>::new("chatbots.group_id = $1", vec![group.id.into()]).order("chatbots.id").all(visit.db()).await?;
    visit.render_in(&rows, &Scope { current_user_is_admin: admin, ..visit.scope() }, None, "chatbots", Node::new()).await
}
