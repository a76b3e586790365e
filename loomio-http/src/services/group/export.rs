//! Everything of a group as a file, made in the background and sent as a link.
//!
//! Source: `app/services/group_export_service.rb` (one JSON object a line, to be
//! read by an import), `app/workers/group_export{,_csv}_worker.rb`.

use crate::{
    App,
    jobs::{self, export_group::ExportGroup, send_mail::SendMail},
    services::{Done, Visit, blob, export, invite::search, locate, mail::Mail, page},
};
use loomio_auth::token;
use loomio_core::{
    policy::{self, Permit},
    rich_text::slug,
};
use loomio_db::{
    facts, find, job,
    rows::{Document, Group, User},
    sql,
};
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The polls of `$1`, groups, whose votes may be told.
const POLLS: &str = "select id from polls where group_id = any($1) and (not anonymous or closed_at is not null)";
/// The same without those that hide their results until they close.
const COUNTED: &str = "select id from polls where group_id = any($1) and (closed_at is not null or (not anonymous and hide_results <> 2))";
/// The threads of `$1`.
const THREADS: &str = "select id from discussions where group_id = any($1)";

/// What is told of each table: its name, the secrets left out, and which rows.
/// `{polls}`, `{counted}` and `{threads}` stand for the conditions above.
const TABLES: [(&str, &[&str], &str); 19] = [
    ("groups", &["token"], "t.id = any($1)"),
    (
        "users",
        &[
            "encrypted_password", "reset_password_token", "email_api_key", "secret_token", "unsubscribe_token", "api_key", "remember_token", "authentication_token", "unlock_token", "current_sign_in_ip",
            "last_sign_in_ip",
        ],
        "t.id in (select user_id from memberships where group_id = any($1) and revoked_at is null) or t.id in (select author_id from discussions where group_id = any($1)) \
         or t.id in (select user_id from comments where discussion_id in ({threads})) or t.id in (select author_id from polls where id in ({polls})) \
         or t.id in (select author_id from outcomes where poll_id in ({polls})) or t.id in (select participant_id from stances where poll_id in ({polls})) \
         or t.id in (select user_id from discussion_readers where discussion_id in ({threads}))",
    ),
    (
        "events",
        &[],
        "(t.eventable_type = 'Membership' and t.eventable_id in (select id from memberships where group_id = any($1) and revoked_at is null)) \
         or (t.eventable_type = 'Discussion' and t.eventable_id in ({threads})) or (t.eventable_type = 'Comment' and t.eventable_id in (select id from comments where discussion_id in ({threads}))) \
         or (t.eventable_type = 'Poll' and t.eventable_id in ({polls})) or (t.eventable_type = 'Outcome' and t.eventable_id in (select id from outcomes where poll_id in ({polls}))) \
         or (t.eventable_type = 'Stance' and t.eventable_id in (select id from stances where poll_id in ({counted})))",
    ),
    (
        "reactions",
        &[],
        "(t.reactable_type = 'Discussion' and t.reactable_id in ({threads})) or (t.reactable_type = 'Comment' and t.reactable_id in (select id from comments where discussion_id in ({threads}))) \
         or (t.reactable_type = 'Poll' and t.reactable_id in ({polls})) or (t.reactable_type = 'Outcome' and t.reactable_id in (select id from outcomes where poll_id in ({polls}))) \
         or (t.reactable_type = 'Stance' and t.reactable_id in (select id from stances where poll_id in ({counted})))",
    ),
    ("tags", &[], "t.group_id = any($1)"),
    ("poll_templates", &[], "t.group_id = any($1)"),
    ("discussion_templates", &[], "t.group_id = any($1)"),
    ("memberships", &["token"], "t.group_id = any($1) and t.revoked_at is null"),
    ("membership_requests", &[], "t.group_id = any($1)"),
    ("discussions", &[], "t.group_id = any($1)"),
    ("polls", &[], "t.id in ({polls})"),
    ("poll_options", &[], "t.poll_id in ({polls})"),
    ("outcomes", &[], "t.poll_id in ({polls})"),
    ("stances", &["token"], "t.poll_id in ({counted})"),
    ("stance_choices", &[], "t.stance_id in (select id from stances where poll_id in ({counted}))"),
    ("stance_receipts", &[], "t.poll_id in ({polls})"),
    ("discussion_readers", &["token"], "t.discussion_id in ({threads})"),
    ("comments", &[], "t.discussion_id in ({threads})"),
    ("documents", &[], "t.model_type = 'Group' and t.model_id = any($1)"),
];

