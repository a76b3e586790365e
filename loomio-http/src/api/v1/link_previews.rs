//! Previews of links.

use crate::api::operations;

operations! {}
