//! What waits in a browser's session until somebody signs in: a followed link, an
//! invitation, an identity at another site.
//!
//! The sign-in form is told of it; signing in consumes it. Tokens in a request's
//! own parameters count like those in the session.
//!
//! Source: `app/helpers/pending_actions_helper.rb`.

use super::{
    Done, Visit,
    identity::waiting,
    login_token,
    membership::{record, redeem},
};
use crate::json::{
    pending::{self, no_looks},
    records,
    render::Node,
};
use loomio_core::policy::Permit;
use loomio_db::{
    DbError,
    find::{self, Find},
    rows::{Discussion, DiscussionReader, Group, Membership, Poll, Stance, User},
};
use serde_json::{Value as Json, json};

/// A token of a kind, in the parameters or in the session.
fn token(visit: &Visit, kind: &str) -> Option<String> {
    visit.params.filled(&format!("{kind}_token")).or_else(|| visit.session.lock().session.get(&format!("pending_{kind}_token")))
}

/// The invitation to a group.
///
/// # Errors
/// When the database refuses.
pub async fn membership(visit: &Visit) -> Done<Option<Membership>> {
    let Some(token) = token(visit, "membership") else { return Ok(None) };
    Ok(Find::<Membership>::new("memberships.token = $1 and memberships.revoked_at is null and memberships.accepted_at is null", vec![token.into()]).one(visit.db()).await?)
}

/// The invitation to a thread.
///
/// # Errors
/// When the database refuses.
pub async fn discussion_reader(visit: &Visit) -> Done<Option<DiscussionReader>> {
    let Some(token) = token(visit, "discussion_reader") else { return Ok(None) };
    Ok(Find::<DiscussionReader>::new(
        "discussion_readers.token = $1 and discussion_readers.revoked_at is null and discussion_readers.guest and discussion_readers.accepted_at is null",
        vec![token.into()],
    )
    .one(visit.db())
    .await?)
}

/// The invitation to a poll.
///
/// # Errors
/// When the database refuses.
pub async fn stance(visit: &Visit) -> Done<Option<Stance>> {
    let Some(token) = token(visit, "stance") else { return Ok(None) };
    Ok(Find::<Stance>::new("stances.token = $1", vec![token.into()]).one(visit.db()).await?)
}

/// The group whose own link was followed.
///
/// # Errors
/// When the database refuses.
pub async fn group(visit: &Visit) -> Done<Option<Group>> {
    let Some(token) = visit.session.lock().session.get("pending_group_token") else { return Ok(None) };
    Ok(Find::<Group>::new("groups.token = $1", vec![token.into()]).one(visit.db()).await?)
}

/// Whether an address is proved by what waits: whoever followed a link reads its mail.
///
/// # Errors
/// When the database refuses.
pub async fn proves(visit: &Visit, email: &str) -> Done<bool> {
    let mut owner = None;
    if let Some(m) = membership(visit).await? {
        owner = m.user_id;
    } else if let Some(t) = login_token::pending(visit).await?.filter(|t| login_token::is_usable(visit, t)) {
        owner = t.user_id;
    } else if let Some(r) = discussion_reader(visit).await? {
        owner = Some(r.user_id);
    } else if let Some(s) = stance(visit).await? {
        owner = s.participant_id;
    }
    let proved = match owner {
        Some(id) => find::by_id::<User>(visit.db(), id).await?.and_then(|u| u.email),
        None => waiting::proved_email(visit).await?,
    };
    Ok(proved.is_some_and(|p| p.eq_ignore_ascii_case(email)))
}

/// Whether somebody may register at a site that is closed: an invitation of any
/// kind waits, or an identity with this address at a site that people sign in by.
///
/// # Errors
/// When the database refuses.
pub async fn is_invited(visit: &Visit, email: &str) -> Done<bool> {
    let is_known_elsewhere = waiting::find(visit).await?.and_then(|i| i.email).is_some_and(|known| !email.is_empty() && known.eq_ignore_ascii_case(email));
    Ok(is_known_elsewhere || membership(visit).await?.is_some() || discussion_reader(visit).await?.is_some() || stance(visit).await?.is_some() || group(visit).await?.is_some())
}

