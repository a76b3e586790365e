//! What a search finds.

use super::{
    poll,
    render::{Node, Render, maybe_time},
    user,
};
use crate::fields;
use chrono::NaiveDateTime;
use sea_orm::FromQueryResult;

/// One place where words were found, with enough of its surroundings to show it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct SearchResult {
    /// The search document.
    pub id: i64,
    /// The class of the text, such as `Comment`.
    pub searchable_type: Option<String>,
    /// The number of the text.
    pub searchable_id: Option<i64>,
    /// Its poll.
    pub poll_id: Option<i32>,
    /// Its poll's title.
    pub poll_title: Option<String>,
    /// Its poll's key.
    pub poll_key: Option<String>,
    /// Its poll's tags.
    pub poll_tags: Option<Vec<String>>,
    /// Its thread.
    pub discussion_id: Option<i32>,
    /// Its thread's title.
    pub discussion_title: Option<String>,
    /// Its thread's key.
    pub discussion_key: Option<String>,
    /// Its thread's tags.
    pub discussion_tags: Option<Vec<String>>,
    /// The words around what was found, with `<b>` around it.
    pub highlight: String,
    /// Where in the thread it stands, for polls and votes.
    pub sequence_id: Option<i32>,
    /// Its group.
    pub group_id: Option<i32>,
    /// Its group's handle.
    pub group_handle: Option<String>,
    /// Its group's key.
    pub group_key: Option<String>,
    /// Its group's full name.
    pub group_name: Option<String>,
    /// Its author.
    pub author_id: Option<i32>,
    /// Its author's name.
    pub author_name: Option<String>,
    /// When it was written, UTC.
    pub authored_at: Option<NaiveDateTime>,
}

/// One place where words were found.
pub fn search_result(x: &SearchResult, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let mut tags = Vec::new();
    for tag in x.poll_tags.iter().chain(&x.discussion_tags).flatten() {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    fields!(node;
        "id" => x.id,
        "searchable_type" => x.searchable_type,
        "searchable_id" => x.searchable_id,
        "poll_title" => x.poll_title,
        "discussion_title" => x.discussion_title,
        "discussion_key" => x.discussion_key,
        "highlight" => x.highlight,
        "poll_key" => x.poll_key,
        "poll_id" => x.poll_id,
        "sequence_id" => x.sequence_id,
        "group_id" => x.group_id,
        "group_handle" => x.group_handle,
        "group_key" => x.group_key,
        "group_name" => x.group_name,
        "author_name" => x.author_name,
        "author_id" => x.author_id,
        "authored_at" => maybe_time(x.authored_at),
        "tags" => tags,
    );
    let author = x.author_id.and_then(|id| r.store.users.get(&id));
    r.one(&mut node, "author_id", "users", author, user::author);
    let found = x.poll_id.and_then(|id| r.store.polls.get(&id));
    r.one(&mut node, "poll_id", "polls", found, poll::poll);
    node
}
