//! The attributes of a group as people send them, and what is wrong with them.
//!
//! Source: `app/models/group.rb`, `app/models/concerns/group_privacy.rb`.

use crate::{
    json::{params, params::Params},
    services::{Done, Faults, Visit, text},
};
use loomio_core::rich_text::slug;
use loomio_db::{
    find,
    rows::{Group, Subscription},
    sql,
};
use sea_orm::ConnectionTrait;
use serde_json::Value as Json;

/// The longest name.
const NAME: usize = 250;
/// The longest prompt to those who wish to join.
const PROMPT: usize = 280;

/// Whether a group has a parent that the public does not see.
fn has_hidden_parent(parent: Option<&Group>) -> bool {
    parent.is_some_and(|p| !p.is_visible_to_public)
}

/// Sets everything that one word about privacy means; an unknown word is noted.
fn set_privacy(group: &mut Group, parent: Option<&Group>, term: &str) -> bool {
    if group.parent_id.is_some() {
        group.listed_in_explore = false;
    }
    match term {
        "open" => {
            group.is_visible_to_public = true;
            group.discussion_privacy_options = "public_only".to_owned();
            if !["approval", "request", "invitation"].contains(&group.membership_granted_upon.as_str()) {
                group.membership_granted_upon = "approval".to_owned();
            }
        }
        "closed" => {
            group.is_visible_to_public = true;
            if !["private_only", "public_or_private"].contains(&group.discussion_privacy_options.as_str()) {
                group.discussion_privacy_options = "private_only".to_owned();
            }
            if has_hidden_parent(parent) {
                group.is_visible_to_parent_members = true;
                group.is_visible_to_public = false;
            }
        }
        "secret" => {
            group.is_visible_to_public = false;
            group.listed_in_explore = false;
            group.discussion_privacy_options = "private_only".to_owned();
            group.membership_granted_upon = "invitation".to_owned();
            group.is_visible_to_parent_members = false;
        }
        _ => return false,
    }
    true
}

/// Closes a subgroup whose parent was hidden.
pub fn close(group: &mut Group, parent: &Group) {
    set_privacy(group, Some(parent), "closed");
    if !group.is_visible_to_public {
        group.discussion_privacy_options = "private_only".to_owned();
    }
}

/// Takes over one attribute; the order in which they were sent matters, because
/// one word about privacy means several others.
fn take(group: &mut Group, parent: Option<&Group>, key: &str, value: &Json) -> bool {
    let text = || params::text(value);
    let truth = |old: bool| params::truth(value).unwrap_or(old);
    match key {
        "name" => group.name = text(),
        "handle" => group.handle = text(),
        "group_privacy" => return text().is_some_and(|term| set_privacy(group, parent, &term)),
        "category" => group.category = text(),
        "request_to_join_prompt" => group.request_to_join_prompt = text(),
        "discussion_privacy_options" => group.discussion_privacy_options = text().unwrap_or_else(|| "private_only".to_owned()),
        "membership_granted_upon" => group.membership_granted_upon = text().unwrap_or_else(|| "approval".to_owned()),
        "is_visible_to_public" => group.is_visible_to_public = truth(false),
        "is_visible_to_parent_members" => group.is_visible_to_parent_members = truth(group.is_visible_to_parent_members),
        "parent_members_can_see_discussions" => group.parent_members_can_see_discussions = truth(group.parent_members_can_see_discussions),
        "members_can_add_members" => group.members_can_add_members = truth(group.members_can_add_members),
        "members_can_add_guests" => group.members_can_add_guests = truth(group.members_can_add_guests),
        "members_can_announce" => group.members_can_announce = truth(group.members_can_announce),
        "members_can_edit_discussions" => group.members_can_edit_discussions = truth(group.members_can_edit_discussions),
        "members_can_edit_comments" => group.members_can_edit_comments = params::truth(value),
        "members_can_delete_comments" => group.members_can_delete_comments = truth(group.members_can_delete_comments),
        "members_can_raise_motions" => group.members_can_raise_motions = truth(group.members_can_raise_motions),
        "members_can_start_discussions" => group.members_can_start_discussions = truth(group.members_can_start_discussions),
        "members_can_create_subgroups" => group.members_can_create_subgroups = truth(group.members_can_create_subgroups),
        "admins_can_edit_user_content" => group.admins_can_edit_user_content = truth(group.admins_can_edit_user_content),
        "can_start_polls_without_discussion" => group.can_start_polls_without_discussion = truth(group.can_start_polls_without_discussion),
        "listed_in_explore" => group.listed_in_explore = truth(group.listed_in_explore),
        "new_threads_newest_first" => group.new_threads_newest_first = truth(group.new_threads_newest_first),
        "new_threads_max_depth" => group.new_threads_max_depth = params::int(value).and_then(|n| i32::try_from(n).ok()).unwrap_or(group.new_threads_max_depth),
        // Texts and files are taken over elsewhere; a parent is chosen once.
        _ => {}
    }
    true
}

/// Takes over what was sent.
pub fn assign(visit: &Visit, group: &mut Group, parent: Option<&Group>, sent: &Params, faults: &mut Faults) {
    for (key, value) in &sent.0 {
        if !take(group, parent, key, value) {
            faults.add(key, visit.text("activerecord.errors.messages.inclusion"));
        }
    }
    text::assign(group, sent);
}

