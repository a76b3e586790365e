//! Mails to groups from addresses nobody knows.

use crate::{
    api::{
        operations,
        params::{FROM, GROUP_ID, Kind, PER, Param},
    },
    services::{received_email, visit::Visit},
};

fn id(visit: &Visit) -> String {
    visit.params.text("id").unwrap_or_default()
}

operations! {
    /// The mails of a group that wait.
    GET "/v1/received_emails" index_received_emails [GROUP_ID, FROM, PER] => |visit| received_email::index(visit);
    /// What was said of the addresses that write to a group.
    GET "/v1/received_emails/aliases" aliases_of_received_emails [GROUP_ID] => |visit| received_email::aliases(visit);
    /// Forgets what was said of an address.
    DELETE "/v1/received_emails/destroy_alias" destroy_alias_of_received_emails [Param::body("id", Kind::Number, "The alias, by number.", "3")] => |visit| received_email::destroy_alias(visit);
    /// Says that a waiting mail is a member's.
    POST "/v1/received_emails/:id/allow" allow_received_email [Param::body("user_id", Kind::Number, "The member, by number.", "2")] => |visit| received_email::allow(visit, &id(visit));
    /// Says that mails from this address are nobody's.
    POST "/v1/received_emails/:id/block" block_received_email [] => |visit| received_email::block(visit, &id(visit));
}
