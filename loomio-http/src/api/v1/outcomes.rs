//! Outcomes of polls.

use crate::api::operations;

operations! {}
