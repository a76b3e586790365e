//! The row of a person: what every save of it completes, and what is wrong with one.
//!
//! Whoever changes a user stores it with [`save`]; the original's callbacks fill in
//! tokens, initials and a username whenever a user is saved, for whatever reason.
//!
//! Source: `app/models/user.rb`, `app/models/concerns/avatar_initials.rb`,
//! `app/extras/username_generator.rb`, `app/models/concerns/has_tokens.rb`.

use super::{
    Done, Faults, Visit,
    text::{self, Files},
};
use crate::{App, Settings, json::user::initials};
use loomio_auth::{password, token};
use loomio_core::{policy::Permit, rich_text::slug};
use loomio_db::{Write, record::Changes, rows::User, sql};
use rand::RngCore;
use regex::Regex;
use sea_orm::ConnectionTrait;
use std::sync::LazyLock;

/// An address as Devise accepts it.
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\A[^@\s]+@(?:[-a-z0-9]+\.)+[a-z]{2,}\z").ok());

/// The longest username that is made of a name, without the number behind it.
const LONGEST_MADE_USERNAME: usize = 18;

/// Whether a text is an address to which mail can be sent.
#[must_use]
pub fn is_address(text: &str) -> bool {
    ADDRESS.as_ref().is_some_and(|r| r.is_match(text))
}

/// An address as it is stored and looked up: without blanks around it, in lower case.
#[must_use]
pub fn normal_address(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Draws the tokens a row lacks. No key is ever left blank, for a blank key would
/// be known to everybody.
fn draw_tokens(user: &mut User, rng: &mut impl RngCore) {
    for token in [&mut user.unsubscribe_token, &mut user.email_api_key, &mut user.api_key] {
        if token.is_none() {
            *token = Some(token::secure(rng));
        }
    }
    if user.secret_token.is_empty() {
        user.secret_token = token::secure(rng);
    }
}

async fn free_key(w: &Write) -> Done<String> {
    loop {
        let key = token::key(&mut *w.rng());
        if !sql::exists(w.conn(), "select 1 from users where key = $1", vec![key.clone().into()]).await? {
            return Ok(key);
        }
    }
}

/// A username nobody has, made of a name or an address.
async fn free_username(w: &Write, user: &User) -> Done<String> {
    let of = user.name.as_deref().filter(|n| !n.trim().is_empty()).or_else(|| user.email.as_deref().and_then(|e| e.split('@').next())).unwrap_or("unknownuser");
    let base: String = slug::parameterize(of).chars().filter(char::is_ascii_alphanumeric).take(LONGEST_MADE_USERNAME).collect();
    let mut candidate = base.clone();
    let mut highest = 1;
    while sql::exists(w.conn(), "select 1 from users where username = $1", vec![candidate.clone().into()]).await? {
        candidate = format!("{base}{}", w.random_below(highest) + 1);
        highest = highest.saturating_mul(2);
    }
    Ok(candidate)
}

/// Completes a row before it is looked at: key, username, address.
///
/// # Errors
/// When the database refuses.
pub async fn complete(w: &Write, user: &mut User) -> Done<()> {
    draw_tokens(user, &mut *w.rng());
    user.email = user.email.as_deref().map(normal_address);
    if user.key.as_deref().is_none_or(str::is_empty) {
        user.key = Some(free_key(w).await?);
    }
    if user.username.is_none() && user.email.as_deref().is_some_and(|e| !e.is_empty()) {
        user.username = Some(free_username(w, user).await?);
    }
    Ok(())
}

/// Stores a new person.
///
/// # Errors
/// When the database refuses.
pub async fn insert(app: &App, w: &Write, permit: &Permit, mut user: User) -> Done<User> {
    complete(w, &mut user).await?;
    user.avatar_initials = Some(initials(user.name.as_deref(), user.email.as_deref(), user.deactivated_at.is_some()));
    text::insert(app, w, permit, user, &Files::KEPT).await
}

/// Stores a changed person.
///
/// # Errors
/// When the database refuses.
pub async fn save(app: &App, w: &Write, permit: &Permit, before: &User, after: User) -> Done<(User, Changes)> {
    save_with(app, w, permit, before, after, &Files::KEPT).await
}

/// Stores a changed person together with the files of their profile.
///
/// # Errors
/// When a file does not exist or the database refuses.
pub async fn save_with(app: &App, w: &Write, permit: &Permit, before: &User, mut after: User, files: &Files) -> Done<(User, Changes)> {
    draw_tokens(&mut after, &mut *w.rng());
    after.avatar_initials = Some(initials(after.name.as_deref(), after.email.as_deref(), after.deactivated_at.is_some()));
    text::save(app, w, permit, before, after, files).await
}

/// Keeps the language that the visitor's browser asks for, as every request of
/// theirs does.
///
/// # Errors
/// When the database refuses.
pub async fn keep_detected_locale(visit: &Visit) -> Done<()> {
    match visit.user.as_deref().filter(|_| !visit.restricted && visit.actor.is_logged_in()) {
        Some(user) => keep_detected_locale_of(visit, user).await,
        None => Ok(()),
    }
}

/// The same for somebody who is not signed in yet.
///
/// # Errors
/// When the database refuses.
pub async fn keep_detected_locale_of(visit: &Visit, user: &User) -> Done<()> {
    if visit.detected_locale.is_none() || visit.detected_locale == user.detected_locale {
        return Ok(());
    }
    let w = visit.begin().await?;
    save(&visit.app, &w, &Permit::system("the browser's language"), user, User { detected_locale: visit.detected_locale.clone(), ..user.clone() }).await?;
    w.commit().await?;
    Ok(())
}

/// What is demanded of a person beyond what the row must satisfy.
#[derive(Debug, Clone, Copy, Default)]
pub struct Demands<'a> {
    /// A registration needs a name and, where the site has terms, agreement to them.
    pub signing_up: bool,
    /// Whether the terms were agreed to.
    pub legal_accepted: bool,
    /// A new password, and what was typed to confirm it.
    pub password: Option<(&'a str, Option<&'a str>)>,
}

