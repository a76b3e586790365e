//! `pg_search_documents`: one row for each text that can be found, written anew
//! whenever the text, its author's name or its place changes.
//!
//! Source: the insert statements of `app/models/{discussion,comment,poll,stance,
//! outcome}.rb` and `app/services/search_service.rb`.

use crate::{Write, error::Result};
use loomio_core::policy::Permit;

/// How one class of text is found: its table, columns and what is left out.
struct Kind {
    class: &'static str,
    table: &'static str,
    text: &'static str,
    author: &'static str,
    poll: &'static str,
    group: &'static str,
    discussion: &'static str,
    authored_at: &'static str,
    joins: &'static str,
    condition: &'static str,
}

const KINDS: [Kind; 5] = [
    Kind {
        class: "Discussion",
        table: "discussions",
        text: "discussions.title, discussions.description",
        author: "discussions.author_id",
        poll: "null::bigint",
        group: "discussions.group_id",
        discussion: "discussions.id",
        authored_at: "discussions.created_at",
        joins: "",
        condition: "discussions.discarded_at is null",
    },
    Kind {
        class: "Comment",
        table: "comments",
        text: "comments.body",
        author: "comments.user_id",
        poll: "null::bigint",
        group: "discussions.group_id",
        discussion: "discussions.id",
        authored_at: "comments.created_at",
        joins: "left join discussions on discussions.id = comments.discussion_id",
        condition: "comments.discarded_at is null and discussions.discarded_at is null",
    },
    Kind {
        class: "Poll",
        table: "polls",
        text: "polls.title, polls.details",
        author: "polls.author_id",
        poll: "polls.id",
        group: "polls.group_id",
        discussion: "polls.discussion_id",
        authored_at: "polls.created_at",
        joins: "",
        condition: "polls.discarded_at is null",
    },
    Kind {
        class: "Stance",
        table: "stances",
        text: "stances.reason",
        author: "stances.participant_id",
        poll: "stances.poll_id",
        group: "polls.group_id",
        discussion: "polls.discussion_id",
        authored_at: "stances.cast_at",
        joins: "left join polls on polls.id = stances.poll_id",
        // Nothing about a vote may be found while it is anonymous or hidden.
        condition: "polls.discarded_at is null and stances.cast_at is not null \
                    and not (polls.anonymous and polls.closed_at is null) \
                    and not (polls.hide_results = 2 and polls.closed_at is null)",
    },
    Kind {
        class: "Outcome",
        table: "outcomes",
        text: "outcomes.statement",
        author: "outcomes.author_id",
        poll: "outcomes.poll_id",
        group: "polls.group_id",
        discussion: "polls.discussion_id",
        authored_at: "outcomes.created_at",
        joins: "left join polls on polls.id = outcomes.poll_id",
        condition: "polls.discarded_at is null",
    },
];

impl Kind {
    async fn insert(&self, w: &Write, permit: &Permit, filter: &str, id: sea_orm::Value) -> Result<()> {
        let Self { class, table, text, author, poll, group, discussion, authored_at, joins, condition } = self;
        let content = format!("regexp_replace(concat_ws(' ', {text}, users.name), E'<[^>]+>', '', 'gi')");
        w.execute(
            permit,
            &format!(
                "insert into pg_search_documents (searchable_type, searchable_id, poll_id, group_id, discussion_id, author_id, authored_at, content, ts_content, created_at, updated_at) \
                 select '{class}', {table}.id, {poll}, {group}, {discussion}, {author}, {authored_at}, {content}, to_tsvector('simple', {content}), $2::timestamp, $2::timestamp \
                 from {table} {joins} left join users on users.id = {author} where {condition} and {filter}"
            ),
            vec![id, w.now().into()],
        )
        .await?;
        Ok(())
    }
}

/// Writes the document of one text anew; `class` is the original's class name
/// (`Comment`). A text that may not be found loses its document.
///
/// # Errors
/// When the database refuses.
pub async fn index(w: &Write, permit: &Permit, class: &str, id: i32) -> Result<()> {
    let Some(kind) = KINDS.iter().find(|k| k.class == class) else { return Ok(()) };
    remove(w, permit, class, id).await?;
    kind.insert(w, permit, &format!("{}.id = $1", kind.table), id.into()).await
}

/// Removes the document of one text.
///
/// # Errors
/// When the database refuses.
pub async fn remove(w: &Write, permit: &Permit, class: &str, id: i32) -> Result<()> {
    w.execute(permit, "delete from pg_search_documents where searchable_type = $1 and searchable_id = $2", vec![class.into(), id.into()]).await?;
    Ok(())
}

/// Writes all documents of a thread anew.
///
/// # Errors
/// When the database refuses.
pub async fn index_discussion(w: &Write, permit: &Permit, discussion_id: i32) -> Result<()> {
    w.execute(permit, "delete from pg_search_documents where discussion_id = $1", vec![discussion_id.into()]).await?;
    for kind in &KINDS {
        let filter = match kind.class {
            // A comment belongs where its event is, which is how the original asks.
            "Comment" => "exists (select 1 from events where events.eventable_type = 'Comment' and events.eventable_id = comments.id and events.discussion_id = $1)".to_owned(),
            _ => format!("{} = $1", kind.discussion),
        };
        kind.insert(w, permit, &filter, discussion_id.into()).await?;
    }
    Ok(())
}

/// Writes the documents of all texts of some groups that have none yet.
///
/// # Errors
/// When the database refuses.
pub async fn index_groups(w: &Write, permit: &Permit, groups: &[i32]) -> Result<()> {
    for kind in &KINDS {
        kind.insert(w, permit, &format!("{} = any($1)", kind.group), crate::sql::ids(groups)).await?;
    }
    Ok(())
}

/// Writes all documents of a poll anew.
///
/// # Errors
/// When the database refuses.
pub async fn index_poll(w: &Write, permit: &Permit, poll_id: i32) -> Result<()> {
    w.execute(permit, "delete from pg_search_documents where poll_id = $1", vec![poll_id.into()]).await?;
    for kind in KINDS.iter().filter(|k| matches!(k.class, "Poll" | "Stance" | "Outcome")) {
        kind.insert(w, permit, &format!("{} = $1", kind.poll), poll_id.into()).await?;
    }
    Ok(())
}

/// Writes all documents of an author anew: their name is part of each.
///
/// # Errors
/// When the database refuses.
pub async fn index_author(w: &Write, permit: &Permit, author_id: i32) -> Result<()> {
    w.execute(permit, "delete from pg_search_documents where author_id = $1", vec![author_id.into()]).await?;
    for kind in &KINDS {
        kind.insert(w, permit, &format!("{} = $1", kind.author), author_id.into()).await?;
    }
    Ok(())
}