/// How whoever has a verified address looks.
async fn looks_of(visit: &Visit, email: Option<&str>) -> Done<(Node, Option<User>)> {
    let found = match email {
        Some(email) => Find::<User>::new("users.email = $1::citext and users.email_verified", vec![email.into()]).one(visit.db()).await?,
        None => None,
    };
    match found {
        Some(user) => Ok((looks(visit, &user).await?, Some(user))),
        None => Ok((no_looks(None), None)),
    }
}

async fn looks(visit: &Visit, user: &User) -> Done<Node> {
    let roots = records::render_as(std::slice::from_ref(user), &visit.scope(), visit.around(), visit.db(), "users", pending::looks).await?;
    Ok(roots.get("users").and_then(|u| u.get(0)).and_then(Json::as_object).cloned().unwrap_or_default())
}

async fn invitation(visit: &Visit, kind: &str, token: Option<&str>, group_id: Option<i32>, invited: Option<i32>) -> Done<Node> {
    let invited: Option<User> = match invited {
        Some(id) => find::by_id(visit.db(), id).await?,
        None => None,
    };
    let (looks, _) = looks_of(visit, invited.as_ref().and_then(|u| u.email.as_deref())).await?;
    Ok(pending::invitation(kind, token, group_id, invited.as_ref(), looks))
}

/// What waits, as the sign-in form is told; an empty object when nothing does.
///
/// # Errors
/// When the database refuses.
pub async fn told(visit: &Visit) -> Done {
    if let Some(row) = login_token::pending(visit).await?
        && let Some(owner) = login_token::owner(visit, &row).await?
    {
        return Ok(Json::Object(pending::login_token(&owner, looks(visit, &owner).await?, &visit.app.i18n, row.is_reactivation)));
    }
    if let Some(row) = waiting::find(visit).await? {
        let (looks, known) = looks_of(visit, row.email.as_deref()).await?;
        return Ok(Json::Object(pending::identity(&row, pending::status(known.as_ref()), looks)));
    }
    if let Some(m) = membership(visit).await? {
        return Ok(Json::Object(invitation(visit, "membership", m.token.as_deref(), m.group_id, m.user_id).await?));
    }
    if let Some(s) = stance(visit).await? {
        return Ok(Json::Object(invitation(visit, "stance", s.token.as_deref(), None, s.participant_id).await?));
    }
    if let Some(r) = discussion_reader(visit).await? {
        return Ok(Json::Object(invitation(visit, "discussion_reader", r.token.as_deref(), None, Some(r.user_id)).await?));
    }
    if let Some(g) = group(visit).await? {
        return Ok(Json::Object(pending::group(g.token.as_deref(), g.id)));
    }
    Ok(json!({}))
}

const SESSION_KEYS: [&str; 6] = ["pending_login_token", "pending_identity_id", "pending_group_token", "pending_membership_token", "pending_discussion_reader_token", "pending_stance_token"];

/// Whether a request brings anything to be consumed; most bring nothing.
fn has_any(visit: &Visit) -> bool {
    if ["membership_token", "discussion_reader_token", "stance_token"].iter().any(|key| visit.params.filled(key).is_some()) {
        return true;
    }
    let state = visit.session.lock();
    SESSION_KEYS.iter().any(|key| state.session.get(key).is_some() || state.session.get_number(key).is_some())
}

/// Consumes what waits for who is signed in. An invitation that cannot be taken
/// any more is passed over. An identity that waits is joined by signing in only
/// ([`sign_in`](super::sign_in::sign_in)), and here forgotten.
///
/// # Errors
/// When the database refuses.
pub async fn consume(visit: &Visit) -> Done<()> {
    let Some(user) = visit.user.as_deref().filter(|_| !visit.restricted && visit.actor.is_logged_in()) else { return Ok(()) };
    if !has_any(visit) {
        return Ok(());
    }
    if let Some(row) = login_token::pending(visit).await?.filter(|row| !row.used) {
        let w = visit.begin().await?;
        w.save(&Permit::system("a sign-in link was used"), &row, loomio_db::rows::LoginToken { used: true, ..row.clone() }).await?;
        w.commit().await?;
    }
    if let Some(found) = group(visit).await?.filter(|g| g.archived_at.is_none()) {
        join_by_link(visit, user, &found).await?;
    }
    if let Some(found) = membership(visit).await? {
        let w = visit.begin().await?;
        redeem::redeem(&w, &Permit::system("an invitation to a group was taken"), &found, user.id).await?;
        w.commit().await?;
    }
    if let Some(found) = discussion_reader(visit).await? {
        redeem_reader(visit, user, found).await?;
    }
    if let Some(found) = stance(visit).await? {
        redeem_stance(visit, user, found).await?;
    }
    waiting::forget(visit);
    let mut state = visit.session.lock();
    for key in SESSION_KEYS {
        state.session.remove(key);
    }
    Ok(())
}

