//! Where a received mail belongs: an answer in a thread, a new thread, somebody
//! else's mailbox, an administrator's list, or nowhere.
//!
//! Source: `app/services/received_email_service.rb`.

use super::{
    Done, ServiceError, Visit, comment, discussion,
    mail::Mail,
    publish,
    received_email_store::{auth_servers, site},
};
use crate::{
    App,
    jobs::{self, send_mail::SendMail},
    json::params::Params,
};
use loomio_core::policy::Permit;
use loomio_db::{
    event::Draft,
    find::{self, Find},
    hstore,
    rows::{ForwardEmailRule, Group, MemberEmailAlias, ReceivedEmail, StorageBlob, User},
    sql,
};
use loomio_mail::inbound::{
    File, Incoming, address,
    route::{self, Answered, Intent},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// How deep threads started by mail go.
const DEPTH: i32 = 3;
/// The most characters of a title that is taken from the text.
const TITLE: usize = 80;

/// A stored mail as it came.
struct Arrived {
    row: ReceivedEmail,
    mail: Incoming,
    blobs: Vec<StorageBlob>,
    forged: bool,
}

/// Routes every mail that found no place yet.
///
/// # Errors
/// When the database refuses.
pub async fn route_all(app: &Arc<App>) -> anyhow::Result<()> {
    let waiting: Vec<i64> = sql::column(&app.db, "select id from received_emails where not released and group_id is null order by id", vec![]).await?;
    let mut failed = Ok(());
    for id in waiting {
        // One that cannot be routed keeps no other from its place.
        if let Err(e) = route(app, id, false).await {
            failed = Err(e);
        }
    }
    failed
}

/// Routes a stored mail. `forged` says that its sender's domain disowns it.
///
/// # Errors
/// When the database refuses; the mail stays and is tried again.
pub async fn route(app: &Arc<App>, id: i64, forged: bool) -> anyhow::Result<()> {
    let Some(arrived) = load(app, id, forged).await? else { return Ok(()) };
    if arrived.row.released {
        return Ok(());
    }
    let done = match route::intent(&arrived.mail, &site(app)) {
        Intent::NotOurs | Intent::Automatic | Intent::Anonymous | Intent::OwnHost => forget(app, &arrived.row, None).await,
        Intent::ToNotifications => answer_once(app, &arrived).await,
        Intent::Complaint(about) => complaint(app, &arrived, &about).await,
        Intent::Reply { discussion_id, answered, user_id, key } => reply(app, &arrived, discussion_id, answered, user_id, &key).await,
        Intent::OwnThread { handle, user_id, key } if !app.settings.flag("FEATURES_DISABLE_THREAD_FROM_MAIL") => own_thread(app, &arrived, &handle, user_id, &key).await,
        Intent::OwnThread { .. } => named(app, &arrived, address::local(&route::route_address(&arrived.mail, &site(app)).unwrap_or_default())).await,
        Intent::Named(name) => named(app, &arrived, &name).await,
    };
    match done {
        Ok(()) => Ok(()),
        // Who may not do something now may be allowed to later; the mail waits.
        Err(ServiceError::Denied(_) | ServiceError::NotFound(_) | ServiceError::SignedOut) => Ok(()),
        Err(e) => Err(e.into()),
    }
}

async fn load(app: &Arc<App>, id: i64, forged: bool) -> anyhow::Result<Option<Arrived>> {
    let Some(row) = find::by_id::<ReceivedEmail>(&app.db, id).await? else { return Ok(None) };
    let blobs = Find::<StorageBlob>::new("active_storage_blobs.id in (select a.blob_id from active_storage_attachments a where a.record_type = 'ReceivedEmail' and a.record_id = $1)", vec![id.into()])
        .order("active_storage_blobs.id")
        .all(&app.db)
        .await?;
    let mut mail = Incoming { headers: hstore::pairs(&row.headers), text: row.body_text.clone(), html: row.body_html.clone(), files: Vec::new() };
    // Only a complaint is told by what it encloses.
    if route::sender(&mail).as_deref() == Some(site(app).complaints.as_str())
        && let Some(blob) = blobs.first()
    {
        let bytes = app.files.bytes(&blob.key).await.unwrap_or_default().to_vec();
        mail.files.push(File { name: blob.filename.clone(), content_type: blob.content_type.clone().unwrap_or_default(), bytes, content_id: None });
    }
    Ok(Some(Arrived { row, mail, blobs, forged }))
}

/// Throws a mail away, with its files, and perhaps sends one because of it.
async fn forget(app: &Arc<App>, row: &ReceivedEmail, because: Option<Mail>) -> Done<()> {
    let permit = Permit::system("a mail for nobody");
    let w = jobs::begin(app).await?;
    let keys: Vec<String> = sql::column(
        w.conn(),
        "select key from active_storage_blobs where id in (select blob_id from active_storage_attachments where record_type = 'ReceivedEmail' and record_id = $1)",
        vec![row.id.into()],
    )
    .await?;
    w.execute(&permit, "delete from active_storage_attachments where record_type = 'ReceivedEmail' and record_id = $1", vec![row.id.into()]).await?;
    w.execute(&permit, "delete from active_storage_blobs where key = any($1)", vec![keys.clone().into()]).await?;
    w.destroy(&permit, row).await?;
    if let Some(mail) = because {
        SendMail::enqueue(&w, mail).await?;
    }
    w.commit().await?;
    for key in keys {
        // What stays behind is litter and no loss.
        let _ = app.files.delete(&key).await;
    }
    Ok(())
}

/// Says that a mail has found its place.
async fn release(app: &Arc<App>, row: &ReceivedEmail) -> Done<()> {
    let permit = Permit::system("a mail found its place");
    let w = jobs::begin(app).await?;
    w.save(&permit, row, ReceivedEmail { released: true, ..row.clone() }).await?;
    Ok(w.commit().await?)
}

/// Tells who answered our sender's address where answers belong; once an hour, so
/// that two programs never talk to each other.
async fn answer_once(app: &Arc<App>, arrived: &Arrived) -> Done<()> {
    let Some(email) = route::sender(&arrived.mail) else { return forget(app, &arrived.row, None).await };
    let lately = app.now() - chrono::Duration::hours(1);
    let told =
        sql::exists(&app.db, "select 1 from loomio.deliveries where mail = 'bounce' and lower(recipient) = lower($1) and attempted_at > $2::timestamp", vec![email.clone().into(), lately.into()])
            .await?;
    let answer = (!told && route::may_be_answered(&arrived.mail)).then(|| Mail::Bounce { name: arrived.mail.told().sender_name(), email });
    forget(app, &arrived.row, answer).await
}

/// Stops mail to somebody who complained about it.
async fn complaint(app: &Arc<App>, arrived: &Arrived, about: &str) -> Done<()> {
    // Where senders are checked, a forged complaint silences nobody.
    if !auth_servers(app).is_empty() && !arrived.row.spf_valid && !arrived.row.dkim_valid {
        tracing::warn!("a complaint that nobody vouches for was ignored");
        return forget(app, &arrived.row, None).await;
    }
    let permit = Permit::system("somebody complained about mail");
    let w = jobs::begin(app).await?;
    w.execute(&permit, "update users set complaints_count = complaints_count + 1 where email = $1::citext", vec![about.into()]).await?;
    w.save(&permit, &arrived.row, ReceivedEmail { released: true, ..arrived.row.clone() }).await?;
    Ok(w.commit().await?)
}

/// Whose key it is.
async fn by_key(app: &Arc<App>, user_id: i32, key: &str) -> Done<User> {
    let found = Find::<User>::new("users.id = $1 and users.deactivated_at is null", vec![user_id.into()]).one(&app.db).await?;
    found.filter(|user| user.email_api_key.as_deref().is_some_and(|own| !own.is_empty() && bool::from(own.as_bytes().ct_eq(key.as_bytes())))).ok_or_else(ServiceError::not_found)
}

fn files(app: &App, arrived: &Arrived) -> Json {
    arrived.blobs.iter().map(|blob| app.secrets.blob_signed_id(blob.id)).collect()
}

fn visit(app: &Arc<App>, user: User, root: &str, attributes: Json) -> Visit {
    let params: serde_json::Map<String, Json> = [(root.to_owned(), attributes)].into_iter().collect();
    Visit::without_browser(app, user, Params(params))
}

/// Whether a mail has already become a row: a crash may come between the two.
async fn is_done(app: &Arc<App>, what: &str, user_id: i32, arrived: &Arrived, more: (i32, &str)) -> Done<bool> {
    let condition = match what {
        "comment" => "select 1 from comments where user_id = $1 and created_at > $2::timestamp and discussion_id = $3 and body = $4",
        _ => "select 1 from discussions where author_id = $1 and created_at > $2::timestamp and group_id = $3 and title = $4",
    };
    Ok(sql::exists(&app.db, condition, vec![user_id.into(), arrived.row.created_at.into(), more.0.into(), more.1.into()]).await?)
}

/// A file or a word is an answer; nothing at all is none, and the mail is done with.
fn unless_invalid(done: Done) -> Done<()> {
    match done {
        Ok(_) | Err(ServiceError::Invalid(_)) => Ok(()),
        Err(e) => Err(e),
    }
}

async fn reply(app: &Arc<App>, arrived: &Arrived, discussion_id: i32, answered: Option<Answered>, user_id: i32, key: &str) -> Done<()> {
    let user = by_key(app, user_id, key).await?;
    let body = arrived.mail.reply();
    if !is_done(app, "comment", user.id, arrived, (discussion_id, &body)).await? {
        let mut attributes = json!({"discussion_id": discussion_id, "body": body, "body_format": "md", "files": files(app, arrived)});
        if let Some(answered) = answered {
            attributes["parent_id"] = json!(answered.id);
            attributes["parent_type"] = json!(answered.class);
        }
        unless_invalid(comment::create(&visit(app, user, "comment", attributes)).await)?;
    }
    release(app, &arrived.row).await
}

async fn own_thread(app: &Arc<App>, arrived: &Arrived, handle: &str, user_id: i32, key: &str) -> Done<()> {
    let group = group(app, handle).await?.ok_or_else(ServiceError::not_found)?;
    let user = by_key(app, user_id, key).await?;
    start_thread(app, arrived, &group, user).await
}

async fn group(app: &Arc<App>, handle: &str) -> Done<Option<Group>> {
    Ok(Find::<Group>::new("groups.handle = $1::citext", vec![handle.into()]).one(&app.db).await?)
}

/// The first words of a mail without a subject: better a plain title than a lost mail.
fn title(mail: &Incoming) -> String {
    let subject = mail.subject();
    if !subject.trim().is_empty() {
        return subject;
    }
    let reply = mail.reply();
    let first = reply.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("…");
    if first.chars().count() <= TITLE { first.to_owned() } else { first.chars().take(TITLE - 1).chain(['…']).collect() }
}

async fn start_thread(app: &Arc<App>, arrived: &Arrived, group: &Group, user: User) -> Done<()> {
    let title = title(&arrived.mail);
    if !is_done(app, "discussion", user.id, arrived, (group.id, &title)).await? {
        let (body, format) = arrived.mail.body();
        let attributes = json!({
            "group_id": group.id,
            "private": group.discussion_privacy_options != "public_only",
            "title": title,
            "description": body,
            "description_format": format,
            "files": files(app, arrived),
            "max_depth": DEPTH,
        });
        unless_invalid(discussion::create(&visit(app, user, "discussion", attributes)).await)?;
    }
    let row: ReceivedEmail = find::by_id(&app.db, arrived.row.id).await?.ok_or_else(ServiceError::not_found)?;
    release(app, &row).await
}

/// A mail to a name: a forwarded one before a group's.
async fn named(app: &Arc<App>, arrived: &Arrived, name: &str) -> Done<()> {
    if let Some(rule) = Find::<ForwardEmailRule>::new("forward_email_rules.handle = $1::citext", vec![name.into()]).one(&app.db).await? {
        let told = arrived.mail.told();
        let forward = rule.email.map(|to| Mail::Forward {
            to,
            sender_name: told.sender_name(),
            reply_to: told.get("from").unwrap_or_default().trim().to_owned(),
            subject: told.subject(),
            text: arrived.mail.text.clone(),
            html: arrived.mail.html.clone(),
        });
        return forget(app, &arrived.row, forward).await;
    }
    let Some(group) = group(app, name).await? else { return forget(app, &arrived.row, None).await };
    let sender = route::sender(&arrived.mail).unwrap_or_default();
    let aliases = Find::<MemberEmailAlias>::new("member_email_aliases.email = $1::citext and member_email_aliases.group_id = $2", vec![sender.clone().into(), group.id.into()])
        .order("member_email_aliases.id")
        .all(&app.db)
        .await?;
    if aliases.iter().any(|a| a.user_id.is_none()) {
        return Ok(());
    }
    let permit = Permit::system("a mail to a group");
    let w = jobs::begin(app).await?;
    let (row, _) = w.save(&permit, &arrived.row, ReceivedEmail { group_id: Some(group.id), ..arrived.row.clone() }).await?;
    w.commit().await?;
    match known_sender(app, arrived, &group, &sender, &aliases).await? {
        Some(user) => start_thread(app, arrived, &group, user).await,
        None => ask_admins(app, &row).await,
    }
}

/// The member who sent a mail, by their address or one an admin has allowed. A
/// sender whom their own domain disowns is nobody.
async fn known_sender(app: &Arc<App>, arrived: &Arrived, group: &Group, sender: &str, aliases: &[MemberEmailAlias]) -> Done<Option<User>> {
    if arrived.forged {
        return Ok(None);
    }
    const MEMBER: &str = "users.deactivated_at is null and exists(select 1 from memberships m where m.user_id = users.id and m.group_id = $2 and m.revoked_at is null)";
    if let Some(user) = Find::<User>::new(&format!("users.email = $1::citext and {MEMBER}"), vec![sender.into(), group.id.into()]).one(&app.db).await? {
        return Ok(Some(user));
    }
    let checked = !auth_servers(app).is_empty();
    let allowed = aliases.iter().find(|a| !checked || ((!a.require_spf || arrived.row.spf_valid) && (!a.require_dkim || arrived.row.dkim_valid)));
    match allowed.and_then(|a| a.user_id) {
        Some(id) => Ok(Find::<User>::new(&format!("users.id = $1 and {MEMBER}"), vec![id.into(), group.id.into()]).one(&app.db).await?),
        None => Ok(None),
    }
}

/// Tells the group's admins, once, that a mail waits for them.
async fn ask_admins(app: &Arc<App>, row: &ReceivedEmail) -> Done<()> {
    let Ok(id) = i32::try_from(row.id) else { return Ok(()) };
    let w = jobs::begin(app).await?;
    if !sql::exists(w.conn(), "select 1 from events where kind = 'unknown_sender' and eventable_type = 'ReceivedEmail' and eventable_id = $1", vec![id.into()]).await? {
        publish::append(&w, &Permit::system("an unknown sender"), Draft::new("unknown_sender", "ReceivedEmail", id, None)).await?;
    }
    Ok(w.commit().await?)
}
