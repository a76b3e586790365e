//! Messages to the site's people: contact and trials.

use crate::api::operations;

operations! {}
