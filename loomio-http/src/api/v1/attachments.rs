//! Attached files.

use crate::{
    api::{
        operations,
        params::{FROM, GROUP_ID, PER, Q},
    },
    services::attachment,
};

operations! {
    /// The files of one of one's own groups.
    GET "/v1/attachments" index_attachments [GROUP_ID, Q, FROM, PER] => |visit| attachment::index(visit);
    /// Takes a file away from what it is attached to.
    DELETE "/v1/attachments/:id" destroy_attachment [] => |visit| attachment::destroy(visit, &visit.key());
}
