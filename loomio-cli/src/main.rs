//! The `loomio` command.

// Tests may panic and look at the clock; what they test may not.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods))]

mod command;
mod control;
mod demo;
mod doctor;
#[cfg(feature = "embedded")]
mod embedded;
mod groups;
mod import;
mod jobs;
mod mail;
mod people;
mod secrets;
mod serve;
mod sign_in;
mod store;

use anyhow::Context;
use clap::{Parser, Subcommand};
use command::Request;
use std::{io::Write, path::PathBuf};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Loomio: talk and decide together.
#[derive(Parser)]
#[command(name = "loomio", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves Loomio until told to stop.
    ///
    /// Everything is set by environment variables, named as the original's.
    /// Without DATABASE_URL, the database is kept in the data folder (DATA_DIR).
    Serve,
    /// Serves a small believable organisation to try things out with.
    ///
    /// Fills an empty database, prints the address and a one-time sign-in link,
    /// and serves until told to stop.
    Demo,
    /// Prints a one-time link that signs somebody in.
    SignIn {
        /// The address of the person, who must have an account.
        email: String,
    },
    /// Imports groups from a file that was exported, here or by the original.
    ///
    /// Every row gets a new number; people are recognised by their address. All of
    /// the file is imported, or nothing.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Shows what was sent, what became of it, and what is wrong with sending.
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Shows, closes, erases and merges accounts, and says who administers the site.
    #[command(subcommand)]
    People(people::PeopleCommand),
    /// Lists organisations, archives groups and takes them back, limits members.
    #[command(subcommand)]
    Groups(groups::GroupsCommand),
    /// Does now what is otherwise done by the clock.
    #[command(subcommand)]
    Jobs(Jobs),
    /// Prints the OpenAPI document of the API.
    Openapi,
    /// Says what is missing or wrong, in plain words.
    Doctor {
        /// Names instead the texts that the languages of a folder do not have.
        #[arg(long, value_name = "FOLDER")]
        locales: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum Jobs {
    /// Lists what is done by the clock, and when.
    List,
    /// Does one thing now.
    Run {
        /// Its name, as listed.
        name: String,
    },
}

fn print(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let log = tracing_subscriber::EnvFilter::try_from_env("LOG").unwrap_or_else(|_| "info,sqlx=warn,graphile_worker=warn,pglite_oxide=warn,wasmer=error".into());
    tracing_subscriber::fmt().with_env_filter(log).with_writer(std::io::stderr).init();
    // Two TLS libraries are linked in; one must be chosen before either is used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = loomio_http::Settings::from_vars(std::env::vars())?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        match cli.command {
            Command::Serve => serve::serve(settings, false).await,
            Command::Demo => serve::serve(settings, true).await,
            Command::SignIn { email } => print(&command::run(settings, Request::SignIn { email }).await?),
            Command::Import { file } => print(&command::run(settings, Request::Import { file: file.canonicalize().with_context(|| file.display().to_string())? }).await?),
            Command::Mail(asked) => print(&command::run(settings, Request::Mail(asked)).await?),
            Command::People(asked) => print(&command::run(settings, Request::People(asked)).await?),
            Command::Groups(asked) => print(&command::run(settings, Request::Groups(asked)).await?),
            Command::Jobs(Jobs::List) => print(&jobs::list()),
            Command::Jobs(Jobs::Run { name }) => print(&command::run(settings, Request::RunJob { name }).await?),
            Command::Openapi => print(&loomio_http::api::service(&settings.root_url()).spec()),
            Command::Doctor { locales: Some(folder) } => print(&doctor::locales(&folder)?),
            Command::Doctor { locales: None } => {
                let report = doctor::examine(&settings).await;
                print(&report.to_string())?;
                anyhow::ensure!(report.is_healthy(), "something is missing or wrong");
                Ok(())
            }
        }
    })
}
