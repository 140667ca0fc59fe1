//! `generate`: the SQL of a view, for a DBA to read.

use std::path::PathBuf;

use super::compile::{self, Input, ViewOptions, compile};
use super::output::{Terminal, product};
use super::{Failure, Outcome};
use crate::sql::Dialect;

/// Print the complete SQL of the ObsCore view; nothing is changed anywhere.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    view: ViewOptions,
    /// Dialect of the SQL; that of the registry by default.
    #[arg(long, value_enum)]
    dialect: Option<DialectName>,
    /// Write to this file instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum DialectName {
    Postgres,
    Sqlite,
}

pub async fn run(arguments: Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let mapping = compile::read_mapping(&arguments.input.mapping, terminal)?;
    let (_, snapshot) = compile::snapshot(&arguments.input.repo).await?;
    let dialect = match arguments.dialect {
        Some(DialectName::Postgres) => Dialect::Postgres,
        Some(DialectName::Sqlite) => Dialect::Sqlite,
        None => snapshot.dialect,
    };
    let compiled = compile(&mapping, &snapshot, dialect, &arguments.view)?;
    compiled.said.iter().for_each(|one| terminal.say(one));
    product(&compiled.script.text(dialect, &[]), arguments.output.as_deref())?;
    Ok(Outcome::Done)
}
