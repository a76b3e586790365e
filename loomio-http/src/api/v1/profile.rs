//! The own profile and those of others.

use crate::api::operations;

operations! {}
