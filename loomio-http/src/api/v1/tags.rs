//! Tags.

use crate::api::operations;

operations! {}
