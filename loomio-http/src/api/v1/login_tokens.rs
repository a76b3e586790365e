//! One-time sign-in links.

use crate::api::operations;

operations! {}
