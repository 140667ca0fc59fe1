//! `inspect`: the registry as the compiler sees it.

use std::path::PathBuf;

use super::output::{Terminal, product};
use super::{Failure, Outcome};
use crate::db::{self, Environment};
use crate::diag::Diagnostic;

/// Show a registry as the compiler sees it: universe, managers, dataset types, collections.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Repository: directory, butler.yaml, alias, database URL, or a snapshot file.
    repo: String,
    /// Write a snapshot (JSON) to this file; `-` for stdout. `generate` works from it offline.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub async fn run(arguments: Arguments, _: &Terminal) -> Result<Outcome, Failure> {
    let environment = Environment::process();
    let snapshot = db::inspect(&arguments.repo, &environment, &db::Options::default()).await?;
    let Some(file) = &arguments.output else {
        product(&snapshot.summary(), None)?;
        return Ok(Outcome::Done);
    };
    let json = snapshot.to_json().map_err(|error| {
        Box::new(Diagnostic::error("D001", format!("cannot write the snapshot: {error}")))
    })?;
    product(&json, Some(file))?;
    Ok(Outcome::Done)
}
