//! Facts about what is said: comments, reactions, tasks, documents.

use super::{Actor, discussion, poll};
use crate::{
    error::Result,
    find,
    rows::{Comment, Discussion, Group, Outcome, Stance},
    sql,
};
use loomio_core::policy::{self, comment::CommentFacts};
use sea_orm::ConnectionTrait;

/// The facts about a comment, stored or about to be made.
///
/// # Errors
/// When the database refuses the question.
pub async fn comment(conn: &impl ConnectionTrait, actor: &Actor, c: &Comment) -> Result<CommentFacts> {
    let Some(discussion_id) = c.discussion_id else { return Ok(CommentFacts::default()) };
    let Some(thread) = discussion::load(conn, actor, discussion_id).await? else { return Ok(CommentFacts::default()) };
    let row: Option<Discussion> = find::by_id(conn, discussion_id).await?;
    let group: Option<Group> = match row.as_ref().and_then(|d| d.group_id) {
        Some(id) => find::by_id(conn, id).await?,
        None => None,
    };
    let has_replies = c.id != 0 && sql::exists(conn, "select 1 from comments where parent_type = 'Comment' and parent_id = $1", vec![c.id.into()]).await?;
    Ok(CommentFacts {
        has_discussion: true,
        closed: row.is_some_and(|d| d.closed_at.is_some()),
        member: thread.member,
        admin: thread.admin,
        author: actor.is_logged_in() && c.user_id == Some(actor.id),
        has_replies,
        discarded: c.discarded_at.is_some(),
        discussion_visible: thread.visible,
        members_can_edit_comments: group.as_ref().is_none_or(|g| g.members_can_edit_comments != Some(false)),
        members_can_delete_comments: group.as_ref().is_none_or(|g| g.members_can_delete_comments),
        admins_can_edit_user_content: group.as_ref().is_some_and(|g| g.admins_can_edit_user_content),
    })
}

/// Whether the actor may see a text of any kind; one that does not exist is seen by nobody.
///
/// # Errors
/// When the database refuses the question.
pub async fn is_visible(conn: &impl ConnectionTrait, actor: &Actor, class: &str, id: i32) -> Result<bool> {
    let of_poll = async |poll_id: i32| -> Result<bool> { Ok(poll::load(conn, actor, poll_id).await?.is_some_and(|f| policy::allows(&f, "show"))) };
    match class {
        "Discussion" => Ok(discussion::load(conn, actor, id).await?.is_some_and(|f| policy::allows(&f, "show"))),
        "Comment" => match find::by_id::<Comment>(conn, id).await? {
            Some(c) => Ok(policy::allows(&comment(conn, actor, &c).await?, "show")),
            None => Ok(false),
        },
        "Poll" => of_poll(id).await,
        "Stance" => match find::by_id::<Stance>(conn, id).await? {
            Some(s) => of_poll(s.poll_id).await,
            None => Ok(false),
        },
        "Outcome" => match find::by_id::<Outcome>(conn, id).await?.and_then(|o| o.poll_id) {
            Some(poll_id) => of_poll(poll_id).await,
            None => Ok(false),
        },
        "Group" => Ok(super::group::load(conn, actor, id).await?.is_some_and(|f| policy::allows(&f, "show"))),
        _ => Ok(false),
    }
}

/// SQL: the numbers of the people who belong to where a text stands (`$1` the
/// text's number): the members of its group and the guests of its thread or poll.
/// Texts outside of both have no members.
#[must_use]
pub fn members_of(class: &str) -> Option<&'static str> {
    macro_rules! of_thread {
        ($from:literal) => {
            concat!(
                "select u.id from ",
                $from,
                " join users u on u.deactivated_at is null \
                 left join discussion_readers r on r.discussion_id = d.id and r.user_id = u.id left join memberships m on m.user_id = u.id and m.group_id = d.group_id \
                 where (m.id is not null and m.revoked_at is null) or (r.id is not null and r.guest and r.revoked_at is null)"
            )
        };
    }
    macro_rules! of_poll {
        ($from:literal) => {
            concat!(
                "select u.id from ",
                $from,
                " join users u on u.deactivated_at is null \
                 left join discussion_readers r on r.discussion_id = p.discussion_id and r.user_id = u.id left join memberships m on m.user_id = u.id and m.group_id = p.group_id \
                 left join stances s on s.participant_id = u.id and s.poll_id = p.id \
                 where (r.id is not null and r.revoked_at is null and r.guest) or (m.id is not null and m.revoked_at is null) \
                   or (s.id is not null and s.revoked_at is null and s.guest and s.latest)"
            )
        };
    }
    match class {
        "Discussion" => Some(of_thread!("(select id, group_id from discussions where id = $1) d")),
        "Comment" => Some(of_thread!("(select t.id, t.group_id from discussions t join comments c on c.discussion_id = t.id where c.id = $1) d")),
        "Poll" => Some(of_poll!("(select id, group_id, discussion_id from polls where id = $1) p")),
        "Stance" => Some(of_poll!("(select o.id, o.group_id, o.discussion_id from polls o join stances v on v.poll_id = o.id where v.id = $1) p")),
        "Outcome" => Some(of_poll!("(select o.id, o.group_id, o.discussion_id from polls o join outcomes v on v.poll_id = o.id where v.id = $1) p")),
        "Group" => Some("select m.user_id from memberships m where m.group_id = $1 and m.revoked_at is null"),
        _ => None,
    }
}

/// SQL: the numbers of the guests of where a text stands (`$1` the text's number):
/// people who are no members of its group.
#[must_use]
pub fn guests_of(class: &str) -> Option<&'static str> {
    macro_rules! of_thread {
        ($from:literal) => {
            concat!(
                "select u.id from ",
                $from,
                " join users u on u.deactivated_at is null \
                 join discussion_readers r on r.discussion_id = d.id and r.user_id = u.id left join memberships m on m.user_id = u.id and m.group_id = d.group_id \
                 where (m.id is null or m.revoked_at is not null) and r.guest and r.revoked_at is null order by u.id"
            )
        };
    }
    match class {
        "Discussion" => Some(of_thread!("(select id, group_id from discussions where id = $1) d")),
        "Comment" => Some(of_thread!("(select t.id, t.group_id from discussions t join comments c on c.discussion_id = t.id where c.id = $1) d")),
        _ => None,
    }
}

/// The group in which a text stands.
///
/// # Errors
/// When the database refuses the question.
pub async fn group_of(conn: &impl ConnectionTrait, class: &str, id: i32) -> Result<Option<i32>> {
    let question = match class {
        "Discussion" => "select group_id from discussions where id = $1",
        "Comment" => "select d.group_id from comments c join discussions d on d.id = c.discussion_id where c.id = $1",
        "Poll" => "select group_id from polls where id = $1",
        "Stance" => "select p.group_id from stances s join polls p on p.id = s.poll_id where s.id = $1",
        "Outcome" => "select p.group_id from outcomes o join polls p on p.id = o.poll_id where o.id = $1",
        "Group" => return Ok(Some(id)),
        _ => return Ok(None),
    };
    Ok(sql::scalar::<Option<i32>>(conn, question, vec![id.into()]).await?.flatten())
}
