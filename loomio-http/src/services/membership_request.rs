//! Requests for membership.

use super::{Done, Visit, locate};
use loomio_db::{find::Find, rows::MembershipRequest};

/// A page of a group's requests that fulfil a condition.
async fn page(visit: &Visit, condition: &str, order: &str) -> Done {
    let group = locate::allowed_group(visit, &locate::named(visit, "group", None), "show").await?;
    locate::allowed_group(visit, &group.id.to_string(), "manage_membership_requests").await?;
    let (from, per) = visit.page(50);
    let rows = Find::<MembershipRequest>::new(&format!("membership_requests.group_id = $1 and {condition}"), vec![group.id.into()]).order(order).offset(from).limit(per).all(visit.db()).await?;
    visit.render(&rows, None, "membership_requests").await
}

/// The requests of a group that nobody has answered yet.
///
/// # Errors
/// When the visitor may not answer them.
pub async fn pending(visit: &Visit) -> Done {
    page(visit, "membership_requests.response is null", "membership_requests.created_at desc").await
}

/// The requests of a group that were answered.
///
/// # Errors
/// When the visitor may not answer requests.
pub async fn previous(visit: &Visit) -> Done {
    page(visit, "membership_requests.response is not null", "membership_requests.responded_at desc").await
}

/// The visitor's own requests that wait for an answer.
///
/// # Errors
/// When the group may not be seen.
pub async fn my_pending(visit: &Visit) -> Done {
    let group = locate::allowed_group(visit, &locate::named(visit, "group", None), "show").await?;
    // Who is not signed in has made none; the original shows them those of nobody.
    let rows = Find::<MembershipRequest>::new(
        "membership_requests.group_id = $1 and membership_requests.response is null and membership_requests.requestor_id = $2",
        vec![group.id.into(), visit.actor.id.into()],
    )
    .order("membership_requests.created_at desc")
    .all(visit.db())
    .await?;
    visit.render(&rows, None, "membership_requests").await
}
