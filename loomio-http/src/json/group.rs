//! Groups: `GroupSerializer`, and the short form on unsubscribe pages.

use super::{
    file, membership,
    render::{Node, Render, maybe_time},
    simple,
};
use crate::fields;
use loomio_db::rows::{Group, Subscription};
use serde_json::Value as Json;
use std::sync::Arc;

const ACTIVE_STATES: [&str; 3] = ["active", "on_hold", "pending"];

/// Whether a subscription lets its groups invite; `app/models/subscription.rb`.
#[must_use]
pub fn is_subscription_active(subscription: &Subscription, now: chrono::NaiveDateTime) -> bool {
    ACTIVE_STATES.contains(&subscription.state.as_str()) && subscription.expires_at.is_none_or(|t| t > now)
}

/// How open a group is, in one word: `GroupPrivacy#group_privacy`.
#[must_use]
pub fn privacy(group: &Group) -> &'static str {
    if group.is_visible_to_public {
        if group.discussion_privacy_options == "public_only" { "open" } else { "closed" }
    } else if group.parent_id.is_some() && group.is_visible_to_parent_members {
        "closed"
    } else {
        "secret"
    }
}

/// A group's name after its parent's.
pub fn full_name(group: &Group, r: &mut Render<'_>) -> Option<String> {
    let Some(parent_id) = group.parent_id else { return group.name.clone() };
    let parent = r.store.groups.get(&parent_id);
    Some([parent.and_then(|p| p.name.clone()), group.name.clone()].into_iter().flatten().collect::<Vec<_>>().join(" - "))
}

fn picture(group: &Group, name: &'static str, variation: &file::Variation, r: &mut Render<'_>) -> Json {
    let own = file::representation(r, ("Group", name, group.id.into()), variation);
    match (own, group.parent_id) {
        (Json::Null, Some(parent)) => file::representation(r, ("Group", name, parent.into()), variation),
        (own, _) => own,
    }
}

/// The address of a group's own or its parent's logo.
pub fn logo_url(group: &Group, r: &mut Render<'_>) -> Json {
    picture(group, "logo", &file::Variation::square(512, 80), r)
}

/// The address of a group's own or its parent's cover picture.
pub fn cover_url(group: &Group, r: &mut Render<'_>) -> Json {
    picture(group, "cover_photo", &file::Variation::cover(), r)
}

/// Names of the cover pictures that groups get by default.
pub const DEFAULT_COVERS: [&str; 14] = [
    "cover1.jpg",
    "cover2.jpg",
    "cover3.jpg",
    "cover4.jpg",
    "cover5.jpg",
    "cover6.jpg",
    "cover7.jpg",
    "cover8.jpg",
    "cover9.jpg",
    "cover10.jpg",
    "cover11.jpg",
    "cover12.jpg",
    "cover13.jpg",
    "cover14.jpg",
];

