//! Attachments.

use crate::api::operations;

operations! {}
