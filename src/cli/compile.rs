//! What the commands that compile a mapping share: their options, and the way from REPO and
//! MAPPING to a plan and a script.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Failure;
use super::output::Terminal;
use crate::db::{self, Environment, Repo};
use crate::diag::{Diagnostic, Severity, Source};
use crate::lower::{self, Rights, Script, Stamp, Target, ViewName};
use crate::mapping::{self, Mapping, RegionStrategy, Winding};
use crate::plan::ViewPlan;
use crate::region::{self, RegionOptions};
use crate::registry::Snapshot;
use crate::resolve::{self, resolve};
use crate::sql::Dialect;
use crate::sql::region::Strategy;

/// REPO and MAPPING.
#[derive(Debug, Clone, clap::Args)]
pub struct Input {
    /// Repository: directory, butler.yaml, alias or database URL; for `generate` also a snapshot that
    /// `inspect` wrote.
    pub repo: String,
    /// Mapping from dataset types to ObsCore (YAML), as `butler obscore export --config` takes it.
    #[arg(short, long, value_name = "FILE")]
    pub mapping: PathBuf,
}

/// Where and how the view is made.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ViewOptions {
    /// Schema of the view (PostgreSQL); `ivoa` unless the mapping says otherwise.
    #[arg(long, value_name = "SCHEMA")]
    pub schema: Option<String>,
    /// Name of the view; `obscore` unless the mapping says otherwise.
    #[arg(long, value_name = "NAME")]
    pub view: Option<String>,
    /// How s_region is made from Butler's encoded regions; by default functions on PostgreSQL,
    /// inline on SQLite. docs/regions.md compares the ways.
    #[arg(long, value_enum, value_name = "STRATEGY")]
    pub regions: Option<Regions>,
    /// Give just what Butler's own ObsCore gives, without the documented deviations.
    #[arg(long)]
    pub parity: bool,
    /// Role that owns the schema and the views (PostgreSQL).
    #[arg(long, value_name = "ROLE")]
    pub owner: Option<String>,
    /// Role that may read the view (PostgreSQL); can be repeated.
    #[arg(long, value_name = "ROLE")]
    pub grant_select: Vec<String>,
}

/// The region strategies that a view can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Regions {
    /// Database functions (PostgreSQL: installed with the view; SQLite: the loadable extension).
    Functions,
    /// Plain SQL, no function needed.
    Inline,
    /// Side tables that triggers on Butler's tables keep, with indexed columns of pgSphere where that is
    /// installed (PostgreSQL).
    Ingest,
    /// While rows are sent: what `query`, `export` and `serve` always do. A view cannot.
    Service,
}

/// Reads a mapping file; its warnings are said, its errors returned.
pub fn read_mapping(file: &Path, terminal: &Terminal) -> Result<Mapping, Failure> {
    let (mapping, said) = parse_mapping(file)?;
    for one in &said {
        terminal.say(one);
    }
    Ok(mapping)
}

/// Reads a mapping file, with its warnings.
pub fn parse_mapping(file: &Path) -> Result<(Mapping, Vec<Diagnostic>), Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Box::new(
            Diagnostic::error("M001", format!("cannot read `{}`: {error}", file.display()))
                .help("name an existing mapping file in UTF-8 after -m"),
        )
    })?;
    let (mapping, said) = mapping::read(Source::new(file.display().to_string(), text));
    let wrong = said.iter().any(|one| one.severity == Severity::Error);
    match mapping {
        Some(mapping) if !wrong => Ok((mapping, said)),
        _ => Err(said.into()),
    }
}

/// Finds REPO and takes its snapshot.
pub async fn snapshot(repo: &str) -> Result<(Repo, Snapshot), Failure> {
    let environment = Environment::process();
    let found = db::resolve(repo, &environment)?;
    let snapshot = db::inspect(repo, &environment, &db::Options::default()).await?;
    Ok((found, snapshot))
}

/// Everything that a command needs of a compiled mapping.
#[derive(Debug)]
pub struct Compiled {
    /// The plan.
    pub plan: ViewPlan,
    /// Where it goes.
    pub target: Target,
    /// The statements that install it.
    pub script: Script,
    /// What it is made from.
    pub stamp: Stamp,
    /// Who may do what with it.
    pub rights: Rights,
    /// What is worth saying about it, short of errors.
    pub said: Vec<Diagnostic>,
}

