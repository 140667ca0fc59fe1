//! Without `--parity` a view differs from Butler's rows as docs/deviations.md says, and in nothing else.
//!
//! What Butler's exporter does with a dataset follows from the registry's tables, which are read here:
//! which visits an exposure has, which of them agree with it, where there is a region. So every row
//! that Butler lacks has a documented reason, every other one must be among Butler's, and the
//! geometry of each is that of the region that the documents name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod parity_support;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use parity_support::{DataId, Facts, table};
use serde_json::Value as Json;
use support::compare::{compare, equal};
use support::postgres::Cluster;
use support::survey::{Asked, Repository, Survey, mapping};
use support::table::Table;
use support::view::{REGION_COLUMNS, Registry};

/// Every dataset's data ID, of the types in a mapping.
fn data_ids(registry: &Registry<'_>, types: &[String]) -> BTreeMap<String, DataId> {
    let mut found = BTreeMap::new();
    let sql = "SELECT name, tag_association_table, id FROM ";
    for row in registry.rows(&format!("{sql}{}", table(registry, "dataset_type"))).rows {
        if !types.iter().any(|name| *name == row[0]) {
            continue;
        }
        let tags = table(registry, row[1].as_str().unwrap());
        let ids =
            registry.rows(&format!("SELECT * FROM {tags} WHERE dataset_type_id = {}", row[2]));
        let dataset = ids.column("dataset_id").unwrap();
        for row in ids.rows {
            let uuid = row[dataset].as_str().unwrap().replace('-', "");
            found.insert(uuid, ids.columns.iter().cloned().zip(row).collect());
        }
    }
    found
}

/// The mapping with Butler's live manager in place of the exporter: it has a row of every dataset in
/// any run, whatever the region.
fn live(file: &Path, folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(file).unwrap();
    let mut mapping: serde_yaml::Mapping = serde_yaml::from_str(&text).unwrap();
    for key in ["collections", "where", "dataset_type_constraints"] {
        mapping.remove(key);
    }
    mapping.insert("version".into(), 1.into());
    mapping.insert("collection_type".into(), "RUN".into());
    let copy = folder.join("live.yaml");
    std::fs::write(&copy, serde_yaml::to_string(&mapping).unwrap()).unwrap();
    copy
}

/// How many alternatives of its type's constraints each dataset satisfies: Butler is asked about them
/// one by one.
fn alternatives(truth: &Repository, file: &Path, folder: &Path) -> BTreeMap<String, usize> {
    let text = std::fs::read_to_string(file).unwrap();
    let mapping: serde_yaml::Mapping = serde_yaml::from_str(&text).unwrap();
    let types = mapping["dataset_types"].as_mapping().unwrap();
    let constraints = mapping.get("dataset_type_constraints").and_then(|all| all.as_mapping());
    let count = |name: &serde_yaml::Value| {
        let list = constraints.and_then(|all| all.get(name)?.as_sequence());
        list.map_or(1, |list| list.len().max(1))
    };
    let mut found = BTreeMap::new();
    for number in 0..types.keys().map(count).max().unwrap() {
        let mut one = mapping.clone();
        let of_types = one["dataset_types"].as_mapping_mut().unwrap();
        *of_types = types.clone().into_iter().filter(|(name, _)| number < count(name)).collect();
        for (name, list) in constraints.into_iter().flatten() {
            let chosen = list.as_sequence().unwrap().get(number).into_iter().cloned().collect();
            one["dataset_type_constraints"][name] = serde_yaml::Value::Sequence(chosen);
        }
        let copy = folder.join(format!("alternative{number}.yaml"));
        std::fs::write(&copy, serde_yaml::to_string(&one).unwrap()).unwrap();
        for row in truth.answers(&[copy], Asked::Ids).remove(0).rows {
            *found.entry(dataset(row[0].as_str().unwrap())).or_default() += 1;
        }
    }
    found
}

/// A mapping of `tests/oracle/mappings`, without what joins a visit to exposures by its constraint:
/// their rows in Butler are those of this visit only.
fn subject(name: &str, folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(mapping(name)).unwrap();
    let mut all: serde_yaml::Mapping = serde_yaml::from_str(&text).unwrap();
    if name == "alternatives" {
        all["dataset_types"].as_mapping_mut().unwrap().remove("raw").unwrap();
        // What an empty list means, as `obscore_many.py` can ask it.
        all["dataset_type_constraints"]["filter_curve"] =
            serde_yaml::from_str("[{where: ''}]").unwrap();
    }
    let copy = folder.join("mapping.yaml");
    std::fs::write(&copy, serde_yaml::to_string(&all).unwrap()).unwrap();
    copy
}

