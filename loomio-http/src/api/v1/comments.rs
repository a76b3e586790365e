//! Comments.

use crate::api::operations;

operations! {}
