//! Reminding people of a poll, and inviting more of them.

use super::{draft::recipients, voters};
use crate::{
    json::params::Params,
    services::{
        Done, Visit, discussion,
        invite::{About, Invited, user_inviter},
        locate, publish,
    },
};
use loomio_core::policy::{self, Permit};
use loomio_db::{
    Write,
    event::Draft,
    facts,
    find::{self, Find},
    rows::{Discussion, Poll, Stance},
    sql,
};
use serde_json::{Value as Json, json};

/// How often each of these people stands among the poll's votes: the original
/// counts somebody who voted anew once for each of their votes.
async fn counted(w: &Write, poll: &Poll, ids: &[i32]) -> Done<Vec<i32>> {
    Ok(sql::column(
        w.conn(),
        "select u.id from unnest($2::int[]) with ordinality as u(id, place) left join stances s on s.poll_id = $1 and s.participant_id = u.id order by u.place",
        vec![poll.id.into(), sql::ids(ids)],
    )
    .await?)
}

/// Reminds people of a poll and says how many.
///
/// # Errors
/// When the rules do not allow it or there is no such audience.
pub async fn remind(visit: &Visit) -> Done {
    let poll = locate::allowed_poll(visit, &locate::named(visit, "poll", None), "show").await?;
    let sent = visit.params.of("poll")?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::poll::load(w.conn(), &visit.actor, poll.id).await?.unwrap_or_default(), "remind")?;
    let users = user_inviter::where_existing(w.conn(), &visit.actor, &About::poll(&poll), &Invited::of(&sent)).await?;
    let ids = counted(&w, &poll, &users.iter().map(|u| u.id).collect::<Vec<_>>()).await?;
    let mut fields = recipients(&ids, &sent);
    fields.insert("recipient_message".to_owned(), json!(sent.filled("recipient_message")));
    publish::append(&w, &permit, Draft { custom_fields: Json::Object(fields), ..Draft::new("poll_reminder", "Poll", poll.id, visit.user_id()) }).await?;
    w.commit().await?;
    Ok(json!({"count": ids.len()}))
}

/// Invites people to vote and, if wanted, tells them.
///
/// # Errors
/// When the rules do not allow it, there is no such audience, or too many are invited.
pub async fn invite(visit: &Visit, w: &Write, poll: &Poll, sent: &Params) -> Done<Vec<Stance>> {
    let invited = Invited::of(sent);
    let about = About::poll(poll);
    user_inviter::authorize(w.conn(), &visit.actor, &about, &invited).await?;
    // Each of these people passed the rule that concerns them.
    let permit = Permit::system("invite people to a poll");
    if let Some(thread) = match poll.discussion_id {
        Some(id) => find::by_id::<Discussion>(w.conn(), id).await?,
        None => None,
    } {
        discussion::add_users(visit, w, &permit, &thread, &invited).await?;
    }
    let known: Vec<i32> = sql::column(w.conn(), "select participant_id from stances where poll_id = $1 and latest and revoked_at is null and participant_id is not null", vec![poll.id.into()]).await?;
    let users = user_inviter::where_or_create(w, &permit, visit, &about, &invited).await?;
    let ids: Vec<i32> = users.iter().map(|u| u.id).filter(|id| !known.contains(id)).collect();
    voters::add(w, &permit, poll, visit.actor.id, &ids).await?;
    let stances = Find::<Stance>::new("stances.poll_id = $1 and stances.participant_id = any($2) and stances.latest", vec![poll.id.into(), sql::ids(&ids)]).order("stances.id").all(w.conn()).await?;
    if sent.truth("notify_recipients") == Some(true) {
        let mut fields = recipients(&[], sent);
        fields.insert("recipient_user_ids".to_owned(), sent.get("recipient_user_ids").map_or(Json::Null, |ids| json!(crate::json::params::ids(ids))));
        fields.insert("recipient_message".to_owned(), json!(sent.filled("recipient_message")));
        fields.insert("stance_ids".to_owned(), json!(stances.iter().map(|s| s.id).collect::<Vec<_>>()));
        publish::append(w, &permit, Draft { custom_fields: Json::Object(fields), ..Draft::new("poll_announced", "Poll", poll.id, visit.user_id()) }).await?;
    }
    Ok(stances)
}
