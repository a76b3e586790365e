//! The kept versions of texts and settings.
//!
//! Source: `app/controllers/api/v1/versions_controller.rb`.

use super::{Done, ServiceError, Visit, locate};
use locate::Target;
use loomio_db::{find::Find, rows::Version};
use serde_json::{Value as Json, json};

/// What a version is of, as `versions` names it.
fn item(target: &Target) -> (&'static str, i32) {
    match target {
        Target::Group(g) => ("Group", g.id),
        Target::Discussion(d) => ("Discussion", d.id),
        Target::Comment(c) => ("Comment", c.id),
        Target::Poll(p) => ("Poll", p.id),
        Target::Stance(s, _) => ("Stance", s.id),
        Target::Outcome(o, _) => ("Outcome", o.id),
    }
}

/// A vote tells who gave it and how: not while the poll hides one or the other.
fn is_secret(visit: &Visit, target: &Target) -> bool {
    match target {
        Target::Stance(s, p) => {
            let own = visit.user_id().is_some() && visit.user_id() == s.participant_id;
            let hidden = match p.hide_results {
                0 => false,
                _ => p.closed_at.is_none(),
            };
            !own && (p.anonymous || hidden)
        }
        _ => false,
    }
}

/// One version by its place in the history, 0 being the first and -1 the last.
///
/// # Errors
/// When the thing may not be seen or has no such version.
pub async fn show(visit: &Visit) -> Done {
    let target = locate::target(visit).await?.ok_or_else(ServiceError::not_found)?;
    if is_secret(visit, &target) {
        return Err(ServiceError::not_found());
    }
    let (class, id) = item(&target);
    let mut versions =
        Find::<Version>::new("versions.item_type = $1 and versions.item_id = $2", vec![class.into(), id.into()]).order("versions.created_at").order("versions.id").all(visit.db()).await?;
    let index = visit.params.int("index").unwrap_or(0);
    let at = if index < 0 { i64::try_from(versions.len()).unwrap_or(0).saturating_add(index) } else { index };
    let at = usize::try_from(at).ok().filter(|at| *at < versions.len()).ok_or_else(ServiceError::not_found)?;
    let previous = versions.iter().filter(|v| v.id < versions[at].id).map(|v| v.id).max();
    let found = versions.swap_remove(at);
    let mut answer = visit.render(&[found], None, "versions").await?;
    if let Some(Json::Object(version)) = answer.pointer_mut("/versions/0") {
        version.insert("previous_id".to_owned(), json!(previous));
    }
    Ok(answer)
}
