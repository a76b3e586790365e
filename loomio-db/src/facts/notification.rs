//! Which of somebody's notifications are about something they may still see.
//!
//! Source: `app/controllers/api/v1/notifications_controller.rb`, which asks the
//! rules of each eventable in turn; here one question answers for all of them, by
//! the conditions that the other facts are made of.

use super::{Actor, discussion, poll};
use crate::{error::Result, rows::Notification, sql};
use sea_orm::ConnectionTrait;
use std::collections::HashSet;

/// SQL: whether the text of a class (an SQL expression) and number is visible.
fn text(class: &str, id: &str) -> String {
    let thread = |from: &str, condition: &str| format!("exists(select 1 from {from} left join groups g on g.id = d.group_id where {condition} and {})", discussion::VISIBLE);
    let poll = |from: &str, condition: &str| format!("exists(select 1 from {from} where {condition} and {})", poll::VISIBLE);
    format!(
        "case {class} when 'Discussion' then {} when 'Comment' then {} when 'Poll' then {} when 'Stance' then {} when 'Outcome' then {} else false end",
        thread("discussions d", &format!("d.id = {id}")),
        thread("comments c join discussions d on d.id = c.discussion_id", &format!("c.id = {id} and c.discarded_at is null")),
        poll("polls p", &format!("p.id = {id}")),
        poll("stances s join polls p on p.id = s.poll_id", &format!("s.id = {id}")),
        poll("outcomes o join polls p on p.id = o.poll_id", &format!("o.id = {id}")),
    )
}

const MEMBER: &str = "exists(select 1 from memberships own where own.group_id = $GROUP and own.user_id = $1 and own.revoked_at is null)";
const ADMIN: &str = "exists(select 1 from memberships own where own.group_id = $GROUP and own.user_id = $1 and own.revoked_at is null and own.admin)";

/// Those of somebody's notifications, in their order, that are about what they may see.
///
/// # Errors
/// When the database refuses the question.
pub async fn visible(conn: &impl ConnectionTrait, actor: &Actor, found: Vec<Notification>) -> Result<Vec<Notification>> {
    let events: Vec<i32> = found.iter().filter_map(|n| n.event_id).collect();
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let member = |group: &str| MEMBER.replace("$GROUP", group);
    let admin = |group: &str| ADMIN.replace("$GROUP", group);
    let condition = format!(
        "case e.eventable_type \
           when 'Reaction' then exists(select 1 from reactions x where x.id = e.eventable_id and ({reactable})) \
           when 'Group' then exists(select 1 from groups g where g.id = e.eventable_id and g.archived_at is null and (g.is_visible_to_public or {group_member} or (g.is_visible_to_parent_members and {parent_member}))) \
           when 'Membership' then exists(select 1 from memberships t where t.id = e.eventable_id and (t.user_id = $1 or t.inviter_id = $1 or {membership_admin})) \
           when 'MembershipRequest' then exists(select 1 from membership_requests t join groups g on g.id = t.group_id where t.id = e.eventable_id and ({request_admin} or (g.members_can_add_members and {request_member}))) \
           when 'ReceivedEmail' then exists(select 1 from received_emails t join groups g on g.id = t.group_id where t.id = e.eventable_id and g.archived_at is null and {email_admin}) \
           else {text} end",
        reactable = text("x.reactable_type", "x.reactable_id"),
        group_member = member("g.id"),
        parent_member = member("g.parent_id"),
        membership_admin = admin("t.group_id"),
        request_admin = admin("t.group_id"),
        request_member = member("t.group_id"),
        email_admin = admin("t.group_id"),
        text = text("e.eventable_type", "e.eventable_id"),
    );
    let seen: Vec<i32> =
        sql::column(conn, &format!("select e.id from events e where e.id = any($3) and {condition}"), vec![actor.id.into(), actor.discussion_reader_token.clone().into(), sql::ids(&events)]).await?;
    let seen: HashSet<i32> = seen.into_iter().collect();
    Ok(found.into_iter().filter(|n| n.event_id.is_some_and(|id| seen.contains(&id))).collect())
}
