//! Threads.

use crate::api::operations;

operations! {}
