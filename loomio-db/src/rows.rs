//! The rows as plain data: one type per table, named as the original names the class.

use crate::{entity, record::Record};

pub use entity::action_mailbox_inbound_emails::Model as InboundEmail;
pub use entity::active_storage_attachments::Model as StorageAttachment;
pub use entity::active_storage_blobs::Model as StorageBlob;
pub use entity::active_storage_variant_records::Model as StorageVariantRecord;
pub use entity::blocked_domains::Model as BlockedDomain;
pub use entity::chatbots::Model as Chatbot;
pub use entity::comments::Model as Comment;
pub use entity::demos::Model as Demo;
pub use entity::discussion_readers::Model as DiscussionReader;
pub use entity::discussion_templates::Model as DiscussionTemplate;
pub use entity::discussions::Model as Discussion;
pub use entity::documents::Model as Document;
pub use entity::events::Model as Event;
pub use entity::forward_email_rules::Model as ForwardEmailRule;
pub use entity::groups::Model as Group;
pub use entity::login_tokens::Model as LoginToken;
pub use entity::member_email_aliases::Model as MemberEmailAlias;
pub use entity::membership_requests::Model as MembershipRequest;
pub use entity::memberships::Model as Membership;
pub use entity::notifications::Model as Notification;
pub use entity::omniauth_identities::Model as Identity;
pub use entity::outcomes::Model as Outcome;
pub use entity::partition_sequences::Model as PartitionSequence;
pub use entity::poll_options::Model as PollOption;
pub use entity::poll_templates::Model as PollTemplate;
pub use entity::polls::Model as Poll;
pub use entity::reactions::Model as Reaction;
pub use entity::received_emails::Model as ReceivedEmail;
pub use entity::stance_choices::Model as StanceChoice;
pub use entity::stance_receipts::Model as StanceReceipt;
pub use entity::stances::Model as Stance;
pub use entity::subscriptions::Model as Subscription;
pub use entity::tags::Model as Tag;
pub use entity::tasks::Model as Task;
pub use entity::tasks_users::Model as TaskUser;
pub use entity::translations::Model as Translation;
pub use entity::users::Model as User;
pub use entity::versions::Model as Version;

macro_rules! record {
    ($row:ident, $table:ident, $type:literal, [$($versioned:literal),*], [$($enum:expr),*], |$r:ident, $now:ident, $new:ident| $touch:block) => {
        impl Record for $row {
            type Table = entity::$table::Entity;
            type Field = entity::$table::Column;
            type Active = entity::$table::ActiveModel;
            const TYPE: &'static str = $type;
            const VERSIONED: &'static [&'static str] = &[$($versioned),*];
            const ENUMS: &'static [(&'static str, &'static [&'static str])] = &[$($enum),*];
            fn id(&self) -> i64 {
                self.id.into()
            }
            fn touch(&mut self, $now: chrono::NaiveDateTime, $new: bool) {
                let $r = self;
                $touch
            }
        }
    };
}

