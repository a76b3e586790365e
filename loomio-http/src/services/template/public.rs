//! Templates of threads that everybody may take: those that groups have made
//! public and, where there are none yet, the defaults.
//!
//! Source: `DiscussionTemplatesController#browse`, `DiscussionTemplateService.create_public_templates`.

use super::defaults;
use crate::{
    json::{
        group, records,
        render::{Node, Render, Scope},
        user,
    },
    services::{
        Done, Visit, blob, brand,
        text::{self, Files},
    },
};
use loomio_auth::token;
use loomio_core::policy::Permit;
use loomio_db::{
    Write, counter,
    find::Find,
    rows::{DiscussionTemplate, Group, User},
    sql,
};
use serde_json::{Value as Json, json};

/// The handle of the group that holds the defaults.
const HANDLE: &str = "templates";
/// How many templates are shown at most.
const MOST: u64 = 50;
/// How many tags are shown at most.
const MOST_TAGS: usize = 20;

/// The tags of public templates, the rarest first.
///
/// # Errors
/// When the database refuses.
pub async fn tags(visit: &Visit) -> Done {
    let tags: Vec<String> =
        sql::column(visit.db(), "select tag from (select unnest(tags) as tag from discussion_templates where public order by id) t group by tag order by count(*), min(tag)", vec![]).await?;
    Ok(json!(tags.into_iter().take(MOST_TAGS).collect::<Vec<_>>()))
}

/// The account in whose name the server itself acts.
async fn helper_bot(w: &Write, permit: &Permit, visit: &Visit) -> Done<User> {
    let email = visit.app.settings.notifications_email.clone();
    if let Some(known) = Find::<User>::new("users.email_verified and users.email = $1::citext", vec![email.clone().into()]).one(w.conn()).await? {
        return Ok(known);
    }
    let draw = |make: fn(&mut rand::rngs::StdRng) -> String| make(&mut w.rng());
    let bot = User {
        email: Some(email),
        name: Some("Loomio Helper Bot".to_owned()),
        avatar_initials: Some("LH".to_owned()),
        username: Some("loomiohelperbot".to_owned()),
        avatar_kind: "gravatar".to_owned(),
        email_verified: true,
        bot: true,
        key: Some(draw(token::key)),
        unsubscribe_token: Some(draw(token::secure)),
        email_api_key: Some(draw(token::secure)),
        api_key: Some(draw(token::secure)),
        secret_token: draw(token::secure),
        ..User::default()
    };
    Ok(w.insert(permit, bot).await?)
}

/// Makes the defaults public, in a group of their own.
async fn publish_defaults(visit: &Visit) -> Done<()> {
    let w = visit.begin().await?;
    let permit = Permit::system("everybody may take the defaults");
    // Two first visitors must not make them twice.
    w.execute(&permit, "select pg_advisory_xact_lock(hashtext('public discussion templates'))", vec![]).await?;
    if sql::exists(w.conn(), "select 1 from discussion_templates where public", vec![]).await? {
        return Ok(());
    }
    let bot = helper_bot(&w, &permit, visit).await?;
    let group = match Find::<Group>::new("groups.handle = $1::citext", vec![HANDLE.into()]).one(w.conn()).await? {
        Some(group) => group,
        None => {
            let key = token::key(&mut *w.rng());
            let secret = token::secure(&mut *w.rng());
            let group = Group {
                name: Some("Loomio Templates".to_owned()),
                handle: Some(HANDLE.to_owned()),
                key: Some(key),
                token: Some(secret),
                creator_id: Some(bot.id),
                is_visible_to_public: false,
                ..Group::default()
            };
            let group = w.insert(&permit, group).await?;
            let logo = blob::store(&visit.app, &w, &permit, "loomiologo.png", "image/png", brand::png("icon_gold_256h").into()).await?;
            blob::attach(&w, &permit, "Group", group.id.into(), "logo", &logo).await?;
            group
        }
    };
    let words = defaults::Words { i18n: &visit.app.i18n, locale: &visit.locale };
    for template in defaults::threads(words) {
        text::insert(&visit.app, &w, &permit, DiscussionTemplate { group_id: Some(group.id), author_id: Some(bot.id), public: true, ..template }, &Files::KEPT).await?;
    }
    counter::groups(&w, &permit, &[group.id], &["discussion_templates_count"]).await?;
    w.commit().await?;
    Ok(())
}

/// One template as people look for it.
fn found(t: &DiscussionTemplate, r: &mut Render<'_>) -> Node {
    let author = t.author_id.and_then(|id| r.store.users.get(&id));
    let of_group = t.group_id.and_then(|id| r.store.groups.get(&id));
    let logo = of_group.as_ref().map_or(Json::Null, |g| group::logo_url(g, r));
    let avatar = match (&author, logo) {
        (Some(author), Json::Null) => user::avatar_url(author, 512, r),
        (_, logo) => logo,
    };
    let mut node = Node::new();
    crate::fields!(node;
        "id" => t.id,
        "process_name" => t.process_name,
        "process_subtitle" => t.process_subtitle,
        "author_name" => author.as_ref().and_then(|a| a.name.clone()),
        "group_name" => of_group.as_ref().and_then(|g| g.name.clone()),
        "avatar_url" => avatar,
        "tags" => t.tags,
    );
    node
}

/// Public templates by name, subtitle or tag.
///
/// # Errors
/// When the database refuses.
pub async fn browse(visit: &Visit) -> Done {
    if !sql::exists(visit.db(), "select 1 from discussion_templates where public", vec![]).await? {
        publish_defaults(visit).await?;
    }
    let mut find = Find::<DiscussionTemplate>::new(
        "discussion_templates.public and exists(select 1 from groups g left join subscriptions s on s.id = g.subscription_id where g.id = discussion_templates.group_id and (g.handle = $1::citext or s.plan <> 'trial'))",
        vec![HANDLE.into()],
    );
    if let Some(words) = visit.params.filled("query") {
        find = find.and(
            "(discussion_templates.process_name ilike $1 or discussion_templates.process_subtitle ilike $1 or discussion_templates.tags @> array[$2]::varchar[])",
            vec![format!("%{words}%").into(), words.into()],
        );
    }
    let rows = find.order("discussion_templates.id desc").limit(MOST).all(visit.db()).await?;
    let mut roots = records::render_as(&rows, &Scope::default(), visit.around(), visit.db(), "results", found).await?;
    Ok(json!({"results": roots.remove("results")}))
}
