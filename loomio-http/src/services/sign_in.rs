//! Signing in by password or one-time code, and signing out.

use super::{Done, ServiceError, Visit};
use crate::json::{
    render::{Node, Scope},
    user,
};
use loomio_auth::{password, remember};
use loomio_db::{find::Find, rows::User};
use serde_json::{Value as Json, json};

/// Signs in by password.
///
/// # Errors
/// When the password is wrong.
pub async fn create(visit: &Visit) -> Done {
    let given = visit.params.get("user").and_then(Json::as_object).cloned().unwrap_or_default();
    let text = |key: &str| given.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let found = Find::<User>::new("users.email = $1::citext and users.deactivated_at is null", vec![text("email").into()]).one(visit.db()).await?;
    let (secret, hash) = (text("password"), found.as_ref().and_then(|u| u.encrypted_password.clone()).unwrap_or_default());
    let right = tokio::task::spawn_blocking(move || password::verify(&secret, &hash)).await.unwrap_or(false);
    let Some(found) = found.filter(|_| right) else {
        return Err(ServiceError::Status(401, json!({"errors": {"password": ["auth_form.invalid_password"]}})));
    };
    sign_in(visit, &found);
    let signed_in = Scope { current_user_id: Some(found.id), ..visit.scope() };
    visit.render_as(&[found], &signed_in, None, "users", user::current, Node::new()).await
}

/// Makes the browser's session somebody's.
pub fn sign_in(visit: &Visit, found: &User) {
    let salt = found.encrypted_password.as_deref().and_then(password::salt).map(ToOwned::to_owned);
    let token = found.remember_token.clone().map(|token| remember::write(found.id, &token, &visit.app.secrets, visit.now));
    let mut state = visit.session.lock();
    state.session.sign_in(found.id, salt.as_deref(), &mut *visit.app.rng());
    state.signed_in = Some(true);
    state.remember = token;
}

/// Signs out.
///
/// # Errors
/// Never.
pub async fn destroy(visit: &Visit) -> Done {
    let mut state = visit.session.lock();
    state.session.sign_out();
    state.signed_in = Some(false);
    state.remember = Some(String::new());
    Ok(json!({"success": "ok"}))
}
