//! Reactions to texts: a smiling face under a comment.
//!
//! Source: `app/controllers/api/v1/reactions_controller.rb`, `app/queries/reaction_query.rb`,
//! `app/services/reaction_service.rb`.

use super::{Done, Faults, Visit, locate, publish, visit::success};
use crate::json::params;
use loomio_core::policy::{self, Denied, reaction::ReactionFacts};
use loomio_db::{event::Draft, facts, find::Find, rows::Reaction, sql};
use sea_orm::Value;

/// What people react to: the class and the parameter that names several.
const REACTABLE: [(&str, &str); 5] = [("Comment", "comment_ids"), ("Discussion", "discussion_ids"), ("Outcome", "outcome_ids"), ("Poll", "poll_ids"), ("Stance", "stance_ids")];

fn distinct(mut ids: Vec<i32>) -> Vec<i32> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The reactions to some texts, all of which the visitor must be able to see.
///
/// # Errors
/// When one of them may not be seen.
pub async fn index(visit: &Visit) -> Done {
    let named: Vec<(&str, Vec<i32>)> = REACTABLE.iter().map(|(class, key)| (*class, visit.params.get(key).map(params::ids).unwrap_or_default())).collect();
    let ids = |class: &str| named.iter().find(|(c, _)| *c == class).map(|(_, ids)| ids.clone()).unwrap_or_default();
    let mut threads: Vec<i32> = sql::column::<Option<i32>>(visit.db(), "select discussion_id from comments where id = any($1)", vec![sql::ids(&ids("Comment"))]).await?.into_iter().flatten().collect();
    threads.extend(ids("Discussion"));
    let mut polls: Vec<i32> = sql::column::<Option<i32>>(
        visit.db(),
        "select poll_id from stances where id = any($1) union select poll_id from outcomes where id = any($2)",
        vec![sql::ids(&ids("Stance")), sql::ids(&ids("Outcome"))],
    )
    .await?
    .into_iter()
    .flatten()
    .collect();
    polls.extend(ids("Poll"));
    let (threads, polls) = (distinct(threads), distinct(polls));
    let actor = || -> [Value; 2] { [visit.actor.id.into(), visit.actor.discussion_reader_token.clone().into()] };
    let visible = |class: &str, condition: &str| format!("select count(*) from {class} and ({condition})");
    let seen_threads: Option<i64> = sql::scalar(
        visit.db(),
        &visible("discussions d left join groups g on g.id = d.group_id where d.id = any($3)", facts::discussion::VISIBLE),
        actor().into_iter().chain([sql::ids(&threads)]).collect(),
    )
    .await?;
    let seen_polls: Option<i64> = sql::scalar(visit.db(), &visible("polls p where p.id = any($3)", facts::poll::VISIBLE), actor().into_iter().chain([sql::ids(&polls)]).collect()).await?;
    let all = |seen: Option<i64>, asked: usize| seen.and_then(|n| usize::try_from(n).ok()) == Some(asked);
    if !all(seen_threads, threads.len()) || !all(seen_polls, polls.len()) {
        return Err(Denied::page().into());
    }
    let condition: Vec<String> = named.iter().enumerate().map(|(n, (class, _))| format!("(reactions.reactable_type = '{class}' and reactions.reactable_id = any(${}))", n + 1)).collect();
    let rows = Find::<Reaction>::new(&condition.join(" or "), named.iter().map(|(_, ids)| sql::ids(ids)).collect()).order("reactions.id").all(visit.db()).await?;
    visit.render(&rows, None, "reactions").await
}

/// Reacts to a text, or changes the reaction: everybody has one for each text.
///
/// # Errors
/// When the text may not be seen or nothing is said.
pub async fn save(visit: &Visit) -> Done {
    let sent = visit.params.of("reaction")?;
    let class = sent.text("reactable_type").unwrap_or_default();
    let named = sent.text("reactable_id").unwrap_or_default();
    let Some((class, _)) = REACTABLE.iter().find(|(c, _)| c.eq_ignore_ascii_case(&class)) else { return Err(locate::no_row("Reactable", &named)) };
    let id = sent.id("reactable_id").ok_or_else(|| locate::no_row(class, &named))?;
    let w = visit.begin().await?;
    let reactable_visible = facts::text::is_visible(w.conn(), &visit.actor, class, id).await?;
    let permit = policy::authorize(&ReactionFacts { logged_in: visit.actor.is_logged_in(), reactable_visible, own: true }, "update")?;
    let before = Find::<Reaction>::new("reactions.user_id = $1 and reactions.reactable_type = $2 and reactions.reactable_id = $3", vec![visit.actor.id.into(), (*class).into(), id.into()])
        .order("reactions.id")
        .one(w.conn())
        .await?;
    let mut after = before.clone().unwrap_or_else(|| Reaction { user_id: visit.user_id(), reactable_type: (*class).to_owned(), reactable_id: Some(id), ..Reaction::default() });
    if let Some(reaction) = sent.text("reaction") {
        after.reaction = reaction;
    }
    let mut faults = Faults::default();
    if after.reaction.chars().count() > 255 {
        faults.add("reaction", visit.app.i18n.text(&visit.locale, "activerecord.errors.messages.too_long", &[("count", "255")]));
    }
    faults.check()?;
    let saved = match &before {
        Some(before) => w.save(&permit, before, after).await?.0,
        None => w.insert(&permit, after).await?,
    };
    let event = publish::append(&w, &permit, Draft::new("reaction_created", "Reaction", saved.id, visit.user_id())).await?;
    w.commit().await?;
    visit.render(&[event], None, "events").await
}

/// Takes one's reaction back.
///
/// # Errors
/// When there is none or it is somebody else's.
pub async fn destroy(visit: &Visit, id: &str) -> Done {
    let found: Reaction = locate::by_id(visit, id).await?;
    let w = visit.begin().await?;
    let own = visit.actor.is_logged_in() && found.user_id == visit.user_id();
    let permit = policy::authorize(&ReactionFacts { logged_in: visit.actor.is_logged_in(), reactable_visible: false, own }, "destroy")?;
    w.destroy(&permit, &found).await?;
    w.commit().await?;
    Ok(success())
}
