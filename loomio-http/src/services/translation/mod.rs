//! Texts in other languages. Each is asked for once at the translating service, kept,
//! and made anew when the text changes.
//!
//! Source: `app/services/translation_service.rb`, `app/models/concerns/translatable.rb`.

pub mod content;
pub mod google;

use super::{Done, ServiceError, Visit, locate, publish::message};
use crate::{
    App,
    jobs::{self, retranslate::Retranslate},
    json::params::BadParams,
};
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    find::Find,
    record::Changes,
    rows::{Translation, User},
    sql,
};
use sea_orm::ConnectionTrait;
use std::sync::Arc;

pub use google::{is_available, language};

const WHY: &str = "whoever may read a text may read it in another language";

/// The kept translation of a text.
///
/// # Errors
/// When the database refuses.
pub async fn kept(conn: &impl ConnectionTrait, class: &str, id: i32, language: &str) -> loomio_db::Result<Option<Translation>> {
    let of_text = Find::<Translation>::new("translations.translatable_type = $1 and translations.translatable_id = $2 and translations.language = $3", vec![class.into(), id.into(), language.into()]);
    of_text.order("translations.id").one(conn).await
}

/// A text in another language.
///
/// # Errors
/// When the text may not be seen, or nobody has translated it and it cannot be
/// translated now.
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
    // The service costs money: strangers read what is there.
    let found = if visit.actor.is_logged_in() { kept_or_made(&visit.app, class, id, &language).await? } else { kept(visit.db(), class, id, &language).await? };
    let Some(found) = found else { return Err(ServiceError::Status(422, serde_json::json!({"errors": {"base": [visit.text("translation.not_available")]}}))) };
    visit.render(&[found], None, "translations").await
}

/// A text for somebody who wants to read all texts in their own language; nothing when
/// they do not, when it is in that language, or when it cannot be translated.
///
/// Source: `TranslationService.show_translation`.
///
/// # Errors
/// When the database refuses.
pub async fn for_reader(app: &App, reader: &User, locale: &str, (class, id): (&str, i32), content_locale: Option<&str>) -> loomio_db::Result<Option<Translation>> {
    let is_foreign = content_locale.is_some_and(|from| !from.is_empty() && from != locale);
    if !reader.auto_translate || !is_foreign || !is_available(&app.settings) {
        return Ok(None);
    }
    kept_or_made(app, class, id, &language(locale)).await
}

/// The kept translation, or one that is asked for and kept now; nothing when there is
/// no service or it fails.
async fn kept_or_made(app: &App, class: &str, id: i32, language: &str) -> loomio_db::Result<Option<Translation>> {
    if let Some(found) = kept(&app.db, class, id, language).await? {
        return Ok(Some(found));
    }
    if !is_available(&app.settings) || !google::knows(language) {
        return Ok(None);
    }
    let Some(texts) = content::load(&app.db, class, id).await? else { return Ok(None) };
    let fields = match content::translate(app, &texts, language).await {
        Ok(fields) => fields,
        Err(e) => {
            tracing::warn!(error = %e, "a text was not translated");
            return Ok(None);
        }
    };
    let w = jobs::begin(app).await?;
    let permit = Permit::system(WHY);
    // Two that ask at once keep one.
    w.execute(&permit, "select pg_advisory_xact_lock(hashtext('translation'), hashtext($1))", vec![format!("{class} {id} {language}").into()]).await?;
    let found = match kept(w.conn(), class, id, language).await? {
        Some(found) => found,
        None => {
            let blank = Translation { translatable_type: Some(class.to_owned()), translatable_id: Some(id), language: Some(language.to_owned()), fields: Some(fields), ..Translation::default() };
            w.insert(&permit, blank).await?
        }
    };
    w.commit().await?;
    Ok(Some(found))
}

/// Has the translations of a changed text made anew, after the write.
///
/// # Errors
/// When the database refuses.
pub async fn follow_change(app: &App, w: &Write, class: &str, id: i32, changes: &Changes) -> Done<()> {
    if !is_available(&app.settings) || !content::columns(class).iter().any(|column| changes.has(column)) {
        return Ok(());
    }
    if sql::exists(w.conn(), "select 1 from translations where translatable_type = $1 and translatable_id = $2", vec![class.into(), id.into()]).await? {
        jobs::enqueue(w, &Retranslate { class: class.to_owned(), id }).await?;
    }
    Ok(())
}

/// Makes all translations of a text anew and tells the browsers of its group.
///
/// # Errors
/// When the service or the database refuses; the job is then tried again.
pub async fn retranslate(app: &Arc<App>, class: &str, id: i32) -> anyhow::Result<()> {
    let found = Find::<Translation>::new("translations.translatable_type = $1 and translations.translatable_id = $2", vec![class.into(), id.into()]).order("translations.id").all(&app.db).await?;
    let Some(texts) = content::load(&app.db, class, id).await? else { return Ok(()) };
    let mut made = Vec::new();
    for before in found {
        let fields = content::translate(app, &texts, before.language.as_deref().unwrap_or_default()).await?;
        let w = jobs::begin(app).await?;
        made.push(w.save(&Permit::system(WHY), &before, Translation { fields: Some(fields), ..before.clone() }).await?.0);
        w.commit().await?;
    }
    if let (false, Some(group_id)) = (made.is_empty(), content::group_id(&app.db, class, id).await?) {
        message::live(app, &made, &message::group_stream(group_id)).await?;
    }
    Ok(())
}