/// Compiles `mapping` for a view on the registry of `snapshot`.
pub fn compile(
    mapping: &Mapping,
    snapshot: &Snapshot,
    dialect: Dialect,
    options: &ViewOptions,
) -> Result<Compiled, Failure> {
    let resolving = resolve::Options { dialect, parity: options.parity };
    let (plan, said) = resolve(mapping, snapshot, resolving)?;
    let view = view_name(mapping, dialect, options);
    let strategy = strategy(mapping, dialect, options)?;
    let target = Target::new(snapshot, dialect, view, strategy, regions(mapping, options.parity));
    let stamp = Stamp {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        mapping: digest(mapping.source.text()),
        universe: snapshot.universe.version,
        managers: Stamp::managers(snapshot),
        view: target.own(&target.view.name),
    };
    let rights = Rights { owner: options.owner.clone(), readers: options.grant_select.clone() };
    let script = lower::script(&plan, &target, &stamp, &rights);
    Ok(Compiled { plan, target, script, stamp, rights, said })
}

/// Where a mapping's view is.
pub fn view_name(mapping: &Mapping, dialect: Dialect, options: &ViewOptions) -> ViewName {
    let own = &mapping.deviations.view;
    let mapped =
        |name: &Option<mapping::Spanned<String>>| name.as_ref().map(|name| name.value.clone());
    named(
        dialect,
        options.schema.clone().or_else(|| mapped(&own.schema)),
        options.view.clone().or_else(|| mapped(&own.name)),
    )
}

/// The view with that schema and name, or with those that it has by default.
pub fn named(dialect: Dialect, schema: Option<String>, name: Option<String>) -> ViewName {
    ViewName {
        schema: dialect.has_schemas().then(|| schema.unwrap_or_else(|| "ivoa".to_owned())),
        name: name.unwrap_or_else(|| "obscore".to_owned()),
    }
}

/// By default PostgreSQL, which can be given functions, gets functions; a SQLite file, which
/// cannot, gets SQL that any client can run.
fn strategy(
    mapping: &Mapping,
    dialect: Dialect,
    options: &ViewOptions,
) -> Result<Strategy, Failure> {
    let asked = options.regions.map(|regions| match regions {
        Regions::Functions => RegionStrategy::Functions,
        Regions::Inline => RegionStrategy::Inline,
        Regions::Ingest => RegionStrategy::Ingest,
        Regions::Service => RegionStrategy::Service,
    });
    let possible = "--regions functions or --regions inline make a view on either database";
    match (asked.or(mapping.deviations.regions), dialect) {
        (Some(RegionStrategy::Functions), _) | (None, Dialect::Postgres) => Ok(Strategy::Functions),
        (Some(RegionStrategy::Inline), _) | (None, Dialect::Sqlite) => Ok(Strategy::Inline),
        (Some(RegionStrategy::Ingest), Dialect::Postgres) => Ok(Strategy::Ingest),
        (Some(RegionStrategy::Ingest), Dialect::Sqlite) => Err(Box::new(
            Diagnostic::error("D010", "SQLite cannot decode regions when Butler stores them")
                .help("triggers run in Butler's process, where the region functions are not loaded")
                .help(format!("{possible}; `query`, `export` and `serve` decode while sending")),
        )
        .into()),
        (Some(RegionStrategy::Service), _) => Err(Box::new(
            Diagnostic::error("D011", "a view cannot leave regions to a service")
                .help(
                    "`query`, `export` and `serve` decode regions while sending, without any view",
                )
                .help(possible),
        )
        .into()),
    }
}

/// How regions are written.
pub fn regions(mapping: &Mapping, parity: bool) -> RegionOptions {
    let winding = match mapping.deviations.winding {
        Winding::Butler => region::Winding::Butler,
        Winding::Dali if parity => region::Winding::Butler,
        Winding::Dali => region::Winding::Dali,
    };
    let all_region_types = mapping.deviations.all_region_types && !parity;
    RegionOptions { winding, all_region_types }
}

/// SHA-256 in hexadecimal digits.
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
