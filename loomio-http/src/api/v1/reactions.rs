//! Reactions to texts.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::reaction,
};

const BODY: Param = Param::body("reaction", Kind::Object, "The reaction and what it is to.", r#"{"reaction": ":heart:", "reactable_type": "Comment", "reactable_id": 7}"#);

operations! {
    /// The reactions to some texts.
    GET "/v1/reactions" index_reactions [Param::query("comment_ids", Kind::Text, "Comments, as in `1x2x3`."), Param::query("discussion_ids", Kind::Text, "Threads, likewise."), Param::query("outcome_ids", Kind::Text, "Outcomes, likewise."), Param::query("poll_ids", Kind::Text, "Polls, likewise."), Param::query("stance_ids", Kind::Text, "Votes, likewise.")] => |visit| reaction::index(visit);
    /// Reacts to a text.
    POST "/v1/reactions" create_reaction [BODY] => |visit| reaction::save(visit);
    /// Changes one's reaction to a text.
    PATCH "/v1/reactions/:id" update_reaction [BODY] => |visit| reaction::save(visit);
    /// Changes one's reaction to a text.
    PUT "/v1/reactions/:id" replace_reaction [BODY] => |visit| reaction::save(visit);
    /// Takes one's reaction back.
    DELETE "/v1/reactions/:id" destroy_reaction [] => |visit| reaction::destroy(visit, &visit.key());
}
