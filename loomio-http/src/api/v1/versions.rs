//! The history of texts and settings.

use crate::{
    api::{
        operations,
        params::{COMMENT_ID, DISCUSSION_ID, GROUP_ID, Kind, OUTCOME_ID, POLL_ID, Param, STANCE_ID},
    },
    services::version,
};

operations! {
    /// One version of a text or of settings.
    GET "/v1/versions" show_version [GROUP_ID, DISCUSSION_ID, COMMENT_ID, POLL_ID, STANCE_ID, OUTCOME_ID, Param::query("index", Kind::Number, "Which version, 0 being the first.")] => |visit| version::show(visit);
}
