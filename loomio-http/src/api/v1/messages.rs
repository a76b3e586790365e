//! Messages to the site's people: contact and trials.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::{message, trial},
};

operations! {
    /// Mails a message to the people who run the site.
    POST "/v1/contact_messages" create_contact_message [Param::body("contact_message", Kind::Object, "`name`, `email`, `subject`, `message`.", r#"{"name": "Ana", "email": "ana@example.org", "subject": "Help", "message": "How do I vote?"}"#)] => |visit| message::create(visit);
    /// Starts a secret group, and an account for whoever has none.
    POST "/v1/trials" create_trial [
        Param::body("user_name", Kind::Text, "Who starts it.", r#""Ana Alvarez""#),
        Param::body("user_email", Kind::Text, "Their address.", r#""ana@example.org""#),
        Param::body("user_email_newsletter", Kind::Truth, "Whether they want the newsletter.", "false"),
        Param::body("user_legal_accepted", Kind::Truth, "Whether they agree to the terms.", "true"),
        Param::body("group_name", Kind::Text, "The group's name.", r#""Riverside Co-op""#),
        Param::body("group_description", Kind::Text, "What it is for, in HTML.", r#""<p>Our homes</p>""#),
        Param::body("group_category", Kind::Text, "What kind of group it is.", r#""co-op""#),
        Param::body("group_how_did_you_hear_about_loomio", Kind::Text, "Where they heard of it.", r#""a friend""#),
    ] => |visit| trial::create(visit);
}
