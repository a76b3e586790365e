//! What the client asks first: who is signed in, and what this site can do.
//!
//! Source: `app/models/boot/{site,user}.rb`, `app/extras/app_config.rb`.

use super::{Done, Visit, account, identity, pending};
use crate::{
    App, Settings, i18n,
    json::{
        membership, permitted, records,
        render::{Node, Scope},
        user,
    },
};
use loomio_db::{
    find::Find,
    rows::{Membership, User},
};
use serde_json::{Value as Json, json};
use std::sync::LazyLock;

static POLL_TYPES: LazyLock<Json> = LazyLock::new(|| serde_json::from_str(include_str!("../json/poll_types.json")).unwrap_or_else(|e| unreachable!("the poll types do not load: {e}")));

/// The kinds of poll, as the client is told them.
#[must_use]
pub fn poll_types() -> &'static Json {
    &POLL_TYPES
}

/// The version served.
///
/// # Errors
/// Never.
pub async fn version(visit: &Visit) -> Done {
    let settings = &visit.app.settings;
    // Compared as text, as the original does.
    let is_old = visit.params.text("version").unwrap_or_else(|| "0.0.0".to_owned()).as_str() < App::VERSION;
    let is_released_anew = settings.flag("LOOMIO_SYSTEM_RELOAD") && visit.params.text("release").as_deref() != Some(release(settings));
    Ok(json!({"version": App::VERSION, "release": release(settings), "reload": is_old || is_released_anew, "notice": settings.var("LOOMIO_SYSTEM_NOTICE")}))
}

/// What tells one build from another.
fn release(settings: &Settings) -> &str {
    settings.var("LOOMIO_RELEASE").unwrap_or(App::VERSION)
}

/// Everything the client needs to start.
///
/// # Errors
/// When an unsubscribe token is unknown or the database refuses.
pub async fn site(visit: &Visit) -> Done {
    let visit = &visit.by_mail_link().await?;
    let settings = &visit.app.settings;
    let mut out = Node::new();
    crate::fields!(out;
        "version" => App::VERSION,
        "release" => release(settings),
        "systemNotice" => settings.var("LOOMIO_SYSTEM_NOTICE"),
        "environment" => settings.environment.to_string(),
        "permittedParams" => permitted::lists(),
        "locales" => i18n::SUPPORTED.iter().map(|key| json!({"key": key, "name": language_name(&visit.app.i18n, key)})).collect::<Vec<_>>(),
        "defaultLocale" => visit.locale,
        "newsletterEnabled" => settings.var("NEWSLETTER_ENABLED"),
        "baseUrl" => format!("{}/", settings.root_url()),
        "contactEmail" => settings.support_email,
        "theme" => theme(visit),
        "sentry_dsn" => settings.var("SENTRY_PUBLIC_DSN"),
        "plausible_src" => settings.var("PLAUSIBLE_SRC"),
        "plausible_site" => settings.var("PLAUSIBLE_SITE"),
        "features" => json!({"app": features(settings)}),
        "inlineTranslation" => json!({"isAvailable": super::translation::is_available(settings)}),
        "pollTypes" => poll_types(),
        "pollColors" => poll_colors(),
        "webhookEventKinds" => WEBHOOK_EVENT_KINDS,
        "identityProviders" => identity::offered(settings),
    );
    let waiting = if visit.restricted { json!({}) } else { pending::told(visit).await? };
    let flash: Node = visit.session.lock().session.take_flash().into_iter().map(|(kind, text)| (kind, Json::String(text))).collect();
    out.extend(user_payload(visit, visit.user.as_deref(), waiting, Json::Object(flash)).await?);
    Ok(Json::Object(out))
}

/// Who is signed in, as signing in answers too.
///
/// # Errors
/// When the database refuses.
pub async fn user_payload(visit: &Visit, found: Option<&User>, pending_identity: Json, flash: Json) -> Done<Node> {
    let mut out = match found {
        None => {
            let token = loomio_auth::token::secure(&mut *visit.app.rng());
            Node::from_iter([("users".to_owned(), json!([user::signed_out(&visit.locale, &token, &visit.app.i18n)]))])
        }
        Some(found) if visit.restricted => restricted(visit, found).await?,
        Some(found) => {
            let scope = Scope { current_user_id: Some(found.id), ..visit.scope() };
            records::render_as(std::slice::from_ref(found), &scope, visit.around(), visit.db(), "users", user::current).await?
        }
    };
    // A link in a mail must not open what the whole account opens.
    let token = match found.filter(|_| !visit.restricted) {
        Some(found) => found.secret_token.clone(),
        None => loomio_auth::token::secure(&mut *visit.app.rng()),
    };
    crate::fields!(out;
        "current_user_id" => found.map(|u| u.id),
        "pending_identity" => pending_identity,
        "flash" => flash,
        "root_url" => visit.app.settings.root_url(),
        "channel_token" => token,
    );
    Ok(out)
}

