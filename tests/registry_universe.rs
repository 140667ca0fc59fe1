//! Universes 0 to 8 and groups of dimensions, against `lsst.daf.butler.DimensionUniverse`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod registry_support;

use obscore_view::registry::{Group, Universe};
use obscore_view::sql::Dialect;
use registry_support::oracle;
use serde_json::{Value, json};

/// Random sets of dimensions for every universe.
const SETS: usize = 400;

fn as_json(group: &Group) -> Value {
    json!({
        "names": group.names,
        "required": group.required,
        "implied": group.implied,
        "elements": group.elements,
        "spatial": group.spatial,
        "temporal": group.temporal,
        "region_dimension": group.region_dimension,
        "timespan_dimension": group.timespan_dimension,
    })
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn groups_are_those_of_butler() {
    let answers = oracle("dimension_groups.py", &[&SETS.to_string()], &Value::Null);
    let mut compared = 0;
    let mut versions = Vec::new();
    for answer in answers.as_array().unwrap() {
        let universe = Universe::from_butler_json(answer["json"].as_str().unwrap()).unwrap();
        let version = answer["version"].as_u64().unwrap();
        assert_eq!(u64::from(universe.version), version);
        assert_eq!(universe.order(), strings(&answer["order"]), "universe {version}");
        for (element, required) in answer["required"].as_object().unwrap() {
            assert_eq!(
                universe.required_columns(element),
                strings(required),
                "universe {version}, {element}"
            );
        }
        for (element, columns) in answer["tables"].as_object().unwrap() {
            let mut found = universe.table_columns(element, Dialect::Sqlite);
            let mut expected = strings(columns);
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "universe {version}, table {element}");
            assert!(universe.elements[element].has_table());
        }
        let tables = answer["tables"].as_object().unwrap().len();
        let found = universe.elements.values().filter(|element| element.has_table()).count();
        assert_eq!(found, tables, "universe {version}");
        for expected in answer["groups"].as_array().unwrap() {
            let group = universe.group(strings(&expected["asked"])).unwrap();
            let mut expected = expected.clone();
            let asked = expected.as_object_mut().unwrap().remove("asked");
            assert_eq!(as_json(&group), expected, "universe {version}, {asked:?}");
            compared += 1;
        }
        assert!(universe.group(["visit_detector_region"]).is_err());
        assert!(universe.group(["htm07"]).is_err() && universe.group(["htm25"]).is_err());
        versions.push(version);
    }
    println!("{compared} groups of dimensions compared in universes {versions:?}");
    assert_eq!(versions, (0..=8).collect::<Vec<_>>());
    assert_eq!(compared, 9 * SETS);
}
