//! Changing the own account: profile, settings, keys, and closing it.
//!
//! A link out of a mail (`unsubscribe_token`) changes what mails are sent, and
//! nothing else; in the original it opens the whole account.
//!
//! Source: `app/services/user_service.rb`.

use super::{
    Done, Faults, ServiceError, Visit,
    account::{self, Demands},
    blob,
    profile::{answer, nobody, owner},
    sign_in,
    text::{self, Files},
};
use crate::{
    jobs::{self, deactivate_user::DeactivateUser, index_author::IndexAuthor, redact_user::RedactUser},
    json::params::{BadParams, Params},
    settings::Environment,
};
use loomio_auth::{password, token};
use loomio_core::{
    policy::{self, Permit},
    volume,
};
use loomio_db::{Write, facts, rows::User};
use serde_json::{Value as Json, json};

/// What a link out of a mail may change.
const BY_MAIL_LINK: [&str; 7] =
    ["email_catch_up_day", "email_when_mentioned", "email_when_proposal_closing_soon", "email_on_participation", "email_newsletter", "default_membership_volume", "selected_locale"];

fn authorized<'v>(visit: &'v Visit, action: &'static str) -> Done<(&'v User, Permit)> {
    let own = visit.user.as_deref().filter(|_| visit.actor.is_logged_in()).ok_or_else(|| nobody(action))?;
    let permit = policy::authorize(&facts::user::of(&visit.actor, own), action)?;
    Ok((own, permit))
}

/// Changes the own profile.
///
/// # Errors
/// When nobody is signed in or the profile would be wrong.
pub async fn update(visit: &Visit) -> Done {
    let visit = &visit.by_mail_link().await?;
    let mut sent = visit.params.of("user")?;
    let (own, permit) = authorized(visit, "update")?;
    if visit.restricted {
        sent.0.retain(|key, _| BY_MAIL_LINK.contains(&key.as_str()));
    }
    if visit.app.settings.var("LOOMIO_SSO_FORCE_USER_ATTRS").is_some() {
        sent.0.retain(|key, _| !matches!(key.as_str(), "name" | "email" | "username"));
    }
    let mut faults = Faults::default();
    let mut after = own.clone();
    assign(visit, &mut after, &sent, &mut faults);
    faults.check()?;
    let files = if visit.restricted { Files::KEPT } else { Files::sent(visit, &sent)? };
    let new_password = sent.filled("password");
    let confirmation = sent.text("password_confirmation");
    if let Some(secret) = &new_password {
        after.encrypted_password = Some(hashed(visit, secret.clone()).await?);
    }
    let w = visit.begin().await?;
    account::complete(&w, &mut after).await?;
    let demands = Demands { password: new_password.as_deref().map(|p| (p, confirmation.as_deref())), ..Demands::default() };
    account::check(visit, w.conn(), &after, demands).await?.check()?;
    if after.email != own.email || new_password.is_some() {
        after.reset_password_token = None;
        after.reset_password_sent_at = None;
    }
    let (stored, changes) = account::save_with(&visit.app, &w, &permit, own, after, &files).await?;
    if changes.has("name") {
        jobs::enqueue(&w, &IndexAuthor { user_id: own.id }).await?;
    }
    w.commit().await?;
    if new_password.is_some() {
        // The session knows the old password's salt.
        sign_in::remember(visit, &stored);
    }
    answer(visit, &stored).await
}

async fn hashed(visit: &Visit, secret: String) -> Done<String> {
    let cost = if visit.app.settings.environment == Environment::Test { 4 } else { password::COST };
    let hash = tokio::task::spawn_blocking(move || password::hash(&secret, cost)).await;
    match hash {
        Ok(Ok(hash)) => Ok(hash),
        _ => Err(ServiceError::Status(422, json!({"errors": {"password": [visit.text("activerecord.errors.messages.invalid")]}}))),
    }
}

fn assign(visit: &Visit, user: &mut User, sent: &Params, faults: &mut Faults) {
    let invalid = || visit.text("activerecord.errors.messages.inclusion");
    for (key, field) in [
        ("name", &mut user.name),
        ("email", &mut user.email),
        ("username", &mut user.username),
        ("time_zone", &mut user.time_zone),
        ("selected_locale", &mut user.selected_locale),
        ("date_time_pref", &mut user.date_time_pref),
    ] {
        if sent.has(key) {
            *field = sent.text(key);
        }
    }
    for (key, field) in [
        ("autodetect_time_zone", &mut user.autodetect_time_zone),
        ("email_when_mentioned", &mut user.email_when_mentioned),
        ("email_when_proposal_closing_soon", &mut user.email_when_proposal_closing_soon),
        ("email_on_participation", &mut user.email_on_participation),
        ("email_newsletter", &mut user.email_newsletter),
        ("bot", &mut user.bot),
        ("auto_translate", &mut user.auto_translate),
    ] {
        if let Some(value) = sent.truth(key) {
            *field = value;
        }
    }
    if let Some(location) = sent.text("location") {
        user.location = location;
    }
    if sent.has("email_catch_up_day") {
        user.email_catch_up_day = sent.int("email_catch_up_day").and_then(|n| i32::try_from(n).ok());
    }
    if let Some(kind) = sent.text("avatar_kind") {
        match kind.as_str() {
            "initials" | "gravatar" | "uploaded" => user.avatar_kind = kind,
            // The client sends back the icon it was shown.
            icon if icon.starts_with("mdi-") => {}
            _ => faults.add("avatar_kind", invalid()),
        }
    }
    if let Some(wanted) = sent.get("default_membership_volume") {
        match stored_volume(wanted) {
            Some(n) => user.default_membership_volume = n,
            None => faults.add("default_membership_volume", invalid()),
        }
    }
    if sent.truth("legal_accepted") == Some(true) {
        user.legal_accepted_at = Some(visit.now);
    }
    text::assign(user, sent);
}

