//! A small believable organisation to try things out with.
//!
//! It is made the way people make one: `demo/organisation.json` lists what each of
//! them does, as operations of the API, and they are carried out one after another.

use crate::sign_in;
use anyhow::Context;
use chrono::{NaiveDateTime, TimeDelta};
use loomio_core::policy::Permit;
use loomio_db::{Write, find::Find, rows::User, sql};
use loomio_http::{App, api, json::params::Params, services::Visit};
use serde_json::{Map, Value as Json, json};
use std::{collections::HashMap, sync::Arc};

const SCRIPT: &str = include_str!("../demo/organisation.json");

/// Who the printed link signs in.
const HOST: &str = "ana@example.org";

/// Fills an empty database, and tells the address and a one-time sign-in link.
///
/// # Errors
/// When the database belongs to other people, or something cannot be made.
pub async fn prepare(app: &Arc<App>) -> anyhow::Result<String> {
    if !sql::exists(&app.db, "select 1 from users", vec![]).await? {
        fill(app).await?;
    }
    let link = sign_in::link(app, HOST).await.context("this database is not a demo: use `loomio serve`, or another DATA_DIR")?;
    let script: Json = serde_json::from_str(SCRIPT)?;
    let people: Vec<&str> = texts(&script["people"], "email");
    Ok(format!("\nLoomio runs at {}\n\nSign in once as Ana:  {link}\n\nThe others: {}.\nA link for any of them: loomio sign-in ADDRESS\n", app.settings.root_url(), people[1..].join(", ")))
}

/// Who is there to be, as `Name <address>`.
///
/// # Errors
/// When the script cannot be read.
pub fn people() -> anyhow::Result<Vec<String>> {
    let script: Json = serde_json::from_str(SCRIPT)?;
    let named = |p: &Json| Some(format!("{} <{}>", p["name"].as_str()?, p["email"].as_str()?));
    Ok(script["people"].as_array().into_iter().flatten().filter_map(named).collect())
}

fn texts<'a>(list: &'a Json, key: &str) -> Vec<&'a str> {
    list.as_array().into_iter().flatten().filter_map(|item| item[key].as_str()).collect()
}

async fn fill(app: &Arc<App>) -> anyhow::Result<()> {
    let script: Json = serde_json::from_str(SCRIPT)?;
    for person in script["people"].as_array().into_iter().flatten() {
        join(app, person).await?;
    }
    let mut kept = HashMap::new();
    for step in script["steps"].as_array().into_iter().flatten() {
        carry_out(app, step, &mut kept).await.with_context(|| format!("the demo's step {step} failed"))?;
    }
    Ok(())
}

/// Somebody whose address is known to be theirs.
async fn join(app: &Arc<App>, person: &Json) -> anyhow::Result<()> {
    let text = |key: &str| person[key].as_str().unwrap_or_default().to_owned();
    let mut seed = [0u8; 32];
    rand::RngCore::fill_bytes(&mut *app.rng(), &mut seed);
    let w = Write::begin(&app.db, app.now(), None, seed).await?;
    let name = text("name");
    let user = {
        let mut rng = w.rng();
        User {
            email: Some(text("email")),
            username: Some(text("username")),
            avatar_initials: Some(name.split(' ').filter_map(|part| part.chars().next()).collect()),
            name: Some(name),
            email_verified: true,
            key: Some(loomio_auth::token::key(&mut *rng)),
            unsubscribe_token: Some(loomio_auth::token::secure(&mut *rng)),
            email_api_key: Some(loomio_auth::token::secure(&mut *rng)),
            api_key: Some(loomio_auth::token::secure(&mut *rng)),
            secret_token: loomio_auth::token::uuid(&mut *rng),
            ..User::default()
        }
    };
    w.insert(&Permit::system("the demo's people"), user).await?;
    Ok(w.commit().await?)
}

async fn carry_out(app: &Arc<App>, step: &Json, kept: &mut HashMap<String, Json>) -> anyhow::Result<()> {
    let who = format!("{}@example.org", step["as"].as_str().unwrap_or_default());
    if !step["vote_in"].is_null() {
        return vote(app, &who, step, kept).await;
    }
    let answer = act(app, &who, step["do"].as_str().unwrap_or_default(), filled(&step["with"], kept, app.now())).await?;
    for (name, pointer) in step["keep"].as_object().into_iter().flatten() {
        let found = answer.pointer(pointer.as_str().unwrap_or_default()).with_context(|| format!("no {pointer} in {answer}"))?;
        kept.insert(name.clone(), found.clone());
    }
    Ok(())
}

