//! Documents.

use crate::{
    api::{
        operations,
        params::{COMMENT_ID, DISCUSSION_ID, DISCUSSION_KEY, FROM, GROUP_ID, GROUP_KEY, Kind, OUTCOME_ID, PER, POLL_ID, POLL_KEY, Param, Q},
    },
    services::document,
};

const BODY: Param = Param::body("document", Kind::Object, "The document's attributes.", r#"{"title": "Quote", "url": "https://example.org/quote.pdf", "model_type": "Discussion", "model_id": 1}"#);

operations! {
    /// The documents of a group, thread, comment, poll or outcome.
    GET "/v1/documents" index_documents [GROUP_ID, GROUP_KEY, DISCUSSION_ID, DISCUSSION_KEY, COMMENT_ID, POLL_ID, POLL_KEY, OUTCOME_ID, FROM, PER] => |visit| document::index(visit);
    /// All documents of a group that one may see.
    GET "/v1/documents/for_group" for_group_documents [GROUP_ID, GROUP_KEY, Q, Param::query("subgroups", Kind::Text, "`mine` or `all` to look into subgroups, too."), FROM, PER] => |visit| document::for_group(visit);
    /// All documents of a thread, its polls and comments.
    GET "/v1/documents/for_discussion" for_discussion_documents [DISCUSSION_ID, DISCUSSION_KEY] => |visit| document::for_discussion(visit);
    /// Adds a document.
    POST "/v1/documents" create_document [BODY] => |visit| document::create(visit);
    /// Changes a document.
    PATCH "/v1/documents/:id" update_document [BODY] => |visit| document::update(visit, &visit.key());
    /// Changes a document.
    PUT "/v1/documents/:id" replace_document [BODY] => |visit| document::update(visit, &visit.key());
    /// Removes a document.
    DELETE "/v1/documents/:id" destroy_document [] => |visit| document::destroy(visit, &visit.key());
}
