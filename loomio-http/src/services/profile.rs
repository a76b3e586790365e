//! People: the own profile and those of others, read.
//!
//! Source: `app/controllers/api/v1/profile_controller.rb`.

use super::{Done, ServiceError, Visit, account, boot, locate, visit::success};
use crate::json::{
    file,
    params::BadParams,
    pending, records,
    render::{Node, Render, Scope},
    user,
};
use loomio_core::policy::{self, Denied};
use loomio_db::{
    facts,
    find::Find,
    rows::{Group, User},
    sql,
};
use serde_json::{Value as Json, json};
use std::sync::LazyLock;

/// Rails' names of time zones with their places, in Rails' order.
static TIME_ZONES: LazyLock<Vec<(String, String)>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../json/time_zones.json")).unwrap_or_else(|e| unreachable!("the time zones do not load: {e}")));

/// SQL: the people somebody may invite without knowing their address: those of
/// their groups and guests they invited themselves.
const INVITABLE: &str = "users.id in (select m.user_id from memberships m where m.revoked_at is null and m.group_id in (select own.group_id from memberships own join groups g on g.id = own.group_id where own.user_id = $1 and own.revoked_at is null and g.archived_at is null) \
      union select r.user_id from discussion_readers r where r.inviter_id = $1 and r.revoked_at is null and r.guest \
      union select s.participant_id from stances s where s.inviter_id = $1 and s.revoked_at is null and s.guest)";

/// Nobody is signed in, so there is nobody to do this with.
#[must_use]
pub fn nobody(action: &str) -> ServiceError {
    Denied::new(action, "logged out user").into()
}

/// Who is signed in, with the whole account: a link out of a mail is not enough.
///
/// # Errors
/// When nobody is, or only by such a link.
pub fn owner<'v>(visit: &'v Visit, action: &str) -> Done<&'v User> {
    if visit.restricted {
        return Err(Denied::new(action, "User").into());
    }
    visit.user.as_deref().filter(|_| visit.actor.is_logged_in()).ok_or_else(|| nobody(action))
}

/// The own account as the answer.
///
/// # Errors
/// When the database refuses.
pub async fn answer(visit: &Visit, found: &User) -> Done {
    if visit.restricted {
        return Ok(records::with_meta(boot::restricted(visit, found).await?, "users", None, Node::new()));
    }
    let scope = Scope { current_user_id: Some(found.id), ..visit.scope() };
    visit.render_as(std::slice::from_ref(found), &scope, None, "users", user::current, Node::new()).await
}

/// People by number, as far as the visitor may invite them.
///
/// # Errors
/// When nobody is signed in.
pub async fn index(visit: &Visit) -> Done {
    let own = visit.signed_in()?;
    if !visit.params.has("xids") {
        return Err(BadParams::Missing("xids".to_owned()).into());
    }
    let ids = visit.params.ids("xids");
    let allowed: Vec<i32> = sql::column(visit.db(), &format!("select users.id from users where {INVITABLE} and users.id = any($2)"), vec![own.id.into(), sql::ids(&ids)]).await?;
    // In the order in which the database keeps them, as the original leaves it.
    let rows = Find::<User>::new("users.id = any($1)", vec![sql::ids(&allowed)]).order("users.ctid").all(visit.db()).await?;
    // Nobody's address is told here, not even the visitor's own.
    let scope = Scope { current_user_id: None, ..visit.scope() };
    visit.render_as(&rows, &scope, None, "users", user::author, Node::new()).await
}

/// Somebody's profile.
///
/// # Errors
/// When it does not exist or may not be seen.
pub async fn show(visit: &Visit, id: &str) -> Done {
    let found = locate::user(visit, id).await?;
    policy::authorize(&facts::user::of(&visit.actor, &found), "show")?;
    visit.render(&[found], None, "users").await
}

/// The own profile.
///
/// # Errors
/// When nobody is signed in.
pub async fn me(visit: &Visit) -> Done {
    match visit.user.as_deref().filter(|_| visit.actor.is_logged_in()) {
        Some(own) => visit.render(std::slice::from_ref(own), None, "users").await,
        None => Err(Denied::page().into()),
    }
}

/// The groups of the visitor, those of threads they are a guest of, and subgroups
/// that members of the parent may see.
///
/// # Errors
/// When the database refuses.
pub async fn groups(visit: &Visit) -> Done {
    let rows = Find::<Group>::new(
        "groups.archived_at is null and exists(select 1 from ( \
           select m.group_id from memberships m join groups g on g.id = m.group_id where m.user_id = $1 and m.revoked_at is null and g.archived_at is null \
           union select d.group_id from discussions d join discussion_readers r on r.discussion_id = d.id where r.user_id = $1 and r.guest and r.revoked_at is null) own \
         where own.group_id = groups.id or (own.group_id = groups.parent_id and groups.is_visible_to_parent_members))",
        vec![visit.actor.id.into()],
    )
    // In the order in which the database keeps them, as the original leaves it.
    .order("groups.ctid")
    .all(visit.db())
    .await?;
    let scope = Scope { hides_own_email: true, ..visit.scope() };
    visit.render_as(&rows, &scope, None, "groups", crate::json::group::group, Node::new()).await
}

