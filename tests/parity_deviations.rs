//! Without `--parity` a view differs from Butler's rows as docs/deviations.md says, and in nothing else.
//!
//! What Butler's exporter does with a dataset follows from the registry's tables, which are read here:
//! which visits an exposure has, which of them agree with it, where there is a region. So every row
//! that Butler lacks has a documented reason, every other one must be among Butler's, and the
//! geometry of each is that of the region that the documents name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use obscore_view::region::{RegionOptions, columns};
use serde_json::{Value as Json, json};
use support::compare::{compare, equal};
use support::postgres::Cluster;
use support::python::script;
use support::survey::{Asked, NAMESPACE, Repository, Survey, mapping};
use support::table::Table;
use support::view::{REGION_COLUMNS, Registry};

/// Rows of a table of the registry: key → the rest.
type Records = BTreeMap<String, Vec<Json>>;

/// What the registry says about regions.
struct Facts {
    /// Exposure → its visits, in order.
    visits: BTreeMap<String, Vec<i64>>,
    /// Exposure, or visit → physical filter and day.
    exposures: Records,
    visit_implies: Records,
    /// Element → key → the region.
    regions: BTreeMap<&'static str, Records>,
    /// Region → convex or not, and `REGION_COLUMNS` of sphgeom and of Butler's plugin.
    texts: Records,
}

/// A dataset: its type's name, and its data ID.
type DataId = BTreeMap<String, Json>;

/// The region that a dataset must have, and Butler's reason to leave it out.
struct Footprint {
    /// The region, encoded.
    own: Json,
    /// Those of Butler's rows.
    butler: Vec<Json>,
    reason: Option<&'static str>,
}

fn table(registry: &Registry<'_>, name: &str) -> String {
    match registry {
        Registry::Sqlite(_) => name.to_owned(),
        Registry::Postgres(..) => format!("{NAMESPACE}.{name}"),
    }
}

fn key<'a>(parts: impl IntoIterator<Item = &'a Json>) -> String {
    parts.into_iter().map(Json::to_string).collect::<Vec<_>>().join(" ")
}

fn records(registry: &Registry<'_>, name: &str, keys: &str, rest: &str) -> Records {
    let count = keys.split(',').count();
    let rows = registry.rows(&format!("SELECT {keys}, {rest} FROM {}", table(registry, name))).rows;
    rows.into_iter().map(|row| (key(&row[..count]), row[count..].to_vec())).collect()
}

