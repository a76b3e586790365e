//! People and groups that can be mentioned.

use crate::api::operations;

operations! {}