/// Somebody who came by an unsubscribe link, with what their page may change.
///
/// # Errors
/// When the database refuses.
pub async fn restricted(visit: &Visit, found: &User) -> Done<Node> {
    let scope = Scope { current_user_id: Some(found.id), ..visit.scope() };
    let mut users = records::render_as(std::slice::from_ref(found), &scope, visit.around(), visit.db(), "users", user::restricted).await?;
    let rows = Find::<Membership>::new("memberships.user_id = $1 and memberships.revoked_at is null", vec![found.id.into()]).order("memberships.id").all(visit.db()).await?;
    let ids: Vec<i32> = rows.iter().map(|m| m.id).collect();
    if let Some(Json::Object(user)) = users.get_mut("users").and_then(|u| u.get_mut(0)) {
        user.insert("membership_ids".to_owned(), json!(ids));
    }
    let mut roots = records::render_as(&rows, &scope, visit.around(), visit.db(), "memberships", membership::restricted).await?;
    roots.entry("groups").or_insert_with(|| json!([]));
    roots.append(&mut users);
    Ok(roots)
}

/// A language's name in itself. The original has none for one of them, and says so.
fn language_name(i18n: &i18n::I18n, key: &str) -> String {
    let key = format!("native_language_name.{key}");
    i18n.find("en", &key).unwrap_or_else(|| format!("Translation missing: en.{key}"))
}

const WEBHOOK_EVENT_KINDS: [&str; 14] = [
    "new_discussion",
    "discussion_edited",
    "new_comment",
    "poll_created",
    "poll_edited",
    "poll_closing_soon",
    "poll_expired",
    "poll_closed_by_user",
    "poll_reopened",
    "outcome_created",
    "outcome_updated",
    "outcome_review_due",
    "stance_created",
    "stance_updated",
];

fn poll_colors() -> Json {
    const POLL: [&str; 8] = ["#70C9F8", "#C8E56E", "#D38FE1", "#999FDE", "#FA8295", "#97D298", "#C19A93", "#F68AC6"];
    json!({
        "poll": POLL.iter().cycle().take(24).collect::<Vec<_>>(),
        "proposal": ["#00D177", "#F6A82B", "#F96168", "#CE261B"],
        "count": ["#1CA9F4", "#DDDDDD"],
        "missing": "#FF0000",
    })
}

