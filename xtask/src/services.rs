//! The services the tests need: PostgreSQL and Redis. What already runs is used; what
//! does not is started in `target/services`, and installed first where that is
//! possible.

use crate::run;
use anyhow::{Context, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

/// Where the tests reach what they need.
pub struct Services {
    database: String,
    redis: String,
}

const DATABASE: &str = "postgresql://postgres@127.0.0.1:5432";
const OWN_DATABASE_PORT: u16 = 54_329;
const REDIS: &str = "redis://127.0.0.1:6379";
const OWN_REDIS_PORT: u16 = 63_799;

impl Services {
    /// Hands the addresses to a command.
    pub fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("TEST_DATABASE_SERVER", &self.database).env("TEST_REDIS_URL", &self.redis)
    }

    /// The address of the PostgreSQL server.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Shows the addresses as lines for a shell.
    #[expect(clippy::print_stdout, reason = "this is the command's result")]
    pub fn print(&self) {
        println!("export TEST_DATABASE_SERVER={} TEST_REDIS_URL={}", self.database, self.redis);
    }
}

/// Finds or starts the services.
///
/// # Errors
/// When one is neither there nor to be had.
pub fn start() -> anyhow::Result<Services> {
    let services = Services { database: database()?, redis: redis()? };
    Ok(services)
}

