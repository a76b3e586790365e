//! Groups.

use crate::api::operations;

operations! {}
