//! The application: what every request, job and live update shares.

use crate::{i18n::I18n, json::render::Surroundings, limits::Limits, live::Live, pages, settings::Settings};
use loomio_auth::Secrets;
use rand::{SeedableRng, rngs::StdRng};
use sea_orm::DatabaseConnection;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Tells the time, UTC.
pub type Clock = Arc<dyn Fn() -> chrono::NaiveDateTime + Send + Sync>;

/// What every request shares.
pub struct App {
    /// The database.
    pub db: DatabaseConnection,
    /// The settings.
    pub settings: Settings,
    /// The derived keys.
    pub secrets: Secrets,
    /// The words.
    pub i18n: I18n,
    /// Live updates.
    pub live: Live,
    /// The time.
    pub clock: Clock,
    /// The built client, unless there is none.
    pub client: Option<pages::Client>,
    /// How often somebody may ask.
    pub limits: Limits,
    /// Where uploaded files are kept.
    pub files: crate::services::blob::Store,
    /// Sends mail.
    pub mailer: loomio_mail::Mailer,
    /// What the SAML site says of itself.
    #[cfg(feature = "saml")]
    pub saml: crate::services::identity::saml::Known,
    rng: Mutex<StdRng>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl App {
    /// Puts an application together; `seed` feeds all its randomness.
    #[must_use]
    pub fn new(db: DatabaseConnection, settings: Settings, live: Live, mailer: loomio_mail::Mailer, clock: Clock, seed: [u8; 32]) -> Self {
        let secrets = Secrets::new(&settings.secret_key_base, &settings.devise_secret);
        let files = crate::services::blob::Store::from_settings(&settings).unwrap_or_else(|e| {
            tracing::error!(error = format!("{e:#}"), "uploaded files cannot be kept there; they are lost when the server stops");
            crate::services::blob::Store::memory()
        });
        let client = settings.client_dir.as_deref().and_then(pages::Client::open);
        Self {
            db,
            secrets,
            i18n: I18n::from_settings(&settings),
            live,
            limits: Limits::new(settings.rate_limits, settings.rate_multiplier),
            clock,
            client,
            files,
            mailer,
            #[cfg(feature = "saml")]
            saml: Default::default(),
            rng: Mutex::new(StdRng::from_seed(seed)),
            settings,
        }
    }

    /// The time, UTC, to the microsecond as the database keeps it.
    #[must_use]
    pub fn now(&self) -> chrono::NaiveDateTime {
        use chrono::{DurationRound, TimeDelta};
        let now = (self.clock)();
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }

    /// What JSON depends on.
    #[must_use]
    pub fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { secrets: &self.secrets, i18n: &self.i18n, now: self.now() }
    }

    /// The random source. Do not hold it across an await.
    pub fn rng(&self) -> MutexGuard<'_, StdRng> {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The version of Loomio that is served.
    pub const VERSION: &'static str = "3.0.20";
}