/// The rows by the dataset at the end of their publisher DID.
fn by_dataset(table: &Table) -> BTreeMap<String, Vec<Vec<Json>>> {
    let did = table.column("obs_publisher_did").unwrap();
    let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in &table.rows {
        rows.entry(dataset(row[did].as_str().unwrap())).or_default().push(row.clone());
    }
    rows
}

fn dataset(did: &str) -> String {
    did.rsplit('=').next().unwrap().replace('-', "")
}

/// How many rows of a view deviate from Butler's answers about `truth`, and why.
fn checked(
    registry: &Registry<'_>,
    truth: &Repository,
    facts: &Facts,
    name: &str,
) -> BTreeMap<&'static str, usize> {
    let folder = tempfile::tempdir().unwrap();
    let file = subject(name, folder.path());
    let view = format!("own_{name}");
    let sql = registry.generate(&file, &view, &[]).unwrap_or_else(|said| panic!("{name}: {said}"));
    registry.apply(&sql);
    let actual = registry.rows(&format!("SELECT * FROM {}", registry.view(&view)));
    let [exported, everything] = [file.clone(), live(&file, folder.path())]
        .map(|file| truth.rows(&file))
        .map(|table| table.error.is_none().then_some(table).expect("rows of Butler"));
    let places = REGION_COLUMNS.map(|name| exported.column(name).unwrap());
    let mut theirs = by_dataset(&exported);
    let kept = by_dataset(&everything);
    let text = std::fs::read_to_string(&file).unwrap();
    let types: serde_yaml::Mapping = serde_yaml::from_str(&text).unwrap();
    let types = types["dataset_types"].as_mapping().unwrap().keys();
    let types: Vec<String> = types.map(|name| name.as_str().unwrap().to_owned()).collect();
    let ids = data_ids(registry, &types);
    let mut reasons = BTreeMap::new();
    let mut expected = Table { rows: Vec::new(), ..exported.clone() };
    let times = alternatives(truth, &file, folder.path());
    let found = truth.answers(&[file], Asked::Ids).remove(0);
    for row in &found.rows {
        let dataset = dataset(row[0].as_str().unwrap());
        let mut footprint = facts.footprint(&ids[&dataset]);
        if footprint.butler.len() > 1 {
            *reasons.entry("exposure in several visits").or_default() += 1;
        }
        if times[&dataset] > 1 {
            *reasons.entry("several constraints satisfied").or_default() += 1;
        }
        footprint.butler = vec![footprint.butler; times[&dataset]].concat();
        let rows = theirs.remove(&dataset).unwrap_or_default();
        // Butler's own rows are as the registry lets expect.
        let mut there: Vec<_> = rows.iter().map(|row| places.map(|i| row[i].clone())).collect();
        assert_eq!(there.len(), footprint.butler.len(), "{name}: {:?}", ids[&dataset]);
        for region in &footprint.butler {
            let cells = facts.butler_columns(region);
            let same =
                |row: &[Json; 4]| (0..4).all(|i| equal(REGION_COLUMNS[i], &cells[i], &row[i]));
            let place = there.iter().position(same);
            there.remove(place.unwrap_or_else(|| panic!("{name}: {cells:?} not in {there:?}")));
        }
        let mut row = match (rows.into_iter().next(), footprint.reason) {
            (Some(row), None) => row,
            (None, Some(reason)) => {
                *reasons.entry(reason).or_default() += 1;
                let row = &kept[&dataset][0];
                let cell = |name| row[everything.column(name).unwrap()].clone();
                exported.columns.iter().map(|name| cell(name)).collect()
            }
            (row, reason) => panic!("{name}: {row:?} {reason:?}"),
        };
        for (place, cell) in places.iter().zip(facts.own_columns(&footprint.own)) {
            row[*place] = cell;
        }
        expected.rows.push(row);
    }
    assert!(theirs.is_empty(), "{name}: Butler has more: {theirs:?}");
    let report = compare(&expected, &actual, &["obs_publisher_did"]);
    println!("{} without parity, {name}: {report}; {reasons:?}", registry.name());
    report.assert_equal(name);
    reasons
}

/// Butler is asked on SQLite only: its rows are the same on PostgreSQL, as `support_works` sees.
#[test]
fn every_difference_is_documented() {
    let repository = Survey::newest().sqlite();
    let cluster = Cluster::shared();
    let other = Survey::newest().postgres(cluster);
    for registry in [Registry::Sqlite(&repository), Registry::Postgres(&other, cluster)] {
        let facts = Facts::new(&registry);
        let mut seen = BTreeSet::new();
        for name in ["search", "constraints", "tagged_first", "alternatives"] {
            seen.extend(checked(&registry, &repository, &facts, name).into_keys());
        }
        assert_eq!(seen.len(), 5, "{}: not all happen: {seen:?}", registry.name());
    }
}
