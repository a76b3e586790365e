//! Changing memberships: title, rights, volume, what somebody has seen.
//!
//! Source: `app/services/membership_service.rb`.

use super::record;
use crate::{
    json::{
        records,
        render::{Node, Scope},
        user,
    },
    services::{Done, Faults, ServiceError, Visit, invite::search, locate, publish, text},
};
use loomio_core::{
    policy::{self, Permit},
    volume,
};
use loomio_db::{
    Write,
    event::Draft,
    facts,
    find::{self, Find},
    rows::{Membership, User},
    sql,
};
use serde_json::{Map, Value as Json, json};

/// A membership and the permit for an action on it, inside a write.
async fn allowed(visit: &Visit, w: &Write, id: &str, action: &'static str) -> Done<(Membership, Permit)> {
    let membership: Membership = locate::by_id_in(w.conn(), id).await?;
    let permit = policy::authorize(&facts::membership::load(w.conn(), &visit.actor, &membership).await?, action)?;
    Ok((membership, permit))
}

/// One membership as the answer.
async fn told(visit: &Visit, membership: Membership) -> Done {
    visit.render(&[membership], None, "memberships").await
}

/// One membership as the answer, with its person as they are before they are told
/// of the change: the original renders them as it had loaded them.
async fn told_before(visit: &Visit, w: &Write, membership: &Membership) -> Done {
    let roots = records::render(std::slice::from_ref(membership), &visit.scope(), visit.around(), w.conn()).await?;
    Ok(records::with_meta(roots, "memberships", None, Node::new()))
}

/// An object inside a JSON value, empty if it is none.
fn object(value: Option<&Json>) -> Map<String, Json> {
    value.and_then(Json::as_object).cloned().unwrap_or_default()
}

/// Writes a membership's title and whether it is a delegate's into its person,
/// with whom both travel everywhere.
async fn tell_person(visit: &Visit, w: &Write, permit: &Permit, membership: &Membership) -> Done<Option<User>> {
    let (Some(group_id), Some(user_id)) = (membership.group_id, membership.user_id) else { return Ok(None) };
    let Some(user) = find::by_id::<User>(w.conn(), user_id).await? else { return Ok(None) };
    let mut experiences = object(Some(&user.experiences));
    let mut titles = object(experiences.get("titles"));
    titles.insert(group_id.to_string(), json!(membership.title));
    let mut delegates = object(experiences.get("delegates"));
    if membership.delegate {
        delegates.insert(group_id.to_string(), json!(true));
    } else {
        delegates.remove(&group_id.to_string());
    }
    experiences.insert("titles".to_owned(), Json::Object(titles));
    experiences.insert("delegates".to_owned(), Json::Object(delegates));
    let after = User { experiences: Json::Object(experiences), ..user.clone() };
    Ok(Some(text::save(&visit.app, w, permit, &user, after, &text::Files::KEPT).await?.0))
}

/// Shows a changed person to the browsers of a group.
async fn show_person(visit: &Visit, membership: &Membership, person: Option<User>) -> Done<()> {
    let (Some(group_id), Some(person)) = (membership.group_id, person) else { return Ok(()) };
    let roots = records::render_as(&[person], &Scope::default(), visit.around(), visit.db(), "users", user::author).await?;
    visit.app.live.publish(&format!("group_{group_id}"), &json!({"records": roots})).await;
    Ok(())
}

/// Gives a membership a title.
///
/// # Errors
/// When the rules do not allow it.
pub async fn update(visit: &Visit, id: &str) -> Done {
    let w = visit.begin().await?;
    locate::by_id_in::<Membership>(w.conn(), id).await?;
    let sent = visit.params.of("membership")?;
    let (before, permit) = allowed(visit, &w, id, "update").await?;
    let title = if sent.has("title") { sent.text("title") } else { before.title.clone() };
    let (after, _) = record::save(&w, &permit, &before, Membership { title, ..before.clone() }).await?;
    let answer = told_before(visit, &w, &after).await?;
    let person = tell_person(visit, &w, &permit, &after).await?;
    w.commit().await?;
    show_person(visit, &after, person).await?;
    Ok(answer)
}

/// Makes a member an administrator, or no administrator any more.
///
/// # Errors
/// When the rules do not allow it.
pub async fn set_admin(visit: &Visit, id: &str, admin: bool) -> Done {
    let w = visit.begin().await?;
    let (before, permit) = allowed(visit, &w, id, if admin { "make_admin" } else { "remove_admin" }).await?;
    let (after, _) = record::save(&w, &permit, &before, Membership { admin, ..before.clone() }).await?;
    if admin {
        publish::append(&w, &permit, Draft::new("new_coordinator", "Membership", after.id, visit.user_id())).await?;
    }
    w.commit().await?;
    told(visit, after).await
}

/// Makes a member a delegate, or no delegate any more.
///
/// # Errors
/// When the rules do not allow it.
pub async fn set_delegate(visit: &Visit, id: &str, delegate: bool) -> Done {
    let w = visit.begin().await?;
    let (before, permit) = allowed(visit, &w, id, if delegate { "make_delegate" } else { "remove_delegate" }).await?;
    let (after, _) = record::save(&w, &permit, &before, Membership { delegate, ..before.clone() }).await?;
    let answer = told_before(visit, &w, &after).await?;
    let person = tell_person(visit, &w, &permit, &after).await?;
    if delegate {
        publish::append(&w, &permit, Draft::new("new_delegate", "Membership", after.id, visit.user_id())).await?;
    }
    w.commit().await?;
    show_person(visit, &after, person).await?;
    Ok(answer)
}

