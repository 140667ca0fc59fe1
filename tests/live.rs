//! Applied views while the real Butler writes: every change is in them right after its commit, an
//! open snapshot keeps what it has, and Butler is not held up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod live_support;
mod support;

use live_support::process::Process;
use live_support::reader::Reader;
use live_support::{Place, apply, butler, oracle};
use serde_json::{Value as Json, json};
use support::compare::compare;
use support::survey::{Repository, Survey, mapping};
use support::table::Table;

/// The views that are watched; each is the mapping `live_NAME`.
const VIEWS: [&str; 3] = ["runs", "search", "tagged"];
const CAMERA: &str = "SynthCam";

fn survey() -> Survey {
    Survey::newest()
}

/// A registry with its views, Butler at work on it, and those who watch.
struct Scene {
    place: Place,
    /// Keeps the registry until the end.
    _repository: Repository,
    butler: Process,
    oracle: Process,
    reader: Reader,
    /// Looks through a snapshot that was taken before everything. Not with a rollback journal,
    /// where it would keep Butler from committing.
    historian: Option<Reader>,
    seen: [Table; 3],
    cells: usize,
    steps: usize,
}

impl Scene {
    fn new(place: Place) -> Self {
        let repository = place.repository(&survey());
        for name in VIEWS {
            let mut options = vec!["--regions", "functions"];
            if name == "search" {
                // It is the exporter that this is compared with: all deviations off.
                options.push("--parity");
            }
            let said = apply(&repository, &mapping(&format!("live_{name}")), name, &options);
            // Not one of the collections exists yet.
            assert_eq!(said.contains("P006"), name != "runs", "{said}");
        }
        let reader = || match place {
            Place::Server => Reader::python(&repository),
            _ => Reader::program(&repository),
        };
        let historian = (place != Place::RollbackJournal).then(|| {
            let mut historian = reader();
            historian.begin();
            historian.view(&place.view(VIEWS[0]));
            historian
        });
        let mut reader = reader();
        let seen = VIEWS.map(|name| reader.view(&place.view(name)));
        let mut butler = butler(&repository);
        butler.line();
        let oracle = oracle(&repository);
        Self {
            place,
            _repository: repository,
            butler,
            oracle,
            reader,
            historian,
            seen,
            cells: 0,
            steps: 0,
        }
    }

    /// Lets Butler do something, which changes the views in `changed` to have so many rows and
    /// leaves the others as they are.
    fn step(&mut self, command: &Json, changed: &[(&str, usize)]) -> Json {
        let answer = self.butler.done(command);
        self.look(command, changed);
        answer
    }

    /// Lets Butler try what it refuses to do.
    fn refused(&mut self, command: &Json, error: &str) {
        let answer = self.butler.ask(command);
        assert_eq!(answer["error"], error, "{command}: {answer}");
        self.look(command, &[]);
    }

    fn look(&mut self, command: &Json, changed: &[(&str, usize)]) {
        let what = format!("{}, step {} {command}", self.place.name(), self.steps);
        // First of all: nothing is between the commit and this.
        let now = VIEWS.map(|name| self.reader.view(&self.place.view(name)));
        for (i, name) in VIEWS.iter().enumerate() {
            let mut truth = self.oracle.truth(&mapping(&format!("live_{name}")));
            assert!(truth.error.is_none(), "{what}: {:?}", truth.error);
            if let Some(own) = truth.column("registry_dataset_id") {
                truth.columns.remove(own);
                truth.rows.iter_mut().for_each(|row| drop(row.remove(own)));
            }
            let report = compare(&truth, &now[i], &["obs_publisher_did"]);
            assert!(report.mismatches.is_empty(), "{what}: {name}: {report}");
            assert_eq!(truth.rows.len(), now[i].rows.len(), "{what}: {name}");
            self.cells += report.cells;
            match changed.iter().find(|(view, _)| view == name) {
                Some((_, rows)) => {
                    assert_eq!(now[i].rows.len(), *rows, "{what}: {name}");
                    assert_ne!(now[i].rows, self.seen[i].rows, "{what}: {name} did not change");
                }
                None => assert_eq!(now[i].rows, self.seen[i].rows, "{what}: {name} changed"),
            }
        }
        if let Some(historian) = &mut self.historian {
            for name in VIEWS {
                let then = historian.view(&self.place.view(name));
                assert!(then.rows.is_empty(), "{what}: {name} changed within a snapshot");
            }
        }
        self.seen = now;
        self.steps += 1;
    }

