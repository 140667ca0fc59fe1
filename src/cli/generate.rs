//! `generate`: the SQL of a view, for a DBA to read.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::compile::{self, Compiled, Input, ViewOptions, compile};
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
    /// Print the indexes on Butler's own tables that make queries by place and time faster instead: for who owns
    /// those tables, after `apply` (PostgreSQL). docs/performance.md has what they gain.
    #[arg(long)]
    indexes: bool,
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
    let text = match arguments.indexes {
        true => indexes(&compiled, dialect),
        false => compiled.script.text(dialect, &[]),
    };
    product(&text, arguments.output.as_deref())?;
    Ok(Outcome::Done)
}

/// The statements that make indexes, for a person or `psql`: each outside of transactions.
fn indexes(compiled: &Compiled, dialect: Dialect) -> String {
    let indexes = compiled.target.indexes(&compiled.plan);
    if indexes.is_empty() {
        let what = if dialect == Dialect::Sqlite { "in SQLite" } else { "for this mapping" };
        return format!("-- Butler's own indexes are all that queries use {what}.\n");
    }
    let mut text = format!(
        "-- Indexes on Butler's own tables for {}: none is needed, rows are the same without them.\n\
         -- Butler goes on writing meanwhile. DROP INDEX CONCURRENTLY takes one away again.\n",
        compiled.stamp.view
    );
    for one in &indexes {
        text.push_str(&format!("\n-- {}\n{};\n", one.about, one.create));
    }
    let analyze: BTreeSet<&str> = indexes.iter().map(|one| one.analyze.as_str()).collect();
    text.push_str("\n-- Statistics of what they are made of\n");
    for one in analyze {
        text.push_str(&format!("{one};\n"));
    }
    text
}
