//! `query`: one question to a repository.

mod input;
mod stages;

use std::io::IsTerminal;
use std::path::PathBuf;

use super::compile::Input;
use super::export::Output;
use super::output::Terminal;
use super::repositories::{self, Further, Opened};
use super::{Failure, Outcome, written};
use crate::db::Options;
use crate::diag::Diagnostic;
use crate::stream::answer::{About, Format, sink};
use crate::stream::engine::{Limits, Prepared, Upload};
use stages::Stage;

/// Ask a repository in ADQL.
///
/// The tables are ivoa.ObsCore, Butler's own as butler.visit, butler.exposure, …, TAP_SCHEMA, and
/// TAP_UPLOAD for what comes along.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    /// The query; `-` reads it from stdin, `@FILE` from a file.
    adql: String,
    #[command(flatten)]
    further: Further,
    /// The file for the rows; stdout when absent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Format: votable, csv, tsv, json, parquet, fits, html, text, or a media type; by the ending of FILE
    /// when absent, text on a terminal, CSV otherwise.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// At most this many rows.
    #[arg(long, value_name = "N")]
    maxrec: Option<u64>,
    /// A VOTable that the query calls TAP_UPLOAD.NAME; can be repeated.
    #[arg(long, value_name = "NAME=FILE")]
    upload: Vec<String>,
    /// The version of the language: ADQL-2.1 or ADQL-2.0.
    #[arg(long, default_value = "ADQL-2.1")]
    lang: String,
    /// Longest time in seconds.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Show a stage of the compiler's work instead of rows.
    #[arg(long, value_enum)]
    stage: Option<Stage>,
    /// Show the databases' own plans instead of rows.
    #[arg(long)]
    explain: bool,
}

pub async fn run(arguments: Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let source = input::query(&arguments.adql)?;
    let version = written::version(&arguments.lang)?;
    let format = format(&arguments)?;
    let uploads = input::uploads(&arguments.upload)?;
    let opened = repositories::open(
        &arguments.input,
        &arguments.further,
        None,
        &Options::default(),
        terminal,
    )
    .await?;
    let prepared = opened.service.prepare(&source, version, &uploads)?;
    for one in &prepared.said {
        terminal.say(one);
    }
    if arguments.stage.is_some() || arguments.explain {
        return stages::show(&opened.service, &source, &prepared, &uploads, &arguments).await;
    }
    rows(&arguments, &opened, &prepared, &uploads, source.text(), format, terminal).await
}

#[allow(clippy::too_many_arguments)] // all different, all needed
async fn rows(
    arguments: &Arguments,
    opened: &Opened,
    prepared: &Prepared,
    uploads: &[Upload],
    query: &str,
    format: Format,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let about = About::new(prepared.columns().to_vec(), query, opened.mapping.origin.as_ref());
    let name = arguments.output.clone().unwrap_or_else(|| PathBuf::from("-"));
    let (output, writer) = Output::create(&name)?;
    let removal = output.remove_on_signal()?;
    let limits =
        Limits { time: arguments.timeout.map(std::time::Duration::from_secs), ..Limits::default() };
    let done = opened
        .service
        .answer(
            prepared,
            uploads,
            arguments.maxrec,
            limits,
            sink(format, writer, about)?,
            std::future::pending(),
        )
        .await;
    removal.abort();
    let answered = match done {
        Err(left) if left.code == "X002" => return Ok(Outcome::Done),
        done => done?,
    };
    output.keep()?;
    if terminal.is_watched() {
        let more = if answered.overflow { "; there are more" } else { "" };
        terminal.note(&format!("{} rows{more}", answered.rows));
    }
    Ok(Outcome::Done)
}

fn format(arguments: &Arguments) -> Result<Format, Failure> {
    if let Some(asked) = &arguments.format {
        let format = Format::parse(asked)?.format;
        if format.is_binary() && arguments.output.is_none() && std::io::stdout().is_terminal() {
            let message = format!("{asked} is no text for a terminal");
            return Err(
                Box::new(Diagnostic::error("X005", message).help("name a file after -o")).into()
            );
        }
        return Ok(format);
    }
    let ending = arguments.output.as_deref().and_then(std::path::Path::extension);
    match ending.and_then(std::ffi::OsStr::to_str).map(Format::of_extension) {
        Some(Some(format)) => Ok(format),
        Some(None) => {
            let message = "the name of the file does not tell a format";
            Err(Box::new(
                Diagnostic::error("X005", message)
                    .help("--format votable, csv, tsv, json, parquet, fits, html or text"),
            )
            .into())
        }
        None if std::io::stdout().is_terminal() && arguments.output.is_none() => Ok(Format::Text),
        None => Ok(Format::Csv { header: true }),
    }
}
