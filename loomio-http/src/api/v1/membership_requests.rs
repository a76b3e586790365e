//! Requests for membership.

use crate::{
    api::{
        operations,
        params::{FROM, GROUP_ID, GROUP_KEY, PER},
    },
    services::membership_request,
};

operations! {
    /// The visitor's own requests that wait for an answer.
    GET "/v1/membership_requests/my_pending" my_pending_membership_requests [GROUP_ID, GROUP_KEY] => |visit| membership_request::my_pending(visit);
    /// The requests of a group that nobody has answered yet.
    GET "/v1/membership_requests/pending" pending_membership_requests [GROUP_ID, GROUP_KEY, FROM, PER] => |visit| membership_request::pending(visit);
    /// The requests of a group that were answered.
    GET "/v1/membership_requests/previous" previous_membership_requests [GROUP_ID, GROUP_KEY, FROM, PER] => |visit| membership_request::previous(visit);
}
