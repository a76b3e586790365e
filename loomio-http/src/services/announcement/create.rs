//! Inviting people to a group, thread, poll or outcome, and telling them of it.

use crate::{
    json::{self, membership, params, render::Node},
    services::{
        Done, ServiceError, Visit, discussion, group,
        invite::About,
        locate::{self, Target},
        outcome, poll,
    },
};
use loomio_db::{find::Find, rows::DiscussionReader, sql};
use serde_json::{Value as Json, json as object};

/// Invites and notifies people.
///
/// # Errors
/// When the rules do not allow it.
pub async fn create(visit: &Visit) -> Done {
    let Some(target) = locate::target(visit).await? else { return Err(ServiceError::Status(400, object!({"error": "an announcement is about a group, thread, poll or outcome"}))) };
    let about = About::target(visit.db(), &target).await?;
    match &target {
        Target::Group(found) => {
            let rows = group::invite::invite(visit, found).await?;
            visit.render_as(&rows, &super::read::scope(visit, Some(&about)).await?, None, "memberships", membership::membership, Node::new()).await
        }
        Target::Discussion(found) => {
            let w = visit.begin().await?;
            let event = discussion::invite(visit, &w, found, &visit.params).await?;
            w.commit().await?;
            let told: Vec<i32> = event.custom_fields.get("recipient_user_ids").map(params::ids).unwrap_or_default();
            let rows = Find::<DiscussionReader>::new("discussion_readers.discussion_id = $1 and discussion_readers.user_id = any($2)", vec![found.id.into(), sql::ids(&told)])
                .order("discussion_readers.id")
                .all(visit.db())
                .await?;
            visit.render_as(&rows, &super::read::scope(visit, Some(&about)).await?, None, "discussion_readers", json::discussion::reader, Node::new()).await
        }
        Target::Poll(found) => {
            let w = visit.begin().await?;
            let rows = poll::remind::invite(visit, &w, found, &visit.params).await?;
            w.commit().await?;
            visit.render_as(&rows, &super::read::scope(visit, Some(&about)).await?, None, "stances", json::stance::stance, Node::new()).await
        }
        Target::Outcome(found, of) => {
            let w = visit.begin().await?;
            let rows = outcome::invite(visit, &w, found, of, &visit.params).await?;
            w.commit().await?;
            visit.render_as(&rows, &super::read::scope(visit, Some(&about)).await?, None, "users", json::user::user, Node::new()).await
        }
        // Nobody can be invited to these; whoever may see them is told nothing.
        Target::Comment(_) | Target::Stance(..) => Err(ServiceError::Status(204, Json::Null)),
    }
}
