//! What a service has, and where it is.

use std::time::Duration;

use super::site::Site;
use crate::catalog::{Catalog, Schema, Type, tap_schema};
use crate::db::{Database, Options};
use crate::diag::Result;
use crate::plan::{RegionPart, Scalar};
use crate::query::{Regional, TableId};
use crate::region::RegionOptions;
use crate::sql::sqlite_functions;

/// What one question may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most rows that are brought from a registry to be looked at here.
    pub staged_rows: u64,
    /// Longest time; none when `None`.
    pub time: Option<Duration>,
    /// So many datasets are joined to their dimension records by PostgreSQL; of more, the records are asked for
    /// apart.
    pub joined_rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { staged_rows: 20_000_000, time: None, joined_rows: 300 }
    }
}

/// Where a table of the catalogue comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A published view: site, position.
    ObsCore(usize, usize),
    /// One of Butler's own tables: site, position.
    Native(usize, usize),
    /// A table about tables.
    Standard,
}

/// Repositories with one catalogue.
#[derive(Debug)]
pub struct Service {
    /// What can be queried.
    pub catalog: Catalog,
    /// The same, and behind it what only programs ask.
    pub inner: Catalog,
    /// The repositories.
    pub sites: Vec<Site>,
    /// How regions are written.
    pub regions: RegionOptions,
    /// Databases of this process alone.
    pub(super) private: Database,
    /// Schema by schema, table by table.
    origins: Vec<Vec<Origin>>,
}

/// Options for databases that a service reads: with the functions of this process, and with statements
/// that can be stopped.
pub fn with_functions(mut options: Options) -> Options {
    options.sqlite_setup = Some(sqlite_functions::register);
    options.stoppable = true;
    options
}

impl Service {
    /// A service of these repositories.
    ///
    /// # Errors
    /// R029.
    pub async fn new(sites: Vec<Site>, regions: RegionOptions) -> Result<Self> {
        let mut catalog = Catalog::default();
        let mut origins: Vec<Vec<Origin>> = Vec::new();
        let mut add = |catalog: &mut Catalog, name: &str, description: &str, table, origin| {
            let at = catalog.schemas.iter().position(|schema: &Schema| schema.name == name);
            let at = at.unwrap_or_else(|| {
                let (name, description) = (name.to_owned(), description.to_owned());
                catalog.schemas.push(Schema { name, description, ..Schema::default() });
                origins.push(Vec::new());
                catalog.schemas.len() - 1
            });
            if let (Some(schema), Some(known)) = (catalog.schemas.get_mut(at), origins.get_mut(at))
            {
                schema.tables.push(table);
                known.push(origin);
            }
        };
        for (s, site) in sites.iter().enumerate() {
            for (at, published) in
                site.published.iter().enumerate().filter(|(_, one)| !one.is_inner)
            {
                let says = "Datasets as the IVOA's ObsCore describes them";
                let table = published.obscore.table.clone();
                add(&mut catalog, &published.schema, says, table, Origin::ObsCore(s, at));
            }
        }
        for (s, site) in sites.iter().enumerate() {
            for (at, native) in site.natives.iter().enumerate().take(site.shown) {
                let says = match site.is_applied {
                    true => "Datasets as the IVOA's ObsCore describes them",
                    false => "Butler's own tables: dimensions, collections, datasets",
                };
                add(&mut catalog, &site.schema, says, native.table.clone(), Origin::Native(s, at));
            }
        }
        let standard = tap_schema::schema();
        for table in standard.tables {
            add(&mut catalog, &standard.name, &standard.description, table, Origin::Standard);
        }
        let mut inner = catalog.clone();
        for (s, site) in sites.iter().enumerate() {
            for (at, published) in site.published.iter().enumerate().filter(|(_, one)| one.is_inner)
            {
                let table = published.obscore.table.clone();
                add(&mut inner, &site.inner(), "", table, Origin::ObsCore(s, at));
            }
            for (at, native) in site.natives.iter().enumerate().skip(site.shown) {
                add(&mut inner, &site.inner(), "", native.table.clone(), Origin::Native(s, at));
            }
        }
        let options = with_functions(Options { connections: 16, ..Options::default() });
        let private = Database::private(&options).await?;
        Ok(Self { catalog, inner, sites, regions, private, origins })
    }

    /// Looks up what queries by place need to know of the registries, which takes a while the first time. What
    /// fails is left to the query that needs it.
    pub async fn look_ahead(&self) {
        for site in &self.sites {
            let Ok(mut session) = site.database.snapshot().await else { continue };
            let _ = site.known(&mut session).await;
            let _ = session.rollback().await;
        }
    }

    /// Where a table of the catalogue comes from; nothing for an upload.
    pub(super) fn origin(&self, table: TableId) -> Option<Origin> {
        match table {
            TableId::Catalog(schema, table) => self.origins.get(schema)?.get(table).copied(),
            TableId::Upload(_) => None,
        }
    }

    /// The site of a table, where it is in one.
    pub(super) fn site(&self, table: TableId) -> Option<usize> {
        match self.origin(table)? {
            Origin::ObsCore(site, _) | Origin::Native(site, _) => Some(site),
            Origin::Standard => None,
        }
    }

    /// What a column is of a region that the registry stores.
    pub(super) fn part(&self, table: TableId, column: usize) -> Option<RegionPart> {
        match self.origin(table)? {
            Origin::ObsCore(site, at) => {
                let obscore = &self.sites.get(site)?.published.get(at)?.obscore;
                obscore.regional.get(column).copied().flatten().map(|(part, _)| part)
            }
            Origin::Native(site, at) => {
                let value = self.sites.get(site)?.natives.get(at)?.values.get(column)?;
                of_region(value).map(|(part, _)| part)
            }
            Origin::Standard => None,
        }
    }

    /// The first column that is computed from the same region as this one.
    pub(super) fn twin(&self, table: TableId, column: usize) -> Option<usize> {
        if let Some(Origin::Native(site, at)) = self.origin(table) {
            // A table has one region.
            let values = &self.sites.get(site)?.natives.get(at)?.values;
            of_region(values.get(column)?)?;
            return values.iter().position(|value| of_region(value).is_some());
        }
        let Some(Origin::ObsCore(site, at)) = self.origin(table) else { return None };
        self.sites.get(site)?.published.get(at)?.obscore.twins.get(column).copied().flatten()
    }

    /// How a column is computed from a region, where it is and is not one itself.
    pub(super) fn regional(&self, table: TableId, column: usize) -> Option<Regional> {
        if let Some(Origin::Native(site, at)) = self.origin(table) {
            let native = self.sites.get(site)?.natives.get(at)?;
            let is_region = native.table.columns.get(column)?.kind == Type::Region;
            return of_region(native.values.get(column)?).filter(|_| !is_region);
        }
        let Some(Origin::ObsCore(site, at)) = self.origin(table) else { return None };
        let obscore = &self.sites.get(site)?.published.get(at)?.obscore;
        // Regions themselves travel as they are stored.
        if obscore.table.columns.get(column)?.kind == Type::Region {
            return None;
        }
        obscore.regional.get(column).copied().flatten()
    }
}

/// What of a region a value is, and whether another stands in for it.
fn of_region(value: &Scalar) -> Option<Regional> {
    match value {
        Scalar::Region { part, .. } => Some((*part, false)),
        Scalar::Coalesce(parts) => match parts.first() {
            Some(Scalar::Region { part, .. }) => Some((*part, true)),
            _ => None,
        },
        _ => None,
    }
}
