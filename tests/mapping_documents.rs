//! The schema and the reference of mappings: in step with the reader, and true.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "support/ask.rs"]
#[allow(dead_code)]
mod ask;

use std::path::Path;

use obscore_view::diag::{Severity, Source};
use obscore_view::mapping;
use serde_json::{Value, json};

const FIXTURES: [&str; 4] = [
    include_str!("../fixtures/mappings/exporter-full.yaml"),
    include_str!("../fixtures/mappings/exporter-small.yaml"),
    include_str!("../fixtures/mappings/live-runs.yaml"),
    include_str!("../fixtures/mappings/loose-layout.yaml"),
];

fn schema() -> Value {
    serde_json::from_str(&mapping::schema()).unwrap()
}

/// `docs/mapping.md` ends with the reference. `OBSCORE_VIEW_UPDATE_DOCS=1` writes it anew.
#[test]
fn reference_is_in_the_manual() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mapping.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let introduction = text.split("## Reference\n").next().unwrap();
    let wanted = format!("{introduction}{}", mapping::reference());
    if std::env::var_os("OBSCORE_VIEW_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
        return;
    }
    assert!(text == wanted, "docs/mapping.md is out of step: run with OBSCORE_VIEW_UPDATE_DOCS=1");
}

/// Every key of the schema, set in some fixture, is known to the reader, and the fixtures have
/// every key.
#[test]
fn every_key_is_exercised() {
    let schema = schema();
    let mut tables = vec![&schema];
    tables.extend(schema["$defs"].as_object().unwrap().values());
    let all = FIXTURES.concat();
    for table in tables {
        for (key, property) in table["properties"].as_object().unwrap() {
            let described = property["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(described, "{key} has no description");
            if property.get("deprecated").is_none() {
                assert!(all.contains(&format!("{key}:")), "no fixture has {key}");
            }
        }
    }
    for text in FIXTURES {
        let (mapping, found) = mapping::read(Source::new("mapping.yaml", text));
        assert!(mapping.is_some());
        for diagnostic in found {
            assert_eq!(diagnostic.severity, Severity::Note, "{}", diagnostic.render(false));
        }
    }
}

/// A validator that we did not write agrees that the schema is one, takes the fixtures, and
/// refuses what is wrong.
#[test]
fn schema_accepts_the_fixtures_and_refuses_mistakes() {
    let base =
        "facility_name: F\ndataset_types: {raw: {dataproduct_type: image, calib_level: 1}}\n";
    let wrong = [
        "dataset_types: {}\n".to_owned(),
        format!("{base}obs_colection: x\n"),
        format!("{base}collections: x\n"),
        format!("{base}collection_type: RUN\n"),
        format!("{base}spectral_ranges: {{g: [1.0e-9]}}\n"),
        format!("{base}spectral_ranges: {{g: [1.0e-9, 2.0e-9, 3.0e-9]}}\n"),
        format!("{base}extra_columns: {{a: {{type: int}}}}\n"),
        format!("{base}obscore_view: {{winding: Dali}}\n"),
        format!("{base}obscore_view: {{columns: {{lsst_visit: 1}}}}\n"),
        "facility_name: F\ndataset_types: {raw: {dataproduct_type: image}}\n".to_owned(),
    ];
    let right: Vec<&str> = FIXTURES.into_iter().chain([base]).collect();
    let answers =
        ask::ask("schema_check.py", &json!({"schema": schema(), "right": right, "wrong": wrong}));
    assert_eq!(answers["right"], json!(vec![Value::Null; right.len()]));
    for (text, error) in wrong.iter().zip(answers["wrong"].as_array().unwrap()) {
        assert!(error.is_string(), "the schema accepts {text}");
    }
}
