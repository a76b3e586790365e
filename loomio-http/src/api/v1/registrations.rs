//! Registration.

use crate::api::operations;

operations! {}
