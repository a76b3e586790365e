//! Groups that show what this is like.

use super::{Done, Visit};
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
