//! Translations.

use crate::api::operations;

operations! {}
