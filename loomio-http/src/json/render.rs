//! Records with everything they point to, side by side, as the client expects.
//!
//! The shape is ActiveModelSerializers 0.8's (`embed :ids, include: true`): a
//! record names its neighbours by id, and each neighbour stands once in the root
//! of its kind. A root appears as soon as a record could have had such a
//! neighbour, even if it stays empty; the client relies on that.

use super::store::Store;
use crate::i18n::I18n;
use loomio_auth::Secrets;
use loomio_db::{Record, record::rails_time, rows};
use serde_json::{Map, Value as Json, json};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// A record's JSON in the making.
pub type Node = Map<String, Json>;

/// Who looks, and what they asked to leave out.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The viewer; live messages to groups have none.
    pub current_user_id: Option<i32>,
    /// Kinds left out, such as `group` or `user`.
    pub exclude: HashSet<String>,
    /// Whether people's addresses are shown.
    pub include_email: bool,
    /// Whether the viewer administers what is shown.
    pub current_user_is_admin: bool,
    /// Whether it is told if people have a password.
    pub include_password_status: bool,
    /// Whether even the viewer's own address is left out, where the original renders
    /// without saying who looks.
    pub hides_own_email: bool,
    /// Whether the records go to people of whom each has voted.
    pub for_voters: bool,
    /// Whether a group's invitation token is shown.
    pub include_token: bool,
    /// The language in which the viewer wants to read all texts, where they can be
    /// translated.
    pub language: Option<String>,
    /// Whether the original rendered without its record cache, so that things it
    /// only knows from there are absent.
    pub uncached: bool,
}

impl Scope {
    /// Whether a kind was not left out.
    #[must_use]
    pub fn includes(&self, kind: &str) -> bool {
        !self.exclude.contains(kind)
    }
}

/// What the original's `RecordCache` knows and never looks up by itself.
#[derive(Debug, Default)]
pub struct Known {
    /// The viewer's membership in each loaded group.
    pub membership_of_group: HashMap<i32, Arc<rows::Membership>>,
    /// Polls shown with their thread.
    pub polls_of_discussion: HashMap<i32, Vec<Arc<rows::Poll>>>,
    /// The latest outcome of each loaded poll.
    pub outcome_of_poll: HashMap<i32, Arc<rows::Outcome>>,
}

/// Things of the application that JSON depends on.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Signs the addresses of files.
    pub secrets: &'a Secrets,
    /// Words.
    pub i18n: &'a I18n,
    /// Now, UTC.
    pub now: chrono::NaiveDateTime,
}

/// One pass of rendering.
pub struct Render<'a> {
    /// The loaded rows.
    pub store: &'a mut Store,
    /// Who looks.
    pub scope: &'a Scope,
    /// What was loaded on purpose.
    pub known: &'a Known,
    /// Words and signatures.
    pub around: Surroundings<'a>,
    roots: Vec<(&'static str, Vec<Json>)>,
    seen: HashSet<(&'static str, &'static str, i64)>,
}

/// Turns a row into its JSON.
pub type Serializer<T> = fn(&T, &mut Render<'_>) -> Node;

impl<'a> Render<'a> {
    /// A pass with nothing in it yet.
    pub fn new(store: &'a mut Store, scope: &'a Scope, known: &'a Known, around: Surroundings<'a>) -> Self {
        Self { store, scope, known, around, roots: Vec::new(), seen: HashSet::new() }
    }

    fn root(&mut self, root: &'static str) -> &mut Vec<Json> {
        let at = match self.roots.iter().position(|(r, _)| *r == root) {
            Some(at) => at,
            None => {
                self.roots.push((root, Vec::new()));
                self.roots.len() - 1
            }
        };
        &mut self.roots[at].1
    }

    fn side_load<T: Record>(&mut self, root: &'static str, row: &T, serializer: Serializer<T>) {
        self.root(root);
        // Rows that are not stored have no number and are never the same.
        if row.id() != 0 && !self.seen.insert((root, T::TYPE, row.id())) {
            return;
        }
        let node = serializer(row, self);
        self.root(root).push(Json::Object(node));
    }

    /// A neighbour by its key (`author_id`), side-loaded into its root.
    pub fn one<T: Record>(&mut self, node: &mut Node, key: &str, root: &'static str, row: Option<Arc<T>>, serializer: Serializer<T>) {
        node.insert(key.to_owned(), row.as_ref().map_or(Json::Null, |r| id_json(r.as_ref())));
        self.root(root);
        if let Some(row) = row {
            self.side_load(root, row.as_ref(), serializer);
        }
    }

    /// Neighbours by their key (`tag_ids`), side-loaded into their root.
    pub fn many<'r, T: Record>(&mut self, node: &mut Node, key: &str, root: &'static str, found: impl IntoIterator<Item = &'r T>, serializer: Serializer<T>) {
        let mut ids = Vec::new();
        self.root(root);
        for row in found {
            ids.push(id_json(row));
            self.side_load(root, row, serializer);
        }
        node.insert(key.to_owned(), Json::Array(ids));
    }

    /// A neighbour of any kind: `{type, id}`, side-loaded into the root of its kind.
    pub fn any<T: Record>(&mut self, node: &mut Node, key: &str, kind: &'static str, root: &'static str, row: &T, serializer: Serializer<T>) {
        node.insert(key.to_owned(), json!({"type": kind, "id": row.id()}));
        self.side_load(root, row, serializer);
    }

    /// The finished response: every root, then the collection's own, which
    /// replaces what was side-loaded under the same name.
    #[must_use]
    pub fn finish(self, root: &str, collection: Vec<Json>) -> Node {
        let mut out: Node = self.roots.into_iter().map(|(k, v)| (k.to_owned(), Json::Array(v))).collect();
        out.insert(root.to_owned(), Json::Array(collection));
        out
    }

    /// A text of ours in a language.
    #[must_use]
    pub fn text(&self, locale: &str, key: &str) -> String {
        self.around.i18n.text(locale, key, &[])
    }
}

fn id_json<T: Record>(row: &T) -> Json {
    if row.id() == 0 { Json::Null } else { json!(row.id()) }
}

/// A time as JSON.
#[must_use]
pub fn time(t: chrono::NaiveDateTime) -> Json {
    Json::String(rails_time(t))
}

/// A time that may be missing, as JSON.
#[must_use]
pub fn maybe_time(t: Option<chrono::NaiveDateTime>) -> Json {
    t.map_or(Json::Null, time)
}

/// The name of a numbered state, such as `loud`.
#[must_use]
pub fn name_of(names: &[&str], n: i32) -> Json {
    usize::try_from(n).ok().and_then(|n| names.get(n)).map_or(Json::Null, |s| json!(s))
}

/// Writes several fields at once: `fields!(node; "id" => row.id, …)`.
#[macro_export]
macro_rules! fields {
    ($node:ident; $($key:literal => $value:expr),* $(,)?) => {
        $( $node.insert($key.to_owned(), ::serde_json::json!($value)); )*
    };
}
