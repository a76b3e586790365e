//! Versions.

use crate::api::operations;

operations! {}
