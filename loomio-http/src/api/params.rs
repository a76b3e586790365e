//! The parameters of operations, as the document shows them.

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use serde_json::Value as Json;

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Behind the question mark.
    Query,
    /// In the JSON body.
    Body,
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// Yes or no.
    Truth,
    /// A list of numbers or texts.
    List,
    /// An object of the resource's attributes.
    Object,
}

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// What it holds.
    pub kind: Kind,
    /// What it means.
    pub about: &'static str,
    /// An example as JSON.
    pub example: &'static str,
}

impl Param {
    /// A parameter behind the question mark.
    #[must_use]
    pub const fn query(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, place: Place::Query, kind, about, example: "" }
    }

    /// A part of the body.
    #[must_use]
    pub const fn body(name: &'static str, kind: Kind, about: &'static str, example: &'static str) -> Self {
        Self { name, place: Place::Body, kind, about, example }
    }

    /// Its schema.
    #[must_use]
    pub fn schema(&self) -> MetaSchemaRef {
        let mut schema = MetaSchema::new(match self.kind {
            Kind::Text => "string",
            Kind::Number => "integer",
            Kind::Truth => "boolean",
            Kind::List => "array",
            Kind::Object => "object",
        });
        if self.kind == Kind::List {
            schema.items = Some(Box::new(MetaSchemaRef::Inline(Box::new(MetaSchema::ANY))));
        }
        schema.description = Some(self.about);
        schema.example = serde_json::from_str::<Json>(self.example).ok();
        MetaSchemaRef::Inline(Box::new(schema))
    }
}

/// Kinds of records left out of the answer.
pub const EXCLUDE_TYPES: Param = Param::query("exclude_types", Kind::Text, "Kinds of records to leave out of the answer, separated by blanks, such as `group user`.");
/// How many rows to skip.
pub const FROM: Param = Param::query("from", Kind::Number, "How many rows to skip.");
/// How many rows to answer.
pub const PER: Param = Param::query("per", Kind::Number, "How many rows to answer at most.");
/// A group.
pub const GROUP_ID: Param = Param::query("group_id", Kind::Number, "The group, by its number.");
/// A group.
pub const GROUP_KEY: Param = Param::query("group_key", Kind::Text, "The group, by its key or handle.");
/// A thread.
pub const DISCUSSION_ID: Param = Param::query("discussion_id", Kind::Number, "The thread, by its number.");
/// A thread.
pub const DISCUSSION_KEY: Param = Param::query("discussion_key", Kind::Text, "The thread, by its key.");
/// A poll.
pub const POLL_ID: Param = Param::query("poll_id", Kind::Number, "The poll, by its number.");
/// A poll.
pub const POLL_KEY: Param = Param::query("poll_key", Kind::Text, "The poll, by its key.");
/// A comment.
pub const COMMENT_ID: Param = Param::query("comment_id", Kind::Number, "The comment, by its number.");
/// A vote.
pub const STANCE_ID: Param = Param::query("stance_id", Kind::Number, "The vote, by its number.");
/// An outcome.
pub const OUTCOME_ID: Param = Param::query("outcome_id", Kind::Number, "The outcome, by its number.");
/// What is looked for.
pub const Q: Param = Param::query("q", Kind::Text, "What is looked for.");
