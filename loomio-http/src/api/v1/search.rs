//! Search.

use crate::api::operations;

operations! {}
