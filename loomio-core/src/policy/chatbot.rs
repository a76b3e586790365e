//! Chatbots: what must be known before deciding, and the rules in `chatbot.polar`.
//!
//! Source: `app/models/ability/chatbot.rb`.

use super::facts;

facts! {
    /// What must be known of chatbots and the actor.
    pub struct ChatbotFacts for "chatbot" with "chatbot.polar" {
        /// The actor administers the group.
        group_admin,
    }
}
