//! The rows of a view made with `--parity` are Butler's own, on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod support;

use std::path::PathBuf;

use support::compare::{Report, compare};
use support::postgres::Cluster;
use support::python::newest_universe;
use support::survey::{Asked, Repository, Survey, mapping};
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

/// Compares the mappings on one registry with Butler's rows of `truth`; what Butler calls
/// `registry_dataset_id` is in no ObsCore view, so live mappings get it from their own publisher DID.
fn compared(
    registry: &Registry<'_>,
    truth: &Repository,
    universe: u32,
    names: &[(&str, &[&str])],
    regions: &str,
) -> usize {
    let files: Vec<PathBuf> = names.iter().map(|(name, _)| mapping(name)).collect();
    let answers = truth.answers(&files, Asked::Rows);
    let mut total = Report::default();
    for (((name, key), file), expected) in names.iter().zip(files).zip(answers) {
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
fn with_identifiers(file: &std::path::Path, folder: &std::path::Path) -> PathBuf {
    let text = std::fs::read_to_string(file).unwrap();
    let copy = folder.join("mapping.yaml");
    std::fs::write(&copy, format!("{text}\nobs_publisher_did_fmt: \"{{id}}\"\n")).unwrap();
    copy
}

#[test]
fn sqlite() {
    let repository = Survey::newest().sqlite();
    let registry = Registry::Sqlite(&repository);
    let cells = compared(&registry, &repository, newest_universe(), &MAPPINGS, "inline");
    assert!(cells > 250_000, "{cells}");
}

#[test]
fn postgres() {
    let cluster = Cluster::shared();
    let repository = Survey::newest().postgres(cluster);
    let registry = Registry::Postgres(&repository, cluster);
    for regions in REGION_STRATEGIES {
        let cells = compared(&registry, &repository, newest_universe(), &MAPPINGS, regions);
        assert!(cells > 250_000, "{cells}");
    }
}

#[test]
fn collections_by_name_and_dates_as_text() {
    let survey = Survey::newest().with(&["--collections", "name", "--datasets", "1.0.0"]);
    let sqlite = survey.sqlite();
    let universe = newest_universe();
    compared(&Registry::Sqlite(&sqlite), &sqlite, universe, &MAPPINGS, "inline");
    let cluster = Cluster::shared();
    let postgres = survey.postgres(cluster);
    let registry = Registry::Postgres(&postgres, cluster);
    compared(&registry, &sqlite, universe, &MAPPINGS, "functions");
}

/// Butler is asked on SQLite only: its rows are the same on PostgreSQL, as `support_works` sees.
fn older(universes: std::ops::Range<u32>) {
    let common = ["search", "constraints", "runs", "tagged"];
    let mappings: Vec<(&str, &[&str])> =
        MAPPINGS.into_iter().filter(|(name, _)| common.contains(name)).collect();
    let cluster = Cluster::shared();
    for universe in universes {
        let sqlite = Survey::new(universe).sqlite();
        compared(&Registry::Sqlite(&sqlite), &sqlite, universe, &mappings, "inline");
        let postgres = Survey::new(universe).postgres(cluster);
        let registry = Registry::Postgres(&postgres, cluster);
        compared(&registry, &sqlite, universe, &mappings, "functions");
    }
}

// In two parts, which run at the same time.
#[test]
fn universes_0_to_3() {
    older(0..4);
}

#[test]
fn universes_from_4() {
    older(4..newest_universe());
}
