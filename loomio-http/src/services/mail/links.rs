//! Addresses inside mails, as the original writes them, so that those in mails
//! sent long ago and those sent today lead to the same places.
//!
//! Sources: `app/helpers/{email_helper,pretty_url_helper}.rb`, `config/routes.rb`.

use crate::App;
use loomio_core::rich_text::slug::parameterize;
use loomio_db::rows::{Discussion, Group, Poll, User};

/// Names and values after the question mark.
pub type Query<'a> = &'a [(&'a str, String)];

/// Marks a visit as coming from a mail.
pub const FROM_MAIL: (&str, &str) = ("utm_medium", "email");

/// Writes addresses of one site.
#[derive(Debug, Clone)]
pub struct Links {
    root: String,
    host: String,
    reply_hostname: Option<String>,
}

impl Links {
    /// The addresses of a site.
    #[must_use]
    pub fn new(app: &App) -> Self {
        Self { root: app.settings.root_url(), host: app.settings.canonical_host.clone(), reply_hostname: app.settings.reply_hostname.clone() }
    }

    /// The start of every address.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The host in the ids of mails.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// An address below the root; the query is sorted by name as Rails does.
    #[must_use]
    pub fn to(&self, path: &str, query: Query<'_>) -> String {
        let mut pairs: Vec<&(&str, String)> = query.iter().collect();
        pairs.sort_by_key(|(name, _)| *name);
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if text.is_empty() { format!("{}{path}", self.root) } else { format!("{}{path}?{text}", self.root) }
    }

    /// A thread, or one place in it.
    #[must_use]
    pub fn discussion(&self, d: &Discussion, sequence_id: Option<i32>, query: Query<'_>) -> String {
        let mut path = format!("/d/{}", d.key.as_deref().unwrap_or_default());
        let slug = parameterize(d.title.as_deref().unwrap_or_default());
        if !slug.is_empty() {
            path = format!("{path}/{slug}");
            if let Some(n) = sequence_id {
                path = format!("{path}/{n}");
            }
        }
        self.to(&path, query)
    }

    /// A poll: its place in its thread, or a page of its own.
    #[must_use]
    pub fn poll(&self, p: &Poll, thread: Option<(&Discussion, Option<i32>)>, query: Query<'_>) -> String {
        match thread {
            Some((discussion, sequence_id)) => self.discussion(discussion, sequence_id, query),
            None => self.to(&format!("/p/{}", p.key), query),
        }
    }

    /// A comment in its thread.
    #[must_use]
    pub fn comment(&self, d: &Discussion, comment_id: i32, query: Query<'_>) -> String {
        self.to(&format!("/d/{}/comment/{comment_id}", d.key.as_deref().unwrap_or_default()), query)
    }

    /// A group by its handle, else by its key.
    #[must_use]
    pub fn group(&self, g: &Group, query: Query<'_>) -> String {
        match g.handle.as_deref().filter(|h| !h.is_empty()) {
            Some(handle) => self.to(&format!("/{handle}"), query),
            None => self.group_by_key(g, query),
        }
    }

    /// A group by its key.
    #[must_use]
    pub fn group_by_key(&self, g: &Group, query: Query<'_>) -> String {
        let slug = parameterize(g.name.as_deref().unwrap_or_default());
        let key = g.key.as_deref().unwrap_or_default();
        self.to(&if slug.is_empty() { format!("/g/{key}") } else { format!("/g/{key}/{slug}") }, query)
    }

    /// Where an invitation is accepted.
    #[must_use]
    pub fn invitation(&self, token: &str) -> String {
        self.to(&format!("/invitations/{token}"), &[])
    }

    /// Where one learns less of something: `about` is such as `discussion_id`.
    #[must_use]
    pub fn unsubscribe(&self, about: &str, id: i32, user: &User) -> String {
        self.to("/email_actions/unsubscribe", &[(about, id.to_string()), ("unsubscribe_token", token(user))])
    }

    /// Where mails of a kind end with one click: `kind` is `mentions` or `catch_up`.
    /// Who opens it as a page says there which mails to get.
    #[must_use]
    pub fn end_of(&self, kind: &str, user: &User) -> String {
        self.to("/email_actions/unsubscribe", &[(kind, "1".to_owned()), ("unsubscribe_token", token(user))])
    }

    /// Where one says which mails to get.
    #[must_use]
    pub fn preferences(&self, user: &User) -> String {
        self.to("/email_preferences", &[("unsubscribe_token", token(user))])
    }

    /// The picture that marks a notification as read.
    #[must_use]
    pub fn notification_pixel(&self, notification_id: i32, user: &User) -> String {
        self.to(&format!("/email_actions/mark_notification_as_read/{notification_id}/{}.gif", token(user)), &[])
    }

    /// The picture that marks an event as read.
    #[must_use]
    pub fn discussion_pixel(&self, discussion_id: i32, event_id: i32, user: &User) -> String {
        self.to(&format!("/email_actions/mark_discussion_as_read/{discussion_id}/{event_id}/{}.gif", token(user)), &[])
    }

    /// The picture that marks everything in a catch-up mail as read.
    #[must_use]
    pub fn summary_pixel(&self, from: chrono::NaiveDateTime, until: chrono::NaiveDateTime, user: &User) -> String {
        let seconds = |t: chrono::NaiveDateTime| t.and_utc().timestamp().to_string();
        self.to("/email_actions/mark_summary_email_as_read.gif", &[("time_finish", seconds(until)), ("time_start", seconds(from)), ("unsubscribe_token", token(user))])
    }

    /// The address to which a reply becomes a comment: `letter` says what is answered
    /// (`c`, `p`, `s`, `o`; nothing for the thread itself).
    #[must_use]
    pub fn reply_address(&self, answered: Option<(char, i32)>, discussion_id: i32, user: &User) -> String {
        let mut pairs = Vec::new();
        if let Some((letter, id)) = answered {
            pairs.push(format!("pt={letter}"));
            pairs.push(format!("pi={id}"));
        }
        pairs.push(format!("d={discussion_id}"));
        pairs.push(format!("u={}", user.id));
        if let Some(key) = &user.email_api_key {
            pairs.push(format!("k={key}"));
        }
        format!("{}@{}", pairs.join("&"), self.reply_hostname.as_deref().unwrap_or_default())
    }

    /// Whether replies by mail can arrive.
    #[must_use]
    pub fn takes_replies(&self) -> bool {
        self.reply_hostname.is_some()
    }
}

fn token(user: &User) -> String {
    user.unsubscribe_token.clone().unwrap_or_default()
}

/// A group's name as the name of a reply address: Latin letters, at most 50
/// characters, no quotes.
#[must_use]
pub fn address_name(full_name: &str) -> String {
    let mut latin = String::new();
    for c in full_name.chars() {
        if c.is_ascii() {
            latin.push(c);
            continue;
        }
        let plain = parameterize(&c.to_string());
        match plain.as_str() {
            "" => latin.push('?'),
            _ if c.is_uppercase() => latin.push_str(&plain.to_uppercase()),
            _ => latin.push_str(&plain),
        }
    }
    if latin.chars().count() > 50 {
        latin = latin.chars().take(47).chain("...".chars()).collect();
    }
    latin.replace('"', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links { root: "https://talk.example.org".to_owned(), host: "talk.example.org".to_owned(), reply_hostname: Some("reply.example.org".to_owned()) }
    }

    #[test]
    fn addresses_are_the_originals() {
        let d = Discussion { id: 1, key: Some("XqH8ic2N".to_owned()), title: Some("Fix the roof!".to_owned()), ..Discussion::default() };
        let user = User { id: 3, unsubscribe_token: Some("ut".to_owned()), email_api_key: Some("e8ba".to_owned()), ..User::default() };
        let query = [FROM_MAIL, ("stance_token", "x")].map(|(n, v)| (n, v.to_owned()));
        assert_eq!(links().discussion(&d, Some(10), &query), "https://talk.example.org/d/XqH8ic2N/fix-the-roof/10?stance_token=x&utm_medium=email");
        assert_eq!(links().reply_address(Some(('c', 2)), 1, &user), "pt=c&pi=2&d=1&u=3&k=e8ba@reply.example.org");
        assert_eq!(links().reply_address(None, 1, &user), "d=1&u=3&k=e8ba@reply.example.org");
        assert_eq!(links().unsubscribe("poll_id", 4, &user), "https://talk.example.org/email_actions/unsubscribe?poll_id=4&unsubscribe_token=ut");
    }

    #[test]
    fn a_groups_name_fits_into_an_address() {
        assert_eq!(address_name("Église \"du\" café 日"), "Eglise du cafe ?");
        assert_eq!(address_name(&"a".repeat(60)).len(), 50);
    }
}
