//! Mails to groups from addresses nobody knows.

use crate::{
    api::{
        operations,
        params::{FROM, GROUP_ID, PER},
    },
    services::received_email,
};

operations! {
    /// The mails of a group that wait.
    GET "/v1/received_emails" index_received_emails [GROUP_ID, FROM, PER] => |visit| received_email::index(visit);
    /// What was said of the addresses that write to a group.
    GET "/v1/received_emails/aliases" aliases_of_received_emails [GROUP_ID] => |visit| received_email::aliases(visit);
}