/// Carries out one operation of the API as somebody.
async fn act(app: &Arc<App>, email: &str, operation: &str, params: Json) -> anyhow::Result<Json> {
    let user = Find::<User>::new("users.email = $1::citext", vec![email.into()]).one(&app.db).await?.with_context(|| format!("nobody has the address {email}"))?;
    let operation = api::operation(operation).with_context(|| format!("there is no operation {operation}"))?;
    let Json::Object(params) = params else { anyhow::bail!("the parameters are no object") };
    match (operation.run)(Visit::without_browser(app, user, Params(params))).await {
        Ok(answer) => Ok(answer),
        Err(loomio_http::services::ServiceError::Invalid(faults)) => anyhow::bail!("refused: {}", faults.to_json()),
        Err(e) => Err(e.into()),
    }
}

/// Somebody's vote: their stance is looked up, and the options by their names.
async fn vote(app: &Arc<App>, email: &str, step: &Json, kept: &HashMap<String, Json>) -> anyhow::Result<()> {
    let poll_id = filled(&step["vote_in"], kept, app.now());
    let shown = act(app, email, "show_poll", json!({"id": poll_id})).await?;
    let stance = shown.pointer("/polls/0/my_stance_id").filter(|id| !id.is_null()).with_context(|| format!("{email} has no vote in poll {poll_id}"))?;
    let options = shown["poll_options"].as_array().cloned().unwrap_or_default();
    let mut choices = Vec::new();
    for (name, score) in step["scores"].as_object().into_iter().flatten() {
        let name = filled(&json!(name), kept, app.now());
        let option = options.iter().find(|o| same_option(&o["name"], &name)).with_context(|| format!("poll {poll_id} has no option {name}"))?;
        choices.push(json!({"poll_option_id": option["id"], "score": score}));
    }
    let reason = step["reason"].as_str().map(|r| format!("<p>{r}</p>")).unwrap_or_default();
    let stance = json!({"id": stance, "stance": {"poll_id": poll_id, "reason": reason, "reason_format": "html", "stance_choices_attributes": choices}});
    act(app, email, "update_stance", stance).await?;
    Ok(())
}

/// Times may have been written to another precision, so their days are compared.
fn same_option(stored: &Json, wanted: &Json) -> bool {
    let day = |v: &Json| v.as_str().and_then(|s| s.split_once('T')).map(|(day, _)| day.to_owned());
    stored == wanted || (day(wanted).is_some_and(|d| d.len() == 10) && day(stored) == day(wanted))
}

/// `$name` replaced by what was kept under it, `+2d` by the time in two days.
fn filled(value: &Json, kept: &HashMap<String, Json>, now: NaiveDateTime) -> Json {
    match value {
        Json::String(text) => {
            let days = text.strip_prefix('+').and_then(|t| t.strip_suffix('d')).and_then(|n| n.parse().ok()).and_then(TimeDelta::try_days);
            match (text.strip_prefix('$').and_then(|name| kept.get(name)), days) {
                (Some(found), _) => found.clone(),
                (None, Some(days)) => json!((now + days).format("%Y-%m-%dT18:00:00.000Z").to_string()),
                (None, None) => value.clone(),
            }
        }
        Json::Array(items) => items.iter().map(|item| filled(item, kept, now)).collect(),
        Json::Object(fields) => Json::Object(fields.iter().map(|(k, v)| (k.clone(), filled(v, kept, now))).collect::<Map<_, _>>()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_names_known_operations() -> anyhow::Result<()> {
        let script: Json = serde_json::from_str(SCRIPT)?;
        for operation in texts(&script["steps"], "do") {
            assert!(api::operation(operation).is_some(), "{operation}");
        }
        let kinds: std::collections::BTreeSet<_> = script["steps"].as_array().into_iter().flatten().filter_map(|s| s.pointer("/with/poll/poll_type")?.as_str()).collect();
        assert_eq!(kinds.len(), 9, "one poll of each type: {kinds:?}");
        assert!(people()?.contains(&format!("Ana Moreno <{HOST}>")));
        Ok(())
    }

    #[test]
    fn names_and_times_are_filled_in() {
        let kept = HashMap::from([("a".to_owned(), json!(7))]);
        let now = chrono::DateTime::from_timestamp(0, 0).unwrap_or_default().naive_utc();
        assert_eq!(filled(&json!({"x": ["$a", "$b", "+1d", "+1"]}), &kept, now), json!({"x": [7, "$b", "1970-01-02T18:00:00.000Z", "+1"]}));
    }
}