/// The terms of a site, agreement to which registrations need.
#[must_use]
pub fn terms_url(settings: &Settings) -> Option<&str> {
    settings.var("TERMS_URL").or_else(|| settings.test_default("TERMS_URL"))
}

/// Notes what is wrong with a person, in the order of the original's validations.
///
/// # Errors
/// When the database refuses.
pub async fn check(visit: &Visit, conn: &impl ConnectionTrait, user: &User, demands: Demands<'_>) -> Done<Faults> {
    let mut faults = Faults::default();
    let message = |name: &str| visit.text(&format!("activerecord.errors.messages.{name}"));
    let counted = |name: &str, count: usize| visit.app.i18n.text(&visit.locale, &format!("activerecord.errors.messages.{name}"), &[("count", &count.to_string())]);
    let spam = regex::RegexBuilder::new(&visit.app.settings.spam_regex).case_insensitive(true).build().ok();
    let is_spam = |text: &str| spam.as_ref().is_some_and(|r| r.is_match(text));
    let email = user.email.as_deref().unwrap_or_default();
    let name = user.name.as_deref().unwrap_or_default();

    if email == visit.app.settings.var("DECIDE_EMAIL").map_or_else(|| format!("decide@{}", visit.app.settings.canonical_host), str::to_owned) {
        faults.add("email", message("exclusion"));
    }
    text::check(visit, user, &mut faults);
    if is_spam(name) {
        faults.add("name", message("invalid"));
    }
    if is_spam(email) {
        faults.add("email", message("invalid"));
    }
    if email.trim().is_empty() {
        faults.add("email", message("blank"));
    }
    if !is_address(email) {
        faults.add("email", visit.text("user.error.email_not_valid"));
    }
    if email.chars().count() > 200 {
        faults.add("email", counted("too_long", 200));
    }
    if demands.signing_up && name.trim().is_empty() {
        faults.add("name", message("blank"));
    }
    if demands.signing_up && terms_url(&visit.app.settings).is_some() && !demands.legal_accepted {
        faults.add("legal_accepted", message("blank"));
    }
    if !email.is_empty() && sql::exists(conn, "select 1 from users where email = $1::citext and id <> $2", vec![email.into(), user.id.into()]).await? {
        faults.add("email", message("taken"));
    }
    if let Some(username) = user.username.as_deref()
        && sql::exists(conn, "select 1 from users where username = $1 and id <> $2", vec![username.into(), user.id.into()]).await?
    {
        faults.add("username", message("taken"));
    }
    check_lengths(user, &counted, &mut faults);
    if user.username.as_deref().is_some_and(|u| !u.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())) {
        faults.add("username", visit.text("user.error.username_must_be_alphanumeric"));
    }
    if let Some((new, confirmed)) = demands.password {
        if confirmed.is_some_and(|c| c != new) {
            faults.add("password_confirmation", message("confirmation"));
        }
        if new.chars().count() < password::SHORTEST {
            faults.add("password", counted("too_short", password::SHORTEST));
        }
        // A text of any length would be hashed only in part, and slowly.
        if new.len() > password::LONGEST {
            faults.add("password", counted("too_long", password::LONGEST));
        }
    }
    Ok(faults)
}

fn check_lengths(user: &User, counted: &impl Fn(&str, usize) -> String, faults: &mut Faults) {
    for (field, text, most) in [("name", user.name.as_deref(), 100), ("username", user.username.as_deref(), 30), ("short_bio", Some(user.short_bio.as_str()), 5000)] {
        if text.is_some_and(|t| t.chars().count() > most) {
            faults.add(field, counted("too_long", most));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_devise() {
        for (text, good) in [("a@b.co", true), ("not-an-email", false), ("a b@c.de", false), ("a@b", false), ("a@b.co\n", false), ("É@Example.ORG", true)] {
            assert_eq!(is_address(text), good, "{text}");
        }
    }
}
