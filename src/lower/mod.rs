//! From a view plan to SQL.
//!
//! In: a [`ViewPlan`](crate::plan::ViewPlan) and a [`Target`]. Out: expressions and SELECTs as
//! sea-query trees, and the [`Script`] of statements that a DBA reviews. Pure: no database is
//! asked.

mod bounds;
mod branch;
mod collections;
mod convert;
mod counted;
mod fetch;
mod float;
mod format;
mod governors;
mod indexes;
mod invert;
mod lowest;
mod names;
mod plain;
mod predicate;
mod probe;
mod scalar;
mod script;
mod search;
mod sidecar;
mod sky;
mod source;
mod split;
mod time;
mod view;

pub use branch::{BranchSelect, JoinClause, JoinKind};
pub use counted::DATASETS;
pub use fetch::{Fetch, Recipe, Wire};
pub use governors::Governors;
pub use indexes::Index;
pub use lowest::Definitions;
pub use names::ViewName;
pub use plain::{Apart, Form, Layout, PlainBranch, PlainSelects, framed};
pub use probe::{Asked, At, Keys, Probe, Probing};
pub use script::{Kind, Rights, STAMP, STANDS_IN, Script, Stamp, Statement, script};
pub use search::Search;
pub use sidecar::{Elements, Sidecar, Stretch};
pub use sky::{Kept, Known, UNKEPT};
pub use source::{BranchTexts, Found, Wanted};
pub use split::{Lookup, Lowest, Records};

use crate::region::RegionOptions;
use crate::registry::{CollectionKey, IngestDate, Snapshot};
use crate::sql::Dialect;
use crate::sql::region::Strategy;

/// Where and how a plan is written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The dialect.
    pub dialect: Dialect,
    /// Schema of the registry's tables.
    pub namespace: Option<String>,
    /// The view that is made.
    pub view: ViewName,
    /// How region columns are decoded.
    pub strategy: Strategy,
    /// How they are written.
    pub regions: RegionOptions,
    /// How collections are keyed.
    pub collection_key: CollectionKey,
    /// How ingest dates are stored.
    pub ingest_date: IngestDate,
    /// What regions are kept beside, with the strategy `ingest`.
    pub elements: Elements,
    /// How exposures define visits.
    pub definitions: Definitions,
    /// What indexes begin with.
    pub governors: Governors,
}

impl Target {
    /// The target for views on the registry of `snapshot`.
    pub fn new(
        snapshot: &Snapshot,
        dialect: Dialect,
        view: ViewName,
        strategy: Strategy,
        regions: RegionOptions,
    ) -> Self {
        let namespace = match snapshot.namespace.clone() {
            Some(schema) if dialect.has_schemas() => Some(schema),
            None if dialect.has_schemas() => Some("public".to_owned()),
            _ => None,
        };
        Self {
            dialect,
            namespace,
            view,
            strategy,
            regions,
            collection_key: snapshot.collection_key,
            ingest_date: snapshot.ingest_date,
            elements: Elements::of(snapshot),
            definitions: match snapshot.tables.get("visit_definition") {
                Some(columns) if !columns.contains("visit_system") => Definitions::Once,
                _ => Definitions::Repeated,
            },
            governors: Governors::of(snapshot),
        }
    }

    /// A registry table, qualified and quoted.
    pub fn table(&self, table: &str) -> String {
        self.dialect.qualified(self.namespace.as_deref(), table)
    }

    /// An object that belongs to the view (helper view, function), qualified and quoted.
    pub fn own(&self, name: &str) -> String {
        self.dialect.qualified(self.view.schema.as_deref(), name)
    }
}
