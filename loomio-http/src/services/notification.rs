//! What a person was told of inside the application.
//!
//! Source: `app/services/notification_service.rb`,
//! `app/controllers/api/v1/notifications_controller.rb`.

use super::{Done, Visit, publish};
use loomio_core::policy::Permit;
use loomio_db::{
    facts,
    find::{self, Find},
    rows::Notification,
};
use serde_json::json;

/// How many of the latest are shown.
const SHOWN: u64 = 50;
/// How many of the latest other tabs are told of after they were looked at.
const TOLD: u64 = 30;

/// The latest notifications about what the visitor may see.
///
/// # Errors
/// When the database refuses.
pub async fn index(visit: &Visit) -> Done {
    let latest = match visit.user_id() {
        Some(id) => Find::<Notification>::new("notifications.user_id = $1", vec![id.into()]).order("notifications.id desc").limit(SHOWN).all(visit.db()).await?,
        None => Vec::new(),
    };
    let seen = facts::notification::visible(visit.db(), &visit.actor, latest).await?;
    visit.render(&seen, None, "notifications").await
}

/// Marks all as looked at, and tells the visitor's other tabs.
///
/// # Errors
/// When the database refuses.
pub async fn viewed(visit: &Visit) -> Done {
    if let Some(id) = visit.user_id() {
        let w = visit.begin().await?;
        w.execute(&Permit::system("the own notifications"), "update notifications set viewed = true where user_id = $1 and not viewed", vec![id.into()]).await?;
        w.commit().await?;
        let latest = Find::<Notification>::new("notifications.user_id = $1", vec![id.into()]).order("notifications.created_at desc").order("notifications.id desc").limit(TOLD).all(visit.db()).await?;
        if !latest.is_empty() {
            publish::live(visit, &latest, &format!("user_{id}")).await?;
        }
    }
    Ok(json!({"success": "ok"}))
}

/// Marks one of somebody's notifications as looked at; others' are left alone.
///
/// # Errors
/// When the database refuses.
pub async fn mark_viewed(visit: &Visit, id: i32) -> Done<()> {
    let found = find::by_id::<Notification>(visit.db(), id).await?.filter(|n| n.user_id == visit.user_id() && !n.viewed);
    if let Some(found) = found {
        let w = visit.begin().await?;
        w.save(&Permit::system("a mail was opened"), &found, Notification { viewed: true, ..found.clone() }).await?;
        w.commit().await?;
    }
    Ok(())
}
