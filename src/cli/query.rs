//! `query`: one question to a repository.

use std::fmt::Write as _;

use super::compile::{self, Input};
use super::output::{Terminal, product};
use super::{Failure, Outcome};
use crate::adql::Version;
use crate::db::{self, Access, Database, Environment, Repo, introspect};
use crate::diag::{Diagnostic, Source};
use crate::resolve::{self, resolve};
use crate::stream::engine::{Limits, Service, Site, with_functions};

/// Ask a repository in ADQL.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    /// The query.
    adql: String,
    /// At most this many rows.
    #[arg(long, value_name = "N")]
    maxrec: Option<u64>,
}

pub async fn run(arguments: Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let service = open(&arguments.input, terminal).await?;
    let source = Source::new("query", arguments.adql.as_str());
    let prepared = service.prepare(&source, Version::V2_1, &[])?;
    for one in &prepared.said {
        terminal.say(one);
    }
    let out = crate::stream::Csv::new(std::io::stdout(), "");
    let done = service
        .answer(
            &prepared,
            &[],
            arguments.maxrec,
            Limits::default(),
            Box::new(out),
            std::future::pending(),
        )
        .await?;
    let mut text = String::new();
    let _ = write!(text, "{} rows", done.rows);
    terminal.note(&text);
    let _ = product;
    Ok(Outcome::Done)
}

/// Opens a repository for queries.
async fn open(input: &Input, terminal: &Terminal) -> Result<Service, Failure> {
    let mapping = compile::read_mapping(&input.mapping, terminal)?;
    let Repo::Database(place) = db::resolve(&input.repo, &Environment::process())? else {
        let message = format!("`{}` is a snapshot of a registry", input.repo);
        return Err(Box::new(
            Diagnostic::error("X007", message).help("give the repository itself"),
        )
        .into());
    };
    let options = with_functions(db::Options::default());
    let database = Database::open(&place, Access::ReadOnly, &options).await?;
    let snapshot = introspect(&database).await?;
    let resolving = resolve::Options { dialect: snapshot.dialect, parity: false };
    let (plan, warnings) = resolve(&mapping, &snapshot, resolving)?;
    for warning in &warnings {
        terminal.say(warning);
    }
    let regions = compile::regions(&mapping, false);
    let mut site = Site::new(database, &snapshot, "butler", regions);
    site.publish("ivoa", "ObsCore", plan, &snapshot, regions);
    Ok(Service::new(vec![site], regions).await?)
}
