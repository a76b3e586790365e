//! Where the links and pictures in mails lead: marking as read, and how loudly
//! something tells.
//!
//! Source: `app/controllers/email_actions_controller.rb`.

use super::{
    Asked,
    shell::{self, Content},
    template,
};
use crate::{
    page,
    services::{Done, Visit, email_action, page::Described},
};
use loomio_core::volume;
use minijinja::context;
use poem::{
    Response, Route,
    http::{StatusCode, header},
};

/// A transparent picture of one dot.
const DOT: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

fn dot() -> Response {
    Response::builder().content_type("image/gif").header(header::CONTENT_DISPOSITION, "inline; filename=\"empty.gif\"").body(DOT)
}

/// The visit as one of the link's owner. A picture's link ends like a picture.
async fn visitor(asked: &Asked) -> Done<Visit> {
    let mut visit = asked.visit.clone();
    if let Some(token) = visit.params.text("unsubscribe_token") {
        visit.params.0.insert("unsubscribe_token".to_owned(), token.trim_end_matches(".gif").into());
    }
    email_action::visitor(&visit).await
}

/// Where to say how loudly a thread, a poll and their group tell.
async fn unsubscribe(asked: &Asked) -> Done<Response> {
    let visit = visitor(asked).await?;
    if email_action::is_about_a_kind(&visit) {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("unsubscribe_token", &visit.params.text("unsubscribe_token").unwrap_or_default()).finish();
        return Ok(Response::builder().status(StatusCode::FOUND).header(header::LOCATION, format!("/email_preferences?{query}")).content_type("text/html; charset=utf-8").body(""));
    }
    let named = email_action::named(&visit).await?;
    let settings = email_action::settings(&visit, &named).await?;
    let volumes: Vec<_> = volume::NAMES.iter().rev().map(|name| context! { name => *name, label => visit.text(&format!("change_volume_form.{name}")) }).collect();
    let kept: Vec<_> = ["discussion_id", "comment_id", "poll_id", "outcome_id", "stance_id", "group_id", "unsubscribe_token"]
        .iter()
        .filter_map(|key| Some(context! { name => *key, value => visit.params.text(key)? }))
        .collect();
    let saved = visit.session.lock().session.take_flash().into_iter().find(|(kind, _)| kind == "notice").map(|(_, text)| text);
    let values = context! {
        heading => visit.text("change_volume_form.title"),
        save => visit.text("change_volume_form.save"),
        saved,
        settings => template::value(&settings),
        volumes,
        kept,
        csrf => visit.session.lock().csrf_token.clone(),
    };
    let about = Described::named(&asked.visit);
    Ok(shell::draw(asked, StatusCode::OK, &about, Some(&Content { template: "unsubscribe.html", values })))
}

/// A mail program's own button.
async fn silence(asked: &Asked) -> Done<Response> {
    email_action::silence(&visitor(asked).await?).await?;
    Ok(Response::builder().status(StatusCode::OK).content_type("text/plain; charset=utf-8").body(asked.visit.text("change_volume_form.saved")))
}

async fn set(asked: &Asked, concept: &str) -> Done<Response> {
    let visit = visitor(asked).await?;
    email_action::set_volume(&visit, concept).await?;
    visit.session.lock().session.set_flash("notice", &visit.text("change_volume_form.saved"));
    let mut back = url::form_urlencoded::Serializer::new(String::new());
    for key in ["discussion_id", "outcome_id", "poll_id", "group_id", "unsubscribe_token"] {
        if let Some(value) = visit.params.text(key) {
            back.append_pair(key, &value);
        }
    }
    Ok(Response::builder().status(StatusCode::FOUND).header(header::LOCATION, format!("/email_actions/unsubscribe?{}", back.finish())).content_type("text/html; charset=utf-8").body(""))
}

async fn set_group_volume(asked: &Asked) -> Done<Response> {
    set(asked, "group").await
}

async fn set_discussion_volume(asked: &Asked) -> Done<Response> {
    set(asked, "discussion").await
}

async fn set_poll_volume(asked: &Asked) -> Done<Response> {
    set(asked, "poll").await
}

/// A mail about a thread was opened. A picture answers in any case.
async fn mark_discussion_as_read(asked: &Asked) -> Done<Response> {
    email_action::read_discussion(&visitor(asked).await?).await?;
    Ok(dot())
}

/// A mail about something else was opened.
async fn mark_notification_as_read(asked: &Asked) -> Done<Response> {
    email_action::read_notification(&visitor(asked).await?).await?;
    Ok(dot())
}

/// A summary was opened or its link followed.
async fn mark_summary_email_as_read(asked: &Asked) -> Done<Response> {
    let visit = visitor(asked).await?;
    email_action::read_summary(&visit).await?;
    if asked.path.ends_with(".gif") {
        return Ok(dot());
    }
    visit.session.lock().session.set_flash("notice", &visit.text("change_volume_form.marked_as_read"));
    Ok(Response::builder().status(StatusCode::FOUND).header(header::LOCATION, "/").content_type("text/html; charset=utf-8").body(""))
}

/// Adds these pages.
#[must_use]
pub fn routes(mut route: Route) -> Route {
    route = route.at("/email_actions/unsubscribe", poem::get(page!(unsubscribe)).post(page!(silence)));
    // Forms cannot put; they post.
    route = route.at("/email_actions/set_group_volume", poem::put(page!(set_group_volume)).post(page!(set_group_volume)));
    route = route.at("/email_actions/set_discussion_volume", poem::put(page!(set_discussion_volume)).post(page!(set_discussion_volume)));
    route = route.at("/email_actions/set_poll_volume", poem::put(page!(set_poll_volume)).post(page!(set_poll_volume)));
    for path in ["/email_actions/mark_summary_email_as_read", "/email_actions/mark_summary_email_as_read.gif"] {
        route = route.at(path, poem::get(page!(mark_summary_email_as_read)));
    }
    route
        .at("/email_actions/mark_discussion_as_read/:discussion_id/:event_id/:unsubscribe_token", poem::get(page!(mark_discussion_as_read)))
        .at("/email_actions/mark_notification_as_read/:id/:unsubscribe_token", poem::get(page!(mark_notification_as_read)))
}
