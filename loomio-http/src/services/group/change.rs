//! Starting, changing and ending groups.
//!
//! Source: `app/services/group_service.rb`, `app/services/group_service/privacy_change.rb`.

use super::attributes;
use crate::{
    jobs::{self, destroy_group::DestroyGroup, send_mail::SendMail},
    json::params::Params,
    services::{Done, Faults, Visit, invite::search, locate, mail::Mail, membership::record, text, visit::success},
    settings::Environment,
};
use loomio_auth::token;
use loomio_core::policy::{self, Permit};
use loomio_db::{
    Write, counter, facts,
    find::{self, Find},
    record::Changes,
    rows::{Group, Membership, Subscription},
    sql,
};

/// How long an archived group can be brought back.
const GRACE: chrono::TimeDelta = chrono::TimeDelta::weeks(2);

/// Starts a group, with who starts it as its administrator.
///
/// # Errors
/// When the rules do not allow it or the group would be wrong.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("group")?;
    let files = text::Files::sent(visit, &sent)?;
    let parent_id = sent.id("parent_id");
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::group::for_create(w.conn(), &visit.actor, parent_id).await?, "create")?;
    let parent: Option<Group> = match parent_id {
        Some(id) => find::by_id(w.conn(), id).await?,
        None => None,
    };
    let mut group = Group { parent_id, ..Group::default() };
    let mut faults = Faults::default();
    attributes::assign(visit, &mut group, parent.as_ref(), &sent, &mut faults);
    attributes::check(visit, w.conn(), &mut group, parent.as_ref(), &mut faults).await?;
    faults.check()?;
    group.key = Some(token::key(&mut *w.rng()));
    group.token = Some(token::secure(&mut *w.rng()));
    if parent_id.is_none() {
        group.creator_id = visit.user_id();
        group.subscription_id = Some(w.insert(&permit, Subscription::default()).await?.id);
    }
    let mut group = text::insert(&visit.app, &w, &permit, group, &files).await?;
    if parent_id.is_none() {
        super::photo::attach_default_cover(visit, &w, &permit, &group).await?;
    }
    counter::groups(&w, &permit, parent_id.as_slice(), &["subgroups_count"]).await?;
    let member = record::add_member(&w, &permit, group.id, visit.actor.id, None).await?;
    record::save(&w, &permit, &member, Membership { admin: true, ..member.clone() }).await?;
    if group.creator_id.is_none() {
        let stored: Group = find::by_id(w.conn(), group.id).await?.unwrap_or_else(|| group.clone());
        w.save(&permit, &stored, Group { creator_id: visit.user_id(), ..stored.clone() }).await?;
        group.creator_id = visit.user_id();
    }
    w.commit().await?;
    // Told as it was stored, before its first member was counted.
    visit.render(&[group], None, "groups").await
}

/// Makes threads follow what their group allows.
async fn follow_privacy(w: &Write, permit: &Permit, group: &Group, changes: &Changes) -> Done<()> {
    let set = async |ids: &[i32], private: bool| -> Done<()> {
        w.execute(permit, "update discussions set private = $2 where group_id = any($1)", vec![sql::ids(ids), private.into()]).await?;
        Ok(counter::groups(w, permit, ids, &["public_discussions_count"]).await?)
    };
    if changes.has("is_visible_to_public") && !group.is_visible_to_public {
        let subgroups = Find::<Group>::new("groups.parent_id = $1 and groups.archived_at is null", vec![group.id.into()]).order("groups.id").all(w.conn()).await?;
        let mut ids: Vec<i32> = subgroups.iter().map(|g| g.id).collect();
        ids.push(group.id);
        set(&ids, true).await?;
        for before in subgroups {
            let before: Group = find::by_id(w.conn(), before.id).await?.unwrap_or(before);
            let mut after = before.clone();
            attributes::close(&mut after, group);
            w.save(permit, &before, after).await?;
        }
    }
    if changes.has("discussion_privacy_options") {
        match group.discussion_privacy_options.as_str() {
            "private_only" => set(&[group.id], true).await?,
            "public_only" => set(&[group.id], false).await?,
            _ => {}
        }
    }
    Ok(())
}

