//! Translations of texts.

use crate::{
    api::{
        operations,
        params::{COMMENT_ID, DISCUSSION_ID, GROUP_ID, Kind, OUTCOME_ID, POLL_ID, Param, STANCE_ID},
    },
    services::translation,
};

operations! {
    /// A text in another language, as it was translated before or, for who is signed in,
    /// can be now.
    GET "/v1/translations/inline" inline_translation [
        Param::query("model", Kind::Text, "What kind of text: `comment`, `discussion`, `poll`, `outcome`, `stance` or `group`."),
        Param::query("to", Kind::Text, "The language."),
        GROUP_ID, DISCUSSION_ID, COMMENT_ID, POLL_ID, STANCE_ID, OUTCOME_ID,
    ] => |visit| translation::inline(visit);
}
