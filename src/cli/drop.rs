//! `drop`: a database without the view.

use super::apply::writable;
use super::compile::named;
use super::output::{Terminal, product};
use super::{Failure, Outcome};
use crate::db::{self, Environment};
use crate::deploy;
use crate::lower::{Definitions, Elements, Governors, Target};
use crate::region::RegionOptions;
use crate::registry::{CollectionKey, IngestDate};
use crate::sql::region::Strategy;

/// Remove the ObsCore view and all that `apply` made for it, in one transaction.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Repository: directory, butler.yaml, alias or database URL.
    repo: String,
    /// Schema of the view (PostgreSQL).
    #[arg(long, value_name = "SCHEMA")]
    schema: Option<String>,
    /// Name of the view.
    #[arg(long, value_name = "NAME")]
    view: Option<String>,
    /// Show what would be removed; do everything and take it back.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub async fn run(arguments: Arguments, _: &Terminal) -> Result<Outcome, Failure> {
    let repo = db::resolve(&arguments.repo, &Environment::process())?;
    let database = writable(repo, "drop").await?;
    let dialect = database.dialect();
    // Removing asks nothing of the registry, so that a damaged one can be cleaned too.
    let target = Target {
        dialect,
        namespace: None,
        view: named(dialect, arguments.schema, arguments.view),
        strategy: Strategy::Inline,
        regions: RegionOptions::default(),
        collection_key: CollectionKey::Integer,
        ingest_date: IngestDate::Nanoseconds,
        elements: Elements::default(),
        definitions: Definitions::Repeated,
        governors: Governors::default(),
    };
    let removed = deploy::remove(&database, &target, arguments.dry_run).await;
    database.close().await;
    let removed = removed?;
    let mut text = removed.iter().fold(String::new(), |text, one| text + "remove " + one + "\n");
    if removed.is_empty() {
        text = format!("{}: nothing of ours is there\n", target.own(&target.view.name));
    } else if arguments.dry_run {
        text.push_str("dry run: nothing was changed\n");
    }
    product(&text, None)?;
    Ok(Outcome::Done)
}