/// A volume by name or number.
fn stored_volume(wanted: &Json) -> Option<i32> {
    match wanted {
        Json::String(name) => volume::parse(name),
        Json::Number(n) => n.as_i64().and_then(|n| i32::try_from(n).ok()).filter(|n| (volume::MUTE..=volume::LOUD).contains(n)),
        _ => None,
    }
}

/// Sets how loudly new groups tell, and if asked all that there are.
///
/// # Errors
/// When nobody is signed in or there is no such volume.
pub async fn set_volume(visit: &Visit) -> Done {
    let visit = &visit.by_mail_link().await?;
    let (own, permit) = authorized(visit, "update")?;
    let Some(wanted) = visit.params.get("volume").and_then(stored_volume) else {
        let mut faults = Faults::default();
        faults.add("default_membership_volume", visit.text("activerecord.errors.messages.inclusion"));
        return Err(ServiceError::Invalid(faults));
    };
    let w = visit.begin().await?;
    let (stored, _) = account::save(&visit.app, &w, &permit, own, User { default_membership_volume: wanted, ..own.clone() }).await?;
    if visit.params.truth("apply_to_all") == Some(true) {
        for statement in [
            "update memberships set volume = $1 where user_id = $2 and revoked_at is null",
            "update discussion_readers set volume = $1 where user_id = $2",
            "update stances set volume = $1 where participant_id = $2",
        ] {
            w.execute(&permit, statement, vec![wanted.into(), own.id.into()]).await?;
        }
    }
    w.commit().await?;
    answer(visit, &stored).await
}

/// Notes that the visitor has seen or done something once.
///
/// # Errors
/// When nobody is signed in or nothing is named.
pub async fn save_experience(visit: &Visit) -> Done {
    let visit = &visit.by_mail_link().await?;
    let name = visit.params.filled("experience").ok_or_else(|| BadParams::Missing("experience".to_owned()))?;
    owner(visit, "update")?;
    let (own, permit) = authorized(visit, "update")?;
    let value = if visit.params.has("remove_experience") { Json::Null } else { visit.params.0.get("value").cloned().unwrap_or(json!(true)) };
    let mut after = own.clone();
    if !after.experiences.is_object() {
        after.experiences = json!({});
    }
    if let Some(experiences) = after.experiences.as_object_mut() {
        experiences.insert(name, value);
    }
    if after.experiences.to_string().len() > MOST_EXPERIENCES {
        let mut faults = Faults::default();
        faults.add("experience", visit.app.i18n.text(&visit.locale, "activerecord.errors.messages.too_long", &[("count", &MOST_EXPERIENCES.to_string())]));
        return Err(ServiceError::Invalid(faults));
    }
    let w = visit.begin().await?;
    let (stored, _) = account::save(&visit.app, &w, &permit, own, after).await?;
    w.commit().await?;
    answer(visit, &stored).await
}

/// The most bytes of all experiences together: every answer carries them.
const MOST_EXPERIENCES: usize = 100_000;

/// Draws a new key for the address by which the visitor starts threads by mail.
///
/// # Errors
/// When nobody is signed in.
pub async fn reset_email_api_key(visit: &Visit) -> Done {
    let visit = &visit.by_mail_link().await?;
    owner(visit, "update")?;
    let (own, permit) = authorized(visit, "update")?;
    let w = visit.begin().await?;
    let key: String = token::secure(&mut *w.rng()).chars().take(10).collect();
    account::save(&visit.app, &w, &permit, own, User { email_api_key: Some(key.clone()), ..own.clone() }).await?;
    w.commit().await?;
    Ok(json!({"email_api_key": key}))
}

/// Shows an uploaded picture of oneself.
///
/// # Errors
/// When nobody is signed in or the upload is no picture.
pub async fn upload_avatar(visit: &Visit) -> Done {
    let visit = &visit.by_mail_link().await?;
    owner(visit, "update")?;
    let (own, permit) = authorized(visit, "update")?;
    let upload = visit.upload("file")?;
    let w = visit.begin().await?;
    let blob = blob::store_picture(visit, &w, &permit, upload).await?;
    blob::attach(&w, &permit, "User", own.id.into(), "uploaded_avatar", &blob).await?;
    let (stored, _) = account::save(&visit.app, &w, &permit, own, User { avatar_kind: "uploaded".to_owned(), ..own.clone() }).await?;
    w.commit().await?;
    answer(visit, &stored).await
}

/// Closes the own account.
///
/// # Errors
/// When nobody is signed in or it is closed already.
pub async fn deactivate(visit: &Visit) -> Done {
    close(visit, "deactivate", async |w, id| jobs::enqueue(w, &DeactivateUser { user_id: id, actor_id: id }).await).await
}

/// Erases the own account: nothing that tells who it was is left.
///
/// # Errors
/// When nobody is signed in.
pub async fn destroy(visit: &Visit) -> Done {
    close(visit, "redact", async |w, id| jobs::enqueue(w, &RedactUser { user_id: id, actor_id: id, tell: true }).await).await
}

async fn close(visit: &Visit, action: &'static str, ask: impl AsyncFnOnce(&Write, i32) -> loomio_db::Result<()>) -> Done {
    let visit = &visit.by_mail_link().await?;
    owner(visit, action)?;
    let (own, _permit) = authorized(visit, action)?;
    let w = visit.begin().await?;
    ask(&w, own.id).await?;
    w.commit().await?;
    answer(visit, own).await
}
