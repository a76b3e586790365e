//! Version 1: what the web client uses. One table for each concept.

pub mod announcements;
pub mod attachments;
pub mod boot;
pub mod chatbots;
pub mod comments;
pub mod demos;
pub mod discussion_readers;
pub mod discussion_templates;
pub mod discussions;
pub mod documents;
pub mod events;
pub mod groups;
pub mod link_previews;
pub mod login_tokens;
pub mod membership_requests;
pub mod memberships;
pub mod mentions;
pub mod messages;
pub mod notifications;
pub mod outcomes;
pub mod poll_templates;
pub mod polls;
pub mod profile;
pub mod reactions;
pub mod received_emails;
pub mod registrations;
pub mod reports;
pub mod search;
pub mod sessions;
pub mod stances;
pub mod tags;
pub mod tasks;
pub mod translations;
pub mod versions;

use super::Operation;

/// The tables.
pub const TABLES: &[&[Operation]] = &[
    boot::OPERATIONS,
    sessions::OPERATIONS,
    login_tokens::OPERATIONS,
    registrations::OPERATIONS,
    profile::OPERATIONS,
    groups::OPERATIONS,
    memberships::OPERATIONS,
    membership_requests::OPERATIONS,
    announcements::OPERATIONS,
    discussions::OPERATIONS,
    discussion_readers::OPERATIONS,
    discussion_templates::OPERATIONS,
    events::OPERATIONS,
    comments::OPERATIONS,
    reactions::OPERATIONS,
    mentions::OPERATIONS,
    polls::OPERATIONS,
    poll_templates::OPERATIONS,
    stances::OPERATIONS,
    outcomes::OPERATIONS,
    notifications::OPERATIONS,
    search::OPERATIONS,
    tags::OPERATIONS,
    tasks::OPERATIONS,
    versions::OPERATIONS,
    documents::OPERATIONS,
    attachments::OPERATIONS,
    chatbots::OPERATIONS,
    received_emails::OPERATIONS,
    reports::OPERATIONS,
    link_previews::OPERATIONS,
    translations::OPERATIONS,
    demos::OPERATIONS,
    messages::OPERATIONS,
];
