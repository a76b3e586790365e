//! Templates of threads.

use crate::api::operations;

operations! {}
