//! The rows of a view made with `--parity` are Butler's own, on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::compare::{Report, compare};
use support::postgres::Cluster;
use support::survey::{Survey, mapping};
use support::table::Table;
use support::view::{REGION_STRATEGIES, Registry, without_regions};

/// Mappings that both dialects can write, with the key of their rows.
const MAPPINGS: [(&str, &[&str]); 10] = [
    ("search", &["obs_publisher_did"]),
    ("constraints", &["obs_publisher_did"]),
    ("templates", &["obs_publisher_did"]),
    ("templates_hard", &["obs_publisher_did"]),
    ("calibrations", &["obs_publisher_did"]),
    ("tagged_first", &["obs_publisher_did"]),
    ("alternatives", &["obs_publisher_did"]),
    ("runs", &["registry_dataset_id"]),
    ("live_all", &["registry_dataset_id"]),
    ("tagged", &["registry_dataset_id"]),
];

/// Compares the mappings on one registry; what Butler calls `registry_dataset_id` is in no ObsCore
/// view, so live mappings get it from their own publisher DID.
fn compared(
    registry: &Registry<'_>,
    universe: u32,
    names: &[(&str, &[&str])],
    regions: &str,
) -> usize {
    let mut total = Report::default();
    for (name, key) in names {
        let file = mapping(name);
        let expected = registry.repository().rows(&file);
        assert!(expected.error.is_none(), "{name}: {:?}", expected.error);
        let live = key == &["registry_dataset_id"];
        let view = format!("parity_{name}_{regions}");
        let options = ["--parity", "--regions", regions];
        let sql = match live {
            true => {
                let folder = tempfile::tempdir().unwrap();
                let file = with_identifiers(&file, folder.path());
                registry.generate(&file, &view, &options)
            }
            false => registry.generate(&file, &view, &options),
        };
        let sql = sql.unwrap_or_else(|said| panic!("{name}: {said}"));
        registry.apply(&sql);
        let mut actual = registry.rows(&format!("SELECT * FROM {}", registry.view(&view)));
        if live {
            let did = actual.column("obs_publisher_did").unwrap();
            "registry_dataset_id".clone_into(&mut actual.columns[did]);
            actual.columns.push("obs_publisher_did".to_owned());
            actual.types.push(String::new());
            actual.rows.iter_mut().for_each(|row| row.push(serde_json::Value::Null));
        }
        let report = match REGION_STRATEGIES.contains(&regions) {
            true => compare(&expected, &actual, key),
            false => compare(&without_regions(expected), &without_regions(actual), key),
        };
        println!("{} universe {universe}, {name}, {regions}: {report}", registry.name());
        total.add(report);
    }
    total.assert_equal(registry.name())
}

/// A copy of a mapping whose rows carry the dataset's identifier.
fn with_identifiers(file: &std::path::Path, folder: &std::path::Path) -> std::path::PathBuf {
    let text = std::fs::read_to_string(file).unwrap();
    let copy = folder.join("mapping.yaml");
    std::fs::write(&copy, format!("{text}\nobs_publisher_did_fmt: \"{{id}}\"\n")).unwrap();
    copy
}

#[test]
fn sqlite() {
    let repository = Survey::new(8).sqlite();
    let cells = compared(&Registry::Sqlite(&repository), 8, &MAPPINGS, "inline");
    assert!(cells > 250_000, "{cells}");
}

#[test]
fn postgres() {
    let cluster = Cluster::shared();
    let repository = Survey::new(8).postgres(cluster);
    for regions in REGION_STRATEGIES {
        let cells = compared(&Registry::Postgres(&repository, cluster), 8, &MAPPINGS, regions);
        assert!(cells > 250_000, "{cells}");
    }
}

#[test]
fn collections_by_name_and_dates_as_text() {
    let survey = Survey::new(8).with(&["--collections", "name", "--datasets", "1.0.0"]);
    let repository = survey.sqlite();
    compared(&Registry::Sqlite(&repository), 8, &MAPPINGS, "inline");
    let cluster = Cluster::shared();
    let repository = survey.postgres(cluster);
    compared(&Registry::Postgres(&repository, cluster), 8, &MAPPINGS, "functions");
}

#[test]
fn every_universe() {
    let common = ["search", "constraints", "runs", "tagged"];
    let mappings: Vec<(&str, &[&str])> =
        MAPPINGS.into_iter().filter(|(name, _)| common.contains(name)).collect();
    let cluster = Cluster::shared();
    for universe in 0..8 {
        let repository = Survey::new(universe).sqlite();
        compared(&Registry::Sqlite(&repository), universe, &mappings, "inline");
        let repository = Survey::new(universe).postgres(cluster);
        compared(&Registry::Postgres(&repository, cluster), universe, &mappings, "functions");
    }
}

/// Without `--parity`: Butler's rows, each dataset once, and the exposures and images that Butler's
/// join with a region loses.
#[test]
fn only_the_documented_deviations() {
    let repository = Survey::new(8).sqlite();
    let cluster = Cluster::shared();
    let other = Survey::new(8).postgres(cluster);
    for registry in [Registry::Sqlite(&repository), Registry::Postgres(&other, cluster)] {
        for name in ["search", "constraints", "tagged_first"] {
            let file = mapping(name);
            let sql = registry.generate(&file, &format!("own_{name}"), &[]);
            let sql = sql.unwrap_or_else(|said| panic!("{name}: {said}"));
            registry.apply(&sql);
            let view = registry.view(&format!("own_{name}"));
            let actual = without_regions(registry.rows(&format!("SELECT * FROM {view}")));
            let expected = without_regions(registry.repository().rows(&file));
            let did = actual.column("obs_publisher_did").unwrap();
            let wanted = first_rows(&expected);
            let mut seen = BTreeSet::new();
            let mut common = Table { rows: Vec::new(), ..actual.clone() };
            let mut added: BTreeMap<String, usize> = BTreeMap::new();
            for row in actual.rows {
                let id = row[did].to_string();
                assert!(seen.insert(id.clone()), "{name}: two rows of {id}");
                if wanted.contains_key(&id) {
                    common.rows.push(row);
                } else {
                    let subtype = common.column("dataproduct_type").unwrap();
                    *added.entry(row[subtype].to_string()).or_default() += 1;
                }
            }
            assert!(
                wanted.keys().all(|id| seen.contains(id)),
                "{name}: rows of Butler are missing"
            );
            let once = Table { rows: wanted.into_values().collect(), ..expected };
            let report = compare(&once, &common, &["obs_publisher_did"]);
            println!("{} without parity, {name}: {report}, more rows: {added:?}", registry.name());
            report.assert_equal(name);
        }
    }
}

/// The first row of each dataset: they differ in geometry only.
fn first_rows(table: &Table) -> BTreeMap<String, Vec<serde_json::Value>> {
    let did = table.column("obs_publisher_did").unwrap();
    let mut rows = BTreeMap::new();
    for row in &table.rows {
        rows.entry(row[did].to_string()).or_insert_with(|| row.clone());
    }
    rows
}
