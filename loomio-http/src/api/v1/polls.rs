//! Polls.

use crate::api::operations;

operations! {}
