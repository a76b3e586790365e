//! Who a mail is written to: their language, their clock, and the words and
//! addresses as they see them.

use super::{links::Links, text};
use crate::{
    App,
    json::{render::Surroundings, user},
    services::{text::RichText, translation},
};
use loomio_db::{
    hstore,
    rows::{Discussion, User},
};
use std::sync::Arc;

/// The person who gets a mail.
pub struct Reader {
    /// The application.
    pub app: Arc<App>,
    /// The person.
    pub user: User,
    /// Their language.
    pub locale: String,
    /// Writes addresses.
    pub links: Links,
    films: text::Words,
}

impl Reader {
    /// A mail's reader.
    #[must_use]
    pub fn new(app: &Arc<App>, reader: User) -> Self {
        let locale = user::locale(&reader, &app.i18n);
        let films = text::Words { watch: app.i18n.text(&locale, "record_modal.watch_video", &[]), listen: app.i18n.text(&locale, "record_modal.listen_to_audio", &[]) };
        Self { app: Arc::clone(app), user: reader, locale, links: Links::new(app), films }
    }

    /// Words of ours in their language.
    #[must_use]
    pub fn words(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.app.i18n.text(&self.locale, key, values)
    }

    /// A text of somebody's as HTML.
    #[must_use]
    pub fn html(&self, body: Option<&str>, format: &str) -> String {
        text::html(body, format, self.links.root(), &self.films)
    }

    /// Puts a text in their language in place of what was written, where they want that.
    /// The translated title, where the row has one, and the language of the original.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn translate<T: RichText>(&self, row: &mut T) -> loomio_db::Result<(Option<String>, Option<String>)> {
        let id = i32::try_from(row.id()).unwrap_or_default();
        let from = row.side().content_locale.clone();
        let Some(found) = translation::for_reader(&self.app, &self.user, &self.locale, (T::TYPE, id), from.as_deref()).await? else { return Ok((None, None)) };
        let mut title = None;
        for (column, text) in hstore::pairs(found.fields.as_deref().unwrap_or_default()) {
            if column == T::COLUMN {
                row.set_body(Some(text));
                row.set_format("html".to_owned());
            } else if column == "title" {
                title = Some(text);
            }
        }
        Ok((title, from))
    }

    /// The same for a thread with its title; the language of the original.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn translate_thread(&self, thread: &mut Discussion) -> loomio_db::Result<Option<String>> {
        let (title, from) = self.translate(thread).await?;
        if title.is_some() {
            thread.title = title;
        }
        Ok(from)
    }

    /// A time on their clock.
    #[must_use]
    pub fn time(&self, at: chrono::NaiveDateTime) -> String {
        text::time(at, user::time_zone(&self.user), self.user.date_time_pref.as_deref())
    }

    /// An option's name, whichever way it is written.
    #[must_use]
    pub fn option_name(&self, name: &str, format: &str, poll_type: &str) -> String {
        match format {
            "i18n" if name.contains('.') => self.words(name, &[]),
            "i18n" => self.words(&format!("poll_{poll_type}_options.{name}"), &[]),
            "iso8601" => text::date_option(name, user::time_zone(&self.user), self.user.date_time_pref.as_deref()),
            _ => name.to_owned(),
        }
    }

    /// The site's name.
    #[must_use]
    pub fn site_name(&self) -> &str {
        &self.app.settings.site_name
    }

    /// What JSON depends on.
    #[must_use]
    pub fn around(&self) -> Surroundings<'_> {
        self.app.surroundings()
    }
}
