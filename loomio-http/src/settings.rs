//! The settings of a server, read once at the start from the original's
//! environment variables and a few of our own.

use crate::limits::{self, Network};
use std::{fmt, path::PathBuf};

/// Where the server runs; boot tells the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// On somebody's own machine.
    Development,
    /// Under test: requests need no CSRF token, hashes are cheap.
    Test,
    /// For real.
    Production,
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Production => "production",
        })
    }
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is \"{value}\", but must be {expected}")]
pub struct SettingsError {
    /// The variable.
    pub variable: String,
    /// What it says.
    pub value: String,
    /// What it could say.
    pub expected: String,
}

/// An SMTP server to send mail through.
#[derive(Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Its host name.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// Whether TLS starts at once (otherwise STARTTLS when offered).
    pub ssl: bool,
    /// Whether its certificate is checked.
    pub verify: bool,
    /// Name and password.
    pub credentials: Option<(String, String)>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({}:{})", self.server, self.port)
    }
}

/// Everything a server can be told.
#[derive(Clone)]
pub struct Settings {
    /// Where it runs.
    pub environment: Environment,
    /// Its public host name.
    pub canonical_host: String,
    /// Its public port, when it is not the scheme's own.
    pub canonical_port: Option<u16>,
    /// Whether its links are `https`.
    pub force_ssl: bool,
    /// The port to listen on.
    pub port: u16,
    /// The address to listen on.
    pub bind: String,
    /// The database; without one, an embedded one in the data folder.
    pub database_url: Option<String>,
    /// How many connections to the database.
    pub database_pool: u32,
    /// The folder for everything kept on disk.
    pub data_dir: PathBuf,
    /// The folder of the built client.
    pub client_dir: Option<PathBuf>,
    /// The folder into which mails are written instead of being sent.
    pub mail_outbox: Option<PathBuf>,
    /// Redis, to share live updates with other servers.
    pub redis_url: Option<String>,
    /// Rails' secret, from which keys are derived.
    pub secret_key_base: String,
    /// Devise's secret.
    pub devise_secret: String,
    /// The mail server.
    pub smtp: Option<Smtp>,
    /// The domain of the server's own addresses.
    pub smtp_domain: String,
    /// The address notifications come from.
    pub notifications_email: String,
    /// The domain of reply addresses.
    pub reply_hostname: Option<String>,
    /// Whom people write to for help.
    pub support_email: Option<String>,
    /// The site's name.
    pub site_name: String,
    /// Whether requests are counted and refused when there are too many.
    pub rate_limits: bool,
    /// By how much more may be asked than by default.
    pub rate_multiplier: u32,
    /// The proxies whose word counts about where a request comes from.
    pub trusted_proxies: Vec<Network>,
    /// The most characters of a text.
    pub max_message_length: usize,
    /// Texts that match are refused.
    pub spam_regex: String,
    /// The key of the server-to-server API; empty switches it off.
    pub b3_api_key: String,
    /// The people of a demo, as `Name <address>`; nobody otherwise. No variable sets it.
    pub demo_people: Vec<String>,
    vars: Vec<(String, String)>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Secrets must not reach a log.
        f.debug_struct("Settings").field("environment", &self.environment).field("canonical_host", &self.canonical_host).field("port", &self.port).finish_non_exhaustive()
    }
}

struct Vars(Vec<(String, String)>);

impl Vars {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, SettingsError> {
        self.get(name).map(|v| v.parse().map_err(|_| SettingsError { variable: name.to_owned(), value: v.to_owned(), expected: "a whole number".to_owned() })).transpose()
    }

    fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|v| !matches!(v, "0" | "false" | "off" | "no"))
    }
}

