//! Demo groups.

use crate::api::operations;

operations! {}
