//! `apply`: the view in a live database.

use std::fmt::Write;

use super::compile::{self, Compiled, Input, ViewOptions, compile};
use super::meter::Meter;
use super::output::{Terminal, product};
use super::{Failure, Outcome};
use crate::db::{self, Access, Database, Repo};
use crate::deploy::{self, Report, Request};
use crate::diag::Diagnostic;
use crate::mapping::Mapping;
use crate::plan::Origin;
use crate::registry::Snapshot;
use crate::sql::Dialect;
use crate::sql::region::Strategy;

/// Install the ObsCore view, or bring it up to date, in one transaction.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    view: ViewOptions,
    /// Show what would change, as a diff; do everything and take it back.
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Replace a view that a newer obscore-view made.
    #[arg(long)]
    force: bool,
}

pub async fn run(arguments: Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let mapping = compile::read_mapping(&arguments.input.mapping, terminal)?;
    let (repo, snapshot) = compile::snapshot(&arguments.input.repo).await?;
    let database = writable(repo, "apply").await?;
    let compiled = compile(&mapping, &snapshot, snapshot.dialect, &arguments.view)?;
    compiled.said.iter().for_each(|one| terminal.say(one));
    needs(&mapping, &compiled, &snapshot, *terminal)?;
    let meter = Meter::new(terminal.is_watched());
    let request = Request {
        target: &compiled.target,
        script: &compiled.script,
        stamp: &compiled.stamp,
        rights: &compiled.rights,
        force: arguments.force,
        watch: &meter,
    };
    let report = deploy::apply(&database, request, arguments.dry_run).await;
    database.close().await;
    say(&report?, &compiled, arguments.dry_run)?;
    Ok(Outcome::Done)
}

/// Opens the database of `repo` for writing; a snapshot has none.
pub async fn writable(repo: Repo, command: &str) -> Result<Database, Failure> {
    match repo {
        Repo::Database(target) => {
            let options = db::Options { connections: 1, ..db::Options::default() };
            Ok(Database::open(&target, Access::ReadWrite, &options).await?)
        }
        Repo::Snapshot(_) => Err(Box::new(
            Diagnostic::error("D003", format!("`{command}` needs a live registry, not a snapshot"))
                .help("name the repository itself or its database URL")
                .help("`generate` works from a snapshot and prints the SQL"),
        )
        .into()),
    }
}

/// What the view needs of its database and of its readers.
fn needs(
    mapping: &Mapping,
    compiled: &Compiled,
    snapshot: &Snapshot,
    terminal: Terminal,
) -> Result<(), Failure> {
    let plugin = compiled.plan.columns.iter().find(|column| column.origin == Origin::Plugin);
    if let Some(column) = plugin
        && !snapshot.extensions.contains_key("pg_sphere")
    {
        let place = mapping.pgsphere.first().map(|one| one.span).unwrap_or_default();
        let message = format!("column `{}` needs the extension pg_sphere", column.name);
        let diagnostic = Diagnostic::error("D007", message)
            .at(&mapping.source, place, "this plugin")
            .help("a superuser can add it: CREATE EXTENSION pg_sphere")
            .help("without the plugin in `spatial_plugins`, the view has s_region as text");
        return Err(vec![diagnostic].into());
    }
    if snapshot.dialect == Dialect::Sqlite && compiled.target.strategy == Strategy::Functions {
        terminal.say(
            &Diagnostic::warning("D008", "whoever reads this view must load the region functions")
                .help("--regions inline makes a view that any SQLite client with math functions reads")
                .help("in the sqlite3 program: .load ./libobscore_view"),
        );
    }
    Ok(())
}

fn say(report: &Report, compiled: &Compiled, dry_run: bool) -> Result<(), Failure> {
    let view = compiled.target.own(&compiled.target.view.name);
    let mut text = String::new();
    let colour = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    if report.is_empty() {
        let _ = writeln!(text, "{view}: nothing to change");
    }
    for change in &report.changes {
        if dry_run {
            text.push_str(&change.diff(colour));
        }
    }
    for change in &report.changes {
        let _ = writeln!(text, "{}", change.line());
    }
    for (table, rows) in &report.filled {
        let _ = writeln!(text, "fill table {table}: {rows} rows");
    }
    for right in &report.rights {
        let _ = writeln!(text, "{right}");
    }
    if dry_run && !report.is_empty() {
        text.push_str("dry run: nothing was changed\n");
    }
    Ok(product(&text, None)?)
}
