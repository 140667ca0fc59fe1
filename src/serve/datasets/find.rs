//! Datasets by identifier, and by parts of their data IDs.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::tree::{among, among_folded, literal};
use super::{Dataset, Datasets, Identifier, Row, Shelf};
use crate::adql::{Condition, Expression};
use crate::diag::Result;
use crate::resolve::service::own_name;

/// What a client wants to know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// As the client wrote it.
    pub text: String,
    /// What it names.
    pub identifier: Identifier,
}

impl Wanted {
    /// Reads an identifier.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { identifier: Identifier::parse(&text), text }
    }
}

/// What an identifier names: one dataset as a rule, several where DIDs of the mapping do not tell datasets apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// As the client wrote it.
    pub text: String,
    /// The datasets; none where nothing is published by that name.
    pub datasets: Vec<Dataset>,
}

/// Columns with identifiers, in the order in which they are asked.
const DIDS: [&str; 2] = ["obs_publisher_did", "obs_creator_did"];

/// Datasets of one identifier that are looked at.
const SAME: u64 = 100;

impl Datasets {
    /// The datasets that identifiers name, in their order.
    ///
    /// # Errors
    /// Those of queries.
    pub async fn find(&self, wanted: &[Wanted]) -> Result<Vec<Found>> {
        let empty = |one: &Wanted| Found { text: one.text.clone(), datasets: Vec::new() };
        let mut found: Vec<Found> = wanted.iter().map(empty).collect();
        for (shelf, own) in self.shelves.iter().enumerate() {
            for (round, column) in DIDS.into_iter().enumerate() {
                // What has been found is not looked for again: a creator's DID matters where no publisher's is it.
                let open = wanted.iter().zip(&found).filter(|(_, found)| found.datasets.is_empty());
                let open: Vec<&Wanted> =
                    open.map(|(one, _)| one).filter(|one| self.may_be_in(one, own)).collect();
                let is_there = own.columns.iter().any(|name| name == column);
                let (filter, count) =
                    (filter(&open, column, round == 0, is_there), open.len() as u64);
                let Some(filter) = filter else { continue };
                let (table, most) =
                    ((own.schema.as_str(), own.name.as_str()), count.saturating_mul(SAME));
                let (rows, _) = self.rows(table, &own.columns, Some(filter), most).await?;
                let datasets: Vec<Dataset> =
                    rows.into_iter().filter_map(|row| dataset(shelf, own, row)).collect();
                for (one, found) in wanted.iter().zip(&mut found) {
                    if found.datasets.is_empty() {
                        let named = datasets.iter().filter(|dataset| names(one, dataset, column));
                        found.datasets = named.cloned().collect();
                    }
                }
            }
        }
        Ok(found)
    }

    /// The published datasets of these UUIDs.
    ///
    /// # Errors
    /// Those of queries.
    pub async fn by_uuid(&self, ids: &[Uuid]) -> Result<Vec<Dataset>> {
        let wanted: Vec<Wanted> = ids.iter().map(|id| Wanted::new(id.to_string())).collect();
        let found = self.find(&wanted).await?;
        Ok(found.into_iter().flat_map(|found| found.datasets).collect())
    }

    /// The published datasets with these values of Butler's: dimensions, `dataset_type`, `run`; at most `most`,
    /// and whether there are more.
    ///
    /// # Errors
    /// Those of queries.
    pub async fn by_data_id(
        &self,
        values: &[(String, Value)],
        most: u64,
    ) -> Result<(Vec<Dataset>, bool)> {
        let mut all: Vec<Dataset> = Vec::new();
        let mut known = BTreeSet::new();
        let mut more = false;
        for (shelf, own) in self.shelves.iter().enumerate() {
            let has = |name: &str| own.columns.iter().any(|column| *column == own_name(name));
            if !values.iter().all(|(name, _)| has(name)) {
                continue;
            }
            let equal = |(name, value): &(String, Value)| among(&own_name(name), [literal(value)]);
            let filter = Condition::all(values.iter().map(equal).collect());
            let table = (own.schema.as_str(), own.name.as_str());
            let (rows, left) = self.rows(table, &own.columns, filter, most).await?;
            more |= left;
            let datasets = rows.into_iter().filter_map(|row| dataset(shelf, own, row));
            all.extend(datasets.filter(|dataset| known.insert(dataset.id)));
        }
        Ok((all, more))
    }

    /// Whether a dataset can be in a table: the label of a repository excludes others with labels of their own.
    fn may_be_in(&self, wanted: &Wanted, shelf: &Shelf) -> bool {
        let Identifier::Uuid(_, Some(label)) = &wanted.identifier else { return true };
        let is_known = self.shelves.iter().any(|other| other.name.eq_ignore_ascii_case(label));
        !is_known || shelf.name.eq_ignore_ascii_case(label)
    }
}

/// Whether a row is what somebody wants; `column` has the identifiers.
fn names(wanted: &Wanted, dataset: &Dataset, column: &str) -> bool {
    match &wanted.identifier {
        Identifier::Uuid(id, _) => dataset.id == *id,
        // IVOIDs are equal in any case of letters, which are those of ASCII.
        Identifier::Did(did) => dataset.text(column).is_some_and(|own| match is_ivoid(did) {
            true => own.eq_ignore_ascii_case(did),
            false => own == did,
        }),
    }
}

fn is_ivoid(did: &str) -> bool {
    did.is_ascii() && did.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("ivo://"))
}

/// What rows must fulfil to be wanted; nothing where none can be.
fn filter(wanted: &[&Wanted], column: &str, with_ids: bool, is_there: bool) -> Option<Condition> {
    let mut ids = Vec::new();
    let (mut folded, mut exact) = (Vec::new(), Vec::new());
    for one in wanted {
        match &one.identifier {
            Identifier::Uuid(id, _) if with_ids => ids.push(Expression::text(id.to_string())),
            Identifier::Uuid(..) => {}
            Identifier::Did(did) if is_ivoid(did) => folded.push(did.as_str()),
            Identifier::Did(did) => exact.push(Expression::text(did.as_str())),
        }
    }
    let mut conditions = Vec::new();
    if !ids.is_empty() {
        conditions.push(among(&own_name("id"), ids));
    }
    if is_there && !folded.is_empty() {
        conditions.push(among_folded(column, folded));
    }
    if is_there && !exact.is_empty() {
        conditions.push(among(column, exact));
    }
    Condition::any(conditions)
}

/// The dataset of a row; `None` where it has no identifier.
pub(super) fn dataset(shelf: usize, own: &Shelf, mut row: Row) -> Option<Dataset> {
    let mut text = |name: &str| match row.remove(&own_name(name)) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let id = Uuid::try_parse(&text("id")?).ok()?;
    let (dataset_type, storage_class) = (text("dataset_type")?, text("storage_class"));
    let run = text("run").unwrap_or_default();
    let required = own.dataset_types.iter().find(|one| one.name == dataset_type);
    let mut data_id = Vec::new();
    for name in required.map_or(&[][..], |one| &one.required) {
        data_id.push((name.clone(), row.remove(&own_name(name)).unwrap_or(Value::Null)));
    }
    row.retain(|name, _| !name.starts_with(crate::resolve::service::OWN));
    let storage_class = storage_class.unwrap_or_default();
    Some(Dataset { shelf, id, dataset_type, storage_class, run, data_id, values: row })
}
