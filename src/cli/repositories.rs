//! The repositories of `query` and `serve`, opened for questions.

use std::path::{Path, PathBuf};

use super::Failure;
use super::compile::{self, Input, ViewOptions};
use super::output::Terminal;
use crate::db::{self, Access, Database, Environment, Repo, introspect};
use crate::deploy;
use crate::diag::{Diagnostic, Severity};
use crate::mapping::Mapping;
use crate::registry::Snapshot;
use crate::resolve::service::Prefixes;
use crate::resolve::{self, resolve, service};
use crate::stream::engine::{Service, Site, with_functions};

/// What is published beside the first repository.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Further {
    /// Publish another mapping as SCHEMA.ObsCore, of the same or of another repository, whose own tables
    /// are in SCHEMA_butler; can be repeated.
    #[arg(long, num_args = 3, value_names = ["SCHEMA", "REPO", "MAPPING"])]
    pub add: Vec<String>,
    /// Give just what Butler's own ObsCore gives, without the documented deviations.
    #[arg(long)]
    pub parity: bool,
    /// Whom to ask: the registry itself, or the view that `apply` installed on PostgreSQL, with a role that may
    /// read nothing else. Then there are no tables of Butler's.
    #[arg(long, value_enum, default_value_t = Via::Registry, value_name = "WHAT")]
    pub via: Via,
}

/// What is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Via {
    /// The registry's tables.
    #[default]
    Registry,
    /// The applied view.
    View,
}

/// The schema of the first repository's ObsCore table, and of its own tables.
const SCHEMAS: [&str; 2] = ["ivoa", "butler"];

/// Repositories, and the mapping of the first.
pub struct Opened {
    /// The repositories with their catalogue.
    pub service: Service,
    /// The mapping of the first.
    pub mapping: Mapping,
    /// What the user called each of them.
    pub names: Vec<String>,
}

/// A repository that is open.
struct Known {
    repo: String,
    snapshot: Snapshot,
    site: Site,
}

/// The URLs that a service gives the datasets in the table of a schema, of a repository.
pub type Links<'a> = dyn Fn(&str, &str) -> Prefixes + Sync + 'a;

/// Opens the repositories, each with these options. With `links`, rows lead there where the mapping has links.
pub async fn open(
    input: &Input,
    further: &Further,
    links: Option<&Links<'_>>,
    options: &db::Options,
    terminal: &Terminal,
) -> Result<Opened, Failure> {
    let mapping = compile::read_mapping(&input.mapping, terminal)?;
    let regions = compile::regions(&mapping, further.parity);
    if further.via == Via::View {
        let mut names = vec![input.repo.clone()];
        let mut sites = vec![applied(&input.repo, SCHEMAS[0], &mapping, further, options).await?];
        for triple in further.add.chunks(3) {
            let [schema, repo, file] = triple else { continue };
            named(schema)?;
            let other = compile::read_mapping(Path::new(file), terminal)?;
            sites.push(applied(repo, schema, &other, further, options).await?);
            names.push(repo.clone());
        }
        return Ok(Opened { service: Service::new(sites, regions).await?, mapping, names });
    }
    let mut known: Vec<Known> = Vec::new();
    let [schema, natives] = SCHEMAS;
    add(&mut known, &input.repo, schema, natives, &mapping, further, links, options, terminal)
        .await?;
    for triple in further.add.chunks(3) {
        let [schema, repo, file] = triple else { continue };
        named(schema)?;
        let file: PathBuf = Path::new(file).to_owned();
        let other = compile::read_mapping(&file, terminal)?;
        let own = format!("{schema}_butler");
        add(&mut known, repo, schema, &own, &other, further, links, options, terminal).await?;
    }
    let (names, sites) = known.into_iter().map(|known| (known.repo, known.site)).unzip();
    Ok(Opened { service: Service::new(sites, regions).await?, mapping, names })
}

/// Whether queries can write the name of a schema, and no other has it.
fn named(schema: &str) -> Result<(), Failure> {
    let taken = ["ivoa", "butler", "tap_schema", "tap_upload"];
    let help = if !crate::adql::is_regular(schema) {
        "a letter, then letters, digits and _, and no word of ADQL"
    } else if taken.contains(&schema.to_ascii_lowercase().as_str()) {
        "that name is taken"
    } else {
        return Ok(());
    };
    let message = format!("`{schema}` cannot be the name of a schema");
    Err(Box::new(Diagnostic::error("S002", message).help(help)).into())
}

#[allow(clippy::too_many_arguments)] // all different, all needed
async fn add(
    known: &mut Vec<Known>,
    repo: &str,
    schema: &str,
    natives: &str,
    mapping: &Mapping,
    further: &Further,
    links: Option<&Links<'_>>,
    options: &db::Options,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let regions = compile::regions(mapping, further.parity);
    let at = match known.iter().position(|one| one.repo == repo) {
        Some(at) => at,
        None => {
            let database = database(repo, options).await?;
            let snapshot = introspect(&database).await?;
            let site = Site::new(database, &snapshot, natives, regions);
            known.push(Known { repo: repo.to_owned(), snapshot, site });
            known.len() - 1
        }
    };
    let Some(Known { snapshot, site, .. }) = known.get_mut(at) else { return Ok(()) };
    let chosen = resolve::Options { dialect: snapshot.dialect, parity: further.parity };
    let (mut plan, said) = resolve(mapping, snapshot, chosen)?;
    if let Some(links) = links.filter(|_| !further.parity) {
        service::relink(&mut plan, &links(schema, repo));
    }
    for one in said.iter().filter(|one| one.severity >= Severity::Warning) {
        terminal.say(one);
    }
    site.publish(schema, "ObsCore", plan, snapshot, regions);
    Ok(())
}

/// The view of a mapping as it is installed.
async fn applied(
    repo: &str,
    schema: &str,
    mapping: &Mapping,
    further: &Further,
    options: &db::Options,
) -> Result<Site, Failure> {
    let database = database(repo, options).await?;
    let chosen = ViewOptions { parity: further.parity, ..ViewOptions::default() };
    let view = compile::view_name(mapping, database.dialect(), &chosen);
    let applied = deploy::applied(&database, &view).await?;
    let name = database.dialect().qualified(view.schema.as_deref(), &view.name);
    let own = env!("CARGO_PKG_VERSION");
    let message = if applied.stamp.mapping != compile::digest(mapping.source.text()) {
        Some(format!("{name} was applied from another mapping than {}", mapping.source.name()))
    } else if deploy::is_newer(&applied.stamp.tool, own) {
        Some(format!("{name} was applied by obscore-view {}; this is {own}", applied.stamp.tool))
    } else {
        None
    };
    if let Some(message) = message {
        let diagnostic = Diagnostic::error("X011", message);
        return Err(Box::new(diagnostic.help("`apply` brings the view up to date")).into());
    }
    let regions = compile::regions(mapping, further.parity);
    let table = service::applied(&applied.columns, &view.stored(), &view.found());
    let namespace = view.schema.unwrap_or_default();
    Ok(Site::applied(database, &namespace, schema, table, regions))
}

async fn database(repo: &str, options: &db::Options) -> Result<Database, Failure> {
    let Repo::Database(place) = db::resolve(repo, &Environment::process())? else {
        let message = format!("`{repo}` is a snapshot of a registry");
        return Err(Box::new(
            Diagnostic::error("X007", message).help("give the repository itself"),
        )
        .into());
    };
    let options = with_functions(options.clone());
    Ok(Database::open(&place, Access::ReadOnly, &options).await?)
}
