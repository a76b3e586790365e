//! Templates of polls.

use crate::api::operations;

operations! {}
