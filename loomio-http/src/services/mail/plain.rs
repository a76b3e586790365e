//! The mails that no event causes.
//!
//! Source: `app/mailers/{user,group,task,contact,forward}_mailer.rb`.

use super::{from_the_site, is_unwanted, render};
use crate::{App, json::user};
use loomio_db::{
    find,
    rows::{LoginToken, User},
};
use loomio_mail::{Message, Person};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// A mail and whom or what it is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Mail {
    /// The code with which somebody signs in.
    Login {
        /// The token that holds the code.
        token_id: i32,
    },
}

impl Mail {
    /// Its name in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Login { .. } => "login",
        }
    }
}

/// The mail, unless what it is about is gone or nobody may get it.
///
/// # Errors
/// When the database refuses or a template fails.
pub async fn message(app: &Arc<App>, key: &str, mail: &Mail) -> anyhow::Result<Option<Message>> {
    match mail {
        Mail::Login { token_id } => login(app, key, *token_id).await,
    }
}

async fn login(app: &Arc<App>, key: &str, token_id: i32) -> anyhow::Result<Option<Message>> {
    let Some(token) = find::by_id::<LoginToken>(&app.db, token_id).await? else { return Ok(None) };
    let Some(owner) = find::by_id::<User>(&app.db, token.user_id.unwrap_or_default()).await? else { return Ok(None) };
    let Some(email) = owner.email.clone() else { return Ok(None) };
    if is_unwanted(app, &email).await? {
        return Ok(None);
    }
    let locale = user::locale(&owner, &app.i18n);
    let site_name = app.settings.site_name.as_str();
    let subject = app.i18n.text(&locale, "email.login.subject", &[("site_name", site_name)]);
    let body = render(app, "login", &locale, json!({"locale": locale, "subject": subject, "site_name": site_name, "email": email, "code": token.code}))?;
    Ok(Some(from_the_site(app, key, Person::address(email), subject, body)))
}
