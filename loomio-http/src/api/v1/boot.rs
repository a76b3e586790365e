//! What the client asks first.

use crate::{api::operations, services::boot};

operations! {
    /// The version served, and whether the client must load itself anew.
    GET "/v1/boot/version" boot_version [] => |visit| boot::version(visit);
}
