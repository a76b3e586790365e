//! The kinds of row that carry a rich text, seen alike.

use loomio_db::{
    record::Record,
    rows::{Comment, Discussion, DiscussionTemplate, Group, Outcome, Poll, PollTemplate, Stance, User},
};
use serde_json::Value as Json;

/// The columns beside a text that are made of it or sent with it.
#[derive(Debug)]
pub struct Side<'a> {
    /// The attached files as JSON; poll templates have no such column.
    pub attachments: Option<&'a mut Json>,
    /// The previews of links.
    pub link_previews: &'a mut Json,
    /// The language of the text.
    pub content_locale: &'a mut Option<String>,
}

/// A row with a rich text.
pub trait RichText: Record {
    /// The text's column, which is also its name in parameters; its format is
    /// in the column of the same name with `_format`.
    const COLUMN: &'static str;
    /// The text.
    fn body(&self) -> Option<&str>;
    /// Replaces the text.
    fn set_body(&mut self, body: Option<String>);
    /// `html` or `md`.
    fn format(&self) -> &str;
    /// Replaces the format.
    fn set_format(&mut self, format: String);
    /// Whose text it is.
    fn author_id(&self) -> Option<i32>;
    /// The columns beside the text.
    fn side(&mut self) -> Side<'_>;
}

macro_rules! rich_text {
    ($row:ident, $column:ident, $format:ident, $author:expr, |$r:ident| $attachments:expr, |$body:ident| $get:expr, |$new:ident| $set:expr) => {
        impl RichText for $row {
            const COLUMN: &'static str = stringify!($column);
            fn body(&self) -> Option<&str> {
                let $body = &self.$column;
                $get
            }
            fn set_body(&mut self, $new: Option<String>) {
                self.$column = $set;
            }
            fn format(&self) -> &str {
                &self.$format
            }
            fn set_format(&mut self, format: String) {
                self.$format = format;
            }
            fn author_id(&self) -> Option<i32> {
                let author: fn(&Self) -> Option<i32> = $author;
                author(self)
            }
            fn side(&mut self) -> Side<'_> {
                let $r = self;
                Side { attachments: $attachments, link_previews: &mut $r.link_previews, content_locale: &mut $r.content_locale }
            }
        }
    };
}

macro_rules! optional {
    ($row:ident, $column:ident, $format:ident, $author:expr) => {
        rich_text!($row, $column, $format, $author, |r| Some(&mut r.attachments), |body| body.as_deref(), |new| new);
    };
}

optional!(Discussion, description, description_format, |r| r.author_id);
optional!(Comment, body, body_format, |r| r.user_id);
optional!(Poll, details, details_format, |r| Some(r.author_id));
optional!(Stance, reason, reason_format, |r| r.participant_id);
optional!(Group, description, description_format, |r| r.creator_id);
optional!(DiscussionTemplate, description, description_format, |r| r.author_id);
rich_text!(PollTemplate, details, details_format, |r| Some(r.author_id), |_r| None, |body| body.as_deref(), |new| new);
rich_text!(Outcome, statement, statement_format, |r| Some(r.author_id), |r| Some(&mut r.attachments), |body| Some(body.as_str()), |new| new.unwrap_or_default());
rich_text!(User, short_bio, short_bio_format, |r| Some(r.id), |r| Some(&mut r.attachments), |body| Some(body.as_str()), |new| new.unwrap_or_default());
