//! URLs of the service itself.
//!
//! In: what a client is to be led to. Out: its URL, as the client sees the service.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::adql::{self, Condition, Expression};
use crate::serve::datasets::{Dataset, Shelf, tree};

/// What stays in a segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The URLs of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls {
    /// Where it is, without a slash at its end.
    pub base: String,
}

impl Urls {
    /// How the URLs of files begin; UUIDs come behind.
    pub fn files(&self) -> String {
        format!("{}/files/", self.base)
    }

    /// A file of a dataset; a component of it, where it was taken apart.
    pub fn file(&self, id: Uuid, component: Option<&str>) -> String {
        let mut url = format!("{}{id}", self.files());
        if let Some(component) = component {
            url.push('/');
            url.extend(utf8_percent_encode(component, SEGMENT));
        }
        url
    }

    /// The links of a dataset.
    pub fn links(&self, dataset: &Dataset) -> String {
        format!("{}{}?{}", self.base, super::PATH, query(&[("ID", &dataset.id.to_string())]))
    }

    /// How the links of the datasets in the table of a schema begin; their UUIDs come behind.
    pub fn links_of(&self, schema: &str) -> String {
        format!("{}{}?ID=butler%3A//{schema}/", self.base, super::PATH)
    }

    /// What Butler says of a dataset.
    pub fn resolve(&self, dataset: &Dataset) -> String {
        format!("{}/resolve?{}", self.base, query(&[("ID", &dataset.id.to_string())]))
    }

    /// A record of a dimension, whose key has these values.
    pub fn record(&self, shelf: &Shelf, element: &str, key: &[(&str, &Value)]) -> String {
        let equal = |(column, value): &(&str, &Value)| tree::among(column, [tree::literal(value)]);
        self.tap((&shelf.natives, element), Condition::all(key.iter().map(equal).collect()))
    }

    /// The rows of the level of a dataset type at the place of a dataset.
    pub fn more(&self, shelf: &Shelf, of: &Dataset, dataset_type: &str) -> String {
        let place = of.text("s_region").and_then(tree::meets);
        let level = shelf.dataset_types.iter().find(|one| one.name == dataset_type);
        let level = level.and_then(|one| one.level);
        let level = level.map(|level| tree::among("calib_level", [Expression::integer(level)]));
        self.tap((&shelf.name, "ObsCore"), Condition::all(place.into_iter().chain(level).collect()))
    }

    /// The rows of a table, by a synchronous query.
    fn tap(&self, (schema, table): (&str, &str), filter: Option<Condition>) -> String {
        let adql = adql::format(&tree::all_of((schema, table), filter));
        let query = query(&[("LANG", "ADQL"), ("QUERY", adql.trim_end())]);
        format!("{}/tap/sync?{query}", self.base)
    }
}

fn query(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}