/// Everything of some groups, one JSON object a line. People's secrets, the tokens
/// of invitations and votes that are still hidden stay here.
///
/// # Errors
/// When the database refuses.
pub async fn lines(conn: &impl ConnectionTrait, group_ids: &[i32]) -> Done<Vec<u8>> {
    let mut out = Vec::new();
    for (table, secrets, which) in TABLES {
        let which = which.replace("{polls}", POLLS).replace("{counted}", COUNTED).replace("{threads}", THREADS);
        let query = format!("select to_jsonb(t) - $2::text[] from {table} t where {which} order by t.id");
        let secrets: Vec<String> = secrets.iter().map(|s| (*s).to_owned()).collect();
        let rows: Vec<Json> = sql::column(conn, &query, vec![sql::ids(group_ids), secrets.into()]).await?;
        for record in rows {
            out.extend_from_slice(json!({"table": table, "record": record}).to_string().as_bytes());
            out.push(b'\n');
        }
    }
    Ok(out)
}

/// Asks for an export of a group: `csv` for people, otherwise JSON for machines.
/// JSON also holds those of its subgroups of which the visitor is a member.
///
/// # Errors
/// When the visitor does not administer the group.
pub async fn ask(visit: &Visit, id: &str, csv: bool) -> Done {
    let group = locate::group(visit, &locate::named(visit, "group", Some(id))).await?;
    let w = visit.begin().await?;
    policy::authorize(&facts::group::load(w.conn(), &visit.actor, group.id).await?.unwrap_or_default(), "export")?;
    let own: Vec<i32> = sql::column(w.conn(), facts::GROUPS_OF_USER, vec![visit.actor.id.into()]).await?;
    let group_ids = search::organisation(w.conn(), group.id).await?.into_iter().filter(|id| own.contains(id)).collect();
    let ticket = token::secure(&mut *w.rng());
    jobs::enqueue(&w, &ExportGroup { group_id: group.id, group_ids, actor_id: visit.actor.id, csv, ticket }).await?;
    w.commit().await?;
    Ok(json!({"success": "ok"}))
}

/// How long an export is kept.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::weeks(1);

/// Makes an export and tells who asked for it where it is, once for each ticket.
///
/// # Errors
/// When it cannot be kept or the database refuses.
pub async fn make(app: &Arc<App>, asked: &ExportGroup) -> anyhow::Result<()> {
    let permit = Permit::system("an export is made");
    let Some(actor) = find::by_id::<User>(&app.db, asked.actor_id).await? else { return Ok(()) };
    let Some(group) = find::by_id::<Group>(&app.db, asked.group_id).await? else { return Ok(()) };
    let visit = Visit::without_browser(app, actor, crate::json::params::Params::default());
    let name = page::full_name(&visit, &group).await?;
    let (bytes, filename, kind) = if asked.csv {
        let day = app.now().format("%Y-%m-%dT%H:%M:%S");
        (export::group_csv(&visit, &group).await?, format!("{}.csv", slug::parameterize(&format!("{name} CSV export {day}"))), "text/csv")
    } else {
        let own = group.name.clone().unwrap_or_default();
        (lines(&app.db, &asked.group_ids).await?, format!("{}_{}.json", app.now().format("%Y-%m-%d_%H-%M-%S"), slug::parameterize(&own)), "application/json")
    };
    let w = jobs::begin(app).await?;
    if !job::first_time(&w, &permit, &asked.ticket).await? {
        return Ok(w.rollback().await?);
    }
    let file = blob::store(app, &w, &permit, &filename, kind, bytes.into()).await?;
    let document = w.insert(&permit, Document { title: Some(filename), author_id: asked.actor_id, ..Document::default() }).await?;
    blob::attach(&w, &permit, "Document", document.id.into(), "file", &file).await?;
    let group_name = if asked.csv { name } else { group.name.unwrap_or_default() };
    SendMail::enqueue(&w, Mail::GroupExportReady { user_id: asked.actor_id, group_name, document_id: document.id }).await?;
    jobs::enqueue_at(&w, &jobs::destroy_document::DestroyDocument { document_id: document.id }, w.now() + KEPT).await?;
    Ok(w.commit().await?)
}

/// Removes an export that was kept long enough.
///
/// # Errors
/// When the database refuses.
pub async fn forget(app: &Arc<App>, document_id: i32) -> anyhow::Result<()> {
    let permit = Permit::system("an export was kept long enough");
    let w = jobs::begin(app).await?;
    let Some(document) = find::by_id::<Document>(w.conn(), document_id).await? else { return Ok(w.rollback().await?) };
    blob::detach(&w, &permit, "Document", document.id.into(), "file").await?;
    w.destroy(&permit, &document).await?;
    Ok(w.commit().await?)
}
