//! Where-expressions: a view has the rows that Butler finds, or an error where Butler has one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use support::compare::{Report, compare};
use support::postgres::Cluster;
use support::survey::{Asked, Survey};
use support::table::Table;
use support::view::Registry;

/// An expression of `where_cases.yaml`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    on: String,
    #[serde(rename = "where")]
    text: String,
    #[serde(default)]
    bind: serde_json::Map<String, Json>,
    #[serde(default)]
    extra_dims: Vec<String>,
    collections: Option<Vec<String>>,
    refused: Option<String>,
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(support::oracle_file("where_cases.yaml")).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

/// A mapping for each case.
fn mappings(cases: &[Case], folder: &Path) -> Vec<PathBuf> {
    let write = |(index, case): (usize, &Case)| {
        let usual = vec!["Survey/defaults".to_owned()];
        // JSON is YAML; times are not in JSON, so they are written without quotes.
        let mut text = serde_json::json!({
            "facility_name": "Test",
            "collections": case.collections.as_ref().unwrap_or(&usual),
            "obs_publisher_did_fmt": "{id}",
            "extra_columns": {"lsst_run": {"template": "{run}"}},
            "where": {"where": case.text, "bind": case.bind, "extra_dims": case.extra_dims},
            "dataset_types": {&case.on: {"dataproduct_type": "image", "calib_level": 1}},
        })
        .to_string();
        if let Some(Json::String(when)) = case.bind.get("when") {
            text = text.replace(&format!("\"{when}\""), when);
        }
        let file = folder.join(format!("case{index:03}.yaml"));
        std::fs::write(&file, text).unwrap();
        file
    };
    cases.iter().enumerate().map(write).collect()
}

/// How many views there are at a time: SQLite parses all of them whenever it opens the file.
const VIEWS: usize = 12;

/// Compares all cases on one registry with what Butler says; returns the number of cells, and of
/// cases that both refuse.
fn compared(
    registry: &Registry<'_>,
    cases: &[Case],
    files: &[PathBuf],
    butler: &[Table],
    options: &[&str],
) -> (usize, usize) {
    let mut accepted = Vec::new();
    let mut failed = 0;
    let mut wrong = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let view = format!("w{}", accepted.len() % VIEWS);
        let expected = &butler[index];
        match (registry.generate(&files[index], &view, options), &expected.error, &case.refused) {
            (Ok(sql), None, None) => accepted.push((index, view, sql)),
            (Err(said), Some(_), None) if said.contains("error") => failed += 1,
            (Err(said), None, Some(code)) if said.contains(code.as_str()) => {}
            (ours, theirs, _) => {
                wrong.push(format!("{case:?}\n  Butler: {theirs:?}\n  here: {ours:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}: {}", registry.name(), wrong.join("\n"));
    let mut total = Report::default();
    for some in accepted.chunks(VIEWS) {
        registry.clear();
        let script: String = some.iter().map(|(_, _, sql)| sql.as_str()).collect();
        registry.apply(&script);
        let select = |(index, view, _): &(usize, String, String)| {
            let view = registry.view(view);
            format!("SELECT {index} AS number, obs_publisher_did, lsst_run FROM {view}")
        };
        let selects: Vec<String> = some.iter().map(select).collect();
        let actual = registry.rows(&selects.join("\nUNION ALL "));
        for &(index, ..) in some {
            total.add(compared_case(&cases[index], index, &butler[index], &actual));
        }
    }
    registry.clear();
    println!(
        "{} {options:?}: {} cases, {failed} refused by both, {total}",
        registry.name(),
        cases.len()
    );
    (total.assert_equal(registry.name()), failed)
}

/// Compares one case with its rows among those of several views.
fn compared_case(case: &Case, index: usize, expected: &Table, actual: &Table) -> Report {
    let wanted = ["obs_publisher_did", "lsst_run"];
    let places = wanted.map(|name| expected.column(name).unwrap());
    let chosen = |row: &Vec<Json>| places.iter().map(|&place| row[place].clone()).collect();
    let columns = wanted.map(str::to_owned).to_vec();
    let expected = Table {
        columns: columns.clone(),
        rows: expected.rows.iter().map(chosen).collect(),
        ..Table::default()
    };
    let of_case = actual.rows.iter().filter(|row| row[0].as_u64() == Some(index as u64));
    let rows = of_case.map(|row| row[1..].to_vec()).collect();
    let found = Table { columns, rows, ..Table::default() };
    let mut report = compare(&expected, &found, &["obs_publisher_did"]);
    for mismatch in report.mismatches.iter_mut().take(1) {
        *mismatch = format!("{:?} ({} rows): {mismatch}", case, report.rows);
    }
    report.mismatches.truncate(1);
    report
}

#[test]
fn every_expression_on_both_databases() {
    let cases = cases();
    let folder = tempfile::tempdir().unwrap();
    let files = mappings(&cases, folder.path());
    let cluster = Cluster::shared();
    let sqlite = Survey::newest().sqlite();
    let postgres = Survey::newest().postgres(cluster);
    let registries = [Registry::Sqlite(&sqlite), Registry::Postgres(&postgres, cluster)];
    for registry in &registries {
        let rows = registry.repository().answers(&files, Asked::Rows);
        let (cells, failed) = compared(registry, &cases, &files, &rows, &["--parity"]);
        assert!(cells > 5_000 && failed > 30, "{cells} {failed}");
    }
    // Without --parity both databases do as Butler on PostgreSQL, and no region has to exist.
    let ids = postgres.answers(&files, Asked::Ids);
    for registry in &registries {
        compared(registry, &cases, &files, &ids, &[]);
    }
}

#[test]
fn other_schemas_of_a_registry() {
    let mut cases = cases();
    // Elements that old universes do not have, and what they hold in a different way.
    cases.retain(|case| !["day_obs", "group"].iter().any(|name| case.text.contains(name)));
    let folder = tempfile::tempdir().unwrap();
    for survey in [
        Survey::newest().with(&["--collections", "name", "--datasets", "1.0.0"]),
        Survey::new(0),
        Survey::new(3),
    ] {
        let repository = survey.sqlite();
        let files = mappings(&cases, folder.path());
        let rows = repository.answers(&files, Asked::Rows);
        compared(&Registry::Sqlite(&repository), &cases, &files, &rows, &["--parity"]);
    }
}
