//! Pages: the client's own page for every address of it, and what is not JSON.

use crate::App;
use poem::Route;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A built client in a folder.
#[derive(Debug)]
pub struct Client {
    /// The folder.
    pub folder: PathBuf,
    /// Its page.
    pub index: String,
}

impl Client {
    /// The client in a folder, if there is one.
    #[must_use]
    pub fn open(folder: &Path) -> Option<Self> {
        let index = std::fs::read_to_string(folder.join("index.html")).ok()?;
        Some(Self { folder: folder.to_owned(), index })
    }
}

/// Every route that is not the API's.
#[must_use]
pub fn routes(_app: &Arc<App>) -> Route {
    Route::new()
}
