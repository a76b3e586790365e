//! Requests for membership.
//!
//! Source: `app/services/membership_request_service.rb`, `app/models/membership_request.rb`.

use super::{Done, Faults, Visit, locate, membership::record, publish};
use loomio_core::policy::{self, Permit};
use loomio_db::{
    Write,
    event::Draft,
    facts,
    find::{self, Find},
    rows::{Group, MembershipRequest},
    sql,
};

/// The longest introduction.
const INTRODUCTION: usize = 250;

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

/// Asks to join a group.
///
/// # Errors
/// When nobody is signed in, the request would be wrong, or the group lets nobody ask.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("membership_request")?;
    visit.signed_in()?;
    let group_id = sent.id("group_id").unwrap_or_default();
    let introduction = sent.text("introduction");
    let w = visit.begin().await?;
    let mut faults = Faults::default();
    if find::by_id::<Group>(w.conn(), group_id).await?.is_none() {
        faults.add("group", visit.text("activerecord.errors.messages.blank"));
    }
    if introduction.as_deref().is_some_and(|i| i.chars().count() > INTRODUCTION) {
        faults.add("introduction", visit.app.i18n.text(&visit.locale, "activerecord.errors.messages.too_long", &[("count", &INTRODUCTION.to_string())]));
    }
    let own = |condition: &str| format!("select 1 from {condition} where group_id = $1");
    let values = || vec![group_id.into(), visit.actor.id.into()];
    if sql::exists(w.conn(), &format!("{} and user_id = $2 and revoked_at is null", own("memberships")), values()).await? {
        faults.add("requestor", visit.text("error.you_are_already_a_member_of_this_group"));
    }
    if sql::exists(w.conn(), &format!("{} and requestor_id = $2 and response is null", own("membership_requests")), values()).await? {
        faults.add("requestor", visit.text("error.you_have_already_requested_membership"));
    }
    faults.check()?;
    let permit = policy::authorize(&facts::membership::request(w.conn(), &visit.actor, group_id, None).await?, "create")?;
    // Name and address are the account's; what was sent of them is kept for nobody.
    let request = MembershipRequest { group_id: Some(group_id), introduction, name: sent.text("name"), email: sent.text("email"), requestor_id: visit.user_id(), ..MembershipRequest::default() };
    let request = w.insert(&permit, request).await?;
    let event = publish::append(&w, &permit, Draft::new("membership_requested", "MembershipRequest", request.id, visit.user_id())).await?;
    w.commit().await?;
    visit.render(&[event], None, "membership_requests").await
}

/// A request and the permit to answer it, inside a write.
async fn allowed(visit: &Visit, w: &Write, id: &str, action: &'static str) -> Done<(MembershipRequest, Permit)> {
    let request: MembershipRequest = locate::by_id_in(w.conn(), id).await?;
    let group_id = request.group_id.unwrap_or_default();
    let permit = policy::authorize(&facts::membership::request(w.conn(), &visit.actor, group_id, Some(&request)).await?, action)?;
    Ok((request, permit))
}

/// Lets somebody in who asked.
///
/// # Errors
/// When the rules do not allow it or nobody asked.
pub async fn approve(visit: &Visit, id: &str) -> Done {
    let w = visit.begin().await?;
    let (before, permit) = allowed(visit, &w, id, "approve").await?;
    let after = answer(visit, &w, &permit, &before, "approved").await?;
    let (Some(group_id), Some(requestor_id)) = (after.group_id, after.requestor_id) else { return Err(locate::no_row("User", "")) };
    let membership = record::add_member(&w, &permit, group_id, requestor_id, None).await?;
    publish::append(&w, &permit, Draft::new("membership_request_approved", "Membership", membership.id, visit.user_id())).await?;
    w.commit().await?;
    visit.render(&[after], None, "membership_requests").await
}

/// Lets a request be.
///
/// # Errors
/// When the rules do not allow it.
pub async fn ignore(visit: &Visit, id: &str) -> Done {
    let w = visit.begin().await?;
    let (before, permit) = allowed(visit, &w, id, "ignore").await?;
    let after = answer(visit, &w, &permit, &before, "ignored").await?;
    w.commit().await?;
    visit.render(&[after], None, "membership_requests").await
}

async fn answer(visit: &Visit, w: &Write, permit: &Permit, before: &MembershipRequest, response: &str) -> Done<MembershipRequest> {
    let after = MembershipRequest { response: Some(response.to_owned()), responder_id: visit.user_id(), responded_at: Some(w.now()), ..before.clone() };
    Ok(w.save(permit, before, after).await?.0)
}
