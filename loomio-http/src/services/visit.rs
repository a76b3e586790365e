//! One request, as use cases see it: who asks for what, and the means to answer.

use super::{Done, ServiceError};
use crate::{
    app::App,
    json::{
        params::Params,
        records::{self, Collection},
        render::{Node, Scope, Serializer, Surroundings},
        store::Store,
    },
    settings::Settings,
};
use chrono::NaiveDateTime;
use loomio_auth::Session;
use loomio_db::{
    Read, Write,
    facts::{Actor, Site},
    find::Find,
    rows::User,
};
use rand::RngCore;
use sea_orm::DatabaseConnection;
use serde_json::Value as Json;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A browser's state, shared between a request's handler and what sends cookies.
#[derive(Debug, Clone, Default)]
pub struct SharedSession(Arc<Mutex<SessionState>>);

/// What is read from cookies and what is to be sent.
#[derive(Debug, Default)]
pub struct SessionState {
    /// The session itself.
    pub session: Session,
    /// A remember-me cookie to set, or an empty one to clear it.
    pub remember: Option<String>,
    /// Whether `signed_in` is to be set (true) or cleared (false).
    pub signed_in: Option<bool>,
    /// The token that forms and requests which change something must bring back.
    pub csrf_token: Option<String>,
}

impl SharedSession {
    /// A shared state.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self(Arc::new(Mutex::new(SessionState { session, ..SessionState::default() })))
    }

    /// The state. Do not hold it across an await.
    pub fn lock(&self) -> MutexGuard<'_, SessionState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The application.
    pub app: Arc<App>,
    /// Who is signed in, or named by an unsubscribe token.
    pub user: Option<Arc<User>>,
    /// Whether the user only holds an unsubscribe link.
    pub restricted: bool,
    /// Who asks, as the rules see it.
    pub actor: Actor,
    /// What is asked.
    pub params: Params,
    /// The browser's state.
    pub session: SharedSession,
    /// The files sent with a form.
    pub uploads: Arc<[super::blob::Upload]>,
    /// The language of the answer.
    pub locale: String,
    /// The time of the request, UTC.
    pub now: NaiveDateTime,
    /// The language the browser prefers, if it says any.
    pub detected_locale: Option<String>,
    /// The page from which the request was made.
    pub referrer: Option<String>,
    /// Where the request came from.
    pub ip: String,
    /// Whether somebody acts in a browser; the original notes nobody's name in
    /// `versions` otherwise.
    pub has_browser: bool,
}

/// What the site lets everybody do.
#[must_use]
pub fn site(settings: &Settings) -> Site {
    Site {
        creates_groups: !settings.flag("FEATURES_DISABLE_CREATE_GROUP"),
        creates_users: !settings.flag("FEATURES_DISABLE_CREATE_USER"),
        receipts_for_admins: settings.flag("LOOMIO_VERIFY_PARTICIPANTS_ADMIN_ONLY"),
    }
}

impl Visit {
    /// What somebody does without a browser: by a key, by mail, by a command.
    #[must_use]
    pub fn without_browser(app: &Arc<App>, user: User, params: Params) -> Self {
        let now = app.now();
        let actor = Actor { id: user.id, verified: user.email_verified, site_admin: user.is_admin == Some(true), site: site(&app.settings), now, ..Actor::default() };
        let locale = crate::json::user::locale(&user, &app.i18n);
        Self {
            app: Arc::clone(app),
            user: Some(Arc::new(user)),
            restricted: false,
            actor,
            params,
            session: SharedSession::default(),
            locale,
            now,
            detected_locale: None,
            referrer: None,
            ip: String::new(),
            uploads: Arc::default(),
            has_browser: false,
        }
    }

    /// The file sent in a field of the form.
    ///
    /// # Errors
    /// When there is none.
    pub fn upload(&self, field: &str) -> Done<&super::blob::Upload> {
        Ok(self.uploads.iter().find(|u| u.field == field).ok_or_else(|| crate::json::params::BadParams::Missing(field.to_owned()))?)
    }

    /// What the path names: `:id` may be a number, or where there is one a key.
    #[must_use]
    pub fn key(&self) -> String {
        self.params.text("id").unwrap_or_default()
    }

    /// The database, outside of any transaction.
    #[must_use]
    pub fn db(&self) -> &DatabaseConnection {
        &self.app.db
    }

