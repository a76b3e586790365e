//! The meeting that a poll of times decided on, for people's calendars.
//!
//! Source: `app/extras/calendar_invite.rb`.

use super::{
    about::{About, What},
    reader::Reader,
};
use crate::json::poll;
use loomio_db::{
    find,
    rows::{PollOption, User},
    sql,
};
use loomio_mail::{Attachment, calendar};
use serde_json::Value as Json;

/// The invitation that goes with an outcome which settles on a date or a time.
///
/// # Errors
/// When the database refuses.
pub async fn of(reader: &Reader, about: &About) -> anyhow::Result<Option<Attachment>> {
    let (What::Outcome(outcome), Some(about_poll)) = (&about.what, &about.poll) else { return Ok(None) };
    if poll::option_name_format(about_poll) != "iso8601" {
        return Ok(None);
    }
    let db = &reader.app.db;
    let Some(option) = find::by_id::<PollOption>(db, outcome.poll_option_id.unwrap_or_default()).await? else { return Ok(None) };
    let minutes = about_poll.custom_fields.get("meeting_duration").and_then(crate::json::params::int).unwrap_or(60);
    let Some(when) = calendar::When::parse(&option.name, minutes) else { return Ok(None) };
    let attendees: Vec<String> = sql::column(
        db,
        "select distinct u.email::text from stances s join stance_choices c on c.stance_id = s.id join users u on u.id = s.participant_id where s.poll_id = $1 and c.poll_option_id = $2 and u.email is not null order by 1",
        vec![about_poll.id.into(), option.id.into()],
    )
    .await?;
    let author = find::by_id::<User>(db, outcome.author_id).await?;
    let field = |name: &str| outcome.custom_fields.get(name).and_then(Json::as_str).map(ToOwned::to_owned);
    let meeting = calendar::Meeting {
        uid: format!("outcome-{}@{}", outcome.id, reader.links.host()),
        made_at: reader.app.now(),
        when,
        organizer: author.and_then(|a| Some((a.name.unwrap_or_default(), a.email?))),
        // Who voted in an anonymous poll stays unknown.
        attendees: if about_poll.anonymous { Vec::new() } else { attendees },
        summary: field("event_summary"),
        description: field("event_description"),
        location: field("event_location"),
        url: reader.links.poll(about_poll, None, &[]),
    };
    Ok(Some(Attachment { filename: "meeting.ics".to_owned(), content_type: "text/calendar".to_owned(), bytes: meeting.to_ics().into_bytes() }))
}
