//! Which columns are keys of which tables.

use std::collections::BTreeMap;

use crate::catalog::ForeignKey;
use crate::plan::{Scalar, TAGS, ViewPlan};
use crate::registry::Snapshot;

/// The keys of a dimension element's table: one for each dimension that it needs or implies.
pub fn of_element(snapshot: &Snapshot, element: &str, schema: &str) -> Vec<ForeignKey> {
    let universe = &snapshot.universe;
    let Some(found) = universe.elements.get(element) else { return Vec::new() };
    let mut own: BTreeMap<String, String> = BTreeMap::new();
    for dimension in universe.required_columns(element) {
        let column = universe.key_column(element, &dimension).to_owned();
        own.insert(dimension, column);
    }
    for dimension in &found.implies {
        own.insert(dimension.clone(), dimension.clone());
    }
    let others = own.keys().filter(|dimension| *dimension != element);
    others.filter_map(|dimension| to_dimension(snapshot, dimension, &own, schema)).collect()
}

/// The keys of an ObsCore table: for each dimension whose whole key is among the columns.
pub fn of_obscore(plan: &ViewPlan, snapshot: &Snapshot, schema: &str) -> Vec<ForeignKey> {
    let mut own: BTreeMap<String, String> = BTreeMap::new();
    let mut keys = Vec::new();
    for (at, column) in plan.columns.iter().enumerate() {
        let values: Vec<&Scalar> = plan
            .branches
            .iter()
            .filter_map(|branch| branch.values.get(at))
            .filter(|value| **value != Scalar::Null)
            .collect();
        let dimensions: Option<Vec<&str>> =
            values.iter().map(|value| dimension_of(value)).collect();
        let Some(first) = dimensions.as_deref().and_then(the_one) else { continue };
        let name = column.name.clone();
        if first == DATASET_ID {
            keys.push(ForeignKey {
                target: format!("{schema}.dataset"),
                columns: vec![(name, "id".to_owned())],
                description: "The dataset in the registry".to_owned(),
            });
        } else {
            own.entry(first.to_owned()).or_insert(name);
        }
    }
    let elements = snapshot.universe.elements.keys();
    let dimensions = elements.filter(|name| own.contains_key(*name));
    keys.extend(dimensions.filter_map(|name| to_dimension(snapshot, name, &own, schema)));
    keys
}

/// The one dimension of a column. `{visit}` of a dataset that has an exposure and no visit is the
/// exposure, as in Butler; the key is that of visits all the same.
fn the_one<'d>(dimensions: &[&'d str]) -> Option<&'d str> {
    let first = *dimensions.first()?;
    let visits = |one: &&str| matches!(*one, "visit" | "exposure");
    if dimensions.iter().all(visits) && dimensions.contains(&"visit") {
        return Some("visit");
    }
    dimensions.iter().all(|other| *other == first).then_some(first)
}

/// Stands for a dataset's identifier among the names of dimensions.
const DATASET_ID: &str = "dataset id";

/// The dimension whose key a value is.
fn dimension_of(value: &Scalar) -> Option<&str> {
    match value {
        Scalar::Column { alias, column, .. } if alias == TAGS => Some(column),
        // Dimensions that another one implies are columns of its table.
        Scalar::Column { column, .. }
            if matches!(column.as_str(), "physical_filter" | "day_obs" | "group") =>
        {
            Some(column)
        }
        Scalar::Format { value, spec, conversion: None } if spec.is_default() => {
            dimension_of(value)
        }
        Scalar::DatasetId => Some(DATASET_ID),
        _ => None,
    }
}

fn to_dimension(
    snapshot: &Snapshot,
    dimension: &str,
    own: &BTreeMap<String, String>,
    schema: &str,
) -> Option<ForeignKey> {
    let universe = &snapshot.universe;
    let element = universe.elements.get(dimension)?;
    if !element.has_table() || !snapshot.tables.contains_key(dimension) {
        return None;
    }
    let columns: Option<Vec<(String, String)>> = universe
        .required_columns(dimension)
        .iter()
        .map(|required| {
            let target = universe.key_column(dimension, required).to_owned();
            Some((own.get(required)?.clone(), target))
        })
        .collect();
    Some(ForeignKey {
        target: format!("{schema}.{dimension}"),
        columns: columns?,
        description: format!("The record of {dimension}"),
    })
}
