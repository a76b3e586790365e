//! Chat rooms that are told of a group's events.

use crate::{
    api::{
        operations,
        params::{GROUP_ID, GROUP_KEY},
    },
    services::chatbot,
};

operations! {
    /// The chat bots of a group.
    GET "/v1/chatbots" index_chatbots [GROUP_ID, GROUP_KEY] => |visit| chatbot::index(visit);
}
