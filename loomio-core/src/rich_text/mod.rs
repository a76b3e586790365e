//! What text may contain, and what is found in it.
//!
//! Sources: `app/models/concerns/has_rich_text.rb`, `has_mentions.rb`,
//! `app/services/task_service.rb`, `app/services/markdown_service.rb`.

pub mod language;
pub mod markdown;
pub mod mentions;
pub mod sanitize;
pub mod slug;
pub mod tasks;
pub mod text;

pub use sanitize::on_save;
