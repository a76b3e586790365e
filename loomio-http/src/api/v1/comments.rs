//! What people say.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::comment,
};

const BODY: Param = Param::body("comment", Kind::Object, "The comment's attributes.", r#"{"body": "<p>I got two quotes.</p>", "body_format": "html", "discussion_id": 1}"#);

operations! {
    /// Says something in a thread.
    POST "/v1/comments" create_comment [BODY] => |visit| comment::create(visit);
    /// Changes what was said.
    PATCH "/v1/comments/:id" update_comment [BODY] => |visit| comment::update(visit, &visit.key());
    /// Changes what was said.
    PUT "/v1/comments/:id" replace_comment [BODY] => |visit| comment::update(visit, &visit.key());
    /// Removes a comment that nobody answered.
    DELETE "/v1/comments/:id" destroy_comment [] => |visit| comment::destroy(visit, &visit.key());
    /// Hides the words of a comment.
    DELETE "/v1/comments/:id/discard" discard_comment [] => |visit| comment::discard(visit, &visit.key());
    /// Shows the words of a comment again.
    POST "/v1/comments/:id/undiscard" undiscard_comment [] => |visit| comment::undiscard(visit, &visit.key());
}
