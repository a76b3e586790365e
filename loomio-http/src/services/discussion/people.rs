//! Inviting people to a thread.

use super::recipients;
use crate::{
    json::params::Params,
    services::{
        Done, Visit,
        invite::{About, Invited, user_inviter},
        poll::voters,
        publish,
    },
};
use loomio_core::policy::Permit;
use loomio_db::{
    Write, counter,
    event::Draft,
    find::Find,
    rows::{Discussion, Event, Membership, Poll, User},
    sql,
};
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// Makes people readers of a thread: members of its group, guests otherwise. Whose
/// invitation was revoked is invited again.
///
/// # Errors
/// When there is no such audience or too many are invited.
pub async fn add_users(visit: &Visit, w: &Write, permit: &Permit, discussion: &Discussion, invited: &Invited) -> Done<Vec<User>> {
    let users = user_inviter::where_or_create(w, permit, visit, &About::discussion(discussion), invited).await?;
    let ids: Vec<i32> = users.iter().map(|u| u.id).collect();
    if ids.is_empty() {
        return Ok(users);
    }
    let memberships = Find::<Membership>::new("memberships.group_id = $1 and memberships.user_id = any($2)", vec![discussion.group_id.into(), sql::ids(&ids)]).all(w.conn()).await?;
    let volumes: HashMap<i32, i32> = memberships.into_iter().filter_map(|m| Some((m.user_id?, m.volume.unwrap_or(loomio_core::volume::NORMAL)))).collect();
    w.execute(
        permit,
        "update discussion_readers set revoked_at = null, revoker_id = null where discussion_id = $1 and user_id = any($2) and revoked_at is not null",
        vec![discussion.id.into(), sql::ids(&ids)],
    )
    .await?;
    let known: Vec<i32> = sql::column(w.conn(), "select user_id from discussion_readers where discussion_id = $1 and user_id = any($2)", vec![discussion.id.into(), sql::ids(&ids)]).await?;
    let mut new = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for user in users.iter().filter(|u| !known.contains(&u.id)) {
        let volume = volumes.get(&user.id);
        new.0.push(user.id);
        new.1.push(volume.copied().unwrap_or(user.default_membership_volume));
        new.2.push(volume.is_none());
        new.3.push(loomio_auth::token::secure(&mut *w.rng()));
    }
    w.execute(
        permit,
        "insert into discussion_readers (discussion_id, inviter_id, admin, created_at, updated_at, user_id, volume, guest, token) \
         select $1, $2, $3, $4::timestamp, $4::timestamp, n.user_id, n.volume, n.guest, n.token from unnest($5::int[], $6::int[], $7::bool[], $8::text[]) n(user_id, volume, guest, token) on conflict do nothing",
        vec![discussion.id.into(), visit.user_id().into(), discussion.group_id.is_none().into(), visit.now.into(), new.0.into(), new.1.into(), new.2.into(), new.3.into()],
    )
    .await?;
    counter::discussions(w, permit, &[discussion.id], &["members_count"]).await?;
    Ok(users)
}

/// Invites people to a thread and tells them of it.
///
/// # Errors
/// When the rules do not allow it, there is no such audience, or too many are invited.
pub async fn invite(visit: &Visit, w: &Write, discussion: &Discussion, sent: &Params) -> Done<Event> {
    let invited = Invited::of(sent);
    let about = About::discussion(discussion);
    user_inviter::authorize(w.conn(), &visit.actor, &about, &invited).await?;
    // Each of these people passed the rule that concerns them.
    let permit = Permit::system("invite people to a thread");
    let users = add_users(visit, w, &permit, discussion, &invited).await?;
    let open = "polls.discussion_id = $1 and polls.discarded_at is null and polls.closed_at is null and not polls.specified_voters_only";
    for poll in Find::<Poll>::new(open, vec![discussion.id.into()]).order("polls.id").all(w.conn()).await? {
        voters::add_everybody(w, &permit, &poll).await?;
    }
    let mut custom_fields = recipients(&users, sent);
    custom_fields.insert("recipient_audience".to_owned(), json!(sent.filled("recipient_audience")));
    custom_fields.insert("recipient_message".to_owned(), json!(sent.filled("recipient_message")));
    let draft = Draft { custom_fields: Json::Object(custom_fields), ..Draft::new("discussion_announced", "Discussion", discussion.id, visit.user_id()) };
    publish::append(w, &permit, draft).await
}
