//! Mails that wait for a group's administrators.

use crate::api::operations;

operations! {}
