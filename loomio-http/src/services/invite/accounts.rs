//! Accounts for invited people who have none: an address and a username, waiting
//! for their owner.
//!
//! Source: `UserInviter.where_or_create!`, `app/extras/username_generator.rb`.

use crate::{
    json::user,
    services::{Done, Visit},
};
use chrono::Datelike;
use loomio_auth::token;
use loomio_core::{policy::Permit, rich_text::slug};
use loomio_db::{Write, sql};
use sea_orm::ConnectionTrait;
use std::collections::HashSet;

/// The longest address.
const LONGEST: usize = 200;
/// How many characters of a name become a username.
const USERNAME: usize = 18;

/// Whether an address may become an account: it looks like one and is no spam.
fn is_acceptable(email: &str, spam: Option<&regex::Regex>) -> bool {
    let parts = email.split_once('@');
    let looks = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@')) && !email.contains(char::is_whitespace);
    looks && email.chars().count() <= LONGEST && !spam.is_some_and(|s| s.is_match(email))
}

/// A username as somebody's name or address suggests it, before it is made unique.
#[must_use]
pub fn suggested(name: &str) -> String {
    slug::parameterize(name).chars().filter(char::is_ascii_alphanumeric).take(USERNAME).collect()
}

/// One username for each wish, none of them taken. A taken one gets a number, drawn
/// from a range that doubles with each try.
///
/// # Errors
/// When the database refuses.
pub async fn usernames(conn: &impl ConnectionTrait, wishes: &[String], mut random: impl FnMut(u32) -> u32) -> Done<Vec<String>> {
    let mut chosen: Vec<String> = wishes.to_vec();
    let mut high = 1u32;
    loop {
        let taken: Vec<String> = sql::column(conn, "select username::text from users where username = any($1)", vec![chosen.clone().into()]).await?;
        let mut used: HashSet<String> = taken.into_iter().collect();
        let mut again = false;
        for (name, wish) in chosen.iter_mut().zip(wishes) {
            if used.insert(name.clone()) {
                continue;
            }
            *name = format!("{wish}{}", 1 + random(high));
            again = true;
        }
        if !again {
            return Ok(chosen);
        }
        high = high.saturating_mul(2);
    }
}

/// Makes accounts for the addresses that have none, in two statements. An address
/// that is none, or that looks like spam, is left out silently. Numbers are taken
/// for known addresses too, as the original takes them.
///
/// # Errors
/// When the database refuses.
pub async fn create_missing(w: &Write, permit: &Permit, visit: &Visit, emails: &[String]) -> Done<()> {
    if emails.is_empty() {
        return Ok(());
    }
    let settings = &visit.app.settings;
    let spam = regex::RegexBuilder::new(&settings.spam_regex).case_insensitive(true).build().ok();
    let ours = format!("decide@{}", settings.canonical_host);
    let decide = settings.var("DECIDE_EMAIL").unwrap_or(&ours);
    let mut seen = HashSet::new();
    let addresses: Vec<String> = emails.iter().map(|e| e.trim().to_lowercase()).filter(|e| is_acceptable(e, spam.as_ref()) && e != decide).filter(|e| seen.insert(e.clone())).collect();
    if addresses.is_empty() {
        return Ok(());
    }
    let wishes: Vec<String> = addresses.iter().map(|e| suggested(e.split('@').next().unwrap_or_default())).collect();
    let names = usernames(w.conn(), &wishes, |n| w.random_below(n)).await?;
    let draw = |make: fn(&mut rand::rngs::StdRng) -> String| -> Vec<String> { addresses.iter().map(|_| make(&mut w.rng())).collect() };
    let (keys, unsubscribe, email_api, api, secret) = (draw(token::key), draw(token::secure), draw(token::secure), draw(token::secure), draw(token::secure));
    let inviter = visit.user.as_deref();
    w.execute(
        permit,
        "insert into users (email, username, key, unsubscribe_token, email_api_key, api_key, secret_token, time_zone, date_time_pref, detected_locale, email_catch_up_day, created_at, updated_at) \
         select n.email::citext, n.username, n.key, n.unsubscribe, n.email_api, n.api, n.secret, $8, $9, $10, $11, $12, $12 \
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) with ordinality as n(email, username, key, unsubscribe, email_api, api, secret, place) \
         order by n.place on conflict do nothing",
        vec![
            addresses.into(),
            names.into(),
            keys.into(),
            unsubscribe.into(),
            email_api.into(),
            api.into(),
            secret.into(),
            inviter.map_or("UTC", user::time_zone).to_owned().into(),
            inviter.and_then(|u| u.date_time_pref.clone()).unwrap_or_else(|| "day_abbr".to_owned()).into(),
            inviter.map_or_else(|| visit.locale.clone(), |u| user::locale(u, &visit.app.i18n)).into(),
            i32::try_from(w.now().weekday().num_days_from_sunday()).unwrap_or(0).into(),
            w.now().into(),
        ],
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_none_are_left_out() {
        let spam = regex::Regex::new("(?i)gusronk.com").ok();
        for (email, acceptable) in [("a@b.co", true), ("a b@c.de", false), ("@b.co", false), ("a@", false), ("a@b@c", false), ("x@GUSRONK.com", false), ("none", false)] {
            assert_eq!(is_acceptable(email, spam.as_ref()), acceptable, "{email}");
        }
    }

    #[test]
    fn usernames_are_plain() {
        assert_eq!(["Zoë.O'Hara-Smith", "guest9", "a_very_long_name_indeed"].map(suggested), ["zoeoharasmith", "guest9", "averylongnameindee"]);
    }
}
