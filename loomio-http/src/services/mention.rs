//! Whom a text can mention.
//!
//! Source: `app/controllers/api/v1/mentions_controller.rb`, `User.mention_search`.

use super::{
    Done, ServiceError, Visit,
    invite::{About, about::Kind, search},
    locate,
};
use loomio_core::policy;
use loomio_db::{facts, find::Find, rows::User, sql};
use sea_orm::FromQueryResult;
use serde_json::{Value as Json, json};

#[derive(FromQueryResult)]
struct MentionedGroup {
    handle: Option<String>,
    name: String,
}

/// The group a text belongs to, if the visitor may notify it.
async fn group(visit: &Visit, group_id: i32, q: &str) -> Done<Option<Json>> {
    let found: Option<MentionedGroup> = sql::row(
        visit.db(),
        "select g.handle::text as handle, concat_ws(' - ', p.name, g.name) as name from groups g left join groups p on p.id = g.parent_id \
         where g.id = $1 and g.archived_at is null and g.handle is not null and (g.name ilike $2 or g.name ilike $3 or g.handle ilike $2)",
        [vec![group_id.into()], search::patterns(q).to_vec()].concat(),
    )
    .await?;
    let Some(found) = found else { return Ok(None) };
    let facts = facts::group::load(visit.db(), &visit.actor, group_id).await?.unwrap_or_default();
    Ok(policy::allows(&facts, "notify").then(|| json!({"handle": found.handle, "name": found.name})))
}

/// The people a text can mention: who belongs to its group, thread or poll, or,
/// outside of any, who shares a group with the visitor.
async fn people(visit: &Visit, about: Option<&About>, q: &str) -> Done<Vec<User>> {
    let [first, other] = search::patterns(q);
    let find = match about {
        Some(about) => {
            let mut values = about.values();
            values.extend([first, other]);
            Find::<User>::new(
                &format!(
                    "users.deactivated_at is null and {} and (users.id in (select m.user_id from memberships m where m.group_id = $1::int and m.revoked_at is null) \
                       or users.id in (select r.user_id from discussion_readers r where r.discussion_id = $2::int and r.guest and r.revoked_at is null) \
                       or users.id in (select s.participant_id from stances s where s.latest and s.revoked_at is null and s.inviter_id is not null and (s.poll_id = $3::int or {})))",
                    search::matches(4),
                    // Groups and threads count the guests of their polls; what is in a thread does not.
                    match about.kind {
                        Kind::Group => "s.poll_id in (select p.id from polls p where p.group_id = $1::int)",
                        Kind::Discussion => "s.poll_id in (select p.id from polls p where p.discussion_id = $2::int)",
                        _ => "false",
                    },
                ),
                values,
            )
        }
        None => Find::<User>::new(
            &format!(
                "users.deactivated_at is null and users.email_verified and users.id <> $1 and {} and users.id in (select m.user_id from memberships m where m.revoked_at is null and m.group_id in ({}))",
                search::matches(2),
                facts::GROUPS_OF_USER
            ),
            vec![visit.actor.id.into(), first, other],
        ),
    };
    Ok(find.order("users.id").limit(search::MOST).all(visit.db()).await?)
}

/// Whom a text can mention. Unlike elsewhere, a refusal sends who is signed in to
/// their dashboard and asks everybody else to sign in.
///
/// # Errors
/// When what the text belongs to may not be seen.
pub async fn index(visit: &Visit) -> Done {
    let target = locate::target(visit).await.map_err(|e| match e {
        ServiceError::Denied(_) if visit.actor.is_logged_in() => ServiceError::Redirect("/dashboard".to_owned()),
        ServiceError::Denied(_) => ServiceError::Status(401, json!({"error": visit.text("devise.failure.unauthenticated")})),
        ServiceError::NotFound(_) => ServiceError::Status(404, json!({"error": visit.text("errors.404.title")})),
        e => e,
    })?;
    let about = match &target {
        Some(target) => Some(About::target(visit.db(), target).await?),
        None => None,
    };
    let q = visit.params.text("q").unwrap_or_default().trim().to_owned();
    let mut found = Vec::new();
    if let Some(group_id) = about.and_then(|a| a.group_id) {
        found.extend(group(visit, group_id, &q).await?);
    }
    let gone = visit.text("profile_page.deleted_account");
    for user in people(visit, about.as_ref(), &q).await? {
        let name = if user.deactivated_at.is_some() && user.name.is_none() { Some(gone.clone()) } else { user.name };
        found.push(json!({"handle": user.username, "name": name}));
    }
    Ok(Json::Array(found))
}
