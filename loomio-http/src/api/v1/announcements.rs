//! Announcements: inviting and notifying people.

use crate::api::operations;

operations! {}