/// A group with its rules and counters.
pub fn group(group: &Group, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let info = |key: &str| group.info.get(key).cloned();
    let logo = logo_url(group, r);
    let cover = cover_url(group, r);
    let custom_cover = r.store.files.get(&("Group", "cover_photo", group.id.into())).is_none_or(|blobs| blobs.first().is_none_or(|b| !DEFAULT_COVERS.contains(&b.filename.as_str())));
    let subscription = group.subscription_id.and_then(|id| r.store.subscriptions.get(&id)).unwrap_or_else(|| Arc::new(Subscription::default()));
    let full_name = full_name(group, r);
    fields!(node;
        "id" => group.id,
        "key" => group.key,
        "handle" => group.handle,
        "name" => group.name,
        "full_name" => full_name,
        "content_locale" => group.content_locale,
        "description" => group.description,
        "description_format" => group.description_format,
        "logo_url" => logo,
        "created_at" => maybe_time(group.created_at),
        "creator_id" => group.creator_id,
        "members_can_add_members" => group.members_can_add_members,
        "members_can_add_guests" => group.members_can_add_guests,
        "members_can_announce" => group.members_can_announce,
        "members_can_create_subgroups" => group.members_can_create_subgroups,
        "members_can_start_discussions" => group.members_can_start_discussions,
        "members_can_edit_discussions" => group.members_can_edit_discussions,
        "members_can_edit_comments" => group.members_can_edit_comments,
        "members_can_delete_comments" => group.members_can_delete_comments,
        "members_can_raise_motions" => group.members_can_raise_motions,
        "admins_can_edit_user_content" => group.admins_can_edit_user_content,
        "polls_count" => group.polls_count,
        "poll_templates_count" => group.poll_templates_count,
        "closed_polls_count" => group.closed_polls_count,
        "discussions_count" => group.discussions_count,
        "public_discussions_count" => group.public_discussions_count,
        "group_privacy" => privacy(group),
        "listed_in_explore" => group.listed_in_explore,
        "memberships_count" => group.memberships_count,
        "delegates_count" => group.delegates_count,
        "pending_memberships_count" => group.pending_memberships_count,
        "accepted_memberships_count" => group.memberships_count - group.pending_memberships_count,
        "membership_granted_upon" => group.membership_granted_upon,
        "discussion_privacy_options" => group.discussion_privacy_options,
        "admin_memberships_count" => group.admin_memberships_count,
        "archived_at" => maybe_time(group.archived_at),
        "attachments" => group.attachments,
        "link_previews" => group.link_previews,
        "new_threads_max_depth" => group.new_threads_max_depth,
        "new_threads_newest_first" => group.new_threads_newest_first,
        "has_custom_cover_photo" => custom_cover,
        "cover_url" => cover,
        "open_discussions_count" => group.open_discussions_count,
        "closed_discussions_count" => group.closed_discussions_count,
        "discussion_templates_count" => group.discussion_templates_count,
        "recent_activity_count" => group.recent_activity_count,
        "is_visible_to_public" => group.is_visible_to_public,
        "is_visible_to_parent_members" => group.is_visible_to_parent_members,
        "parent_members_can_see_discussions" => group.parent_members_can_see_discussions,
        "subscription" => serde_json::json!({
            "max_members": subscription.max_members,
            "max_threads": subscription.max_threads,
            "allow_subgroups": subscription.allow_subgroups,
            "plan": subscription.plan,
            "state": subscription.state,
            "active": is_subscription_active(&subscription, r.around.now),
            "renews_at": maybe_time(subscription.renews_at),
            "expires_at": maybe_time(subscription.expires_at),
            "members_count": subscription.members_count,
        }),
        "subgroups_count" => group.subgroups_count,
        "new_host" => info("new_host"),
        "categorize_poll_templates" => info("categorize_poll_templates").unwrap_or(Json::Bool(true)),
        "category" => group.category,
        "request_to_join_prompt" => group.request_to_join_prompt,
        "can_start_polls_without_discussion" => group.can_start_polls_without_discussion,
    );
    if group.parent_id.is_none() {
        let counts = r.store.org_counts.get(&group.id);
        fields!(node;
            "org_discussions_count" => counts.as_ref().map_or(0, |c| c.discussions),
            "org_members_count" => counts.as_ref().map_or(0, |c| c.members),
        );
    }
    simple::add_translation(&mut node, r, "Group", group.id);
    if r.scope.include_token {
        fields!(node; "token" => group.token);
    }
    if r.scope.includes("parent") {
        let parent = group.parent_id.and_then(|id| r.store.groups.get(&id));
        r.one(&mut node, "parent_id", "parent_groups", parent, self::group);
    }
    let mine = r.known.membership_of_group.get(&group.id).cloned();
    let is_member = mine.is_some();
    if r.scope.includes("membership") {
        r.one(&mut node, "current_user_membership_id", "memberships", mine, membership::membership);
    }
    if r.scope.includes("tag") && (privacy(group) == "open" || is_member) {
        let tags = r.store.tags_of_group.get(&group.id);
        r.many(&mut node, "tag_ids", "tags", tags.iter().flat_map(|t| t.iter()), simple::tag);
    }
    node
}

/// The little that an unsubscribe page shows of a group.
pub fn restricted(group: &Group, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let logo = file::representation(r, ("Group", "logo", group.id.into()), &file::Variation::square(512, 80));
    let cover = file::representation(r, ("Group", "cover_photo", group.id.into()), &file::Variation::cover());
    fields!(node; "id" => group.id, "name" => group.name, "logo_url" => logo, "cover_url" => cover);
    node
}