/// Brings a group into the form in which it is stored and notes what is wrong with it.
///
/// # Errors
/// When the database refuses.
pub async fn check(visit: &Visit, conn: &impl ConnectionTrait, group: &mut Group, parent: Option<&Group>, faults: &mut Faults) -> Done<()> {
    let i18n = |key: &str, values: &[(&str, &str)]| visit.app.i18n.text(&visit.locale, key, values);
    let message = |name: &str| visit.text(&format!("activerecord.errors.messages.{name}"));
    if !group.is_visible_to_public {
        group.discussion_privacy_options = "private_only".to_owned();
    }
    let name = group.name.clone().unwrap_or_default();
    if name.trim().is_empty() {
        faults.add("name", message("blank"));
    }
    for (field, value, most) in [("name", Some(&name), NAME), ("request_to_join_prompt", group.request_to_join_prompt.as_ref(), PROMPT)] {
        if value.is_some_and(|v| v.chars().count() > most) {
            faults.add(field, i18n("activerecord.errors.messages.too_long", &[("count", &most.to_string())]));
        }
    }
    if let Ok(spam) = regex::RegexBuilder::new(&visit.app.settings.spam_regex).case_insensitive(true).build() {
        for (field, value) in [("name", Some(&name)), ("description", group.description.as_ref())] {
            if value.is_some_and(|v| spam.is_match(v)) {
                faults.add(field, "no spam");
            }
        }
    }
    if parent.is_some_and(|p| p.parent_id.is_some()) {
        faults.add("base", i18n("group.error.no_subgroups_of_subgroups", &[]));
    }
    if group.parent_id.is_some() && group.subscription_id.is_some() {
        faults.add("subscription", message("present"));
    }
    check_handle(visit, conn, group, parent, faults).await?;
    check_privacy(visit, conn, group, faults).await?;
    text::check(visit, group, faults);
    Ok(())
}

async fn check_handle(visit: &Visit, conn: &impl ConnectionTrait, group: &mut Group, parent: Option<&Group>, faults: &mut Faults) -> Done<()> {
    let parent_handle = parent.map(|p| p.handle.clone());
    let handle = group.handle.take().map(|h| slug::parameterize(&h)).filter(|h| !h.is_empty() && parent_handle != Some(None));
    let Some(handle) = handle else { return Ok(()) };
    if let Some(Some(start)) = parent_handle
        && !handle.starts_with(&format!("{start}-"))
    {
        faults.add("handle", visit.app.i18n.text(&visit.locale, "group.error.handle_must_begin_with_parent_handle", &[("parent_handle", &start)]));
    }
    if sql::exists(conn, "select 1 from groups where handle = $1::citext and id <> $2", vec![handle.clone().into(), group.id.into()]).await? {
        faults.add("handle", visit.text("activerecord.errors.messages.taken"));
    }
    group.handle = Some(handle);
    Ok(())
}

async fn check_privacy(visit: &Visit, conn: &impl ConnectionTrait, group: &Group, faults: &mut Faults) -> Done<()> {
    let message = |name: &str| visit.text(&format!("activerecord.errors.messages.{name}"));
    let hidden = !group.is_visible_to_public;
    if !["public_only", "private_only", "public_or_private"].contains(&group.discussion_privacy_options.as_str()) {
        faults.add("discussion_privacy_options", message("inclusion"));
    }
    if !["request", "approval", "invitation"].contains(&group.membership_granted_upon.as_str()) {
        faults.add("membership_granted_upon", message("inclusion"));
    }
    if hidden && group.parent_members_can_see_discussions && !group.is_visible_to_parent_members {
        faults.add("parent_members_can_see_discussions", message("invalid"));
    }
    if hidden && group.is_visible_to_parent_members && group.parent_id.is_none() {
        faults.add("is_visible_to_parent_members", message("invalid"));
    }
    if group.parent_id.is_none() && group.is_visible_to_public {
        let subscription: Option<Subscription> = match group.subscription_id {
            Some(id) => find::by_id(conn, id).await?,
            None => None,
        };
        if subscription.is_some_and(|s| s.plan.as_deref() == Some("trial")) {
            faults.add("group_privacy", visit.text("group.error.no_public_trials"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::group::privacy;
    use serde_json::json;

    fn after(start: Group, parent: Option<&Group>, sent: &[(&str, Json)]) -> Group {
        let mut group = start;
        for (key, value) in sent {
            take(&mut group, parent, key, value);
        }
        group
    }

    #[test]
    fn one_word_sets_privacy_and_later_words_refine_it() {
        let group = after(Group::default(), None, &[("group_privacy", json!("closed")), ("discussion_privacy_options", json!("public_or_private"))]);
        assert_eq!((privacy(&group), group.discussion_privacy_options.as_str()), ("closed", "public_or_private"));
        let group = after(group, None, &[("group_privacy", json!("secret"))]);
        assert_eq!((privacy(&group), group.membership_granted_upon.as_str()), ("secret", "invitation"));
        let group = after(group, None, &[("group_privacy", json!("open"))]);
        assert_eq!((privacy(&group), group.discussion_privacy_options.as_str()), ("open", "public_only"));
    }

    #[test]
    fn a_closed_subgroup_of_a_hidden_parent_is_seen_by_its_members_only() {
        let parent = Group { id: 1, is_visible_to_public: false, ..Group::default() };
        let group = after(Group { parent_id: Some(1), ..Group::default() }, Some(&parent), &[("group_privacy", json!("closed"))]);
        assert_eq!((group.is_visible_to_public, group.is_visible_to_parent_members, privacy(&group)), (false, true, "closed"));
    }
}
