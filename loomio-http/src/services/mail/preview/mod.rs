//! Every mail as it looks, about people and things that do not exist: for those who
//! write its words and design.
//!
//! The mails are made by the same functions that make real ones. What they are about
//! is stored in a transaction on a connection of its own, which is never committed
//! and, by a condition that cannot be met, never could be.

use super::{Mail, catch_up::Frequency, event, plain};
use crate::{App, live::Live};
use loomio_db::{connect, sql};
use loomio_mail::Message;
use sea_orm::ConnectionTrait;
use std::sync::Arc;

const SAMPLE: &str = include_str!("sample.sql");
/// The number of everything in the sample there is one of.
const ONE: i32 = 2_100_000_001;
const OTHER: i32 = 2_100_000_002;
const THIRD: i32 = 2_100_000_003;
/// The number of the event that is looked at, and of the one that started the thread.
const EVENT: i32 = 2_100_000_100;

/// What a preview is of.
enum Of {
    /// The mail of an event: what it is about, by class and number.
    Event(&'static str, i32),
    /// A mail that no event causes.
    Plain(fn() -> Mail),
}

/// One mail that can be looked at.
pub struct Preview {
    /// Its name: that of the event's kind or of the mail.
    pub name: &'static str,
    of: Of,
}

macro_rules! events {
    ($($name:ident $class:literal $id:ident;)*) => { [$(Preview { name: stringify!($name), of: Of::Event($class, $id) }),*] };
}

const EVENTS: [Preview; 23] = events! {
    new_discussion "Discussion" ONE;
    discussion_edited "Discussion" ONE;
    discussion_announced "Discussion" ONE;
    new_comment "Comment" ONE;
    user_mentioned "Comment" ONE;
    group_mentioned "Comment" ONE;
    poll_created "Poll" ONE;
    poll_edited "Poll" ONE;
    poll_announced "Poll" ONE;
    poll_reminder "Poll" ONE;
    poll_closing_soon "Poll" ONE;
    poll_expired "Poll" OTHER;
    outcome_created "Outcome" ONE;
    outcome_updated "Outcome" ONE;
    outcome_announced "Outcome" ONE;
    outcome_review_due "Outcome" ONE;
    stance_created "Stance" OTHER;
    stance_updated "Stance" OTHER;
    membership_created "Group" OTHER;
    membership_resent "Membership" THIRD;
    membership_requested "MembershipRequest" ONE;
    membership_request_approved "Membership" ONE;
    new_delegate "Membership" ONE;
};

fn text(text: &str) -> String {
    text.to_owned()
}

macro_rules! plain {
    ($($name:ident => $mail:expr;)*) => { [$(Preview { name: stringify!($name), of: Of::Plain(|| $mail) }),*] };
}

const PLAIN: [Preview; 11] = plain! {
    login => Mail::Login { token_id: ONE };
    catch_up => Mail::CatchUp { user_id: ONE, frequency: Frequency::Daily };
    accounts_merged => Mail::AccountsMerged { token_id: ONE };
    merge_verification => Mail::MergeVerification { source_user_id: THIRD, target_user_id: ONE, hash: text("preview") };
    redacted => Mail::Redacted { email: text("rosa@preview.example"), locale: None };
    group_export_ready => Mail::GroupExportReady { user_id: ONE, group_name: text("Preview Allotments"), document_id: ONE };
    destroy_warning => Mail::DestroyWarning { recipient_id: ONE, group_name: text("Preview Allotments"), group_key: text("previewA"), deletor_name: text("Wim Writer") };
    task_due_reminder => Mail::TaskReminder { user_id: ONE, task_id: i64::from(ONE) };
    contact_message => Mail::Contact { name: text("Rosa Reader"), email: text("rosa@preview.example"), subject: text("I cannot find my group"), body: text("It was *there* yesterday."), user_id: Some(ONE) };
    bounce => Mail::Bounce { name: Some(text("Rosa Reader")), email: text("rosa@preview.example") };
    unlock => Mail::Unlock { user_id: ONE, token: text("preview") };
};

/// A mail that is passed on looks as it came, so it stands by itself.
const FORWARD: Preview = Preview {
    name: "forward_message",
    of: Of::Plain(|| Mail::Forward {
        to: text("office@preview.example"),
        sender_name: Some(text("Rosa Reader")),
        reply_to: text("Rosa Reader <rosa@preview.example>"),
        subject: text("A question"),
        text: Some(text("Is the shed open on Sunday?\n")),
        html: None,
    }),
};

/// Everything that can be looked at.
pub fn all() -> impl Iterator<Item = Preview> {
    EVENTS.into_iter().chain(PLAIN).chain([FORWARD])
}

/// The mail of a name; nothing when there is none.
///
/// # Errors
/// When a second connection to the database cannot be had, or the mail cannot be made.
pub async fn message(app: &Arc<App>, name: &str) -> anyhow::Result<Option<Message>> {
    let Some(preview) = all().find(|p| p.name == name) else { return Ok(None) };
    let Some(url) = &app.settings.database_url else { anyhow::bail!("previews need a second connection to the database, which the embedded one does not have") };
    let db = connect::connect(url, 1).await?;
    let stage = Arc::new(App::new(db, staged(app), Live::in_memory(), app.mailer.clone(), Arc::clone(&app.clock), [0; 32]));
    let made = on(&stage, &preview).await;
    // The transaction ends with the connection, undone.
    stage.db.get_postgres_connection_pool().close().await;
    made
}

/// The settings, complete: every mail has something to show.
fn staged(app: &App) -> crate::Settings {
    let mut settings = app.settings.clone();
    settings.support_email.get_or_insert_with(|| text("support@preview.example"));
    settings.reply_hostname.get_or_insert_with(|| text("reply.preview.example"));
    settings
}

async fn on(stage: &Arc<App>, preview: &Preview) -> anyhow::Result<Option<Message>> {
    stage.db.execute_unprepared("begin").await?;
    stage.db.execute_unprepared("set local time zone 'UTC'").await?;
    stage.db.execute_unprepared(SAMPLE).await?;
    // What began it all is there once, be it what is looked at or not.
    if preview.name != "new_discussion" {
        add(stage, EVENT + 1, "new_discussion", "Discussion", ONE, None).await?;
    }
    if preview.name != "poll_created" {
        add(stage, EVENT + 2, "poll_created", "Poll", ONE, Some(1)).await?;
    }
    match &preview.of {
        Of::Plain(mail) => {
            add(stage, EVENT + 3, "new_comment", "Comment", ONE, Some(2)).await?;
            add(stage, EVENT + 4, "stance_created", "Stance", OTHER, Some(3)).await?;
            plain::message(stage, "preview", &mail()).await
        }
        Of::Event(class, id) => {
            add(stage, EVENT, preview.name, class, *id, None).await?;
            event::message(stage, "preview", EVENT, ONE).await
        }
    }
}

/// Stores an event by the writer, told to the reader, in the thread when it has a
/// place there.
async fn add(stage: &App, id: i32, kind: &str, class: &str, about: i32, place: Option<i32>) -> anyhow::Result<()> {
    let message = serde_json::json!({"recipient_user_ids": [ONE], "recipient_message": "Please look at this before Sunday."});
    sql::execute(
        &stage.db,
        "insert into events (id, kind, eventable_type, eventable_id, user_id, sequence_id, discussion_id, custom_fields, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, now(), now())",
        vec![id.into(), kind.into(), class.into(), about.into(), OTHER.into(), place.into(), place.map(|_| ONE).into(), message.into()],
    )
    .await?;
    Ok(())
}
