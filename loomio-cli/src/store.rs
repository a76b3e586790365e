//! Opening the database, a real one or the embedded one, and the application on it.

use loomio_http::{App, Settings, live::Live};
use sea_orm::DatabaseConnection;
use std::{
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

/// An open database.
pub struct Store {
    db: DatabaseConnection,
    #[cfg(feature = "embedded")]
    embedded: Option<crate::embedded::Embedded>,
}

/// A folder that only its owner can enter.
fn private_dir(path: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

/// The folder for sockets. Their paths may be about a hundred bytes long at most,
/// so a deep data folder gets a short one elsewhere.
///
/// # Errors
/// When it cannot be made.
pub fn run_dir(data_dir: &Path) -> std::io::Result<PathBuf> {
    private_dir(data_dir)?;
    let data_dir = data_dir.canonicalize()?;
    let mut path = data_dir.join("run");
    if path.as_os_str().len() > 80 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        data_dir.hash(&mut hasher);
        path = std::env::temp_dir().join(format!("loomio-{:x}", hasher.finish()));
    }
    private_dir(&path)?;
    Ok(path)
}

/// Opens the database that the settings name, and creates or adopts its tables.
///
/// # Errors
/// When it cannot be reached, or belongs to something else.
pub async fn open(settings: &Settings) -> anyhow::Result<Store> {
    #[cfg(feature = "embedded")]
    let embedded = match &settings.database_url {
        Some(_) => None,
        None => Some(crate::embedded::Embedded::start(&settings.data_dir).await?),
    };
    #[cfg(feature = "embedded")]
    let (url, connections) = match (&settings.database_url, &embedded) {
        (None, Some(embedded)) => (embedded.url(), 1),
        (url, _) => (url.clone().unwrap_or_default(), settings.database_pool),
    };
    #[cfg(not(feature = "embedded"))]
    let (url, connections) = match &settings.database_url {
        Some(url) => (url.clone(), settings.database_pool),
        None => anyhow::bail!("DATABASE_URL is not set, and this program was built without the embedded database"),
    };
    let db = loomio_db::connect::connect(&url, connections).await?;
    let store = Store {
        db,
        #[cfg(feature = "embedded")]
        embedded,
    };
    if let Err(e) = loomio_db::migration::prepare(&store.db).await {
        store.stop().await;
        return Err(e.into());
    }
    Ok(store)
}

impl Store {
    /// Whether the database is the embedded one, which has a single connection.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        #[cfg(feature = "embedded")]
        return self.embedded.is_some();
        #[cfg(not(feature = "embedded"))]
        return false;
    }

    /// The application on this database.
    ///
    /// # Errors
    /// When Redis is set and cannot be reached, or a secret is missing.
    pub async fn application(&self, mut settings: Settings) -> anyhow::Result<Arc<App>> {
        crate::secrets::complete(&mut settings)?;
        let live = match &settings.redis_url {
            Some(url) => Live::through_redis(url).await?,
            None => Live::in_memory(),
        };
        let mailer = crate::mail::mailer(&settings)?;
        let mut seed = [0u8; 32];
        #[expect(clippy::disallowed_methods, reason = "here the randomness handed to everything else begins")]
        rand::RngCore::fill_bytes(&mut rand::rng(), &mut seed);
        #[expect(clippy::disallowed_methods, reason = "here the time handed to everything else begins")]
        let clock = Arc::new(|| chrono::Utc::now().naive_utc());
        Ok(Arc::new(App::new(self.db.clone(), settings, live, mailer, clock, seed)))
    }

    /// Closes the application's database.
    pub async fn close(self, app: Arc<App>) {
        drop(app);
        self.stop().await;
    }

    async fn stop(self) {
        // The embedded server only ends when its clients have left.
        self.db.get_postgres_connection_pool().close().await;
        #[cfg(feature = "embedded")]
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}
