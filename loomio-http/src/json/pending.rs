//! What the sign-in form is told: of an address typed in, and of an invitation,
//! link or identity that waits in the browser's session.
//!
//! Source: `app/serializers/pending/*.rb`.

use super::{
    render::{Node, Render, maybe_time},
    user::{self, has_password},
};
use crate::fields;
use loomio_db::rows::User;
use serde_json::{Value as Json, json};

/// Whether an address has an account, for the sign-in form.
#[must_use]
pub fn status(found: Option<&User>) -> &'static str {
    match found {
        None => "unused",
        Some(user) if user.deactivated_at.is_some() => "inactive",
        Some(_) => "active",
    }
}

/// Which form to show.
fn form(status: &str, has_token: bool, verified: bool, named: bool) -> &'static str {
    if status == "inactive" && !has_token {
        "inactive"
    } else if (verified || has_token) && named {
        "signIn"
    } else {
        "signUp"
    }
}

/// How a person looks: the part that needs their picture.
pub fn looks(person: &User, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let (thumb, avatar) = (user::avatar_url(person, 128, r), user::avatar_url(person, 512, r));
    fields!(node;
        "email_verified" => person.email_verified,
        "has_password" => has_password(person),
        "avatar_kind" => user::avatar_kind(person),
        "avatar_initials" => person.avatar_initials,
        "thumb_url" => thumb,
        "avatar_url" => avatar,
    );
    node
}

/// How somebody without an account looks.
#[must_use]
pub fn no_looks(email: Option<&str>) -> Node {
    let mut node = Node::new();
    fields!(node;
        "email_verified" => false,
        "has_password" => false,
        "avatar_kind" => "initials",
        "avatar_initials" => email.map(|e| user::initials(None, Some(e), false)),
        "thumb_url" => Json::Null,
        "avatar_url" => Json::Null,
    );
    node
}

/// A person by the address somebody typed in.
pub fn person(person: &User, r: &mut Render<'_>) -> Node {
    let mut node = looks(person, r);
    let name = user::name(person, r.around.i18n, &user::locale(person, r.around.i18n));
    let status = status(Some(person));
    fields!(node;
        "auth_form" => form(status, false, person.email_verified, name.is_some()),
        "name" => name,
        "email" => person.email,
        "email_status" => status,
        "identity_type" => false,
        "has_token" => Json::Null,
        "legal_accepted_at" => maybe_time(person.legal_accepted_at),
    );
    node
}

/// Nobody by the address somebody typed in; `status` tells if there was once.
#[must_use]
pub fn nobody(email: Option<&str>, status: &str) -> Node {
    let mut node = no_looks(email);
    fields!(node;
        "auth_form" => form(status, false, false, false),
        "name" => Json::Null,
        "email" => email,
        "email_status" => status,
        "identity_type" => false,
        "has_token" => Json::Null,
        "legal_accepted_at" => Json::Null,
    );
    node
}

/// A sign-in link that was followed: whose it is, and how they look.
#[must_use]
pub fn login_token(owner: &User, looks: Node, i18n: &crate::i18n::I18n, is_reactivation: bool) -> Node {
    let mut node = looks;
    let name = if is_reactivation { owner.name.clone() } else { user::name(owner, i18n, &user::locale(owner, i18n)) };
    let status = if is_reactivation { "active" } else { status(Some(owner)) };
    fields!(node;
        "auth_form" => form(status, true, owner.email_verified, name.is_some()),
        "name" => name,
        "email" => owner.email,
        "email_status" => status,
        "identity_type" => "loomio",
        "has_token" => true,
        "legal_accepted_at" => maybe_time(owner.legal_accepted_at),
    );
    node
}

/// An invitation that was followed: of a group (`membership`), a thread
/// (`discussion_reader`) or a poll (`stance`). `looks` are those of whoever has the
/// invited address.
#[must_use]
pub fn invitation(kind: &str, token: Option<&str>, group_id: Option<i32>, invited: Option<&User>, looks: Node) -> Node {
    let mut node = looks;
    let name = invited.and_then(|u| u.name.clone());
    node.remove("avatar_initials");
    if let Some(user) = invited.filter(|u| u.name.as_deref().is_some_and(|n| !n.trim().is_empty())) {
        node.insert("avatar_initials".to_owned(), json!(user::initials(user.name.as_deref(), user.email.as_deref(), user.deactivated_at.is_some())));
    }
    fields!(node;
        "name" => name,
        "email" => invited.and_then(|u| u.email.clone()),
        "email_status" => Json::Null,
        "identity_type" => kind,
        "has_token" => true,
        "auth_form" => false,
        "token" => token,
        "group_id" => group_id,
    );
    node
}

/// A group's own invitation link that was followed.
#[must_use]
pub fn group(token: Option<&str>, group_id: i32) -> Node {
    let mut node = no_looks(None);
    fields!(node;
        "name" => Json::Null,
        "identity_type" => "group",
        "has_token" => true,
        "auth_form" => false,
        "token" => token,
        "group_id" => group_id,
    );
    node
}

/// Somebody known at another site who is to be joined with an account here.
#[must_use]
pub fn identity(row: &loomio_db::rows::Identity, status: &str, looks: Node) -> Node {
    let mut node = looks;
    let has_logo = row.logo.as_deref().is_some_and(|l| !l.trim().is_empty());
    fields!(node;
        "name" => row.name,
        "email" => row.email,
        "email_status" => status,
        "identity_type" => row.identity_type,
        "has_token" => Json::Null,
        "auth_form" => "identity",
        "avatar_kind" => if has_logo { "uploaded" } else { "initials" },
        "avatar_url" => row.logo,
    );
    node
}
