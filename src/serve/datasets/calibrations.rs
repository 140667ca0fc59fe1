//! Calibrations that are valid for a dataset.
//!
//! In: a dataset of an instrument. Out: datasets of the same instrument, detector and filter in CALIBRATION
//! collections of the table's search, that were valid in the middle of its exposure; of each type from the first
//! collection that has one, as Butler searches them.

use serde_json::Value;
use uuid::Uuid;

use super::tree::{among, literal};
use super::{Dataset, Datasets, Row, Shelf};
use crate::adql::{ColumnReference, Comparator, Condition, Expression, Predicate};
use crate::diag::Result;
use crate::resolve::service::own_name;

/// A calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Its UUID.
    pub id: Uuid,
    /// Its dataset type.
    pub dataset_type: String,
    /// The storage class of that.
    pub storage_class: String,
    /// The collection that says when it is valid.
    pub collection: String,
    /// Its data ID.
    pub data_id: Vec<(String, Value)>,
}

/// Rows of a table of calibrations that are looked at for one dataset.
const MOST: u64 = 10_000;

impl Datasets {
    /// The calibrations of a dataset in collections that are searched in this order ([`Self::searched`]).
    ///
    /// # Errors
    /// Those of queries.
    pub async fn calibrations(
        &self,
        of: &Dataset,
        searched: &[String],
    ) -> Result<Vec<Calibration>> {
        let Some(shelf) = self.shelves.get(of.shelf) else { return Ok(Vec::new()) };
        let times = (of.number("t_min"), of.number("t_max"));
        let (Some(instrument), (Some(begin), Some(end))) = (of.dimension("instrument"), times)
        else {
            return Ok(Vec::new());
        };
        if searched.is_empty() {
            return Ok(Vec::new());
        }
        let filters = self.filters(shelf, of).await?;
        let mut found: Vec<(usize, Calibration)> = Vec::new();
        for (table, dimensions) in &shelf.calibrations {
            let known = |name: &str| match name {
                "instrument" => Some(vec![literal(instrument)]),
                "physical_filter" => Some(filters.clone()).filter(|filters| !filters.is_empty()),
                name => of.dimension(name).map(|value| vec![literal(value)]),
            };
            let equal = dimensions.iter().map(|name| Some(among(&own_name(name), known(name)?)));
            // A dimension that this dataset does not have.
            let Some(equal) = equal.collect::<Option<Vec<Condition>>>() else { continue };
            let middle = f64::midpoint(begin, end);
            let mut all = equal;
            all.push(or_null("t_min", Comparator::LessOrEqual, middle));
            all.push(or_null("t_max", Comparator::Greater, middle));
            let mut columns: Vec<String> =
                ["dataset_id", "dataset_type", "storage_class", "collection"]
                    .map(str::to_owned)
                    .to_vec();
            columns.extend(dimensions.iter().map(|name| own_name(name)));
            let (rows, _) =
                self.rows((&shelf.schema, table), &columns, Condition::all(all), MOST).await?;
            for row in rows {
                let Some(one) = calibration(&row, dimensions) else { continue };
                let rank = searched.iter().position(|name| *name == one.collection);
                found.extend(rank.map(|rank| (rank, one)));
            }
        }
        found.sort_by(|(one, first), (other, second)| {
            (&first.dataset_type, one, first.id).cmp(&(&second.dataset_type, other, second.id))
        });
        found.dedup_by(|(_, other), (_, first)| {
            first.dataset_type == other.dataset_type && first.data_id == other.data_id
        });
        Ok(found.into_iter().map(|(_, one)| one).collect())
    }

    /// The tables that let a dataset be seen: they publish it, or it is a calibration that a collection of their
    /// search certifies.
    ///
    /// # Errors
    /// Those of queries.
    pub async fn shown_by(&self, id: Uuid) -> Result<Vec<usize>> {
        let published = self.by_uuid(&[id]).await?;
        if !published.is_empty() {
            return Ok(published.iter().map(|dataset| dataset.shelf).collect());
        }
        let mut found = Vec::new();
        for (at, shelf) in self.shelves.iter().enumerate().filter(|(_, one)| !one.path.is_empty()) {
            let mut certified = Vec::new();
            for (table, _) in &shelf.calibrations {
                let wanted = among("dataset_id", [Expression::text(id.to_string())]);
                let columns = ["collection".to_owned()];
                let table = (shelf.schema.as_str(), table.as_str());
                let (rows, _) = self.rows(table, &columns, Some(wanted), MOST).await?;
                let names = rows.iter().filter_map(|row| row.get("collection")?.as_str());
                certified.extend(names.map(str::to_owned));
            }
            if certified.is_empty() {
                continue;
            }
            let searched = self.searched(shelf).await?;
            if certified.iter().any(|name| searched.contains(name)) {
                found.push(at);
            }
        }
        Ok(found)
    }

    /// The physical filters of a dataset's exposure or visit.
    async fn filters(&self, shelf: &Shelf, of: &Dataset) -> Result<Vec<Expression>> {
        for element in ["exposure", "visit"] {
            let (Some(instrument), Some(id)) = (of.dimension("instrument"), of.dimension(element))
            else {
                continue;
            };
            let same = [("instrument", instrument), ("id", id)];
            let same = same.map(|(name, value)| among(name, [literal(value)]));
            let columns = ["physical_filter".to_owned()];
            let table = (shelf.natives.as_str(), element);
            let (rows, _) = self.rows(table, &columns, Condition::all(same.to_vec()), 1).await?;
            let names = rows.iter().filter_map(|row| row.get("physical_filter"));
            return Ok(names.filter(|name| !name.is_null()).map(literal).collect());
        }
        Ok(of.dimension("physical_filter").map(literal).into_iter().collect())
    }
}

/// A bound that need not be there.
fn or_null(column: &str, comparator: Comparator, value: f64) -> Condition {
    let bound =
        Condition::compare(Expression::column(column), comparator, Expression::number(value));
    let column = ColumnReference::new(column);
    Predicate::Or(vec![bound, Predicate::IsNull { column, negated: false }.into()]).into()
}

fn calibration(row: &Row, dimensions: &[String]) -> Option<Calibration> {
    let text = |name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
    let value =
        |name: &String| (name.clone(), row.get(&own_name(name)).cloned().unwrap_or(Value::Null));
    Some(Calibration {
        id: Uuid::try_parse(&text("dataset_id")?).ok()?,
        dataset_type: text("dataset_type")?,
        storage_class: text("storage_class").unwrap_or_default(),
        collection: text("collection")?,
        data_id: dimensions.iter().map(value).collect(),
    })
}
