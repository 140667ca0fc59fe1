//! A repository of a service.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::spatial::Spatial;
use super::texts::Texts;
use super::unusual::Unusual;
use crate::db::{Database, Session};
use crate::diag::Result;
use crate::lower::{
    Asked, Definitions, Elements, Found, Governors, Keys, Known, PlainBranch, Probe, Target,
    ViewName, Wanted,
};
use crate::plan::{Scalar, ViewPlan};
use crate::query::{Needs, Node, Plain, column, encoded, fallback};
use crate::region::RegionOptions;
use crate::registry::{CollectionKey, IngestDate, Snapshot};
use crate::resolve::service::{Native, ObsCore, datasets, memberships, native, obscore};
use crate::sql::Parameters;
use crate::sql::region::Strategy;

/// An ObsCore table that a repository publishes.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its schema.
    pub schema: String,
    /// Its plan.
    pub plan: ViewPlan,
    /// How it is written down.
    pub target: Target,
    /// As clients see it.
    pub obscore: ObsCore,
    /// The column whose text is another one for each dataset, in all dataset types.
    pub identifier: Option<usize>,
    /// Whether only programs ask it: it has the datasets of the table before it beside their values.
    pub is_inner: bool,
    /// What was written for queries before.
    texts: Arc<Texts>,
    /// Regions that were found before.
    pub unusual: Arc<Unusual>,
}

/// A repository, open for reading.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its database.
    pub database: Database,
    /// Its ObsCore tables.
    pub published: Vec<Published>,
    /// The schema of Butler's own tables.
    pub schema: String,
    /// Butler's own tables, or the ObsCore table of an applied view.
    pub natives: Vec<Native>,
    /// How many of them are for everybody; the others are asked by programs only.
    pub shown: usize,
    /// Whether it is the latter.
    pub is_applied: bool,
    /// How they are written down.
    pub target: Target,
    spatial: Arc<Spatial>,
}

impl Site {
    /// A repository with Butler's own tables in `schema`. `database` must have been opened with the
    /// functions of this process.
    pub fn new(
        database: Database,
        snapshot: &Snapshot,
        schema: &str,
        regions: RegionOptions,
    ) -> Self {
        let mut natives = native(snapshot, schema);
        let shown = natives.len();
        let target = target(snapshot, "butler", regions);
        let spatial = Arc::new(Spatial::new(snapshot, &natives));
        natives.extend(memberships(snapshot));
        let (published, schema, is_applied) = (Vec::new(), schema.to_owned(), false);
        Self { database, published, schema, natives, shown, is_applied, target, spatial }
    }

    /// An applied view whose objects are in the database's schema `namespace`, as the table of `schema`: with
    /// nothing of the registry beside it.
    pub fn applied(
        database: Database,
        namespace: &str,
        schema: &str,
        table: Native,
        regions: RegionOptions,
    ) -> Self {
        let target = Target {
            dialect: database.dialect(),
            namespace: Some(namespace.to_owned()),
            view: ViewName { schema: None, name: "applied".to_owned() },
            strategy: Strategy::Functions,
            regions,
            collection_key: CollectionKey::Integer,
            ingest_date: IngestDate::Nanoseconds,
            elements: Elements::default(),
            definitions: Definitions::Repeated,
            governors: Governors::default(),
        };
        let (schema, spatial) = (schema.to_owned(), Arc::default());
        let (published, natives) = (Vec::new(), vec![table]);
        let (shown, is_applied) = (1, true);
        Self { database, published, schema, natives, shown, is_applied, target, spatial }
    }

    /// What is known of the regions of elements, for queries by place.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn known(&self, session: &mut Session) -> Result<Known> {
        self.spatial.known(session, &self.target).await
    }

    /// The schema of the tables that only programs ask; no name of a schema that people give is like it.
    pub fn inner(&self) -> String {
        format!("{}/inner", self.schema)
    }

    /// Adds the ObsCore table `name` of a plan to the schema `schema`, and a table for programs beside it.
    pub fn publish(
        &mut self,
        schema: &str,
        name: &str,
        plan: ViewPlan,
        snapshot: &Snapshot,
        regions: RegionOptions,
    ) {
        let inner = datasets(&plan, snapshot);
        let shown = obscore(&plan, snapshot, name, Some(&self.schema));
        self.push(schema, (plan, shown, false), snapshot, regions);
        let shown = obscore(&inner, snapshot, schema, None);
        self.push(schema, (inner, shown, true), snapshot, regions);
    }

    fn push(
        &mut self,
        schema: &str,
        (plan, obscore, is_inner): (ViewPlan, ObsCore, bool),
        snapshot: &Snapshot,
        regions: RegionOptions,
    ) {
        // The names of helper tables must differ between the tables of a query.
        let target = target(snapshot, &format!("v{}", self.published.len()), regions);
        let identifier = obscore.identifier(&plan);
        let (schema, texts, unusual) = (schema.to_owned(), Arc::default(), Arc::default());
        let published =
            Published { schema, plan, target, obscore, identifier, is_inner, texts, unusual };
        self.published.push(published);
    }
}