/// Changes a group.
///
/// # Errors
/// When the rules do not allow it or the group would be wrong.
pub async fn update(visit: &Visit, id: &str) -> Done {
    let found = locate::group(visit, id).await?;
    let mut sent = visit.params.of("group")?;
    // Nothing sent about files keeps them.
    sent.0.retain(|key, value| !(matches!(key.as_str(), "files" | "image_files") && value.is_null()));
    let files = text::Files::sent(visit, &sent)?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::group::load(w.conn(), &visit.actor, found.id).await?.unwrap_or_default(), "update")?;
    let before: Group = find::by_id(w.conn(), found.id).await?.unwrap_or(found);
    let parent: Option<Group> = match before.parent_id {
        Some(id) => find::by_id(w.conn(), id).await?,
        None => None,
    };
    let mut after = before.clone();
    let mut faults = Faults::default();
    attributes::assign(visit, &mut after, parent.as_ref(), &sent, &mut faults);
    // One word about privacy counts most, wherever it stands.
    let privacy = Params(sent.0.iter().filter(|(key, _)| *key == "group_privacy").map(|(key, value)| (key.clone(), value.clone())).collect());
    attributes::assign(visit, &mut after, parent.as_ref(), &privacy, &mut Faults::default());
    attributes::check(visit, w.conn(), &mut after, parent.as_ref(), &mut faults).await?;
    faults.check()?;
    let (after, changes) = text::save(&visit.app, &w, &permit, &before, after, &files).await?;
    follow_privacy(&w, &permit, &after, &changes).await?;
    w.commit().await?;
    visit.render(&[after], None, "groups").await
}

/// Gives a group another invitation token: links with the old one are worth nothing.
///
/// # Errors
/// When the visitor may not invite people.
pub async fn reset_token(visit: &Visit, id: &str) -> Done {
    let found = locate::group(visit, &locate::named(visit, "group", Some(id))).await?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::group::load(w.conn(), &visit.actor, found.id).await?.unwrap_or_default(), "invite_people")?;
    let token = token::secure(&mut *w.rng());
    w.save(&permit, &found, Group { token: Some(token), ..found.clone() }).await?;
    w.commit().await?;
    super::token(visit, &found.id.to_string()).await
}

/// Archives a group with its subgroups, tells its administrators, and removes it
/// when nobody brings it back in time.
///
/// # Errors
/// When the rules do not allow it.
pub async fn destroy(visit: &Visit, id: &str) -> Done {
    let found = locate::group(visit, id).await?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::group::load(w.conn(), &visit.actor, found.id).await?.unwrap_or_default(), "destroy")?;
    warn(&w, visit, &found).await?;
    let groups = search::organisation(w.conn(), found.id).await?;
    w.execute(&permit, "update groups set archived_at = $2 where id = any($1)", vec![sql::ids(&groups), w.now().into()]).await?;
    // Under test nothing waits.
    let wait = if visit.app.settings.environment == Environment::Test { chrono::TimeDelta::zero() } else { GRACE };
    jobs::enqueue_at(&w, &DestroyGroup { group_id: found.id, actor_id: visit.user_id(), archived_at: Some(w.now()) }, w.now() + wait).await?;
    w.commit().await?;
    Ok(success())
}

/// Warns the admins of a group that it is going to be deleted.
async fn warn(w: &Write, visit: &Visit, group: &Group) -> Done<()> {
    let deletor_name = visit.signed_in()?.name.clone().unwrap_or_default();
    let admins: Vec<i32> = sql::column(
        w.conn(),
        "select u.id from memberships m join users u on u.id = m.user_id where m.group_id = $1 and m.admin and m.revoked_at is null and u.deactivated_at is null order by u.id",
        vec![group.id.into()],
    )
    .await?;
    for recipient_id in admins {
        let mail = Mail::DestroyWarning { recipient_id, group_name: group.name.clone().unwrap_or_default(), group_key: group.key.clone().unwrap_or_default(), deletor_name: deletor_name.clone() };
        SendMail::enqueue(w, mail).await?;
    }
    Ok(())
}
