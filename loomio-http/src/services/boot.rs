//! What the client asks first: who is signed in, and what this site can do.

use super::{Done, Visit};
use serde_json::json;

/// The version served.
///
/// # Errors
/// Never.
pub async fn version(visit: &Visit) -> Done {
    let version = crate::App::VERSION;
    let reload = visit.params.text("version").is_some_and(|client| client.as_str() < version);
    Ok(json!({"version": version, "release": "", "reload": reload, "notice": visit.app.settings.var("LOOMIO_SYSTEM_NOTICE")}))
}
