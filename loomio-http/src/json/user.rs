//! People: `AuthorSerializer`, `UserSerializer`, `CurrentUserSerializer` and the
//! restricted form of whoever came by an unsubscribe link.

use super::{
    file,
    render::{Node, Render, maybe_time, name_of},
};
use crate::fields;
use loomio_core::volume;
use loomio_db::rows::User;
use serde_json::{Value as Json, json};

/// The language in which a person is addressed.
#[must_use]
pub fn locale(user: &User, i18n: &crate::i18n::I18n) -> String {
    i18n.first_supported([user.selected_locale.as_deref(), user.detected_locale.as_deref()].into_iter().flatten())
}

/// The zone in which a person lives, `UTC` when unknown.
#[must_use]
pub fn time_zone(user: &User) -> &str {
    match user.time_zone.as_deref() {
        None | Some("Etc/Unknown") => "UTC",
        Some(zone) => zone,
    }
}

/// A person's name; one who was erased is called so.
#[must_use]
pub fn name(user: &User, i18n: &crate::i18n::I18n, locale: &str) -> Option<String> {
    match (&user.name, user.deactivated_at) {
        (None, Some(_)) => Some(i18n.text(locale, "profile_page.deleted_account", &[])),
        (name, _) => name.clone(),
    }
}

/// How a person is pictured: a kind of avatar or the name of an icon.
#[must_use]
pub fn avatar_kind(user: &User) -> &str {
    if user.deactivated_at.is_some() {
        "mdi-duck"
    } else if user.name.is_none() {
        "mdi-email-outline"
    } else {
        &user.avatar_kind
    }
}

/// The address of a person's picture in a square of `size` pixels.
pub fn avatar_url(user: &User, size: u32, r: &mut Render<'_>) -> Json {
    match avatar_kind(user) {
        "uploaded" => file::representation(r, ("User", "uploaded_avatar", user.id.into()), &file::Variation::square(size, 80)),
        "gravatar" => {
            json!(format!("https://secure.gravatar.com/avatar/{}?default=retro&rating=PG&secure=true&size={size}", file::md5_hex(user.email.as_deref().unwrap_or_default().to_lowercase().as_bytes())))
        }
        _ => Json::Null,
    }
}

/// A person as the author of something.
pub fn author(user: &User, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let locale = locale(user, r.around.i18n);
    let shown_name = name(user, r.around.i18n, &locale);
    let kind = if !user.email_verified && shown_name.is_none() { "mdi-email-outline" } else { avatar_kind(user) }.to_owned();
    fields!(node;
        "id" => user.id,
        "name" => shown_name,
        "username" => user.username,
        "avatar_initials" => user.avatar_initials,
        "avatar_kind" => kind,
        "time_zone" => time_zone(user),
        "locale" => locale,
        "created_at" => maybe_time(user.created_at),
        "titles" => user.experiences.get("titles").cloned().unwrap_or_else(|| json!({})),
        "delegates" => user.experiences.get("delegates").cloned().unwrap_or_else(|| json!({})),
        "email_verified" => user.email_verified,
        "bot" => user.bot,
    );
    if (r.scope.current_user_id == Some(user.id) && !r.scope.hides_own_email) || r.scope.include_email || r.scope.current_user_is_admin {
        fields!(node; "email" => user.email);
    }
    if shown_name.is_none() {
        let hostname = user.email.as_deref().and_then(|e| e.rsplit('@').next()).unwrap_or_default().to_owned();
        fields!(node; "placeholder_name" => r.around.i18n.text(&locale, "user.placeholder_name", &[("hostname", &hostname)]));
    }
    let thumb = avatar_url(user, 128, r);
    fields!(node; "thumb_url" => thumb);
    node
}

/// A person with their profile.
pub fn user(user: &User, r: &mut Render<'_>) -> Node {
    let mut node = author(user, r);
    let avatar = avatar_url(user, 512, r);
    fields!(node;
        "short_bio" => user.short_bio,
        "short_bio_format" => user.short_bio_format,
        "content_locale" => user.content_locale,
        "location" => user.location,
        "autodetect_time_zone" => user.autodetect_time_zone,
        "avatar_url" => avatar,
        "attachments" => user.attachments,
        "date_time_pref" => user.date_time_pref.as_deref().unwrap_or("day_abbr"),
        "sign_in_count" => user.sign_in_count,
    );
    if r.scope.include_password_status {
        fields!(node; "has_password" => has_password(user));
    }
    if user.complaints_count > 0 {
        fields!(node; "complaints_count" => user.complaints_count);
    }
    node
}