    /// The cells of a column of the view `runs`, of rows of one dataset type.
    fn cells_of(&self, kind: &str, column: &str) -> Vec<&Json> {
        let table = &self.seen[0];
        let (kinds, column) =
            (table.column("lsst_dataset_type").unwrap(), table.column(column).unwrap());
        table.rows.iter().filter(|row| row[kinds] == kind).map(|row| &row[column]).collect()
    }
}

fn put(kind: &str, run: &str, ids: &[Json]) -> Json {
    json!({"do": "put", "type": kind, "run": run, "ids": ids})
}

fn exposure(exposure: u32, detector: u32) -> Json {
    json!({"instrument": CAMERA, "exposure": exposure, "detector": detector})
}

fn visit(visit: u32, detector: u32) -> Json {
    json!({"instrument": CAMERA, "visit": visit, "detector": detector})
}

fn chain(name: &str, children: &[&str]) -> Json {
    json!({"do": "chain", "name": name, "children": children})
}

fn every_change_shows(place: Place) {
    let mut scene = Scene::new(place);
    let scene = &mut scene;
    collections_and_exposures(scene);
    let firsts = chains(scene);
    tags_and_calibrations(scene, &firsts);
    transactions(scene);
    removals(scene, &firsts);
    println!(
        "{}: {} changes by Butler, {} cells equal to its own answers right after them",
        place.name(),
        scene.steps,
        scene.cells
    );
    assert!(scene.cells > 5000);
}

#[test]
fn every_change_shows_with_a_rollback_journal() {
    every_change_shows(Place::RollbackJournal);
}

#[test]
fn every_change_shows_with_wal() {
    every_change_shows(Place::Wal);
}

#[test]
fn every_change_shows_on_postgres() {
    every_change_shows(Place::Server);
}

fn collections_and_exposures(scene: &mut Scene) {
    // The collections that the views were told of come into being, empty.
    for command in [
        chain("Live/defaults", &[]),
        json!({"do": "tag", "name": "Live/picked", "uuids": []}),
        json!({"do": "certify", "name": "Live/calib", "uuids": []}),
    ] {
        scene.butler.done(&command);
    }
    for id in [910_001, 910_002] {
        scene.step(&json!({"do": "exposure", "instrument": CAMERA, "id": id}), &[]);
    }
    let raws: Vec<_> = (0..3).map(|detector| exposure(910_001, detector)).collect();
    scene.step(&put("raw", "Live/raw", &raws), &[("runs", 3)]);
    let log = json!({"instrument": CAMERA, "exposure": 910_001});
    scene.step(&put("exposure_log", "Live/raw", &[log]), &[("runs", 4)]);
    assert!(scene.cells_of("raw", "s_region").iter().all(|cell| cell.is_null()));
    // Without a visit the exporter has no rows, and here all deviations from it are off.
    scene.step(&json!({"do": "extend", "name": "Live/defaults", "children": ["Live/raw"]}), &[]);
    scene.step(
        &json!({"do": "visit", "instrument": CAMERA, "id": 910_001, "exposures": [910_001],
                "ra": 41.0, "dec": -5.0, "half": 0.4}),
        &[("runs", 4), ("search", 4)],
    );
    let regions = scene.cells_of("raw", "s_region");
    assert!(regions.iter().all(|cell| cell.as_str().unwrap().starts_with("POLYGON ICRS ")));
    scene.step(
        &json!({"do": "region", "instrument": CAMERA, "visit": 910_001,
                "ra": 41.5, "dec": -5.5, "half": 0.3}),
        &[("runs", 4), ("search", 4)],
    );
}

