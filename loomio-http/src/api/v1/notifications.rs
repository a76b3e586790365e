//! What a person was told of inside the application.

use crate::{api::operations, services::notification};

operations! {
    /// The latest notifications.
    GET "/v1/notifications" index_notifications [] => |visit| notification::index(visit);
    /// Marks all as looked at.
    POST "/v1/notifications/viewed" viewed_notifications [] => |visit| notification::viewed(visit);
}
