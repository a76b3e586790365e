//! Tasks: what must be known before deciding, and the rules in `task.polar`.
//!
//! Source: `app/models/ability/task.rb`.

use super::facts;

facts! {
    /// What must be known of tasks and the actor.
    pub struct TaskFacts for "task" with "task.polar" {
        /// The actor wrote it.
        author,
        /// It is addressed to the actor.
        assigned,
        /// The actor may edit the text it stands in.
        updates_record,
    }
}