fn target(snapshot: &Snapshot, name: &str, regions: RegionOptions) -> Target {
    let view = ViewName { schema: None, name: name.to_owned() };
    // PostgreSQL is never asked for a value that is computed from a region here.
    Target::new(snapshot, snapshot.dialect, view, Strategy::Functions, regions)
}

impl Published {
    /// What is in the collections of its search now.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn found(&self, session: &mut Session) -> Result<Found> {
        let found = session.rows_at_once(&self.target.found_select(&self.plan)).await?;
        Ok(Found::new(found))
    }

    /// Asks the dimension tables for the first `count` times of a column; nothing where it is not a time
    /// of such a table in all dataset types, or may be NULL and NULL comes first.
    pub fn times(&self, column: usize, descending: bool, count: u64) -> Option<Vec<String>> {
        self.target.times(&self.plan, &self.obscore, column, descending, count)
    }

    /// The common table expressions that the SELECTs refer to.
    pub fn helper_tables(&self, found: &Found) -> Arc<str> {
        self.texts.helpers(found, None, || self.target.helper_tables(&found.collections))
    }

    /// The same for the SELECTs of one dataset type.
    pub fn helper_tables_of(&self, found: &Found, dataset_type: i64) -> Arc<str> {
        let write = || self.target.helper_tables_of(found, dataset_type);
        self.texts.helpers(found, Some(dataset_type), write)
    }

    /// What a query asks of the branches, and the probes for it.
    pub fn asked(&self, found: &Found, needs: &Needs, known: &Known) -> (Vec<Asked>, Vec<Probe>) {
        let (plan, obscore) = (&self.plan, &self.obscore);
        self.target.asked(plan, obscore, found, &needs.wishes, &needs.covers, known)
    }

    /// How plain rows are fetched: the columns that are wanted and, behind them, those of places.
    pub fn plain_branches(
        &self,
        found: &Found,
        definitions: Definitions,
        rows: &Plain<'_>,
    ) -> Arc<Vec<PlainBranch>> {
        let places = rows.sought.iter().flat_map(|one| [Some(one.column), one.latitude]);
        let columns: Vec<usize> = rows.columns.iter().copied().chain(places.flatten()).collect();
        let mut compared = BTreeSet::new();
        for truth in &rows.tested {
            truth.each(&mut |value| {
                if let Node::Column(_, at) = value.node {
                    compared.insert(at);
                }
            });
        }
        let compared: Vec<(usize, String)> =
            compared.into_iter().map(|at| (at, column(at))).collect();
        let target = Target { definitions, ..self.target.clone() };
        let (plan, obscore) = (&self.plan, &self.obscore);
        let write = || target.plain_branches(plan, obscore, found, &columns, &compared);
        self.texts.plain(found, (&columns, &compared, definitions), write)
    }

    /// The SELECT of what a query needs of the table, by what probes have found.
    pub fn select(
        &self,
        found: &Found,
        needs: &Needs,
        asked: &[Asked],
        keys: &[Keys],
        parameters: &mut Parameters,
    ) -> String {
        let values = named(needs);
        let regions = needs.regions.iter().map(|at| {
            let regional = self.obscore.regional.get(*at).copied().flatten();
            let other = if regional.is_some_and(|(_, other)| other) {
                fallback(*at)
            } else {
                String::new()
            };
            (*at, encoded(*at), other)
        });
        let regions: Vec<(usize, String, String)> = regions.collect();
        let wanted = Wanted { values: &values, regions: &regions, is_counted: needs.is_counted };
        let (target, plan, obscore) = (&self.target, &self.plan, &self.obscore);
        let write = || target.obscore_branches(plan, obscore, found, wanted);
        let branches = self.texts.branches(found, needs, write);
        target.obscore_source(obscore, &branches, wanted, asked, keys, parameters)
    }
}

impl Site {
    /// The SELECT of what a query needs of one of Butler's own tables.
    pub fn native_select(
        &self,
        native: &Native,
        needs: &Needs,
        known: &Known,
        parameters: &mut Parameters,
    ) -> String {
        let values = named(needs);
        let regions: Vec<(usize, String, String)> = needs
            .regions
            .iter()
            .map(|at| match native.values.get(*at) {
                Some(Scalar::Coalesce(_)) => (*at, encoded(*at), fallback(*at)),
                _ => (*at, encoded(*at), String::new()),
            })
            .collect();
        let wanted = Wanted { values: &values, regions: &regions, is_counted: false };
        self.target.native_source(native, wanted, &needs.wishes, &needs.covers, known, parameters)
    }
}

fn named(needs: &Needs) -> Vec<(usize, String)> {
    needs.values.iter().map(|at| (*at, column(*at))).collect()
}