/// Whether a password was ever set.
#[must_use]
pub fn has_password(user: &User) -> bool {
    user.encrypted_password.as_deref().is_some_and(|p| !p.is_empty())
}

/// The viewer, with settings nobody else sees.
pub fn current(user: &User, r: &mut Render<'_>) -> Node {
    let mut node = self::user(user, r);
    fields!(node;
        "email" => user.email,
        "has_password" => has_password(user),
        "email_when_proposal_closing_soon" => user.email_when_proposal_closing_soon,
        "email_catch_up_day" => user.email_catch_up_day,
        "email_when_mentioned" => user.email_when_mentioned,
        "email_on_participation" => user.email_on_participation,
        "selected_locale" => user.selected_locale,
        "default_membership_volume" => name_of(&volume::NAMES, user.default_membership_volume),
        "experiences" => user.experiences,
        "email_newsletter" => user.email_newsletter,
        "is_admin" => user.is_admin,
        "memberships_count" => user.memberships_count,
        "secret_token" => user.secret_token,
        "auto_translate" => user.auto_translate,
    );
    node
}

/// Nobody, in the form in which the client is told of the viewer.
#[must_use]
pub fn signed_out(locale: &str, token: &str, i18n: &crate::i18n::I18n) -> Node {
    let mut node = Node::new();
    for key in [
        "id",
        "name",
        "email",
        "username",
        "avatar_initials",
        "thumb_url",
        "created_at",
        "short_bio",
        "content_locale",
        "location",
        "avatar_url",
        "email_catch_up_day",
        "selected_locale",
        "default_membership_volume",
    ] {
        node.insert(key.to_owned(), Json::Null);
    }
    for key in ["email_verified", "bot", "has_password", "email_when_proposal_closing_soon", "email_when_mentioned", "email_on_participation", "email_newsletter", "is_admin", "auto_translate"] {
        node.insert(key.to_owned(), json!(false));
    }
    fields!(node;
        "avatar_kind" => "mdi-email-outline",
        "time_zone" => "UTC",
        "locale" => locale,
        "titles" => json!({}),
        "delegates" => json!({}),
        "placeholder_name" => i18n.text(locale, "user.placeholder_name", &[("hostname", "")]),
        "short_bio_format" => "html",
        "autodetect_time_zone" => true,
        "attachments" => json!([]),
        "date_time_pref" => "day_abbr",
        "sign_in_count" => 0,
        "experiences" => json!({}),
        "memberships_count" => 0,
        "secret_token" => token,
    );
    node
}

/// What somebody who only holds an unsubscribe link sees of themselves.
pub fn restricted(user: &User, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node;
        "id" => user.id,
        "restricted" => true,
        "username" => user.username,
        "email" => user.email,
        "email_when_proposal_closing_soon" => user.email_when_proposal_closing_soon,
        "email_catch_up_day" => user.email_catch_up_day,
        "email_newsletter" => user.email_newsletter,
        "email_when_mentioned" => user.email_when_mentioned,
        "email_on_participation" => user.email_on_participation,
        "default_membership_volume" => name_of(&volume::NAMES, user.default_membership_volume),
        "unsubscribe_token" => user.unsubscribe_token,
        "locale" => locale(user, r.around.i18n),
        "deactivated_at" => maybe_time(user.deactivated_at),
    );
    node
}

/// The letters that stand for a person without a picture, at most three.
///
/// Source: `app/models/concerns/avatar_initials.rb`.
#[must_use]
pub fn initials(name: Option<&str>, email: Option<&str>, deactivated: bool) -> String {
    let given = name.filter(|n| !n.trim().is_empty() && Some(*n) != email);
    let letters: String = match (deactivated, given) {
        (true, _) => "DU".to_owned(),
        (false, Some(name)) => name.split_whitespace().filter_map(|word| word.chars().next()).collect(),
        (false, None) => email.unwrap_or_default().chars().take(2).collect(),
    };
    letters.to_uppercase().chars().filter(|c| c.is_ascii_alphabetic() || *c == '_').take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_original() {
        let check = |name: Option<&str>, email: Option<&str>, gone: bool, expected: &str| assert_eq!(initials(name, email, gone), expected, "{name:?} {email:?}");
        check(Some("Dan Diaz"), Some("dan@example.com"), false, "DD");
        check(Some("Ana B. C. Delta"), None, false, "ABC");
        check(None, Some("zed@example.com"), false, "ZE");
        check(Some("4 Élodie Kim"), None, false, "K");
        check(Some("Dan Diaz"), None, true, "DU");
    }
}
