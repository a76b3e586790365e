//! Addresses of pages, as they stand in notifications, mails and chat rooms.
//!
//! Source: `app/helpers/pretty_url_helper.rb`, `config/routes.rb`.

use super::eventable::{Eventable, What};
use crate::Settings;
use loomio_core::rich_text::slug::parameterize;
use loomio_db::{
    Result, event,
    rows::{Discussion, Group},
};
use sea_orm::ConnectionTrait;
use url::{Position, Url};

/// The page of a thread, perhaps at one of its items.
#[must_use]
pub fn discussion(d: &Discussion, sequence_id: Option<i32>) -> String {
    let key = d.key.as_deref().unwrap_or_default();
    let slug = parameterize(d.title.as_deref().unwrap_or_default());
    match (slug.as_str(), sequence_id) {
        ("", None) => format!("/d/{key}"),
        // A title without a Latin letter has no slug, but its place must be taken.
        ("", Some(n)) => format!("/d/{key}/-/{n}"),
        (slug, None) => format!("/d/{key}/{slug}"),
        (slug, Some(n)) => format!("/d/{key}/{slug}/{n}"),
    }
}

/// The page of a group: by its handle, or else by its key.
#[must_use]
pub fn group(g: &Group) -> String {
    match g.handle.as_deref() {
        Some(handle) => format!("/{handle}"),
        None => group_by_key(g),
    }
}

/// The page of a group by its key.
#[must_use]
pub fn group_by_key(g: &Group) -> String {
    let key = g.key.as_deref().unwrap_or_default();
    match parameterize(g.name.as_deref().unwrap_or_default()).as_str() {
        "" => format!("/g/{key}"),
        slug => format!("/g/{key}/{slug}"),
    }
}

/// The path of a place of this site, from what a link asks for; `None` for any
/// other place. The original goes wherever it is told.
#[must_use]
pub fn own_place(settings: &Settings, wanted: &str) -> Option<String> {
    let path = wanted.strip_prefix(&settings.root_url()).unwrap_or(wanted);
    let safe = path.starts_with('/') && !path.starts_with("//") && !path.chars().any(|c| c == '\\' || c.is_control() || c.is_whitespace());
    let root = Url::parse(&settings.root_url()).ok()?;
    // Letters that no header may carry are written out on the way.
    let place = root.join(path).ok().filter(|place| safe && place.origin() == root.origin())?;
    Some(place[Position::BeforePath..].to_owned())
}

/// The page on which something is seen.
///
/// # Errors
/// When the database refuses a question.
pub async fn page(conn: &impl ConnectionTrait, eventable: &Eventable) -> Result<String> {
    let key = |g: &Group| g.key.clone().unwrap_or_default();
    Ok(match &eventable.what {
        What::Discussion => eventable.discussion.as_ref().map(|d| discussion(d, None)).unwrap_or_default(),
        What::Comment(c) => eventable.discussion.as_ref().map(|d| format!("/d/{}/comment/{}", d.key.as_deref().unwrap_or_default(), c.id)).unwrap_or_default(),
        What::Poll | What::Outcome(_) => in_thread(conn, eventable, "Poll", eventable.poll.as_ref().map_or(0, |p| p.id)).await?,
        What::Stance(s) => in_thread(conn, eventable, "Stance", s.id).await?,
        What::Group => eventable.group.as_ref().map(group).unwrap_or_default(),
        What::Membership(m) => format!("/invitations/{}", m.token.as_deref().unwrap_or_default()),
        // What the original uses up for a group with a handle stays in the address of one without.
        What::MembershipRequest(_) => eventable.group.as_ref().map(|g| format!("{}{}", group_by_key(g), if g.handle.is_none() { "?use_key=true" } else { "" })).unwrap_or_default(),
        What::Reaction(_, target) => Box::pin(page(conn, target)).await?,
        What::ReceivedEmail(_) => eventable.group.as_ref().map(|g| format!("/g/{}/emails", key(g))).unwrap_or_default(),
    })
}

/// The place of a poll or a vote in its thread, or the page of a poll without one.
async fn in_thread(conn: &impl ConnectionTrait, eventable: &Eventable, class: &str, id: i32) -> Result<String> {
    let Some(thread) = &eventable.discussion else { return Ok(eventable.poll.as_ref().map(|p| format!("/p/{}", p.key)).unwrap_or_default()) };
    let sequence_id = event::created_event(conn, class, id).await?.and_then(|e| e.sequence_id);
    Ok(discussion(thread, sequence_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_places_of_this_site_only() {
        let vars = [("LOOMIO_ENV", "production"), ("CANONICAL_HOST", "loomio.example.org")];
        let settings = Settings::from_vars(vars.map(|(k, v)| (k.to_owned(), v.to_owned()))).unwrap();
        let check = |wanted: &str, found: Option<&str>| assert_eq!(own_place(&settings, wanted).as_deref(), found, "{wanted}");
        check("/d/abc?x=1#comment-2", Some("/d/abc?x=1#comment-2"));
        check("https://loomio.example.org/g/abc", Some("/g/abc"));
        check("/g/abc/grüße", Some("/g/abc/gr%C3%BC%C3%9Fe"));
        for elsewhere in [
            "",
            "https://evil.example/",
            "https://loomio.example.org.evil.example/",
            "https://loomio.example.org@evil.example/",
            "http://loomio.example.org/",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
        ] {
            check(elsewhere, None);
        }
    }
}
