//! Documents.

use crate::api::operations;

operations! {}
