//! Reports.

use crate::api::operations;

operations! {}
