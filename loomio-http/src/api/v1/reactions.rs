//! Reactions.

use crate::api::operations;

operations! {}
