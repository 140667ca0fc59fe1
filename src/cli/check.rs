//! `check`: whether view, mapping and registry are in step.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::compile::{self, Compiled, Input, ViewOptions, compile};
use super::output::{Terminal, product};
use super::{Failure, Outcome};
use crate::db::{self, Access, Database, Environment, Repo, Target};
use crate::deploy::check::{self, Format, Report, Subject};
use crate::diag::{Diagnostic, Severity};
use crate::mapping::Mapping;
use crate::registry::Snapshot;

/// Tell whether the deployed view, the mapping and the registry are in step, and whether the rows
/// are good ObsCore. Exit code 0: nothing found, 1: findings, 2: could not run.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    view: ViewOptions,
    /// How the report is written.
    #[arg(long, value_enum, default_value = "text")]
    format: FormatName,
    /// Code of findings that do not count; can be repeated.
    #[arg(long, value_name = "CODE")]
    suppress: Vec<String>,
    /// The least severity that makes the exit code 1.
    #[arg(long, value_enum, default_value = "warning", value_name = "SEVERITY")]
    fail_on: Least,
    /// Do not look at rows and regions.
    #[arg(long)]
    quick: bool,
    /// Longest time for each statement and for each part that looks at rows.
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// Write the report to this file instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FormatName {
    Text,
    Json,
    Sarif,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Least {
    Note,
    Warning,
    Error,
}

pub async fn run(arguments: Arguments, _: &Terminal) -> Result<Outcome, Failure> {
    let (mapping, mut findings) = compile::parse_mapping(&arguments.input.mapping)?;
    let repo = db::resolve(&arguments.input.repo, &Environment::process())?;
    let registry = match &repo {
        Repo::Database(target) => target.to_string(),
        Repo::Snapshot(_) => arguments.input.repo.clone(),
    };
    let mut view = String::new();
    let mut left_out = Vec::new();
    match look(&arguments, &mapping, repo).await? {
        Ok(seen) => {
            view = seen.view;
            left_out = seen.left_out;
            findings.extend(seen.findings);
        }
        Err(migrating) => findings.push(*migrating),
    }
    findings.extend(check::leap_seconds(now()));
    let mut report = Report::new(registry, view, &mapping, &arguments.suppress, findings);
    report.left_out = left_out;
    let format = match arguments.format {
        FormatName::Json => Format::Json,
        FormatName::Sarif => Format::Sarif,
        FormatName::Text => {
            let choice = anstream::AutoStream::choice(&std::io::stdout());
            let colour = choice != anstream::ColorChoice::Never && arguments.output.is_none();
            Format::Text(colour)
        }
    };
    product(&report.write(format), arguments.output.as_deref())?;
    let least = match arguments.fail_on {
        Least::Note => Severity::Note,
        Least::Warning => Severity::Warning,
        Least::Error => Severity::Error,
    };
    Ok(if report.fails(least) { Outcome::Findings } else { Outcome::Done })
}

struct Seen {
    view: String,
    findings: Vec<Diagnostic>,
    left_out: Vec<String>,
}

/// Looks at everything; a schema migration that is under way is a finding and ends it.
async fn look(
    arguments: &Arguments,
    mapping: &Mapping,
    repo: Repo,
) -> Result<Result<Seen, Box<Diagnostic>>, Failure> {
    match repo {
        Repo::Snapshot(snapshot) => {
            let compiled = compile(mapping, &snapshot, snapshot.dialect, &arguments.view)?;
            let mut seen = seen(mapping, &snapshot, &compiled);
            seen.left_out.push("the deployed view and its rows: this is a snapshot".to_owned());
            Ok(Ok(seen))
        }
        Repo::Database(target) => {
            let limit = Duration::from_secs(arguments.timeout);
            // PostgreSQL locks the tables of a view to write its definition down.
            let database = open(&target, limit).await?;
            let snapshot = match db::introspect(&database).await {
                Ok(snapshot) => snapshot,
                Err(failure) => {
                    return match check::migration(&failure) {
                        Some(finding) => Ok(Err(Box::new(finding))),
                        None => Err(failure.into()),
                    };
                }
            };
            let compiled = compile(mapping, &snapshot, snapshot.dialect, &arguments.view)?;
            let mut seen = seen(mapping, &snapshot, &compiled);
            let subject = subject(mapping, &snapshot, &compiled);
            seen.findings.extend(check::deployed(&database, &subject).await?);
            if arguments.quick {
                seen.left_out.push("rows and regions (--quick)".to_owned());
            } else {
                seen.findings.extend(check::contents(&database, &subject, limit).await?);
            }
            Ok(Ok(seen))
        }
    }
}

async fn open(target: &Target, limit: Duration) -> Result<Database, Failure> {
    let options = db::Options { statement_timeout: Some(limit), ..db::Options::default() };
    Ok(Database::open(target, Access::ReadOnly, &options).await?)
}

fn seen(mapping: &Mapping, snapshot: &Snapshot, compiled: &Compiled) -> Seen {
    let mut findings = compiled.said.clone();
    findings.extend(check::lint(mapping, snapshot));
    let view = compiled.target.own(&compiled.target.view.name);
    Seen { view, findings, left_out: Vec::new() }
}

fn subject<'a>(
    mapping: &'a Mapping,
    snapshot: &'a Snapshot,
    compiled: &'a Compiled,
) -> Subject<'a> {
    Subject {
        mapping,
        snapshot,
        plan: &compiled.plan,
        target: &compiled.target,
        script: &compiled.script,
        stamp: &compiled.stamp,
        rights: &compiled.rights,
    }
}

/// Seconds since 1970, UTC.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
