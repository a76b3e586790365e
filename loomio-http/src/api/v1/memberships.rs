//! Memberships.

use crate::api::operations;

operations! {}
