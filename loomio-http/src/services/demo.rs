//! Groups that show what this is like.

use super::{Done, ServiceError, Visit};
use loomio_db::{find::Find, rows::Demo};

/// The groups that can be copied to try.
///
/// # Errors
/// When the database refuses.
pub async fn index(visit: &Visit) -> Done {
    let (from, per) = visit.page(50);
    let total = Find::<Demo>::new("true", vec![]).count(visit.db()).await?;
    let rows = Find::<Demo>::new("true", vec![]).order("demos.id").offset(from).limit(per).all(visit.db()).await?;
    visit.render(&rows, Some(total), "demos").await
}

/// A copy of such a group for the visitor. Copies are made beforehand, by servers
/// that offer trying; this one keeps none.
///
/// # Errors
/// When nobody is signed in, or there is no copy.
pub async fn clone(visit: &Visit) -> Done {
    visit.signed_in()?;
    Err(ServiceError::NotFound("Couldn't find Group without an ID".to_owned()))
}
