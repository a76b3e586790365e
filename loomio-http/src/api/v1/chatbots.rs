//! Chat rooms that are told of a group's events.

use crate::{
    api::{
        operations,
        params::{GROUP_ID, GROUP_KEY, Kind, Param},
    },
    services::{chatbot, visit::Visit},
};

const CHATBOT: Param = Param::body(
    "chatbot",
    Kind::Object,
    "Its attributes.",
    "{\"name\": \"Town square\", \"group_id\": 1, \"kind\": \"webhook\", \"webhook_kind\": \"slack\", \"server\": \"https://hooks.example.org/1\", \"event_kinds\": [\"poll_created\"]}",
);

fn id(visit: &Visit) -> String {
    visit.params.text("id").unwrap_or_default()
}

operations! {
    /// The chat bots of a group.
    GET "/v1/chatbots" index_chatbots [GROUP_ID, GROUP_KEY] => |visit| chatbot::index(visit);
    /// Adds a chat bot to a group.
    POST "/v1/chatbots" create_chatbot [CHATBOT] => |visit| chatbot::create(visit);
    /// Changes a chat bot.
    PATCH "/v1/chatbots/:id" update_chatbot [CHATBOT] => |visit| chatbot::update(visit, &id(visit));
    /// Changes a chat bot.
    PUT "/v1/chatbots/:id" replace_chatbot [CHATBOT] => |visit| chatbot::update(visit, &id(visit));
    /// Removes a chat bot.
    DELETE "/v1/chatbots/:id" destroy_chatbot [] => |visit| chatbot::destroy(visit, &id(visit));
    /// Sends a first message to a room.
    POST "/v1/chatbots/check" check_chatbot [Param::body("kind", Kind::Text, "`slack_webhook` or `matrix`.", "\"slack_webhook\""), Param::body("server", Kind::Text, "Its address.", "\"https://hooks.example.org/1\""), Param::body("access_token", Kind::Text, "What opens a Matrix server.", "\"\""), Param::body("channel", Kind::Text, "A Matrix room.", "\"#town:example.org\""), Param::body("group_name", Kind::Text, "The group it is for.", "\"Riverside\"")] => |visit| chatbot::try_out(visit);
}