impl Facts {
    fn new(registry: &Registry<'_>) -> Self {
        let sql = "SELECT instrument, exposure, visit FROM ";
        let sql = format!("{sql}{} ORDER BY 1, 2, 3", table(registry, "visit_definition"));
        let mut visits: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for row in registry.rows(&sql).rows {
            visits.entry(key(&row[..2])).or_default().push(row[2].as_i64().unwrap());
        }
        let regions: BTreeMap<&str, Records> = [
            ("visit_detector_region", "instrument, visit, detector"),
            ("visit", "instrument, id"),
            ("patch", "skymap, tract, id"),
            ("tract", "skymap, id"),
        ]
        .map(|(name, keys)| (name, records(registry, name, keys, "region")))
        .into();
        let texts: BTreeSet<&str> =
            regions.values().flat_map(BTreeMap::values).filter_map(|row| row[0].as_str()).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), texts.into_iter().collect::<Vec<_>>().join("\n")).unwrap();
        let answers = Table::of(script("region_columns.py").arg(file.path()));
        let texts = answers.rows.into_iter().map(|row| (key(&row[..1]), row[1..].to_vec()));
        let implied = "physical_filter, day_obs";
        Self {
            visits,
            exposures: records(registry, "exposure", "instrument, id", implied),
            visit_implies: records(registry, "visit", "instrument, id", implied),
            texts: texts.collect(),
            regions,
        }
    }

    fn footprint(&self, id: &DataId) -> Footprint {
        let has = |name: &str| id.contains_key(name);
        let stored = |element: &str, names: &[&str]| {
            let record = self.regions[element].get(&key(names.iter().map(|&name| &id[name])));
            let region = record.map_or(Json::Null, |row| row[0].clone());
            let butler = record.map(|_| region.clone()).into_iter().collect();
            let reason = record.is_none().then_some("visit and detector without a region record");
            Footprint { own: region, butler, reason }
        };
        let skypix = id.keys().any(|name| name.starts_with("htm") || name.starts_with("healpix"));
        if has("visit") && (has("tract") || skypix) {
            // Two spatial families: no region, no join.
            Footprint { own: Json::Null, butler: vec![Json::Null], reason: None }
        } else if has("patch") {
            stored("patch", &["skymap", "tract", "patch"])
        } else if has("tract") {
            stored("tract", &["skymap", "tract"])
        } else if has("visit") && has("detector") {
            stored("visit_detector_region", &["instrument", "visit", "detector"])
        } else if has("visit") {
            stored("visit", &["instrument", "visit"])
        } else if has("exposure") {
            self.of_exposure(id)
        } else {
            Footprint { own: Json::Null, butler: vec![Json::Null], reason: None }
        }
    }

    /// The region of an exposure is that of its visits.
    fn of_exposure(&self, id: &DataId) -> Footprint {
        let exposure = key([&id["instrument"], &id["exposure"]]);
        let visits = self.visits.get(&exposure).map_or(&[][..], Vec::as_slice);
        let mut found = Vec::new();
        for visit in visits.iter().map(|&visit| json!(visit)) {
            let of_visit = key([&id["instrument"], &visit]);
            let region = match id.get("detector") {
                Some(detector) => self.regions["visit_detector_region"].get(&key([
                    &id["instrument"],
                    &visit,
                    detector,
                ])),
                None => self.regions["visit"].get(&of_visit),
            };
            if let Some(region) = region {
                let agrees = self.exposures[&exposure] == self.visit_implies[&of_visit];
                found.push((region[0].clone(), agrees));
            }
        }
        let agreeing = found.iter().filter(|(_, agrees)| *agrees);
        let butler: Vec<Json> = agreeing.map(|(region, _)| region.clone()).collect();
        let reason = match (visits, &found[..], &butler[..]) {
            ([], ..) => Some("exposure without a visit"),
            (_, [], _) => Some("visit and detector without a region record"),
            (.., []) => Some("filter or day differs from the visit's"),
            _ => None,
        };
        let own = found.first().map_or(Json::Null, |(region, _)| region.clone());
        Footprint { own, butler, reason }
    }

    /// `REGION_COLUMNS` as Butler has them: nothing unless the region is a convex polygon.
    fn butler_columns(&self, region: &Json) -> Vec<Json> {
        match self.texts.get(&key([region])) {
            Some(row) if row[0] == true => row[1..].to_vec(),
            _ => vec![Json::Null; REGION_COLUMNS.len()],
        }
    }

    /// `REGION_COLUMNS` as docs/deviations.md has them: polygons wind the other way, other regions
    /// have sphgeom's bounding circle and the text that `region_rust.rs` compares with sphgeom.
    fn own_columns(&self, region: &Json) -> Vec<Json> {
        let Some(row) = self.texts.get(&key([region])) else {
            return vec![Json::Null; REGION_COLUMNS.len()];
        };
        let mut cells = row[1..].to_vec();
        cells[3] = match cells[3].as_str() {
            Some(text) => rewound(text).into(),
            None => json!(columns(region.as_str().unwrap(), RegionOptions::default()).0.s_region),
        };
        cells
    }
}

/// A polygon of Butler's with all vertices but the first in reverse.
fn rewound(text: &str) -> String {
    let mut numbers: Vec<&str> = text.strip_prefix("POLYGON ICRS ").unwrap().split(' ').collect();
    let mut vertices: Vec<[&str; 2]> = Vec::new();
    while let [rest @ .., a, b] = &numbers[..] {
        vertices.push([a, b]);
        numbers.truncate(rest.len());
    }
    vertices.rotate_right(1);
    format!("POLYGON ICRS {}", vertices.concat().join(" "))
}

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
fn live(file: &Path, folder: &Path) -> std::path::PathBuf {
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
    let file = mapping(name);
    let view = format!("own_{name}");
    let sql = registry.generate(&file, &view, &[]).unwrap_or_else(|said| panic!("{name}: {said}"));
    registry.apply(&sql);
    let actual = registry.rows(&format!("SELECT * FROM {}", registry.view(&view)));
    let folder = tempfile::tempdir().unwrap();
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
    let found = truth.answers(&[file], Asked::Ids).remove(0);
    for row in &found.rows {
        let dataset = dataset(row[0].as_str().unwrap());
        let footprint = facts.footprint(&ids[&dataset]);
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
        if footprint.butler.len() > 1 {
            *reasons.entry("exposure in several visits").or_default() += 1;
        }
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
        for name in ["search", "constraints", "tagged_first"] {
            seen.extend(checked(&registry, &repository, &facts, name).into_keys());
        }
        assert_eq!(seen.len(), 4, "{}: not all happen: {seen:?}", registry.name());
    }
}
