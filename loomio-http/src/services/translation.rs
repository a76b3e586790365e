//! Translations of texts that are stored already. No translating service is asked:
//! the site says that there is none (`inlineTranslation`).
//!
//! Source: `app/services/translation_service.rb`.

use super::{Done, ServiceError, Visit, locate};
use crate::json::{params::BadParams, records, render::Node};
use loomio_db::sql;
use serde_json::{Value as Json, json};

/// Whether texts can be translated anew.
#[must_use]
pub const fn is_available() -> bool {
    false
}

/// The language under which a translation into `locale` is kept.
#[must_use]
fn language(locale: &str) -> String {
    locale.to_lowercase().split(['_', '-']).next().unwrap_or_default().to_owned()
}

#[derive(sea_orm::FromQueryResult)]
struct Row {
    id: i32,
    fields: Json,
}

/// A text in another language.
///
/// # Errors
/// When the text may not be seen, or nobody has translated it.
pub async fn inline(visit: &Visit) -> Done {
    let model = visit.params.filled("model").ok_or_else(|| BadParams::Missing("model".to_owned()))?;
    let to = visit.params.filled("to").ok_or_else(|| BadParams::Missing("to".to_owned()))?;
    let (class, id) = match locate::target(visit).await? {
        Some(locate::Target::Group(g)) if model == "group" => ("Group", g.id),
        Some(locate::Target::Discussion(d)) if model == "discussion" => ("Discussion", d.id),
        Some(locate::Target::Comment(c)) if model == "comment" => ("Comment", c.id),
        Some(locate::Target::Poll(p)) if model == "poll" => ("Poll", p.id),
        Some(locate::Target::Stance(s, _)) if model == "stance" => ("Stance", s.id),
        Some(locate::Target::Outcome(o, _)) if model == "outcome" => ("Outcome", o.id),
        _ => return Err(ServiceError::not_found()),
    };
    let language = language(&to);
    let found: Option<Row> = sql::row(
        visit.db(),
        "select id, hstore_to_json(fields) as fields from translations where translatable_type = $1 and translatable_id = $2 and language = $3 order by id limit 1",
        vec![class.into(), id.into(), language.clone().into()],
    )
    .await?;
    let Some(row) = found else {
        return Err(ServiceError::Status(422, json!({"errors": {"base": [visit.text("translation.not_available")]}})));
    };
    let told = json!([{"translatable_id": id, "translatable_type": class, "fields": row.fields, "language": language, "id": row.id}]);
    Ok(records::with_meta(Node::from_iter([("translations".to_owned(), told)]), "translations", None, Node::new()))
}

#[cfg(test)]
mod tests {
    use super::language;

    #[test]
    fn dialects_share_a_translation() {
        for (locale, kept) in [("pt_BR", "pt"), ("fr", "fr"), ("zh-TW", "zh"), ("", "")] {
            assert_eq!(language(locale), kept);
        }
    }
}