    /// The number of who is signed in.
    #[must_use]
    pub fn user_id(&self) -> Option<i32> {
        (self.actor.id != 0).then_some(self.actor.id)
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// When nobody is.
    pub fn signed_in(&self) -> Done<&User> {
        self.user.as_deref().filter(|_| self.actor.is_logged_in()).ok_or(ServiceError::SignedOut)
    }

    /// The same request, by somebody who has just signed in.
    #[must_use]
    pub fn signed_in_as(&self, user: &User) -> Self {
        let actor = Actor {
            id: user.id,
            verified: user.email_verified,
            site_admin: user.is_admin == Some(true),
            // Tokens speak only for those who are not signed in.
            group_token: None,
            membership_token: None,
            discussion_reader_token: None,
            ..self.actor.clone()
        };
        Self { user: Some(Arc::new(user.clone())), restricted: false, actor, ..self.clone() }
    }

    /// The request as one by the holder of a mail's unsubscribe token, if it brings
    /// one, for the few requests that may come by mail.
    ///
    /// # Errors
    /// When the token is unknown or the database fails.
    pub async fn by_mail_link(&self) -> Done<Self> {
        let Some(token) = self.params.filled("unsubscribe_token") else { return Ok(self.clone()) };
        let found = Find::<User>::new("users.unsubscribe_token = $1", vec![token.into()]).one(self.db()).await?;
        let user = found.ok_or_else(|| ServiceError::NotFound("Couldn't find User".to_owned()))?;
        let actor = Actor { id: user.id, verified: user.email_verified, site_admin: false, ..self.actor.clone() };
        Ok(Self { user: Some(Arc::new(user)), restricted: true, actor, ..self.clone() })
    }

    /// Begins a write by who is signed in.
    ///
    /// # Errors
    /// When the database cannot begin a transaction.
    pub async fn begin(&self) -> Done<Write> {
        let mut seed = [0u8; 32];
        self.app.rng().fill_bytes(&mut seed);
        Ok(Write::begin(&self.app.db, self.now, self.user_id().filter(|_| self.has_browser), seed).await?)
    }

    /// The kinds to be left out of the answer.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let reads_translated = self.user.as_ref().is_some_and(|u| u.auto_translate) && super::translation::is_available(&self.app.settings);
        Scope {
            current_user_id: self.user_id(),
            exclude: self.params.text("exclude_types").unwrap_or_default().split_whitespace().map(ToOwned::to_owned).collect(),
            language: reads_translated.then(|| super::translation::language(&self.locale)),
            ..Scope::default()
        }
    }

    /// What JSON depends on.
    #[must_use]
    pub fn around(&self) -> Surroundings<'_> {
        Surroundings { secrets: &self.app.secrets, i18n: &self.app.i18n, now: self.now }
    }

    /// A collection as the answer.
    ///
    /// # Errors
    /// When the database refuses a question.
    pub async fn render<T: Collection>(&self, rows: &[T], total: Option<u64>, empty_root: &str) -> Done {
        self.render_in(rows, &self.scope(), total, empty_root, Node::new()).await
    }

    /// The same, seen otherwise and with more in `meta`. An empty collection stands
    /// under the name of its route.
    ///
    /// # Errors
    /// When the database refuses a question.
    pub async fn render_in<T: Collection>(&self, rows: &[T], scope: &Scope, total: Option<u64>, empty_root: &str, meta: Node) -> Done {
        let root = if rows.is_empty() { empty_root } else { T::ROOT };
        self.render_as(rows, scope, total, root, T::serializer(), meta).await
    }

    /// The same in another form.
    ///
    /// # Errors
    /// When the database refuses a question.
    pub async fn render_as<T: Collection>(&self, rows: &[T], scope: &Scope, total: Option<u64>, root: &str, serializer: Serializer<T>, meta: Node) -> Done {
        let roots = records::render_as(rows, scope, self.around(), &Read::new(self.db()), root, serializer).await?;
        Ok(records::with_meta(roots, root, total, meta))
    }

    /// A store that knows who looks. Only for requests that change nothing: it
    /// holds the visitor as they were when the request came.
    #[must_use]
    pub fn store(&self) -> Store {
        let mut store = Store::new(&self.scope());
        if let Some(user) = self.user.as_ref().filter(|_| self.actor.is_logged_in()) {
            store.know_user(user);
        }
        store
    }

    /// A collection as the answer, with some rows known already.
    ///
    /// # Errors
    /// When the database refuses a question.
    pub async fn render_from<T: Collection>(&self, store: Store, rows: &[T], total: Option<u64>, empty_root: &str) -> Done {
        let root = if rows.is_empty() { empty_root } else { T::ROOT };
        let roots = records::render_from(store, rows, &self.scope(), self.around(), &Read::new(self.db()), root, T::serializer()).await?;
        Ok(records::with_meta(roots, root, total, Node::new()))
    }

    /// A text of ours in the visitor's language.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.app.i18n.text(&self.locale, key, &[])
    }

    /// How many rows to skip and to show at most.
    #[must_use]
    pub fn page(&self, default: u64) -> (u64, u64) {
        let from = self.params.int("from").and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        let per = self.params.int("per").and_then(|n| u64::try_from(n).ok()).unwrap_or(default);
        (from, per)
    }
}

/// `{success: "success"}`.
#[must_use]
pub fn success() -> Json {
    serde_json::json!({"success": "success"})
}