/// The zones in which the people of the visitor's groups live, most common first.
///
/// # Errors
/// When the database refuses.
pub async fn time_zones(visit: &Visit) -> Done {
    #[derive(sea_orm::FromQueryResult)]
    struct Zone {
        time_zone: String,
        people: i64,
    }
    let zones: Vec<Zone> = sql::rows(
        visit.db(),
        "select u.time_zone, count(*) as people from users u join memberships m on m.user_id = u.id and m.revoked_at is null \
         where u.time_zone is not null and m.group_id in (select own.group_id from memberships own join groups g on g.id = own.group_id where own.user_id = $1 and own.revoked_at is null and g.archived_at is null) \
         group by u.time_zone order by people desc, u.time_zone",
        vec![visit.actor.id.into()],
    )
    .await?;
    Ok(zones.into_iter().map(|z| json!([z.time_zone, z.people])).collect())
}

/// All time zones, named in a language.
///
/// # Errors
/// Never.
pub async fn all_time_zones(visit: &Visit) -> Done {
    let locale = visit.params.filled("selected_locale").unwrap_or_else(|| visit.locale.clone());
    let title = |name: &str| visit.app.i18n.find(&locale, &format!("timezones.{name}")).unwrap_or_else(|| name.to_owned());
    Ok(TIME_ZONES.iter().map(|(name, place)| json!({"title": title(name), "value": place})).collect())
}

/// The picture the visitor uploaded, whether or not it is the one shown.
///
/// # Errors
/// When nobody is signed in.
pub async fn avatar_uploaded(visit: &Visit) -> Done {
    fn picture(user: &User, r: &mut Render<'_>) -> Node {
        let url = file::representation(r, ("User", "uploaded_avatar", user.id.into()), &file::Variation::square(512, 80));
        Node::from_iter([("avatar_uploaded".to_owned(), url)])
    }
    let own = visit.signed_in()?;
    let roots = records::render_as(std::slice::from_ref(own), &visit.scope(), visit.around(), visit.db(), "users", picture).await?;
    Ok(roots.get("users").and_then(|u| u.get(0)).cloned().unwrap_or_default())
}

/// The key in the address by which the visitor starts threads by mail.
///
/// # Errors
/// When nobody is signed in.
pub async fn email_api_key(visit: &Visit) -> Done {
    let visit = &visit.by_mail_link().await?;
    Ok(json!({"email_api_key": owner(visit, "update")?.email_api_key}))
}

/// What the sign-in form shows for an address; who is signed in sees themselves.
///
/// # Errors
/// When the database refuses.
pub async fn email_status(visit: &Visit) -> Done {
    let visit = &visit.by_mail_link().await?;
    let email = visit.params.filled("email");
    let found = match (&visit.user, &email) {
        (Some(own), _) => Some(own.as_ref().clone()),
        (None, Some(email)) => Find::<User>::new("users.email = $1::citext", vec![email.clone().into()]).one(visit.db()).await?,
        (None, None) => None,
    };
    match found {
        Some(found) if found.deactivated_at.is_none() || visit.user.is_some() => visit.render_as(&[found], &visit.scope(), None, "users", pending::person, Node::new()).await,
        gone => {
            let users = json!([pending::nobody(email.as_deref(), pending::status(gone.as_ref()))]);
            Ok(records::with_meta(Node::from_iter([("users".to_owned(), users)]), "users", None, Node::new()))
        }
    }
}

/// Whether an address has an account.
///
/// # Errors
/// When the database refuses.
pub async fn email_exists(visit: &Visit) -> Done {
    let email = visit.params.text("email");
    let exists = match email.as_deref().filter(|e| !e.is_empty()) {
        Some(email) => sql::exists(visit.db(), "select 1 from users where email = $1::citext", vec![email.into()]).await?,
        None => false,
    };
    Ok(json!({"email": email.map_or(Json::Null, Json::String), "exists": exists}))
}

/// Whether the visitor may write to somebody.
///
/// # Errors
/// When they may not.
pub async fn contactable(visit: &Visit) -> Done {
    visit.signed_in()?;
    let found: User = locate::by_id(visit, &visit.params.text("user_id").unwrap_or_default()).await?;
    policy::authorize(&facts::user::acquainted(visit.db(), &visit.actor, &found).await?, "contact")?;
    Ok(success())
}

/// Whether a text is an address at which somebody could be asked to join accounts.
#[must_use]
pub fn asked_address(visit: &Visit) -> Option<String> {
    visit.params.filled("target_email").map(|e| account::normal_address(&e))
}
