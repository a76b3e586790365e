//! Tasks.

use crate::api::operations;

operations! {}