impl Settings {
    /// Reads the settings from names and values.
    ///
    /// # Errors
    /// When a value cannot be what its variable asks for.
    pub fn from_vars(vars: impl IntoIterator<Item = (String, String)>) -> Result<Self, SettingsError> {
        let vars = Vars(vars.into_iter().collect());
        let environment = match vars.get("LOOMIO_ENV").or_else(|| vars.get("RAILS_ENV")).unwrap_or("development") {
            "development" => Environment::Development,
            "test" => Environment::Test,
            "production" => Environment::Production,
            other => return Err(SettingsError { variable: "LOOMIO_ENV".to_owned(), value: other.to_owned(), expected: "development, test or production".to_owned() }),
        };
        let rate_limits = match vars.get("RATE_LIMITS") {
            None | Some("on") => true,
            Some("off") => false,
            Some(other) => return Err(SettingsError { variable: "RATE_LIMITS".to_owned(), value: other.to_owned(), expected: "on or off".to_owned() }),
        };
        let canonical_host = vars.get("CANONICAL_HOST").unwrap_or("localhost").to_owned();
        if url::Host::parse(&canonical_host).is_err() {
            return Err(SettingsError { variable: "CANONICAL_HOST".to_owned(), value: canonical_host, expected: "a bare host name; a port goes into CANONICAL_PORT".to_owned() });
        }
        let smtp_domain = vars.get("SMTP_DOMAIN").unwrap_or(&canonical_host).to_owned();
        let text = |name: &str| vars.get(name).map(ToOwned::to_owned);
        let spam_regex = text("SPAM_REGEX").unwrap_or_else(|| "(diide.com|gusronk.com)".to_owned());
        if regex::Regex::new(&spam_regex).is_err() {
            return Err(SettingsError { variable: "SPAM_REGEX".to_owned(), value: spam_regex, expected: "a regular expression".to_owned() });
        }
        let proxies = vars.get("TRUSTED_PROXIES").unwrap_or(limits::PRIVATE_NETWORKS);
        let trusted_proxies = proxies.split(',').map(str::trim).filter(|n| !n.is_empty() && *n != "none").map(str::parse).collect::<Result<_, ()>>();
        let trusted_proxies = trusted_proxies.map_err(|()| SettingsError {
            variable: "TRUSTED_PROXIES".to_owned(),
            value: proxies.to_owned(),
            expected: "none, or networks such as 10.0.0.0/8 between commas".to_owned(),
        })?;
        let smtp = match vars.get("SMTP_SERVER") {
            None => None,
            Some(server) => Some(Smtp {
                server: server.to_owned(),
                port: vars.number("SMTP_PORT")?.unwrap_or(587),
                ssl: vars.flag("SMTP_USE_SSL"),
                verify: vars.get("SMTP_SSL_VERIFY_MODE") != Some("none"),
                credentials: text("SMTP_USERNAME").zip(text("SMTP_PASSWORD")),
            }),
        };
        Ok(Self {
            environment,
            canonical_port: vars.number("CANONICAL_PORT")?.or((environment == Environment::Test).then_some(3000)),
            force_ssl: vars.flag("FORCE_SSL"),
            port: vars.number("PORT")?.unwrap_or(3000),
            bind: text("BIND").unwrap_or_else(|| "127.0.0.1".to_owned()),
            database_url: text("DATABASE_URL"),
            database_pool: vars.number("DATABASE_POOL")?.unwrap_or(8),
            data_dir: vars.get("DATA_DIR").unwrap_or("data").into(),
            client_dir: vars.get("CLIENT_DIR").map(Into::into),
            mail_outbox: vars.get("MAIL_OUTBOX").map(Into::into),
            redis_url: text("REDIS_QUEUE_URL").or_else(|| text("REDIS_URL")),
            secret_key_base: text("SECRET_KEY_BASE").or_else(|| text("SECRET_COOKIE_TOKEN")).unwrap_or_default(),
            devise_secret: text("DEVISE_SECRET").unwrap_or_default(),
            smtp,
            notifications_email: text("NOTIFICATIONS_EMAIL_ADDRESS").unwrap_or_else(|| format!("notifications@{smtp_domain}")),
            reply_hostname: text("REPLY_HOSTNAME"),
            support_email: text("SUPPORT_EMAIL"),
            site_name: text("SITE_NAME").unwrap_or_else(|| "Loomio".to_owned()),
            max_message_length: vars.number("LMO_MAX_MESSAGE_LENGTH")?.unwrap_or(100_000),
            b3_api_key: text("B3_API_KEY").unwrap_or_default(),
            demo_people: Vec::new(),
            rate_limits,
            rate_multiplier: vars.number("RACK_ATTACK_RATE_MULTPLIER")?.unwrap_or(1),
            trusted_proxies,
            canonical_host,
            smtp_domain,
            spam_regex,
            vars: vars.0,
        })
    }

    /// A variable that has no field of its own, unless it is empty.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    }

    /// What a variable says under test, as the original's `.env.test` sets it.
    #[must_use]
    pub fn test_default(&self, name: &str) -> Option<&'static str> {
        match name {
            _ if self.environment != Environment::Test => None,
            "TERMS_URL" => Some("https://www.loomio.org/terms_of_use"),
            "PRIVACY_URL" => Some("https://www.loomio.org/privacy"),
            _ => None,
        }
    }

    /// Whether a variable is set to anything but a denial.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.var(name).is_some_and(|v| !matches!(v, "0" | "false" | "off" | "no"))
    }

    /// The start of the server's own addresses, without a slash at the end.
    #[must_use]
    pub fn root_url(&self) -> String {
        let scheme = if self.force_ssl || self.environment == Environment::Production { "https" } else { "http" };
        let port = match (self.canonical_port, self.environment) {
            (Some(port), _) => Some(port),
            (None, Environment::Production) => None,
            (None, _) => Some(self.port),
        };
        port.map_or_else(|| format!("{scheme}://{}", self.canonical_host), |port| format!("{scheme}://{}:{port}", self.canonical_host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(vars: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_vars(vars.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())))
    }

    #[test]
    fn a_mistake_names_its_variable() {
        let told = |vars: &[(&str, &str)]| settings(vars).err().map(|e| e.to_string());
        assert_eq!(told(&[("PORT", "many")]).as_deref(), Some("PORT is \"many\", but must be a whole number"));
        assert_eq!(told(&[("LOOMIO_ENV", "moon")]).as_deref(), Some("LOOMIO_ENV is \"moon\", but must be development, test or production"));
        assert_eq!(told(&[("RATE_LIMITS", "maybe")]).as_deref(), Some("RATE_LIMITS is \"maybe\", but must be on or off"));
        for host in ["https://talk.example.org", "talk.example.org:3000", "talk.example.org/loomio", "talk example"] {
            assert!(told(&[("CANONICAL_HOST", host)]).is_some_and(|t| t.contains("must be a bare host name")), "{host}");
        }
        for host in ["talk.example.org", "localhost", "10.0.0.5", "[::1]", "räte.example"] {
            assert_eq!(told(&[("CANONICAL_HOST", host)]), None, "{host}");
        }
        assert_eq!(told(&[]), None);
    }

    #[test]
    fn addresses_follow_the_environment() {
        let root = |vars: &[(&str, &str)]| settings(vars).map(|s| s.root_url()).unwrap_or_default();
        assert_eq!(root(&[("PORT", "3001")]), "http://localhost:3001");
        assert_eq!(root(&[("LOOMIO_ENV", "production"), ("CANONICAL_HOST", "talk.example.org")]), "https://talk.example.org");
    }
}