/// Sends an invitation again.
///
/// # Errors
/// When the rules do not allow it.
pub async fn resend(visit: &Visit, id: &str) -> Done {
    let w = visit.begin().await?;
    let (membership, permit) = allowed(visit, &w, id, "resend").await?;
    let draft = Draft { custom_fields: json!({"membership_id": membership.id}), ..Draft::new("membership_resent", "Group", membership.group_id.unwrap_or_default(), visit.user_id()) };
    publish::append(&w, &permit, draft).await?;
    w.commit().await?;
    told(visit, membership).await
}

/// Notes that a member has seen something.
///
/// # Errors
/// When nothing is named or the rules do not allow it.
pub async fn save_experience(visit: &Visit, id: &str) -> Done {
    let Some(experience) = visit.params.text("experience") else { return Err(crate::json::params::BadParams::Missing("experience".to_owned()).into()) };
    let w = visit.begin().await?;
    let (before, permit) = allowed(visit, &w, id, "update").await?;
    let mut experiences = object(Some(&before.experiences));
    experiences.insert(experience, json!(true));
    let (after, _) = record::save(&w, &permit, &before, Membership { experiences: Json::Object(experiences), ..before.clone() }).await?;
    w.commit().await?;
    told(visit, after).await
}

/// Sets how loudly a member is told of their group, or of all its organisation. A
/// mail's link may say so, too.
///
/// # Errors
/// When there is no such volume or the rules do not allow it.
pub async fn set_volume(visit: &Visit, id: &str) -> Done {
    let visit = &visit.by_mail_link().await?;
    let w = visit.begin().await?;
    let (before, permit) = allowed(visit, &w, id, "update").await?;
    let Some(level) = visit.params.text("volume").and_then(|v| volume::parse(&v)) else {
        let mut faults = Faults::default();
        faults.add("volume", visit.text("activerecord.errors.messages.invalid"));
        return Err(ServiceError::Invalid(faults));
    };
    let group_id = before.group_id.unwrap_or_default();
    let all = visit.params.get("apply_to_all").is_some_and(|v| crate::json::params::truth(v) != Some(false));
    let (groups, user_id) = if all {
        let parent: Option<i32> = sql::scalar(w.conn(), "select coalesce(parent_id, id) from groups where id = $1", vec![group_id.into()]).await?;
        (search::organisation(w.conn(), parent.unwrap_or(group_id)).await?, visit.actor.id)
    } else {
        record::save(&w, &permit, &before, Membership { volume: Some(level), ..before.clone() }).await?;
        (vec![group_id], before.user_id.unwrap_or_default())
    };
    let memberships = "update memberships set volume = $3 where group_id = any($1) and user_id = $2 and revoked_at is null";
    let readers = "update discussion_readers r set volume = $3 from discussions d where d.id = r.discussion_id and d.group_id = any($1) and r.user_id = $2";
    let stances = "update stances s set volume = $3 from polls p where p.id = s.poll_id and p.group_id = any($1) and s.participant_id = $2";
    for statement in [memberships, readers, stances] {
        w.execute(&permit, statement, vec![sql::ids(&groups), user_id.into(), level.into()]).await?;
    }
    w.commit().await?;
    // What was set for all groups at once is told as it was before.
    told(visit, if all { before } else { Membership { volume: Some(level), ..before } }).await
}

/// Joins a group that takes whoever asks.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn join_group(visit: &Visit) -> Done {
    let group = locate::allowed_group(visit, &locate::named(visit, "group", None), "show").await?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::group::load(w.conn(), &visit.actor, group.id).await?.unwrap_or_default(), "join")?;
    let membership = record::add_member(&w, &permit, group.id, visit.actor.id, None).await?;
    publish::append(&w, &permit, Draft::new("user_joined_group", "Membership", membership.id, Some(visit.actor.id))).await?;
    w.commit().await?;
    told(visit, membership).await
}

/// Names somebody who has not named themselves, for an administrator of one of
/// their groups.
///
/// # Errors
/// When they have a name and a verified address, or share no group the visitor
/// administers.
pub async fn user_name(visit: &Visit) -> Done {
    let id = visit.params.id("id").unwrap_or_default();
    let user = Find::<User>::new("users.deactivated_at is null and users.id = $1", vec![id.into()]).one(visit.db()).await?.ok_or_else(|| locate::no_row("User", &id.to_string()))?;
    let administers = sql::exists(
        visit.db(),
        &format!("select 1 from memberships t where t.user_id = $2 and t.revoked_at is null and t.group_id in ({} and m.admin)", facts::GROUPS_OF_USER),
        vec![visit.actor.id.into(), id.into()],
    )
    .await?;
    let unnamed = user.name.as_deref().is_none_or(|n| n.trim().is_empty()) || !user.email_verified;
    if !(administers && unnamed) {
        return Err(ServiceError::Status(403, json!({"error": 403})));
    }
    let w = visit.begin().await?;
    let permit = Permit::system("an administrator names an invited person");
    let mut after = user.clone();
    after.name = visit.params.text("name");
    after.username = visit.params.text("username").or(after.username);
    let mut faults = Faults::default();
    if after.name.as_deref().is_some_and(|n| n.chars().count() > 100) {
        faults.add("name", visit.app.i18n.text(&visit.locale, "activerecord.errors.messages.too_long", &[("count", "100")]));
    }
    let username = after.username.clone().unwrap_or_default();
    if username.len() > 30 || !username.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        faults.add("username", visit.text("activerecord.errors.messages.invalid"));
    } else if sql::exists(w.conn(), "select 1 from users where username = $1 and id <> $2", vec![username.into(), id.into()]).await? {
        faults.add("username", visit.text("activerecord.errors.messages.taken"));
    }
    faults.check()?;
    let (after, _) = text::save(&visit.app, &w, &permit, &user, after, &text::Files::KEPT).await?;
    w.commit().await?;
    visit.render(&[after], None, "memberships").await
}
