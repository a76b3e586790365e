//! Requests for membership.

use crate::{
    api::{
        operations,
        params::{FROM, GROUP_ID, GROUP_KEY, Kind, PER, Param},
    },
    services::{membership_request, visit::Visit},
};

fn id(visit: &Visit) -> String {
    visit.params.text("id").unwrap_or_default()
}

operations! {
    /// The visitor's own requests that wait for an answer.
    GET "/v1/membership_requests/my_pending" my_pending_membership_requests [GROUP_ID, GROUP_KEY] => |visit| membership_request::my_pending(visit);
    /// The requests of a group that nobody has answered yet.
    GET "/v1/membership_requests/pending" pending_membership_requests [GROUP_ID, GROUP_KEY, FROM, PER] => |visit| membership_request::pending(visit);
    /// The requests of a group that were answered.
    GET "/v1/membership_requests/previous" previous_membership_requests [GROUP_ID, GROUP_KEY, FROM, PER] => |visit| membership_request::previous(visit);
    /// Asks to join a group.
    POST "/v1/membership_requests" create_membership_request [Param::body("membership_request", Kind::Object, "Its attributes.", "{\"group_id\": 1, \"introduction\": \"I live nearby\"}")] => |visit| membership_request::create(visit);
    /// Lets somebody in who asked.
    POST "/v1/membership_requests/:id/approve" approve_membership_request [] => |visit| membership_request::approve(visit, &id(visit));
    /// Lets a request be.
    POST "/v1/membership_requests/:id/ignore" ignore_membership_request [] => |visit| membership_request::ignore(visit, &id(visit));
}
