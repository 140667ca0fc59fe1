//! `resolve`: identifiers both ways, on the command line.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::compile::Input;
use super::output::{Terminal, product};
use super::repositories::{self, Further, Opened};
use super::{Failure, Outcome};
use crate::db::Options;
use crate::diag::Diagnostic;
use crate::serve::datasets::{Datasets, Wanted, shelves};
use crate::serve::resolve::{Asked, Document, document};
use crate::serve::{self, Asker};
use crate::votable::read::Limits;

/// Tell which datasets identifiers name, or which identifiers datasets have.
///
/// Those datasets are found that the ObsCore table publishes: those of the mapping's dataset types in its collections,
/// one of each data ID where it searches find-first. An identifier is a publisher's or creator's DID,
/// butler://label/uuid, or a UUID; with --data-id, words like dataset_type=raw instrument=HSC exposure=903334
/// detector=16 band=r find datasets by their data IDs. Exit code 1 tells that something was not found.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Identifiers, or NAME=VALUE with --data-id.
    #[arg(required = true, value_name = "ID")]
    wanted: Vec<String>,
    /// The words are parts of one data ID: dimensions, required and implied ones, dataset_type and run.
    #[arg(long)]
    data_id: bool,
    /// JSON, as the service's /resolve gives it.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    further: Further,
}

/// Longest time of a question.
const PATIENCE: Duration = Duration::from_mins(5);

pub async fn run(arguments: Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let Opened { service, .. } = repositories::open(
        &arguments.input,
        &arguments.further,
        None,
        &Options::default(),
        terminal,
    )
    .await?;
    let shelves = shelves(&service);
    if shelves.is_empty() {
        let message = "the applied view does not know the registry's datasets";
        let error = Diagnostic::error("S026", message).help("leave --via view out");
        return Err(Box::new(error).into());
    }
    let asked = match arguments.data_id {
        false => Asked::Identifiers(arguments.wanted.iter().map(Wanted::new).collect()),
        true => {
            let pairs = arguments.wanted.iter().map(|word| word.split_once('=').ok_or(word));
            let pairs: Result<Vec<(&str, &str)>, &String> = pairs.collect();
            let pairs = pairs.map_err(|word| {
                let message = format!("`{word}` is not NAME=VALUE");
                Box::new(Diagnostic::error("S011", message).help("for example exposure=903334"))
            })?;
            Asked::data_id(pairs, &shelves)?
        }
    };
    let service = Arc::new(service);
    let answer = serve::answer(Arc::clone(&service), None, Limits::default());
    let asker = Asker { answer, slots: Arc::new(Semaphore::new(1)) };
    let found = document(&Datasets::new(asker, shelves.into(), PATIENCE), &asked).await?;
    let text = match arguments.json {
        true => serde_json::to_string_pretty(&found).map(|text| text + "\n"),
        false => Ok(written(&found)),
    };
    let text = text.map_err(|error| Box::new(Diagnostic::error("S030", error.to_string())))?;
    product(&text, None)?;
    for missing in found.results.iter().filter(|one| one.datasets.is_empty()) {
        let message = match &missing.asked {
            Some(name) => format!("{name}: no published dataset has this identifier"),
            None => "no published dataset has this data ID".to_owned(),
        };
        terminal.say(&Diagnostic::warning("S025", message));
    }
    Ok(if found.has_all() { Outcome::Done } else { Outcome::Findings })
}

/// A paragraph for each dataset.
fn written(found: &Document) -> String {
    let mut text = String::new();
    for one in found.results.iter().flat_map(|one| &one.datasets) {
        let data_id = one.data_id.iter().map(|(name, value)| format!("{name}={value}"));
        let lines = [
            ("dataset type", format!("{} ({})", one.dataset_type, one.storage_class)),
            ("data ID", data_id.collect::<Vec<_>>().join(", ")),
            ("run", one.run.clone()),
            ("collections", one.collections.join(", ")),
            ("chains", one.chains.join(", ")),
            ("table", one.table.clone()),
            ("publisher DID", one.obs_publisher_did.clone().unwrap_or_default()),
            ("creator DID", one.obs_creator_did.clone().unwrap_or_default()),
            ("Python", one.python.clone()),
        ];
        text.push_str(&format!("{}\n", one.id));
        for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
            text.push_str(&format!("  {name:<14} {value}\n"));
        }
    }
    text
}
