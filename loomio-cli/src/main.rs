//! The `loomio` command.

mod serve;

use clap::{Parser, Subcommand};

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
    Serve,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::try_from_env("LOG").unwrap_or_else(|_| "info,sqlx=warn,graphile_worker=warn".into())).with_writer(std::io::stderr).init();
    // Two TLS libraries are linked in; one must be chosen before either is used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = loomio_http::Settings::from_vars(std::env::vars())?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        match cli.command {
            Command::Serve => serve::serve(settings).await,
        }
    })
}
