//! The project's own tasks: `cargo xtask TASK`. This is the only task runner here;
//! continuous integration calls it and nothing else.

// Tests may panic and look at the clock; what they test may not.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods))]

mod bench;
mod book;
mod browser;
mod ci;
mod contract;
mod run;
mod schemathesis;
mod services;
mod tidy;

use clap::{Parser, Subcommand};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Tasks of the workspace.
#[derive(Parser)]
#[command(name = "xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything a change must pass, the tests last.
    Ci,
    /// The invariants of the workspace that no compiler checks.
    Tidy,
    /// Builds the book into target/book.
    Book,
    /// Starts what the tests need and prints how to reach it.
    Services,
    /// Two people found a group, talk and decide with the original's client, each in
    /// a browser of their own; nothing may fail on the way.
    FirstLight {
        /// The folder of the built client, which holds `index.html`.
        #[arg(long)]
        client: PathBuf,
        /// The PostgreSQL server on which the database is made.
        #[arg(long, default_value = "postgresql://postgres@127.0.0.1:5432")]
        database_server: String,
    },
    /// The original's browser suite against this server.
    Browser {
        /// The original's source, with `vue/node_modules` and `public/client3`.
        #[arg(long)]
        original: PathBuf,
        /// The folder of the recordings.
        #[arg(long, default_value = "../shared/contract")]
        contract: PathBuf,
        /// The PostgreSQL server on which the suite's database is made.
        #[arg(long, default_value = "postgresql://postgres@127.0.0.1:5432")]
        database_server: String,
        /// The spec files to run, without `.js`; all when none is named.
        specs: Vec<String>,
    },
    /// Measures the release build on a busy group.
    Bench {
        /// Measures parsing, rendering and routing mails instead.
        #[arg(long)]
        mail: bool,
        /// How many mails; with `--mail` only.
        #[arg(long, default_value_t = 10_000)]
        count: u32,
        /// How long each request is repeated.
        #[arg(long, default_value_t = 8)]
        seconds: u32,
        /// How many connections ask at once.
        #[arg(long, default_value_t = 8)]
        connections: u32,
        /// A file for the figures as JSON.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Schemathesis against the OpenAPI document; what follows are its options.
    Schemathesis {
        /// Options of Schemathesis.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Replays the recorded cases and takes out of the lists what has become equal.
    Contract,
    /// The tests alone; what follows goes to the test runner.
    Test {
        /// Options of the test runner.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
}

fn main() -> ExitCode {
    match done(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            run::say(&format!("{e:#}"));
            ExitCode::FAILURE
        }
    }
}

fn done(task: Task) -> anyhow::Result<()> {
    std::env::set_current_dir(root())?;
    match task {
        Task::Ci => ci::ci(),
        Task::Tidy => tidy::tidy(),
        Task::Book => book::build(),
        Task::Services => services::start().map(|services| services.print()),
        Task::Browser { original, contract, database_server, specs } => browser::browser(&browser::Options { original, contract, specs, database_server }),
        Task::FirstLight { client, database_server } => browser::first_light::first_light(&browser::first_light::Options { client, database_server }),
        Task::Bench { mail: true, count, .. } => bench::mail(count),
        Task::Bench { seconds, connections, out, .. } => bench::bench(&bench::Plan { seconds, connections, out }),
        Task::Schemathesis { rest } => schemathesis::check(&rest),
        Task::Contract => contract::shrink(),
        Task::Test { rest } => ci::test(&rest),
    }
}

/// The top of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}
