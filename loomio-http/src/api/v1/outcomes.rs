//! Outcomes.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::outcome,
};

const OUTCOME: Param = Param::body(
    "outcome",
    Kind::Object,
    "The outcome's attributes.",
    r#"{"poll_id": 1, "statement": "<p>We do it.</p>", "statement_format": "html", "review_on": "2026-12-24", "recipient_audience": "group"}"#,
);

operations! {
    /// Says what was decided after a poll.
    POST "/v1/outcomes" create_outcome [OUTCOME] => |visit| outcome::create(visit);
    /// Changes an outcome.
    PATCH "/v1/outcomes/:id" update_outcome [OUTCOME] => |visit| outcome::update(visit);
    /// Changes an outcome.
    PUT "/v1/outcomes/:id" replace_outcome [OUTCOME] => |visit| outcome::update(visit);
}
