//! Requests for membership.

use crate::api::operations;

operations! {}
