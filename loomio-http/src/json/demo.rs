//! Groups that show what this is like.

use super::{
    group,
    render::{Node, Render},
    user,
};
use crate::fields;
use loomio_db::rows::Demo;

/// A group made to be copied for whoever wants to try.
pub fn demo(d: &Demo, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node; "id" => d.id, "name" => d.name, "description" => d.description, "priority" => d.priority, "demo_handle" => d.demo_handle);
    let author = r.store.users.get(&d.author_id);
    r.one(&mut node, "author_id", "users", author, user::author);
    let found = r.store.groups.get(&d.group_id);
    r.one(&mut node, "group_id", "groups", found, group::group);
    node
}
