//! Starting a group before having an account.
//!
//! Source: `app/models/trial.rb`, `app/controllers/api/v1/trials_controller.rb`.

use super::{Done, Faults, ServiceError, Visit, account, group};
use crate::json::params::BadParams;
use loomio_core::policy::Permit;
use loomio_db::{
    find::{self, Find},
    rows::{Group, User},
};
use serde_json::{Value as Json, json};

const PERMITTED: [&str; 8] = ["user_name", "user_email", "user_email_newsletter", "user_legal_accepted", "group_name", "group_description", "group_category", "group_how_did_you_hear_about_loomio"];
/// What every request may carry besides.
const PASSED_OVER: [&str; 7] = ["trial", "format", "locale", "unsubscribe_token", "membership_token", "stance_token", "discussion_reader_token"];

/// Starts a secret group, and an account for whoever has none.
///
/// # Errors
/// When something is missing or the address has an account.
pub async fn create(visit: &Visit) -> Done {
    let foreign: Vec<String> = visit.params.0.keys().filter(|k| !PERMITTED.contains(&k.as_str()) && !PASSED_OVER.contains(&k.as_str())).cloned().collect();
    if !foreign.is_empty() {
        return Err(BadParams::Unpermitted(foreign).into());
    }
    check(visit).await?;
    let user = match &visit.user {
        Some(user) => user.as_ref().clone(),
        None => register(visit).await?,
    };
    let text = |key: &str| visit.params.text(key).unwrap_or_default();
    let name = text("group_name");
    let handle = group::free_handle(visit, &name, None).await?;
    let mut starting = visit.signed_in_as(&user);
    // A trial is the permission; the rules ask for a verified address.
    starting.actor.verified = true;
    starting.actor.site.creates_groups = true;
    starting.params.0.clear();
    starting.params.0.insert(
        "group".to_owned(),
        json!({"name": name, "description": visit.params.text("group_description"), "description_format": "html", "group_privacy": "secret", "category": text("group_category"), "handle": handle}),
    );
    let made = group::change::create(&starting).await?;
    let id = made["groups"][0]["id"].as_i64().unwrap_or_default();
    let Some(stored) = find::by_id::<Group>(visit.db(), id).await? else { return Err(ServiceError::not_found()) };
    let mut info = stored.info.as_object().cloned().unwrap_or_default();
    info.insert("how_did_you_hear_about_loomio".to_owned(), visit.params.text("group_how_did_you_hear_about_loomio").map_or(Json::Null, Json::String));
    let w = starting.begin().await?;
    w.update_columns(&Permit::system("where a trial heard of us"), &stored, Group { info: Json::Object(info), ..stored.clone() }).await?;
    w.commit().await?;
    let path = match (&stored.handle, &stored.key) {
        (Some(handle), _) => format!("/{handle}"),
        (None, key) => format!("/g/{}", key.clone().unwrap_or_default()),
    };
    Ok(json!({"group_path": path}))
}

async fn check(visit: &Visit) -> Done<()> {
    let mut faults = Faults::default();
    let mut needs = |field: &str, shortest: usize, longest: usize| {
        let value = visit.params.text(field).unwrap_or_default();
        let length = value.chars().count();
        let counted = |name: &str, n: usize| visit.app.i18n.text(&visit.locale, &format!("activerecord.errors.messages.{name}"), &[("count", &n.to_string())]);
        if value.trim().is_empty() {
            faults.add(field, visit.text("activerecord.errors.messages.blank"));
        }
        if length < shortest {
            faults.add(field, counted("too_short", shortest));
        }
        if length > longest {
            faults.add(field, counted("too_long", longest));
        }
    };
    let email = account::normal_address(&visit.params.text("user_email").unwrap_or_default());
    if visit.user.is_none() {
        needs("user_name", 2, 100);
        needs("user_email", 0, 200);
    }
    needs("group_name", 2, 100);
    needs("group_category", 0, 255);
    if visit.user.is_none() {
        if !account::is_address(&email) {
            faults.add("user_email", visit.text("user.error.email_not_valid"));
        }
        if Find::<User>::new("users.email = $1::citext", vec![email.into()]).one(visit.db()).await?.is_some() {
            faults.add("user_email", visit.text("auth_form.email_taken"));
        }
    }
    faults.check()
}

async fn register(visit: &Visit) -> Done<User> {
    let text = |key: &str| visit.params.text(key).unwrap_or_default().trim().to_owned();
    let accepted = visit.params.truth("user_legal_accepted") == Some(true);
    let new = User {
        email: Some(account::normal_address(&text("user_email"))),
        name: Some(text("user_name")),
        email_newsletter: visit.params.truth("user_email_newsletter") == Some(true),
        legal_accepted_at: accepted.then_some(visit.now),
        ..User::default()
    };
    let w = visit.begin().await?;
    account::check(visit, w.conn(), &new, account::Demands::default()).await?.check()?;
    let stored = account::insert(&visit.app, &w, &Permit::system("a trial begins"), new).await?;
    w.commit().await?;
    Ok(stored)
}
