//! Whom a text can mention.

use crate::{
    api::{
        operations,
        params::{COMMENT_ID, DISCUSSION_ID, DISCUSSION_KEY, GROUP_ID, GROUP_KEY, OUTCOME_ID, POLL_ID, POLL_KEY, Q, STANCE_ID},
    },
    services::mention,
};

operations! {
    /// Whom a text can mention.
    GET "/v1/mentions" index_mentions [Q, GROUP_ID, GROUP_KEY, DISCUSSION_ID, DISCUSSION_KEY, COMMENT_ID, POLL_ID, POLL_KEY, STANCE_ID, OUTCOME_ID] => |visit| mention::index(visit);
}
