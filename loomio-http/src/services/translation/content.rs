//! What can be translated: the texts of a row, with their formats.
//!
//! Source: the calls of `is_translatable` in `app/models/`.

use super::google::{self, Untranslated};
use crate::{App, services::eventable::Eventable};
use loomio_core::rich_text::{self, markdown};
use loomio_db::{Result, hstore, sql};
use sea_orm::ConnectionTrait;
use serde_json::Value as Json;

/// A kind of row.
struct Class {
    name: &'static str,
    table: &'static str,
    /// The columns, and whether there is one with their format.
    fields: &'static [(&'static str, bool)],
}

const CLASSES: [Class; 6] = [
    Class { name: "Group", table: "groups", fields: &[("description", true), ("name", false)] },
    Class { name: "Discussion", table: "discussions", fields: &[("title", false), ("description", true)] },
    Class { name: "Poll", table: "polls", fields: &[("title", false), ("details", true)] },
    Class { name: "Comment", table: "comments", fields: &[("body", true)] },
    Class { name: "Stance", table: "stances", fields: &[("reason", true)] },
    Class { name: "Outcome", table: "outcomes", fields: &[("statement", true)] },
];

/// A text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its column.
    pub column: &'static str,
    /// It; HTML where it has a format.
    pub text: String,
    /// Whether it is HTML.
    pub is_html: bool,
}

/// The columns of a kind of row that can be translated; none of other kinds.
#[must_use]
pub fn columns(class: &str) -> Vec<&'static str> {
    CLASSES.iter().filter(|c| c.name == class).flat_map(|c| c.fields).map(|(column, _)| *column).collect()
}

/// The group whose members may all read a text; none for votes, which may be secret.
///
/// # Errors
/// When the database refuses.
pub async fn group_id(conn: &impl ConnectionTrait, class: &str, id: i32) -> Result<Option<i32>> {
    let found = match class {
        "Stance" => None,
        _ => Eventable::load(conn, class, id).await?,
    };
    Ok(found.and_then(|f| f.group_id()))
}

/// The texts of a row; nothing when there is no such row.
///
/// # Errors
/// When the database refuses.
pub async fn load(conn: &impl ConnectionTrait, class: &str, id: i32) -> Result<Option<Vec<Text>>> {
    let Some(class) = CLASSES.iter().find(|c| c.name == class) else { return Ok(None) };
    let row: Option<Json> = sql::scalar(conn, &format!("select to_jsonb(r) from {} r where id = $1", class.table), vec![id.into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let value = |column: &str| row.get(column).and_then(Json::as_str).unwrap_or_default().to_owned();
    let texts = class.fields.iter().map(|(column, has_format)| {
        let (text, is_markdown) = (value(column), *has_format && value(&format!("{column}_format")) == "md");
        Text { column, text: if is_markdown { markdown::to_html(&text) } else { text }, is_html: *has_format }
    });
    Ok(Some(texts.collect()))
}

/// The texts in another language, as they are stored. What comes back is no safer
/// than what people write, and is cleaned like it.
///
/// # Errors
/// When the service refuses or does not answer.
pub async fn translate(app: &App, texts: &[Text], to: &str) -> std::result::Result<String, Untranslated> {
    let is_empty = |t: &&Text| t.text.trim().is_empty();
    let mut translated: Vec<(&str, Option<String>)> = texts.iter().filter(is_empty).map(|t| (t.column, None)).collect();
    for is_html in [false, true] {
        let some: Vec<&Text> = texts.iter().filter(|t| t.is_html == is_html && !is_empty(t)).collect();
        if some.is_empty() {
            continue;
        }
        let given: Vec<&str> = some.iter().map(|t| t.text.as_str()).collect();
        for (text, told) in some.into_iter().zip(google::translate(&app.settings, &given, to, is_html).await?) {
            let mut no_number = || 0;
            let clean = if is_html { rich_text::on_save(&told, "html", &app.settings.canonical_host, &mut no_number) } else { told };
            translated.push((text.column, Some(clean)));
        }
    }
    Ok(hstore::text_of(translated.iter().map(|(column, text)| (*column, text.as_deref()))))
}