/// A group's own link makes whoever never was a member one.
async fn join_by_link(visit: &Visit, user: &User, group: &Group) -> Done<()> {
    let permit = Permit::system("a group's link was followed");
    let w = visit.begin().await?;
    // Followed twice at once, it makes one membership.
    w.execute(&permit, "select pg_advisory_xact_lock($1, $2)", vec![group.id.into(), user.id.into()]).await?;
    if record::of(&w, group.id, user.id).await?.is_some() {
        return Ok(());
    }
    let token = loomio_auth::token::secure(&mut *w.rng());
    let new = Membership { group_id: Some(group.id), user_id: Some(user.id), volume: Some(user.default_membership_volume), token: Some(token), ..Membership::default() };
    let stored = w.insert(&permit, new).await?;
    record::recount(&w, &permit, &[&stored]).await?;
    redeem::redeem(&w, &permit, &stored, user.id).await?;
    Ok(w.commit().await?)
}

/// Whether an invitation may pass from whom it was sent to: to themselves, or from
/// an address that nobody has verified.
async fn may_pass(visit: &Visit, from: Option<i32>, to: &User) -> Done<bool> {
    if from == Some(to.id) {
        return Ok(true);
    }
    let invited: Option<User> = match from {
        Some(id) => find::by_id(visit.db(), id).await?,
        None => None,
    };
    Ok(invited.is_some_and(|u| !u.email_verified))
}

async fn redeem_reader(visit: &Visit, user: &User, reader: DiscussionReader) -> Done<()> {
    if !may_pass(visit, Some(reader.user_id), user).await? {
        return Ok(());
    }
    let permit = Permit::system("an invitation to a thread was taken");
    let w = visit.begin().await?;
    let own = Find::<DiscussionReader>::new(
        "discussion_readers.discussion_id = $1 and discussion_readers.user_id = $2 and discussion_readers.id <> $3",
        vec![reader.discussion_id.into(), user.id.into(), reader.id.into()],
    )
    .one(w.conn())
    .await?;
    match own {
        Some(own) => {
            w.destroy(&permit, &reader).await?;
            w.save(&permit, &own, DiscussionReader { inviter_id: reader.inviter_id, accepted_at: Some(visit.now), ..own.clone() }).await?;
        }
        None => {
            w.save(&permit, &reader, DiscussionReader { user_id: user.id, accepted_at: Some(visit.now), ..reader.clone() }).await?;
        }
    }
    if find::by_id::<Discussion>(w.conn(), reader.discussion_id).await?.is_some() {
        loomio_db::counter::discussions(&w, &permit, &[reader.discussion_id], loomio_db::counter::OF_READER).await?;
    }
    w.commit().await?;
    Ok(())
}

async fn redeem_stance(visit: &Visit, user: &User, stance: Stance) -> Done<()> {
    let redeemable = stance.latest && stance.revoked_at.is_none() && stance.inviter_id.is_some() && stance.cast_at.is_none() && stance.accepted_at.is_none();
    if !redeemable || !may_pass(visit, stance.participant_id, user).await? {
        return Ok(());
    }
    let w = visit.begin().await?;
    let has_own = Find::<Stance>::new("stances.poll_id = $1 and stances.participant_id = $2 and stances.latest and stances.revoked_at is null", vec![stance.poll_id.into(), user.id.into()])
        .one(w.conn())
        .await?
        .is_some();
    if has_own {
        return Ok(());
    }
    let poll: Option<Poll> = find::by_id(w.conn(), stance.poll_id).await?;
    if poll.is_none_or(|p| p.discarded_at.is_some()) {
        return Ok(());
    }
    let taken = w.save(&Permit::system("an invitation to a poll was taken"), &stance, Stance { participant_id: Some(user.id), accepted_at: Some(visit.now), ..stance.clone() }).await;
    match taken {
        Ok(_) => Ok(w.commit().await?),
        // Somebody with the same vote was faster.
        Err(e) if DbError::is_unique_violation(&e) => Ok(()),
        Err(e) => Err(e.into()),
    }
}
