//! The secrets behind cookies and signatures: from the environment as Rails has
//! them, else made once and kept in the data folder.

use anyhow::Context;
use loomio_http::{Settings, settings::Environment};
use rand::RngCore;
use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

/// Fills in the secrets that the environment does not give.
///
/// # Errors
/// When production runs on a shared database without them: sessions and links
/// made elsewhere would silently stop working.
pub fn complete(settings: &mut Settings) -> anyhow::Result<()> {
    if settings.secret_key_base.is_empty() {
        anyhow::ensure!(
            settings.environment != Environment::Production || settings.database_url.is_none(),
            "SECRET_KEY_BASE is not set; use the value of the Rails server (also known as SECRET_COOKIE_TOKEN), so that people stay signed in"
        );
        settings.secret_key_base = kept(&settings.data_dir, "secret_key_base")?;
    }
    if settings.devise_secret.is_empty() {
        settings.devise_secret = kept(&settings.data_dir, "devise_secret")?;
    }
    Ok(())
}

/// A secret kept in a file that only its owner can read.
fn kept(data_dir: &Path, name: &str) -> anyhow::Result<String> {
    crate::store::run_dir(data_dir)?;
    let path = data_dir.join(name);
    match fs::read_to_string(&path) {
        Ok(secret) if !secret.trim().is_empty() => return Ok(secret.trim().to_owned()),
        Ok(_) => {}
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(e).with_context(|| format!("{} cannot be read", path.display())),
    }
    let mut bytes = [0u8; 64];
    #[expect(clippy::disallowed_methods, reason = "made once and kept in a file")]
    rand::rng().fill_bytes(&mut bytes);
    let secret: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| writeln!(file, "{secret}"))
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let first = kept(folder.path(), "secret_key_base")?;
        assert_eq!(first.len(), 128);
        assert_eq!(kept(folder.path(), "secret_key_base")?, first);
        assert_ne!(kept(folder.path(), "devise_secret")?, first);
        Ok(())
    }
}
