//! Votes.

use crate::api::operations;

operations! {}
