//! `loomio sign-in`: a one-time link for somebody who has an account.

use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    find::Find,
    rows::{LoginToken, User},
};
use loomio_http::App;
use std::sync::Arc;

/// A link that signs somebody in, once, within a day.
///
/// # Errors
/// When nobody has the address.
pub async fn link(app: &Arc<App>, email: &str) -> anyhow::Result<String> {
    let user = Find::<User>::new("users.email = $1::citext and users.deactivated_at is null", vec![email.into()]).one(&app.db).await?;
    let user = user.ok_or_else(|| anyhow::anyhow!("nobody with the address {email} has an account here"))?;
    let mut seed = [0u8; 32];
    rand::RngCore::fill_bytes(&mut *app.rng(), &mut seed);
    let w = Write::begin(&app.db, app.now(), None, seed).await?;
    let (token, code) = {
        let mut rng = w.rng();
        (loomio_auth::token::secure(&mut *rng), loomio_auth::token::code(&mut *rng))
    };
    let row = LoginToken { user_id: Some(user.id), token: Some(token.clone()), code, ..LoginToken::default() };
    w.insert(&Permit::system("a sign-in link asked for on the command line"), row).await?;
    w.commit().await?;
    Ok(format!("{}/login_tokens/{token}", app.settings.root_url()))
}
