//! Decides where a received mail belongs.

use super::Job;
use crate::{App, services::received_email_route};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Routes one received mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RouteEmail {
    /// The mail.
    pub id: i64,
    /// Whether the sender's domain says that it is not from there.
    #[serde(default)]
    pub forged: bool,
}

impl Job for RouteEmail {
    const NAME: &'static str = "route_email";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        received_email_route::route(&app, self.id, self.forged).await
    }
}
