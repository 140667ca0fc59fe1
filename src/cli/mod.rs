//! The command line.
//!
//! In: arguments and the environment. Out: the product on stdout, diagnostics on stderr, and an
//! exit code: 0 done, 1 findings, 2 could not run. One file per command.

mod adql;
mod apply;
mod check;
mod compile;
mod cutout;
mod demo;
mod drop;
mod explain;
mod export;
mod generate;
mod inspect;
mod meter;
mod output;
mod query;
mod repositories;
mod resolve;
mod schema;
mod serve;
mod written;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::diag::Diagnostic;
use output::Terminal;

/// Live IVOA ObsCore views and services on Rubin/LSST Butler registries.
#[derive(Debug, Parser)]
#[command(name = "obscore-view", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Generate(generate::Arguments),
    Apply(apply::Arguments),
    Check(check::Arguments),
    Drop(drop::Arguments),
    Export(export::Arguments),
    Inspect(inspect::Arguments),
    Query(query::Arguments),
    Resolve(resolve::Arguments),
    Cutout(cutout::Arguments),
    Serve(serve::Arguments),
    Adql(adql::Arguments),
    Schema(schema::Arguments),
    Explain(explain::Arguments),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All done, nothing found.
    Done,
    /// The work was done, and there is something to look at.
    Findings,
}

/// What kept a command from running.
#[derive(Debug)]
pub struct Failure(pub Vec<Diagnostic>);

impl From<Box<Diagnostic>> for Failure {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self(vec![*diagnostic])
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self(diagnostics)
    }
}

/// How long work on threads is waited for at the end.
const LAST: Duration = Duration::from_millis(500);

/// Runs the program with the arguments and the environment of the process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let terminal = Terminal::new();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.say(&Diagnostic::error("R029", format!("no threads can be started: {error}")));
            return ExitCode::from(2);
        }
    };
    let done = runtime.block_on(run(arguments.command, &terminal));
    // Threads cannot be ended: who does not see that nobody waits any more ends with the process.
    runtime.shutdown_timeout(LAST);
    match done {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Err(Failure(diagnostics)) => {
            for diagnostic in &diagnostics {
                terminal.say(diagnostic);
            }
            ExitCode::from(2)
        }
    }
}

async fn run(command: Command, terminal: &Terminal) -> Result<Outcome, Failure> {
    match command {
        Command::Apply(arguments) => apply::run(arguments, terminal).await,
        Command::Check(arguments) => check::run(arguments, terminal).await,
        Command::Drop(arguments) => drop::run(arguments, terminal).await,
        Command::Demo(arguments) => Box::pin(demo::run(arguments, terminal)).await,
        Command::Generate(arguments) => generate::run(arguments, terminal).await,
        Command::Export(arguments) => export::run(arguments, terminal).await,
        Command::Inspect(arguments) => inspect::run(arguments, terminal).await,
        Command::Resolve(arguments) => resolve::run(arguments, terminal).await,
        Command::Serve(arguments) => serve::run(arguments, terminal).await,
        Command::Query(arguments) => query::run(arguments, terminal).await,
        Command::Cutout(arguments) => cutout::run(arguments, terminal).await,
        Command::Adql(arguments) => adql::run(&arguments, *terminal),
        Command::Schema(arguments) => schema::run(&arguments, terminal),
        Command::Explain(arguments) => explain::run(&arguments, terminal),
    }
}
