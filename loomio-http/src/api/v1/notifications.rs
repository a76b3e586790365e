//! Notifications.

use crate::api::operations;

operations! {}
