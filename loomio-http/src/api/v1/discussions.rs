//! Threads.

use crate::{
    api::{
        operations,
        params::{EXCLUDE_TYPES, FROM, GROUP_ID, GROUP_KEY, Kind, PER, Param, Q},
    },
    services::discussion,
};

const BODY: Param = Param::body(
    "discussion",
    Kind::Object,
    "The thread's attributes.",
    r#"{"title": "Fix the roof before winter", "description": "<p>It leaks.</p>", "description_format": "html", "group_id": 1, "private": true}"#,
);
const SUBGROUPS: Param = Param::query("subgroups", Kind::Text, "`all` or `mine`: threads of the group's subgroups too.");
const EVENT_IDS: Param = Param::body("forked_event_ids", Kind::List, "The items to move, by their numbers.", "[7, 8]");

operations! {
    /// Threads of a group, or all that may be seen.
    GET "/v1/discussions" index_discussions [GROUP_ID, GROUP_KEY, SUBGROUPS, Param::query("filter", Kind::Text, "`all`, `closed`, or only open ones."), Param::query("tags", Kind::Text, "A tag that the threads have."), Param::query("xids", Kind::Text, "Some threads by their numbers, as in `1x2x3`."), Param::query("since", Kind::Text, "Not from before this time."), Param::query("until", Kind::Text, "Not from after this time."), Param::query("timeframe_for", Kind::Text, "Which time of a thread is meant, such as `last_activity_at`."), FROM, PER, EXCLUDE_TYPES] => |visit| discussion::index(visit);
    /// Open threads of one's groups.
    GET "/v1/discussions/dashboard" dashboard_discussions [FROM, PER, EXCLUDE_TYPES] => |visit| discussion::dashboard(visit);
    /// Threads with something new.
    GET "/v1/discussions/inbox" inbox_discussions [FROM, PER, EXCLUDE_TYPES] => |visit| discussion::inbox(visit);
    /// Threads outside of groups.
    GET "/v1/discussions/direct" direct_discussions [FROM, PER, EXCLUDE_TYPES] => |visit| discussion::direct(visit);
    /// Threads of a group by title.
    GET "/v1/discussions/search" search_discussions [GROUP_ID, GROUP_KEY, Q, SUBGROUPS, FROM, PER, EXCLUDE_TYPES] => |visit| discussion::search(visit);
    /// One thread.
    GET "/v1/discussions/:id" show_discussion [EXCLUDE_TYPES] => |visit| discussion::show(visit, &visit.key());
    /// Who read a thread and when.
    GET "/v1/discussions/:id/history" history_of_discussion [] => |visit| discussion::history(visit, &visit.key());
    /// Starts a thread.
    POST "/v1/discussions" create_discussion [BODY] => |visit| discussion::create(visit);
    /// Changes a thread.
    PATCH "/v1/discussions/:id" update_discussion [BODY] => |visit| discussion::update(visit, &visit.key());
    /// Changes a thread.
    PUT "/v1/discussions/:id" replace_discussion [BODY] => |visit| discussion::update(visit, &visit.key());
    /// Closes a thread.
    PATCH "/v1/discussions/:id/close" close_discussion [] => |visit| discussion::close(visit, &visit.key());
    /// Opens a closed thread again.
    PATCH "/v1/discussions/:id/reopen" reopen_discussion [] => |visit| discussion::reopen(visit, &visit.key());
    /// Puts a thread at the top of its group.
    PATCH "/v1/discussions/:id/pin" pin_discussion [] => |visit| discussion::pin(visit, &visit.key());
    /// Takes a thread from the top of its group.
    PATCH "/v1/discussions/:id/unpin" unpin_discussion [] => |visit| discussion::unpin(visit, &visit.key());
    /// Moves a thread into another group, or outside of groups.
    PATCH "/v1/discussions/:id/move" move_discussion [Param::body("group_id", Kind::Number, "The group to move to.", "2")] => |visit| discussion::move_to_group(visit, &visit.key());
    /// Moves items of another thread here.
    PATCH "/v1/discussions/:id/move_comments" move_comments_to_discussion [EVENT_IDS] => |visit| discussion::move_comments(visit, &visit.key());
    /// Takes a thread away.
    DELETE "/v1/discussions/:id/discard" discard_discussion [] => |visit| discussion::discard(visit, &visit.key());
    /// Marks a thread as opened.
    PATCH "/v1/discussions/:id/mark_as_seen" mark_discussion_as_seen [] => |visit| discussion::mark_as_seen(visit, &visit.key());
    /// Marks items of a thread as read.
    PATCH "/v1/discussions/:id/mark_as_read" mark_discussion_as_read [Param::body("ranges", Kind::Text, "The sequence numbers read.", "\"1-3,5-5\"")] => |visit| discussion::mark_as_read(visit, &visit.key());
    /// Takes a thread off one's inbox.
    PATCH "/v1/discussions/:id/dismiss" dismiss_discussion [] => |visit| discussion::dismiss(visit, &visit.key());
    /// Puts a thread back into one's inbox.
    PATCH "/v1/discussions/:id/recall" recall_discussion [] => |visit| discussion::recall(visit, &visit.key());
    /// Says how loudly one wants to hear of a thread.
    PATCH "/v1/discussions/:id/set_volume" set_volume_of_discussion [Param::body("volume", Kind::Text, "`mute`, `quiet`, `normal` or `loud`.", "\"loud\"")] => |visit| discussion::set_volume(visit, &visit.key());
}
