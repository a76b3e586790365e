//! Inviting people to a group, thread, poll or outcome, and telling them of it.

use crate::{
    json::{membership, render::Node},
    services::{
        Done, ServiceError, Visit, group,
        invite::About,
        locate::{self, Target},
    },
};
use serde_json::json;

/// Invites and notifies people.
///
/// # Errors
/// When the rules do not allow it.
pub async fn create(visit: &Visit) -> Done {
    let Some(target) = locate::target(visit).await? else { return Err(ServiceError::Status(400, json!({"error": "an announcement is about a group, thread, poll or outcome"}))) };
    let about = About::target(visit.db(), &target).await?;
    match &target {
        Target::Group(found) => {
            let rows = group::invite::invite(visit, found).await?;
            visit.render_as(&rows, &super::read::scope(visit, Some(&about)).await?, None, "memberships", membership::membership, Node::new()).await
        }
        _ => Err(ServiceError::Status(400, json!({"error": "nobody can be invited to this"}))),
    }
}
