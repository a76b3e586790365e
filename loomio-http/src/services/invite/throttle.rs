//! How many people somebody may invite in a day.
//!
//! Source: `app/services/throttle_service.rb`, `User#invitations_rate_limit`. The
//! original counts in Redis and forgets to compare numbers with numbers.

use crate::services::{Done, ServiceError, Visit};
use loomio_core::policy::Permit;
use loomio_db::{Write, facts, sql};
use serde_json::json;

/// The most invitations a day of somebody in a paying organisation.
const PAYING: i64 = 50_000;
/// The most invitations a day of everybody else.
const TRIAL: i64 = 500;

/// Counts invitations by the visitor and refuses those beyond the day's limit.
///
/// # Errors
/// When there are too many.
pub async fn invitations(w: &Write, permit: &Permit, visit: &Visit, more: usize) -> Done<()> {
    let settings = &visit.app.settings;
    let limit = |variable: &str, default: i64| settings.var(variable).and_then(|v| v.parse().ok()).unwrap_or(default);
    let paying = sql::exists(
        w.conn(),
        &format!(
            "select 1 from groups o join subscriptions s on s.id = o.subscription_id where o.parent_id is null and s.plan is distinct from 'trial' \
             and o.id in (select coalesce(g.parent_id, g.id) from groups g where g.id in ({}))",
            facts::GROUPS_OF_USER
        ),
        vec![visit.actor.id.into()],
    )
    .await?;
    let most = if paying { limit("PAID_INVITATIONS_RATE_LIMIT", PAYING) } else { limit("TRIAL_INVITATIONS_RATE_LIMIT", TRIAL) };
    let most = limit("THROTTLE_MAX_UserInviterInvitations", most);
    let sent = loomio_db::throttle::count(w, permit, &format!("invitations-{}", visit.actor.id), loomio_db::throttle::Per::Day, i64::try_from(more).unwrap_or(i64::MAX)).await?;
    if sent > most {
        return Err(ServiceError::Status(429, json!({"error": visit.text("error.too_many_invitations")})));
    }
    Ok(())
}