fn database() -> anyhow::Result<String> {
    need("psql", &["--version"], "postgresql-client")?;
    if let Some(given) = run::variable("TEST_DATABASE_SERVER") {
        return if answers(&given) { Ok(given) } else { bail!("TEST_DATABASE_SERVER is {given}, but nothing answers there") };
    }
    let own = format!("postgresql://postgres@127.0.0.1:{OWN_DATABASE_PORT}");
    if let Some(there) = [DATABASE, &own].into_iter().find(|url| answers(url)) {
        return Ok(there.to_owned());
    }
    let programs = match postgres_programs() {
        Some(programs) => programs,
        None => {
            install(&["postgresql"])?;
            postgres_programs().context("PostgreSQL's programs (initdb, pg_ctl) are not to be found")?
        }
    };
    let folder = data_folder("postgresql")?;
    let data = folder.join("data");
    let log = folder.join("log");
    if !data.join("PG_VERSION").exists() {
        let initdb = programs.join("initdb");
        let arguments = ["-D", &text(&data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
        run::run(unprivileged(&initdb, &arguments).stdout(Stdio::null()))?;
    }
    // The databases are thrown away with the test: nothing needs to survive a crash.
    let options = format!("-p {OWN_DATABASE_PORT} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200", text(&folder));
    let start = ["-D", &text(&data), "-l", &text(&log), "-o", &options, "-w", "start"];
    run::run(unprivileged(&programs.join("pg_ctl"), &start).stdout(Stdio::null()).stderr(Stdio::null()))?;
    if answers(&own) { Ok(own) } else { bail!("PostgreSQL was started but does not answer; its log is {}", text(&log)) }
}

fn answers(url: &str) -> bool {
    run::output(Command::new("psql").args(["-X", "-q", "-A", "-t", "-w", "-c", "select 1", &format!("{url}/postgres")]).env("PGCONNECT_TIMEOUT", "3")).is_some_and(|said| said.trim() == "1")
}

fn redis() -> anyhow::Result<String> {
    if let Some(given) = run::variable("TEST_REDIS_URL") {
        return Ok(given);
    }
    let own = format!("redis://127.0.0.1:{OWN_REDIS_PORT}");
    if let Some(there) = [REDIS, &own].into_iter().find(|url| listens(url)) {
        return Ok(there.to_owned());
    }
    need("redis-server", &["--version"], "redis-server")?;
    // Installing may have started the ordinary one.
    if listens(REDIS) {
        return Ok(REDIS.to_owned());
    }
    let port = OWN_REDIS_PORT.to_string();
    run::run(run::program("redis-server", &["--daemonize", "yes", "--bind", "127.0.0.1", "--port", &port, "--save", "", "--appendonly", "no"]).stdout(Stdio::null()))?;
    for _ in 0..50 {
        if listens(&own) {
            return Ok(own);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("Redis was started but does not listen on port {port}")
}

fn listens(url: &str) -> bool {
    url.strip_prefix("redis://").is_some_and(|address| std::net::TcpStream::connect(address).is_ok())
}

/// The folder with `initdb` and `pg_ctl` of the newest PostgreSQL installed.
fn postgres_programs() -> Option<PathBuf> {
    let packaged = fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().filter_map(Result::ok).map(|e| e.path().join("bin"));
    let searched = std::env::var_os("PATH").map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>()).unwrap_or_default();
    let mut found: Vec<PathBuf> = packaged.chain(searched).filter(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists()).collect();
    found.sort();
    found.pop()
}

/// A folder of PostgreSQL's own: it refuses to run as root, so that root lends it to
/// the account the package made.
fn data_folder(name: &str) -> anyhow::Result<PathBuf> {
    let folder = if is_root() { std::env::temp_dir().join("loomio-test-services").join(name) } else { crate::root().join("target/services").join(name) };
    fs::create_dir_all(&folder)?;
    if is_root() {
        run::run(&mut run::program("chown", &["-R", "postgres", &text(&folder)]))?;
    }
    Ok(folder)
}

fn unprivileged(program: &Path, arguments: &[&str]) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(arguments).current_dir("/").stdin(Stdio::null());
    command
}

fn is_root() -> bool {
    run::output(&mut run::program("id", &["-u"])).is_some_and(|id| id.trim() == "0")
}

fn need(name: &str, version: &[&str], package: &str) -> anyhow::Result<()> {
    if run::installed(name, version) {
        return Ok(());
    }
    install(&[package])?;
    if run::installed(name, version) { Ok(()) } else { bail!("{name} is still missing after {package} was installed") }
}

fn install(packages: &[&str]) -> anyhow::Result<()> {
    if !is_root() || !run::installed("apt-get", &["--version"]) {
        let named = packages.join(", ");
        bail!("the tests need {named}: please install it, or name a server with TEST_DATABASE_SERVER and TEST_REDIS_URL");
    }
    run::run(run::program("apt-get", &["-qq", "update"]).stdout(Stdio::null()))?;
    run::run(run::program("apt-get", &["-qq", "-y", "install"]).args(packages).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
}

/// Debian's packages of what SAML is built on and tested with.
const SAML_PACKAGES: [&str; 7] = ["libxml2-dev", "libxmlsec1-dev", "libxmlsec1-openssl", "libssl-dev", "pkg-config", "libclang-dev", "xmlsec1"];

/// Whether what SAML is built on and tested with is there, or could be installed.
pub fn has_saml() -> bool {
    if is_saml_there() {
        return true;
    }
    let is_installed = install(&SAML_PACKAGES).is_ok() && is_saml_there();
    if !is_installed {
        run::say(&format!("SAML is neither built nor tested here, for some of this is missing: {}", SAML_PACKAGES.join(" ")));
    }
    is_installed
}

fn is_saml_there() -> bool {
    let libraries = run::output(&mut run::program("pkg-config", &["--exists", "libxml-2.0", "xmlsec1", "xmlsec1-openssl", "openssl"])).is_some();
    libraries && run::installed("xmlsec1", &["--version"]) && run::installed("openssl", &["version"]) && has_libclang()
}

fn has_libclang() -> bool {
    let packaged = fs::read_dir("/usr/lib").ok().into_iter().flatten().filter_map(Result::ok).map(|e| e.path()).filter(|p| text(p).contains("/llvm"));
    let has = |folder: PathBuf| fs::read_dir(folder).ok().into_iter().flatten().filter_map(Result::ok).any(|e| e.file_name().to_string_lossy().starts_with("libclang"));
    run::variable("LIBCLANG_PATH").is_some() || packaged.map(|p| p.join("lib")).any(has) || has(PathBuf::from("/usr/lib"))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