fn theme(visit: &Visit) -> Json {
    let settings = &visit.app.settings;
    let var = |name: &str| settings.var(name);
    let or = |name: &str, default: &str| var(name).unwrap_or(default).to_owned();
    let shades = |name: &str| -> Node {
        ["primary", "info", "error", "warning", "success", "anchor", "background"].iter().map(|role| ((*role).to_owned(), json!(var(&format!("THEME_{name}_{}", role.to_uppercase()))))).collect()
    };
    let live_editing = if settings.environment == crate::settings::Environment::Production { format!("wss://hocuspocus.{}", settings.canonical_host) } else { "ws://localhost:4444".to_owned() };
    json!({
        "brand_colors": {"gold": "#DCA034", "ink": "#293C4A", "wellington": "#7F9EA0", "sunset": "#E4C2B9", "sky": "#658AE7", "rock": "#C77C3B", "white": "#FFFFFF"},
        "site_name": settings.site_name,
        "site_description": var("SITE_DESCRIPTION").map_or_else(|| visit.text("email.loomio_app_description"), str::to_owned),
        "hocuspocus_url": or("HOCUSPOCUS_URL", &live_editing),
        "terms_url": account::terms_url(settings),
        "privacy_url": var("PRIVACY_URL").or_else(|| settings.test_default("PRIVACY_URL")),
        "canonical_host": settings.canonical_host,
        "reply_hostname": settings.reply_hostname,
        "help_url": or("HELP_URL", "https://help.loomio.com/"),
        "icon_src": or("THEME_ICON_SRC", "/brand/icon_gold_150h.png"),
        "app_logo_src": or("THEME_APP_LOGO_SRC", "/brand/logo_gold.svg"),
        "saml_login_provider_name": or("SAML_LOGIN_PROVIDER_NAME", "SAML"),
        "oauth_login_provider_name": or("OAUTH_LOGIN_PROVIDER_NAME", "OAUTH"),
        "email_header_logo_src": or("THEME_EMAIL_HEADER_LOGO_SRC", "/brand/logo_gold_96h.png"),
        "email_footer_logo_src": or("THEME_EMAIL_FOOTER_LOGO_SRC", "/brand/logo_gold_48h.png"),
        "primary_color": or("THEME_PRIMARY_COLOR", "#658AE7"),
        "accent_color": or("THEME_ACCENT_COLOR", "#DCA034"),
        "text_on_primary_color": or("THEME_TEXT_ON_PRIMARY_COLOR", "#ffffff"),
        "text_on_accent_color": or("THEME_TEXT_ON_ACCENT_COLOR", "#ffffff"),
        "default_invitation_message": var("THEME_DEFAULT_INVITATION_MESSAGE"),
        "default_dark_theme": or("THEME_DEFAULT_DARK_THEME", "dark"),
        "default_light_theme": or("THEME_DEFAULT_LIGHT_THEME", "light"),
        "light": shades("LIGHT"),
        "dark": shades("DARK"),
        "lightblue": shades("LIGHTBLUE"),
        "darkblue": shades("DARKBLUE"),
    })
}

fn features(settings: &Settings) -> Json {
    // Set in the original's way: any value counts, and is told as it is.
    let told = |name: &str| settings.var(name).map_or(json!(false), |v| json!(v));
    let is_set = |name: &str| settings.var(name).is_some();
    let enabled = |name: &str| !settings.flag(name);
    json!({
        "env": settings.environment.to_string(),
        "subscriptions": is_set("CHARGIFY_API_KEY"),
        "demos": told("FEATURES_DEMO_GROUPS"),
        "trials": told("FEATURES_TRIALS"),
        "trial_days": settings.var("TRIAL_DAYS"),
        "gray_sidebar_logo_in_dark_mode": told("FEATURES_GRAY_SIDEBAR_LOGO_IN_DARK_MODE"),
        "new_thread_button": is_set("FEATURES_NEW_THREAD_BUTTON"),
        "email_login": enabled("FEATURES_DISABLE_EMAIL_LOGIN"),
        "create_user": enabled("FEATURES_DISABLE_CREATE_USER"),
        "create_group": enabled("FEATURES_DISABLE_CREATE_GROUP"),
        "public_groups": enabled("FEATURES_DISABLE_PUBLIC_GROUPS"),
        "help_link": enabled("FEATURES_DISABLE_HELP_LINK"),
        "example_content": enabled("FEATURES_DISABLE_EXAMPLE_CONTENT"),
        "thread_from_mail": enabled("FEATURES_DISABLE_THREAD_FROM_MAIL"),
        "explore_public_groups": told("FEATURES_EXPLORE_PUBLIC_GROUPS"),
        "restrict_explore_to_signed_in_users": told("LOOMIO_RESTRICT_EXPLORE_TO_SIGNED_IN_USERS"),
        "template_gallery": told("FEATURES_TEMPLATE_GALLERY"),
        "show_contact": told("FEATURES_SHOW_CONTACT"),
        "show_contact_consent": told("FEATURES_SHOW_CONTACT_CONSENT"),
        "sso_disable_edit_profile": is_set("LOOMIO_SSO_FORCE_USER_ATTRS"),
        "sentry_sample_rate": settings.var("SENTRY_SAMPLE_RATE").and_then(|v| v.parse::<f64>().ok()).unwrap_or(0.1),
        "hidden_poll_templates": ["proposal", "question"],
        "transcription": false,
        "max_message_length": settings.max_message_length,
        "sitemap": told("FEATURES_SITEMAP"),
        "verify_participants_admin_only": settings.flag("LOOMIO_VERIFY_PARTICIPANTS_ADMIN_ONLY"),
    })
}
