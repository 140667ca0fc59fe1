//! Indexes on Butler's own tables that make queries faster (PostgreSQL).
//!
//! In: a plan. Out: the statements that make them, for who owns those tables; nothing makes them by itself, and
//! rows are the same without them. Indexes on places are made of `obscore_bounds`, which `apply` installs;
//! `docs/performance.md` has what each gains and costs.

use std::collections::BTreeSet;

use super::Target;
use super::sidecar::regional;
use crate::plan::{Scalar, ViewPlan};

/// An index on a table of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name, without schema.
    pub name: String,
    /// What it finds.
    pub about: String,
    /// What makes it, outside of transactions: Butler goes on writing meanwhile.
    pub create: String,
    /// What collects the statistics of its expression.
    pub analyze: String,
}

impl Target {
    /// The indexes that queries on the plan's rows can use.
    pub fn indexes(&self, plan: &ViewPlan) -> Vec<Index> {
        if !self.dialect.has_schemas() {
            return Vec::new();
        }
        let mut indexes = Vec::new();
        if self.finds_places() {
            for table in regional(plan) {
                let on = format!("USING gist ({}(region))", self.own(super::bounds::FUNCTION));
                indexes.push(self.index("bounds", table, "regions by place", &on));
            }
        }
        for table in timed(plan) {
            let about = "rows by the beginning of their time";
            indexes.push(self.index("begin", table, about, "((lower(timespan)))"));
        }
        indexes
    }

    fn index(&self, kind: &str, table: &str, about: &str, on: &str) -> Index {
        let name = format!("obscore_{kind}_{table}");
        let (quoted, table) = (self.dialect.name(&name), self.table(table));
        let create = format!("CREATE INDEX CONCURRENTLY IF NOT EXISTS {quoted} ON {table} {on}");
        let about = format!("Finds {about} in {table}");
        Index { name, about, create, analyze: format!("ANALYZE {table}") }
    }
}

/// Tables whose times the rows show.
fn timed(plan: &ViewPlan) -> BTreeSet<&str> {
    let mut tables = BTreeSet::new();
    for branch in &plan.branches {
        let aliases = branch.values.iter().filter_map(|value| match value {
            Scalar::Time { alias, .. } => Some(alias),
            _ => None,
        });
        for alias in aliases {
            let join = branch.joins.iter().find(|join| join.alias == *alias);
            tables.extend(join.map(|join| join.table.as_str()));
        }
    }
    tables
}
