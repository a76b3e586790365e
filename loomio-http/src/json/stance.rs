//! Votes. What a vote says is shown to its owner, and to others as soon as the
//! poll shows results; whose it is, never while the poll is anonymous.

use super::{
    poll,
    render::{Node, Render, maybe_time, name_of},
    user,
};
use crate::fields;
use loomio_core::{rich_text, volume};
use loomio_db::rows::Stance;
use serde_json::Value as Json;

/// A vote, cast or awaited.
pub fn stance(s: &Stance, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let about = r.store.polls.get(&s.poll_id);
    let anonymous = about.as_ref().is_none_or(|p| p.anonymous);
    let participant = if anonymous { None } else { s.participant_id.and_then(|id| r.store.users.get(&id)) };
    // Whose language an anonymous vote is in must not be told: the group's creator stands in.
    let speaker = match &participant {
        Some(voter) => Some(voter.clone()),
        None => about.as_ref().and_then(|p| p.group_id).and_then(|id| r.store.groups.get(&id)).and_then(|g| g.creator_id).and_then(|id| r.store.users.get(&id)),
    };
    let locale = speaker.as_ref().map(|u| user::locale(u, r.around.i18n));
    fields!(node;
        "id" => s.id,
        "none_of_the_above" => s.none_of_the_above,
        "reason_format" => s.reason_format,
        "content_locale" => s.content_locale,
        "latest" => s.latest,
        "admin" => s.admin,
        "cast_at" => maybe_time(s.cast_at),
        "created_at" => maybe_time(s.created_at),
        "updated_at" => maybe_time(s.updated_at),
        "locale" => locale,
        "versions_count" => s.versions_count,
        "volume" => name_of(&volume::NAMES, s.volume),
        "inviter_id" => s.inviter_id,
        "poll_id" => s.poll_id,
        "participant_id" => if anonymous { None } else { s.participant_id },
        "revoked_at" => maybe_time(s.revoked_at),
        "order_at" => maybe_time(s.cast_at.or(s.created_at)),
    );
    let own = s.participant_id.is_some() && s.participant_id == r.scope.current_user_id;
    if s.revoked_at.is_none() && (own || about.as_ref().is_some_and(|p| poll::shows_results(p, r))) {
        fields!(node;
            "reason" => s.reason,
            "attachments" => s.attachments,
            "link_previews" => s.link_previews,
            "option_scores" => s.option_scores,
        );
        if s.reason_format == "md" {
            let own = participant.as_ref().and_then(|u| u.username.clone());
            fields!(node; "mentioned_usernames" => rich_text::mentions::usernames(s.reason.as_deref().unwrap_or_default(), "md", own.as_deref()));
        }
    }
    if r.scope.includes("poll") {
        r.one(&mut node, "poll_id", "polls", about, poll::poll);
    }
    if r.scope.includes("user") && r.scope.includes("author") {
        r.one(&mut node, "participant_id", "users", participant, user::author);
        if anonymous {
            node.insert("participant_id".to_owned(), Json::Null);
        }
    }
    node
}