/// Returns the identifiers of the first visit images and coadds.
fn chains(scene: &mut Scene) -> Vec<String> {
    let pair = [visit(910_001, 0), visit(910_001, 1)];
    let mut made = scene.step(&put("visit_image", "Live/run/1", &pair), &[("runs", 6)]);
    let extend =
        |name: &str, child: &str| json!({"do": "extend", "name": name, "children": [child]});
    scene.step(&extend("Live/defaults", "Live/run/1"), &[("search", 6)]);
    scene.step(&put("visit_image", "Live/run/2", &pair), &[("runs", 8)]);
    // Found first now, instead of those of run 1; then behind them again.
    scene.step(
        &json!({"do": "prepend", "name": "Live/defaults", "children": ["Live/run/2"]}),
        &[("search", 6)],
    );
    scene
        .step(&chain("Live/defaults", &["Live/raw", "Live/run/1", "Live/run/2"]), &[("search", 6)]);
    scene.step(&chain("Live/inner", &["Live/run/2"]), &[]);
    scene
        .step(&chain("Live/defaults", &["Live/inner", "Live/run/1", "Live/raw"]), &[("search", 6)]);
    let coadds =
        ["g", "r"].map(|band| json!({"skymap": "rings_v1", "tract": 0, "patch": 0, "band": band}));
    let coadds = scene.step(&put("deep_coadd", "Live/run/3", &coadds), &[("runs", 10)]);
    scene.step(&extend("Live/inner", "Live/run/3"), &[("search", 8)]);
    let mut all = made["uuids"].as_array_mut().unwrap().clone();
    all.extend_from_slice(coadds["uuids"].as_array().unwrap());
    all.iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

fn tags_and_calibrations(scene: &mut Scene, firsts: &[String]) {
    let tag = |what: &str, ids: &[&str]| json!({"do": what, "name": "Live/picked", "uuids": ids});
    // Their data IDs are found before Live/picked is looked at.
    scene.step(&tag("tag", &[&firsts[0], &firsts[2]]), &[("tagged", 2)]);
    scene.step(&tag("untag", &[&firsts[0]]), &[("tagged", 1)]);
    // No pattern matches this run, and no chain has it.
    let hidden = scene.step(&put("visit_image", "Live/private", &[visit(910_001, 2)]), &[]);
    let hidden = hidden["uuids"][0].as_str().unwrap();
    scene.step(&tag("tag", &[hidden]), &[("tagged", 2), ("search", 9)]);
    let detectors = [0, 1, 2].map(|number| json!({"instrument": CAMERA, "detector": number}));
    let mut biases = scene.step(&put("bias", "Live/calib/run", &detectors), &[]);
    // One is tagged: among nothing but calibrations, Butler gives up at the two ranges to come.
    let tagged = biases["uuids"].as_array_mut().unwrap().pop().unwrap();
    scene.step(&tag("tag", &[tagged.as_str().unwrap()]), &[("search", 10)]);
    let span = |begin: &str, end: &str| {
        json!({"name": "Live/calib", "type": "bias", "uuids": biases["uuids"],
               "begin": begin, "end": end})
    };
    let with = |mut command: Json, what: &str| {
        command["do"] = json!(what);
        command
    };
    let years = span("2024-01-01T00:00:00", "2026-01-01T00:00:00");
    scene.step(&with(years, "certify"), &[("search", 12)]);
    // Two ranges remain of each, and still one row.
    let summer = span("2024-06-01T00:00:00", "2024-09-01T00:00:00");
    scene.step(&with(summer, "decertify"), &[]);
    scene
        .step(&json!({"do": "decertify", "name": "Live/calib", "type": "bias"}), &[("search", 10)]);
    // A visit of both exposures: the exporter has a row for each visit of an exposure.
    scene.step(&put("raw", "Live/raw", &[exposure(910_002, 0)]), &[("runs", 11)]);
    scene.step(
        &json!({"do": "visit", "instrument": CAMERA, "id": 910_100, "system": 1,
                "exposures": [910_001, 910_002], "ra": 41.0, "dec": -5.0, "half": 0.4}),
        &[("runs", 11), ("search", 15)],
    );
}

fn transactions(scene: &mut Scene) {
    let command = |what: &str| json!({ "do": what });
    let one = put("visit_image", "Live/run/1", &[visit(910_100, 0)]);
    scene.step(&command("begin"), &[]);
    scene.step(&one, &[]);
    scene.step(&command("rollback"), &[]);
    scene.step(&command("begin"), &[]);
    scene.step(&one, &[]);
    scene.step(&command("commit"), &[("runs", 12), ("search", 16)]);
    scene.refused(&one, "ConflictingDefinitionError");
}

fn removals(scene: &mut Scene, firsts: &[String]) {
    // With the first one found gone, its like in another run is found.
    let column = scene.seen[1].column("obs_publisher_did").unwrap();
    let shown = scene.seen[1].rows.iter().map(|row| row[column].as_str().unwrap());
    let shown: Vec<_> = shown.map(|did| did.rsplit('=').next().unwrap()).collect();
    assert!(!shown.contains(&firsts[0].as_str()), "hidden by run 2");
    let run = scene.cells_of("visit_image", "lsst_run");
    let did = scene.cells_of("visit_image", "obs_publisher_did");
    let detector = scene.cells_of("visit_image", "lsst_detector");
    let first = (0..run.len()).find(|&i| run[i] == "Live/run/2" && *detector[i] == 0).unwrap();
    let winner = did[first].as_str().unwrap().rsplit('=').next().unwrap().to_owned();
    scene.step(&json!({"do": "prune", "uuids": [winner]}), &[("runs", 11), ("search", 16)]);
    scene.step(&chain("Live/inner", &["Live/run/3"]), &[("search", 16)]);
    scene.step(&json!({"do": "remove_run", "name": "Live/run/2"}), &[("runs", 10)]);
    // One of the two coadds is in Live/picked, too.
    scene.step(&chain("Live/defaults", &["Live/run/1", "Live/raw"]), &[("search", 15)]);
    scene.step(&json!({"do": "remove_chain", "name": "Live/inner"}), &[]);
    scene.step(
        &json!({"do": "prune", "uuids": [firsts[2]]}),
        &[("runs", 9), ("search", 14), ("tagged", 1)],
    );
    scene.step(&chain("Live/defaults", &[]), &[("search", 2)]);
}

/// What a view cannot follow: a dataset type that is registered later, and on SQLite a pattern that
/// is not a GLOB. `apply` shows them.
#[test]
fn what_needs_another_apply_says_so() {
    for place in [Place::Wal, Place::Server] {
        let repository = place.repository(&survey());
        let file = mapping("live_later");
        let said = apply(&repository, &file, "later", &[]);
        assert!(said.contains("live_later"), "{said}");
        assert_eq!(said.contains("P009"), place == Place::Wal, "{said}");
        let mut butler = butler(&repository);
        butler.line();
        butler.done(&json!({"do": "exposure", "instrument": CAMERA, "id": 920_001}));
        butler.done(&json!({"do": "register", "type": "live_later",
                            "dimensions": ["instrument", "exposure", "detector"]}));
        for kind in ["live_later", "raw"] {
            butler.done(&put(kind, "Live/night/20240301", &[exposure(920_001, 0)]));
        }
        let mut reader = Reader::python(&repository);
        let before = reader.view(&place.view("later")).rows.len();
        assert_eq!(before, usize::from(place == Place::Server), "{}", place.name());
        apply(&repository, &file, "later", &[]);
        let now = reader.view(&place.view("later"));
        let truth = oracle(&repository).truth(&file);
        assert_eq!(now.rows.len(), 2);
        assert_eq!(truth.rows.len(), 2);
    }
}
