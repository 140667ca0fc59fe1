//! Counts are those of the rows, whatever they are grouped by: where datasets are counted before anything is joined
//! to them, where several collections have a data ID, and where one collection has it several times.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod query_support;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use obscore_view::stream::engine::Service;
use query_support::{answer, prepare, service_of};
use serde_json::Value as Json;
use support::postgres::Cluster;
use support::python::newest_universe;
use support::survey::{Survey, mapping};

/// Columns of the data ID, of records of its dimensions, and constants.
const COLUMNS: [&str; 9] = [
    "dataproduct_subtype",
    "calib_level",
    "obs_id",
    "instrument_name",
    "target_name",
    "t_min",
    "t_exptime",
    "em_filter_name",
    "obs_collection",
];

/// Columns by their positions: all alone, and some together.
fn groups() -> Vec<Vec<usize>> {
    let alone = (0..COLUMNS.len()).map(|at| vec![at]);
    let together =
        [vec![5, 7], vec![0, 3], vec![2, 4, 7], vec![3, 6], (0..COLUMNS.len()).collect()];
    alone.chain(together).collect()
}

fn text(row: &[Json], columns: &[usize]) -> String {
    format!("{:?}", columns.iter().map(|at| &row[*at]).collect::<Vec<_>>())
}

/// Compares counts with rows; how many of them were compared.
async fn compare(service: &Service, name: &str) -> usize {
    let all = format!("SELECT {} FROM ivoa.ObsCore", COLUMNS.join(", "));
    let rows = answer(service, &all, &[]).await.rows;
    let (mut compared, mut conditions) = (0, vec![(String::new(), rows.clone())]);
    let mut begins: Vec<f64> = rows.iter().filter_map(|row| row[5].as_f64()).collect();
    begins.sort_by(f64::total_cmp);
    if let Some(middle) = begins.get(begins.len() / 2) {
        let later = |row: &&Vec<Json>| row[5].as_f64().is_some_and(|begin| begin > *middle);
        let later = rows.iter().filter(later).cloned().collect();
        conditions.push((format!(" WHERE t_min > {middle:?}"), later));
    }
    let band = |row: &&Vec<Json>| row[7].as_str() == Some("r");
    let band = rows.iter().filter(band).cloned().collect();
    conditions.push((" WHERE em_filter_name = 'r'".to_owned(), band));
    if let Some(id) = rows.iter().find_map(|row| row[2].as_str()) {
        let one = rows.iter().filter(|row| row[2].as_str() == Some(id)).cloned().collect();
        conditions.push((format!(" WHERE obs_id = '{}'", id.replace('\'', "''")), one));
    }
    for (condition, rows) in &conditions {
        let shown = format!("SELECT obs_publisher_did FROM ivoa.ObsCore{condition}");
        assert_eq!(answer(service, &shown, &[]).await.rows.len(), rows.len(), "{name}: {shown}");
        let total = format!("SELECT COUNT(*) FROM ivoa.ObsCore{condition}");
        assert_eq!(answer(service, &total, &[]).await.rows, [[rows.len()]], "{name}: {total}");
        for group in groups() {
            let mut expected: BTreeMap<String, u64> = BTreeMap::new();
            for row in rows {
                *expected.entry(text(row, &group)).or_default() += 1;
            }
            let by = group.iter().map(|at| COLUMNS[*at]).collect::<Vec<_>>().join(", ");
            let adql = format!(
                "SELECT {by}, COUNT(*) AS datasets FROM ivoa.ObsCore{condition} GROUP BY {by}"
            );
            let found = answer(service, &adql, &[]).await.rows;
            let at: Vec<usize> = (0..group.len()).collect();
            let counts: BTreeMap<String, u64> = found
                .iter()
                .map(|row| (text(row, &at), row[group.len()].as_u64().unwrap()))
                .collect();
            assert_eq!(counts, expected, "{name}: {adql}");
            let different = format!("SELECT DISTINCT {by} FROM ivoa.ObsCore{condition}");
            let different = answer(service, &different, &[]).await.rows;
            let different: BTreeSet<String> = different.iter().map(|row| text(row, &at)).collect();
            assert!(different.iter().eq(expected.keys()), "{name}: {adql}");
            let many = format!("{adql} HAVING COUNT(*) > 2 ORDER BY COUNT(*)");
            let many = answer(service, &many, &[]).await.rows.len();
            assert_eq!(
                many,
                expected.values().filter(|count| **count > 2).count(),
                "{name}: {adql}"
            );
            compared += counts.len();
        }
    }
    compared
}

/// A mapping, with other collections where they are given.
fn variant(folder: &tempfile::TempDir, name: &str, collections: Option<&str>) -> PathBuf {
    let file = mapping(name);
    let Some(collections) = collections else { return file };
    let text = std::fs::read_to_string(&file).unwrap();
    let lines = text.lines().map(|line| match line.starts_with("collections:") {
        true => format!("collections: {collections}"),
        false => line.to_owned(),
    });
    let other = folder.path().join(format!("{name}.yaml"));
    std::fs::write(&other, lines.collect::<Vec<_>>().join("\n")).unwrap();
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counts_are_those_of_the_rows() {
    let survey = Survey::new(newest_universe());
    let folder = tempfile::tempdir().unwrap();
    // Two biases for a data ID in one collection, and in another one.
    let series = "[\"Survey/calib/series\", \"Survey/calib/certified\"]";
    let mappings = [
        ("search", None),
        ("runs", None),
        ("tagged_first", None),
        ("templates", None),
        ("calibrations", None),
        ("calibrations", Some(series)),
    ];
    for repository in [survey.sqlite(), survey.postgres(Cluster::shared())] {
        for (name, collections) in mappings {
            let file = variant(&folder, name, collections);
            let service = service_of(&repository.root, &file, false).await;
            let compared = compare(&service, name).await;
            println!("{name}: {compared} counts");
            assert!(compared > 20, "{name}: {compared}");
        }
    }
}

/// The statement counts first; one that shows datasets does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn datasets_are_counted_before_joins() {
    let survey = Survey::new(newest_universe());
    for repository in [survey.sqlite(), survey.postgres(Cluster::shared())] {
        let service = service_of(&repository.root, &mapping("search"), true).await;
        let from = "FROM ivoa.ObsCore";
        for (adql, is_counted) in [
            (format!("SELECT COUNT(*) {from}"), true),
            (format!("SELECT t_min, MAX(target_name), COUNT(*) {from} GROUP BY t_min"), true),
            (
                format!("SELECT obs_publisher_did, COUNT(*) {from} GROUP BY obs_publisher_did"),
                false,
            ),
            (format!("SELECT DISTINCT t_min {from}"), true),
            (format!("SELECT MIN(t_min), COUNT(DISTINCT target_name) {from}"), true),
            (format!("SELECT TOP 3 t_min {from}"), false),
            (format!("SELECT COUNT(t_min) {from}"), false),
            (format!("SELECT SUM(t_exptime), COUNT(*) {from}"), false),
            (
                format!(
                    "SELECT COUNT(*) {from} AS a JOIN ivoa.ObsCore AS b ON a.obs_id = b.obs_id"
                ),
                false,
            ),
        ] {
            let prepared = prepare(&service, &adql, &[]).unwrap();
            let statements = service.statements(&prepared, &[], None, false).await.unwrap();
            let found = statements.iter().any(|one| one.written.text.contains("count(DISTINCT t."));
            assert_eq!(found, is_counted, "{adql}");
        }
    }
}
