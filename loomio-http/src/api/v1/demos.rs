//! Groups that show what this is like.

use crate::{
    api::{
        operations,
        params::{FROM, PER},
    },
    services::demo,
};

operations! {
    /// The groups that can be copied to try.
    GET "/v1/demos" index_demos [FROM, PER] => |visit| demo::index(visit);
    /// A copy of such a group for the visitor.
    POST "/v1/demos/clone" clone_demo [] => |visit| demo::clone(visit);
}
