//! `export`: all rows to a file.

mod choice;
mod file;
mod meter;

use std::path::PathBuf;

use super::compile::{self, Input};
use super::output::Terminal;
use super::{Failure, Outcome};
use crate::db::{self, Access, Database, Environment, Repo, introspect};
use crate::diag::Diagnostic;
use crate::lower::{Target, ViewName};
use crate::resolve::{self, resolve};
use crate::sql::region::Strategy;
use crate::stream::{Csv, Export, Parquet, Sink, Summary, VoTable, document, export_columns};
use crate::votable::Serialization;
use choice::Format;
pub use file::Output;
use meter::Meter;

/// Export all rows to Parquet, CSV or VOTable, with the columns of `butler obscore export`.
///
/// Reads the registry in one read-only snapshot; no view needs to be installed.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    /// The file; `-` for stdout (CSV and VOTable).
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Format; by the ending of FILE (.parquet, .csv, .xml, .vot, .votable) when absent.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Give just what Butler's own ObsCore gives, without the documented deviations.
    #[arg(long)]
    parity: bool,
    /// Only these dataset types of the mapping; commas or repeated.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    dataset_type: Vec<String>,
    /// Search these collections, in order, instead of the mapping's; commas or repeated.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    collections: Vec<String>,
    /// Butler expression instead of the mapping's `where`.
    #[arg(long = "where", value_name = "EXPRESSION")]
    where_: Option<String>,
    /// At most this many rows.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub async fn run(arguments: Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let format = choice::format(arguments.format, &arguments.output)?;
    let mut mapping = compile::read_mapping(&arguments.input.mapping, terminal)?;
    choice::narrow(&mut mapping, &arguments)?;
    let Repo::Database(place) = db::resolve(&arguments.input.repo, &Environment::process())? else {
        let message = format!("`{}` is a snapshot of a registry", arguments.input.repo);
        return Err(Box::new(
            Diagnostic::error("X007", message).help("give the repository itself"),
        )
        .into());
    };
    let database = Database::open(&place, Access::ReadOnly, &db::Options::default()).await?;
    let snapshot = introspect(&database).await?;
    let dialect = snapshot.dialect;
    let options = resolve::Options { dialect, parity: arguments.parity };
    let (plan, warnings) = resolve(&mapping, &snapshot, options)?;
    for warning in &warnings {
        terminal.say(warning);
    }
    let columns = export_columns(&mapping, &plan.columns);
    let mut session = database.snapshot().await?;
    let (output, writer) = Output::create(&arguments.output)?;
    let removal = output.remove_on_signal()?;
    let about = || document(&mapping, &plan, &columns);
    let sink: Box<dyn Sink> = match format {
        Format::Parquet => Box::new(Parquet::new(writer, &mapping.parquet_compression)?),
        Format::Csv => Box::new(Csv::new(writer, &mapping.csv_null_string)),
        Format::Votable => Box::new(VoTable::new(writer, about(), Serialization::TableData)),
        Format::Binary2 => Box::new(VoTable::new(writer, about(), Serialization::Binary2)),
    };
    // The names of the helper views; here they are common table expressions.
    let view = ViewName { schema: None, name: "obscore".to_owned() };
    let regions = compile::regions(&mapping, arguments.parity);
    let target = Target::new(&snapshot, dialect, view, Strategy::Inline, regions);
    let export = Export { plan: &plan, target: &target, columns: &columns, limit: arguments.limit };
    let meter = Meter::new(terminal.is_watched());
    let counted = meter.clone();
    let done = export.run(&mut session, sink, move |progress| counted.advance(&progress)).await;
    removal.abort();
    let summary = match done {
        Err(left) if left.code == "X002" => return Ok(Outcome::Done),
        done => done?,
    };
    output.keep()?;
    session.rollback().await?;
    database.close().await;
    meter.end(&summary);
    said(&summary, *terminal);
    Ok(Outcome::Done)
}

fn said(summary: &Summary, terminal: Terminal) {
    if summary.corrupt_regions > 0 {
        terminal.say(
            &Diagnostic::warning(
                "X008",
                format!("{} regions could not be decoded", summary.corrupt_regions),
            )
            .help("`check` names them"),
        );
    }
}
