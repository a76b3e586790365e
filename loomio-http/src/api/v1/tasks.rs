//! Tasks inside texts.

use crate::{
    api::{
        operations,
        params::{COMMENT_ID, DISCUSSION_ID, GROUP_ID, Kind, OUTCOME_ID, POLL_ID, Param},
    },
    services::task,
};

operations! {
    /// One's own tasks.
    GET "/v1/tasks" index_tasks [] => |visit| task::index(visit);
    /// Ticks or unticks a task by its number in a text.
    POST "/v1/tasks/update_done" update_done_of_task [Param::body("uid", Kind::Number, "The task's number in its text.", "71"), Param::body("done", Kind::Text, "`true` or `false`.", "\"true\""), GROUP_ID, DISCUSSION_ID, COMMENT_ID, POLL_ID, OUTCOME_ID] => |visit| task::update_done(visit);
    /// Ticks a task.
    POST "/v1/tasks/:id/mark_as_done" mark_task_as_done [] => |visit| task::mark_as_done(visit, &visit.key());
    /// Unticks a task.
    POST "/v1/tasks/:id/mark_as_not_done" mark_task_as_not_done [] => |visit| task::mark_as_not_done(visit, &visit.key());
}
