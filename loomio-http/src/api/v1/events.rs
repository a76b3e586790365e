//! Events of threads.

use crate::{
    api::{
        operations,
        params::{COMMENT_ID, DISCUSSION_ID, DISCUSSION_KEY, EXCLUDE_TYPES, Kind, PER, Param},
    },
    services::event,
};

operations! {
    /// A page of a thread.
    GET "/v1/events" index_events [DISCUSSION_ID, DISCUSSION_KEY, PER, EXCLUDE_TYPES, Param::query("order_by", Kind::Text, "`sequence_id` or `position_key`.")] => |visit| event::index(visit);
    /// How many events a thread has.
    GET "/v1/events/count" count_events [DISCUSSION_ID, DISCUSSION_KEY] => |visit| event::count(visit);
    /// The positions of all events of a thread.
    GET "/v1/events/position_keys" position_keys_of_events [DISCUSSION_ID, DISCUSSION_KEY] => |visit| event::position_keys(visit);
    /// When each event of a thread happened and whose it is.
    GET "/v1/events/timeline" timeline_of_events [DISCUSSION_ID, DISCUSSION_KEY] => |visit| event::timeline(visit);
    /// The event of a comment.
    GET "/v1/events/comment" comment_event [DISCUSSION_ID, DISCUSSION_KEY, COMMENT_ID] => |visit| event::comment(visit);
    /// Lets an event stand out in its thread.
    PATCH "/v1/events/:id/pin" pin_event [Param::body("pinned_title", Kind::Text, "What it is called at the top of the thread.", "\"The quotes\"")] => |visit| event::pin(visit, &visit.key());
    /// Makes an event an ordinary one again.
    PATCH "/v1/events/:id/unpin" unpin_event [] => |visit| event::unpin(visit, &visit.key());
    /// Takes the note of an edit out of its thread.
    PATCH "/v1/events/:id/remove_from_thread" remove_event_from_thread [] => |visit| event::remove_from_thread(visit, &visit.key());
}
