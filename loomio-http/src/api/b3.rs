//! Version b3: programs that act for the server, by its own key.

use super::{
    Operation, operations,
    params::{Kind, Param},
};
use crate::services::bot;

const KEY: Param = Param::query("b3_api_key", Kind::Text, "The key of the server; also as the header `Authorization: Bearer KEY`.");
const ID: Param = Param::body("id", Kind::Number, "The person.", "7");

operations! {
    /// Closes an account.
    POST "/b3/users/deactivate" b3_deactivate_user [KEY, ID] => |visit| bot::deactivate(visit);
    /// Opens a closed account again.
    POST "/b3/users/reactivate" b3_reactivate_user [KEY, ID] => |visit| bot::reactivate(visit);
}

/// The tables.
pub const TABLES: &[&[Operation]] = &[OPERATIONS];
