//! A recorded case: who asked what of which database, and what came of it.

use chrono::{DateTime, Utc};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

/// One case.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// Its name.
    pub id: String,
    /// `read`, `write`, `denied` or `clock`.
    pub kind: String,
    /// The address of who asks.
    #[serde(rename = "as")]
    pub who: Option<String>,
    /// The database it starts from.
    #[serde(alias = "scenario")]
    pub state: String,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// What is asked.
    pub request: Asked,
    /// What was answered.
    pub response: Answered,
    /// What changed in the database, by table.
    #[serde(default)]
    pub db: Option<Map<String, Json>>,
    /// What was mailed.
    #[serde(default)]
    pub mails: Option<Vec<Json>>,
    /// What was sent to browsers.
    #[serde(default)]
    pub live: Option<Vec<Json>>,
    /// Places in which the original, asked twice, disagrees with itself.
    #[serde(default)]
    pub unstable: Option<Vec<String>>,
}

/// A request.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The JSON body, or `{"@form": …}`.
    #[serde(default)]
    pub body: Json,
}

/// An answer, recorded or ours.
#[derive(Debug, Deserialize)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// Where a redirect leads, without the host.
    #[serde(default)]
    pub location: Option<String>,
    /// The body, when it is JSON.
    #[serde(default)]
    pub json: Option<Json>,
}

impl Case {
    /// Whether asking changes nothing.
    pub fn is_read(&self) -> bool {
        self.kind == "read"
    }
}

/// The lines of a gzipped file.
pub fn lines(path: &Path) -> impl Iterator<Item = String> {
    let file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    BufReader::new(GzDecoder::new(file)).lines().map(|line| line.expect("a line of text"))
}

/// The cases of a file.
pub fn read(path: &Path) -> Vec<Case> {
    lines(path).filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(&line).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).collect()
}