record!(InboundEmail, action_mailbox_inbound_emails, "InboundEmail", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(StorageAttachment, active_storage_attachments, "ActiveStorage::Attachment", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
});
record!(StorageBlob, active_storage_blobs, "ActiveStorage::Blob", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
});
record!(StorageVariantRecord, active_storage_variant_records, "StorageVariantRecord", [], [], |_r, _now, _new| {});
record!(BlockedDomain, blocked_domains, "BlockedDomain", [], [], |_r, _now, _new| {});
record!(Chatbot, chatbots, "Chatbot", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(Comment, comments, "Comment", ["body", "body_format", "user_id", "discarded_at", "discarded_by", "attachments"], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(Demo, demos, "Demo", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(DiscussionReader, discussion_readers, "DiscussionReader", [], [("volume", &["mute", "quiet", "normal", "loud"])], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(
    DiscussionTemplate,
    discussion_templates,
    "DiscussionTemplate",
    [
        "public",
        "title",
        "process_name",
        "process_subtitle",
        "process_introduction",
        "process_introduction_format",
        "description",
        "description_format",
        "group_id",
        "tags",
        "discarded_at",
        "attachments"
    ],
    [],
    |r, now, new| {
        if new && r.created_at == chrono::NaiveDateTime::default() {
            r.created_at = now;
        }
        r.updated_at = now;
    }
);
record!(
    Discussion,
    discussions,
    "Discussion",
    ["title", "description", "description_format", "private", "group_id", "author_id", "tags", "closed_at", "closer_id", "attachments"],
    [],
    |r, now, new| {
        if new && r.created_at.is_none() {
            r.created_at = Some(now);
        }
        r.updated_at = Some(now);
    }
);
record!(Document, documents, "Document", [], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(Event, events, "Event", [], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(ForwardEmailRule, forward_email_rules, "ForwardEmailRule", [], [], |_r, _now, _new| {});
record!(
    Group,
    groups,
    "Group",
    [
        "name",
        "parent_id",
        "description",
        "description_format",
        "handle",
        "archived_at",
        "parent_members_can_see_discussions",
        "key",
        "is_visible_to_public",
        "is_visible_to_parent_members",
        "discussion_privacy_options",
        "members_can_add_members",
        "membership_granted_upon",
        "members_can_edit_discussions",
        "members_can_edit_comments",
        "members_can_delete_comments",
        "members_can_raise_motions",
        "members_can_start_discussions",
        "members_can_create_subgroups",
        "creator_id",
        "subscription_id",
        "members_can_announce",
        "new_threads_max_depth",
        "new_threads_newest_first",
        "admins_can_edit_user_content",
        "listed_in_explore",
        "attachments"
    ],
    [],
    |r, now, new| {
        if new && r.created_at.is_none() {
            r.created_at = Some(now);
        }
        r.updated_at = Some(now);
    }
);
record!(LoginToken, login_tokens, "LoginToken", [], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(MemberEmailAlias, member_email_aliases, "MemberEmailAlias", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(MembershipRequest, membership_requests, "MembershipRequest", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(
    Membership,
    memberships,
    "Membership",
    ["group_id", "user_id", "inviter_id", "admin", "title", "revoked_at", "revoker_id", "volume", "accepted_at"],
    [("volume", &["mute", "quiet", "normal", "loud"])],
    |r, now, new| {
        if new && r.created_at.is_none() {
            r.created_at = Some(now);
        }
        r.updated_at = Some(now);
    }
);
record!(Notification, notifications, "Notification", [], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(Identity, omniauth_identities, "Identity", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(Outcome, outcomes, "Outcome", ["statement", "statement_format", "author_id", "review_on", "attachments"], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(PollOption, poll_options, "PollOption", [], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(
    PollTemplate,
    poll_templates,
    "PollTemplate",
    [
        "poll_type",
        "process_name",
        "process_subtitle",
        "process_introduction",
        "process_introduction_format",
        "title",
        "details",
        "details_format",
        "group_id",
        "anonymous",
        "shuffle_options",
        "show_none_of_the_above",
        "chart_type",
        "specified_voters_only",
        "stance_reason_required",
        "notify_on_closing_soon",
        "hide_results",
        "min_score",
        "max_score",
        "minimum_stance_choices",
        "maximum_stance_choices",
        "dots_per_person",
        "reason_prompt",
        "poll_options",
        "limit_reason_length",
        "default_duration_in_days",
        "meeting_duration",
        "can_respond_maybe",
        "tags",
        "discarded_at"
    ],
    [
        ("notify_on_closing_soon", &["nobody", "author", "undecided_voters", "voters"]),
        ("hide_results", &["off", "until_vote", "until_closed"]),
        ("stance_reason_required", &["disabled", "optional", "required"])
    ],
    |r, now, new| {
        if new && r.created_at == chrono::NaiveDateTime::default() {
            r.created_at = now;
        }
        r.updated_at = now;
    }
);
record!(
    Poll,
    polls,
    "Poll",
    [
        "author_id",
        "title",
        "details",
        "details_format",
        "closing_at",
        "closed_at",
        "group_id",
        "discussion_id",
        "anonymous",
        "discarded_at",
        "discarded_by",
        "voter_can_add_options",
        "specified_voters_only",
        "stance_reason_required",
        "tags",
        "notify_on_closing_soon",
        "hide_results",
        "attachments"
    ],
    [
        ("notify_on_closing_soon", &["nobody", "author", "undecided_voters", "voters"]),
        ("hide_results", &["off", "until_vote", "until_closed"]),
        ("stance_reason_required", &["disabled", "optional", "required"])
    ],
    |r, now, new| {
        if new && r.created_at.is_none() {
            r.created_at = Some(now);
        }
        r.updated_at = Some(now);
    }
);
record!(Reaction, reactions, "Reaction", [], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(ReceivedEmail, received_emails, "ReceivedEmail", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(StanceChoice, stance_choices, "StanceChoice", [], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(StanceReceipt, stance_receipts, "StanceReceipt", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(Stance, stances, "Stance", ["reason", "option_scores", "revoked_at", "revoker_id", "inviter_id", "attachments"], [("volume", &["mute", "quiet", "normal", "loud"])], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(
    Subscription,
    subscriptions,
    "Subscription",
    [
        "id",
        "expires_at",
        "chargify_subscription_id",
        "plan",
        "payment_method",
        "owner_id",
        "max_threads",
        "max_members",
        "max_orgs",
        "state",
        "members_count",
        "created_at",
        "updated_at",
        "info",
        "canceled_at",
        "activated_at",
        "renews_at",
        "renewed_at",
        "allow_subgroups",
        "allow_guests",
        "lead_status"
    ],
    [],
    |r, now, new| {
        if new && r.created_at.is_none() {
            r.created_at = Some(now);
        }
        r.updated_at = Some(now);
    }
);
record!(Tag, tags, "Tag", [], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
    r.updated_at = Some(now);
});
record!(Task, tasks, "Task", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(TaskUser, tasks_users, "TaskUser", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(Translation, translations, "Translation", [], [], |r, now, new| {
    if new && r.created_at == chrono::NaiveDateTime::default() {
        r.created_at = now;
    }
    r.updated_at = now;
});
record!(
    User,
    users,
    "User",
    ["name", "username", "email", "email_newsletter", "deactivated_at", "deactivator_id"],
    [("default_membership_volume", &["mute", "quiet", "normal", "loud"])],
    |r, now, new| {
        if new && r.created_at.is_none() {
            r.created_at = Some(now);
        }
        r.updated_at = Some(now);
    }
);
record!(Version, versions, "Version", [], [], |r, now, new| {
    if new && r.created_at.is_none() {
        r.created_at = Some(now);
    }
});
