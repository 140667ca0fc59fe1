//! Which region a dataset must have, and what Butler's exporter does with it: from the tables of a
//! registry, read with plain SQL, and from what sphgeom and Butler's plugin make of each region.

use std::collections::{BTreeMap, BTreeSet};

use obscore_view::region::{RegionOptions, columns};
use serde_json::{Value as Json, json};

use crate::support::python::script;
use crate::support::survey::NAMESPACE;
use crate::support::table::Table;
use crate::support::view::{REGION_COLUMNS, Registry};

/// Rows of a table of the registry: key → the rest.
type Records = BTreeMap<String, Vec<Json>>;

/// What the registry says about regions.
pub struct Facts {
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
pub type DataId = BTreeMap<String, Json>;

/// The region that a dataset must have, and Butler's reason to leave it out.
pub struct Footprint {
    /// The region, encoded.
    pub own: Json,
    /// Those of Butler's rows.
    pub butler: Vec<Json>,
    pub reason: Option<&'static str>,
}

/// The name of a registry's table in SQL.
pub fn table(registry: &Registry<'_>, name: &str) -> String {
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
    /// Reads the tables.
    pub fn new(registry: &Registry<'_>) -> Self {
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

    /// The region of a dataset with that data ID.
    pub fn footprint(&self, id: &DataId) -> Footprint {
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
    pub fn butler_columns(&self, region: &Json) -> Vec<Json> {
        match self.texts.get(&key([region])) {
            Some(row) if row[0] == true => row[1..].to_vec(),
            _ => vec![Json::Null; REGION_COLUMNS.len()],
        }
    }

    /// `REGION_COLUMNS` as docs/deviations.md has them: polygons wind the other way, other regions
    /// have sphgeom's bounding circle and the text that `region_rust.rs` compares with sphgeom.
    pub fn own_columns(&self, region: &Json) -> Vec<Json> {
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
