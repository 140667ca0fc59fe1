//! A repository of a service.

use crate::db::{Database, Session};
use crate::diag::Result;
use crate::lower::{Found, Target, ViewName, Wanted};
use crate::plan::ViewPlan;
use crate::query::{Needs, column, encoded, fallback};
use crate::region::RegionOptions;
use crate::registry::Snapshot;
use crate::resolve::service::{Native, ObsCore, native, obscore};
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
    /// Butler's own tables.
    pub natives: Vec<Native>,
    /// How they are written down.
    pub target: Target,
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
        let natives = native(snapshot, schema);
        let target = target(snapshot, "butler", regions);
        Self { database, published: Vec::new(), schema: schema.to_owned(), natives, target }
    }

    /// Adds the ObsCore table `name` of a plan to the schema `schema`.
    pub fn publish(
        &mut self,
        schema: &str,
        name: &str,
        plan: ViewPlan,
        snapshot: &Snapshot,
        regions: RegionOptions,
    ) {
        let obscore = obscore(&plan, snapshot, name, Some(&self.schema));
        // The names of helper tables must differ between the tables of a query.
        let target = target(snapshot, &format!("v{}", self.published.len()), regions);
        self.published.push(Published { schema: schema.to_owned(), plan, target, obscore });
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
        let collections = self.target.collections_select(&self.plan.search);
        let collections = session.rows(&collections, &[]).await?;
        let summaries = session.rows(&self.target.summaries_select(), &[]).await?;
        Ok(Found { collections, summaries })
    }

    /// The SELECT of what a query needs of the table.
    pub fn select(&self, found: &Found, needs: &Needs) -> String {
        let (values, regions) = self.wanted(needs);
        let wanted = Wanted { values: &values, regions: &regions };
        self.target.obscore_source(&self.plan, &self.obscore, found, wanted)
    }

    #[allow(clippy::type_complexity)] // as Wanted describes it
    fn wanted(&self, needs: &Needs) -> (Vec<(usize, String)>, Vec<(usize, String, String)>) {
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
        (values, regions.collect())
    }
}

impl Site {
    /// The SELECT of what a query needs of one of Butler's own tables.
    pub fn native_select(&self, native: &Native, needs: &Needs) -> String {
        let values = named(needs);
        self.target.native_source(native, Wanted { values: &values, regions: &[] })
    }
}

fn named(needs: &Needs) -> Vec<(usize, String)> {
    needs.values.iter().map(|at| (*at, column(*at))).collect()
}
