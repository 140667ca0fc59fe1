//! Datasets behind the rows: from an identifier to the data ID, and from one dataset to those it belongs with.
//!
//! In: identifiers of clients (publisher and creator DIDs, `butler://label/uuid`, bare UUIDs), parts of data IDs.
//! Out: [`Dataset`]s with dataset type, data ID, run and ObsCore values; their collections, their files, related
//! datasets and calibrations. Only datasets that an ObsCore table publishes are known here, and the calibrations
//! of those. All questions are trees of ADQL about tables that only programs ask
//! ([`crate::resolve::service::datasets`]), so they go the way of everybody's queries.

mod calibrations;
mod collections;
mod find;
mod identifier;
mod related;
mod shelf;
pub mod tree;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use uuid::Uuid;

pub use calibrations::Calibration;
pub use collections::File;
pub use find::{Found, Wanted};
pub use identifier::Identifier;
pub use related::{AllRelated, Related, Relation};
pub use shelf::{Shelf, shelves};

use super::ask::Asker;
use crate::adql::{self, Condition};
use crate::diag::Result;
use crate::serve::query::Reading;

/// A dataset that an ObsCore table publishes.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The position of the table among the shelves.
    pub shelf: usize,
    /// Its UUID.
    pub id: Uuid,
    /// Its dataset type.
    pub dataset_type: String,
    /// The storage class of that.
    pub storage_class: String,
    /// Its run.
    pub run: String,
    /// Its data ID: the required dimensions, in the universe's order.
    pub data_id: Vec<(String, Value)>,
    /// Its row in the ObsCore table.
    pub values: Map<String, Value>,
}

impl Dataset {
    /// A text of its row.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.values.get(column)?.as_str()
    }

    /// A number of its row.
    pub fn number(&self, column: &str) -> Option<f64> {
        self.values.get(column)?.as_f64()
    }

    /// The value of a dimension of its data ID.
    pub fn dimension(&self, name: &str) -> Option<&Value> {
        self.data_id.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// What finds datasets.
#[derive(Clone)]
pub struct Datasets {
    asker: Asker,
    /// The ObsCore tables.
    pub shelves: Arc<[Shelf]>,
    /// Longest time of a question.
    time: Duration,
}

/// A row of an answer by the names of its columns.
type Row = Map<String, Value>;

impl Datasets {
    /// What finds the datasets of these tables.
    pub fn new(asker: Asker, shelves: Arc<[Shelf]>, time: Duration) -> Self {
        Self { asker, shelves, time }
    }

    /// At most `most` rows of a table where a condition holds; says too whether there are more.
    async fn rows(
        &self,
        table: (&str, &str),
        columns: &[String],
        filter: Option<Condition>,
        most: u64,
    ) -> Result<(Vec<Row>, bool)> {
        let tree = tree::rows_of(table, columns, filter);
        let text = adql::format(&tree).trim_end().to_owned();
        let reading = Reading::Of(Arc::new(tree));
        let (rows, more) = self.asker.ask(text, reading, most, self.time).await?;
        let named = |row: Vec<Value>| columns.iter().cloned().zip(row).collect();
        Ok((rows.into_iter().map(named).collect(), more))
    }
}
