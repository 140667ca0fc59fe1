//! `schema`: the mapping's JSON Schema.

use std::path::PathBuf;

use super::output::{Terminal, product};
use super::{Failure, Outcome};
use crate::mapping;

/// Print the JSON Schema of mapping files, for editors that complete and check them.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Write to this file instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(arguments: &Arguments, _: &Terminal) -> Result<Outcome, Failure> {
    product(&mapping::schema(), arguments.output.as_deref())?;
    Ok(Outcome::Done)
}
