//! Chat bots.

use crate::api::operations;

operations! {}
