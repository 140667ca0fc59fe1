//! What each way to `ObsCore` costs Butler when it inserts: an applied view, the same with indexes on Butler's
//! tables, side tables of regions that triggers keep (`--regions ingest`), and Butler's own live table, each
//! with pgSphere where it can have it, against a registry that has none. `scripts/bench-inserts` runs it; it prints Markdown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod live_support;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use live_support::{Place, apply, obscore_view};
use serde_json::Value as Json;
use support::postgres::Cluster;
use support::python::{newest_universe, output, registry_script};
use support::survey::{NAMESPACE, Repository, Survey, mapping};
use tempfile::TempDir;

/// The mapping of the view, and the configuration of Butler's own table.
const MAPPING: &str = "runs";
/// Butler's plugin, which adds `spoly` and `spoint` columns with GiST indexes to its own table.
const PGSPHERE: &str = "
spatial_plugins:
  pgsphere:
    cls: lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin
    config: {region_column: pgs_region, position_column: pgs_center}
";
/// What is inserted, datasets a transaction, exposures a round, rounds, number of the first exposure.
const MEASURED: [[&str; 5]; 5] = [
    ["raws", "50", "50", "31", "2000000"],
    ["raws", "1", "5", "31", "3000000"],
    ["images", "50", "50", "15", "4000000"],
    ["images", "1", "5", "31", "5000000"],
    ["visits", "1", "50", "15", "6000000"],
];

/// Repositories alike but for their `ObsCore`, kept for as long as this is.
struct Contest {
    roots: Vec<(&'static str, PathBuf)>,
    repositories: Vec<Repository>,
    folder: TempDir,
}

impl Contest {
    fn new(place: Place) -> Self {
        let (own, plain) = (mapping(MAPPING), Survey::new(newest_universe()));
        let folder = tempfile::tempdir().unwrap();
        let mut contest = Self { roots: Vec::new(), repositories: Vec::new(), folder };
        contest.add("none", place.repository(&plain));
        let view = place.repository(&plain);
        apply(&view, &own, "obscore", &[]);
        contest.add("view", view);
        if place == Place::Server {
            let repository = place.repository(&plain);
            apply(&repository, &own, "obscore", &[]);
            index(&repository, &own);
            contest.add("view, indexes", repository);
            for (name, extension) in [("ingest", false), ("ingest, pgSphere", true)] {
                let repository = place.repository(&plain);
                if extension {
                    let database = repository.database.rsplit('/').next().unwrap();
                    Cluster::shared().extension(database, "pg_sphere");
                }
                apply(&repository, &own, "obscore", &["--regions", "ingest"]);
                contest.add(name, repository);
            }
        }
        let managed = plain.with(&["--obscore", own.to_str().unwrap()]);
        contest.add("live manager", place.repository(&managed));
        if place == Place::Server {
            contest.add_managed_with_pgsphere(&own);
        }
        contest
    }

    fn add(&mut self, name: &'static str, repository: Repository) {
        self.roots.push((name, repository.root.clone()));
        self.repositories.push(repository);
    }

    /// Butler needs the extension before it makes its table, so no copy of another registry will do.
    fn add_managed_with_pgsphere(&mut self, own: &Path) {
        let (file, root) =
            (self.folder.path().join("managed.yaml"), self.folder.path().join("repo"));
        fs::write(&file, fs::read_to_string(own).unwrap() + PGSPHERE).unwrap();
        let cluster = Cluster::shared();
        let database = cluster.database();
        cluster.extension(&database, "pg_sphere");
        let mut make = registry_script("survey.py");
        make.arg(&root).arg("--obscore").arg(&file);
        make.args(["--url", &cluster.url(&database), "--namespace", NAMESPACE]);
        output(make.args(["--universe", &newest_universe().to_string()]));
        cluster.psql(&database, "ANALYZE");
        self.roots.push(("live manager, pgSphere", root));
    }

    /// A row of the table: ratios to the time without any of them, and their quartiles.
    fn row(&self, [what, batch, exposures, rounds, first]: [&str; 5]) -> String {
        let mut bench = registry_script("bench_inserts.py");
        bench.args(["--what", what, "--batch", batch, "--exposures", exposures]);
        bench.args(["--rounds", rounds, "--first", first]);
        for (name, root) in &self.roots {
            bench.arg(format!("{name}={}", root.display()));
        }
        let answer: Json = serde_json::from_str(&output(&mut bench)).unwrap();
        let found = |name: &str, key: &str| answer["repositories"][name][key].as_f64().unwrap();
        let mut row = format!("| {what}, {batch} | {:.0} |", found("none", "per_second"));
        for (name, _) in &self.roots[1..] {
            let [ratio, lower, upper] = ["ratio", "lower", "upper"].map(|key| found(name, key));
            row += &format!(" {ratio:.2} ({lower:.2}, {upper:.2}) |");
        }
        row
    }
}

/// Makes the indexes that `generate --indexes` tells.
fn index(repository: &Repository, mapping: &Path) {
    let (root, mapping) = (repository.root.to_str().unwrap(), mapping.to_str().unwrap());
    let done = obscore_view(&["generate", root, "-m", mapping, "--indexes"]);
    let script = String::from_utf8(done.stdout).unwrap();
    assert!(script.contains("obscore_bounds"), "{script}");
    let database = repository.database.rsplit('/').next().unwrap();
    for statement in script.split(";\n").filter(|statement| !statement.is_empty()) {
        Cluster::shared().psql(database, statement);
    }
}

fn inserts(place: Place) {
    let contest = Contest::new(place);
    let names: Vec<&str> = contest.roots[1..].iter().map(|(name, _)| *name).collect();
    println!(
        "\n| {}: datasets a transaction | none, a second | {} |",
        place.name(),
        names.join(" | ")
    );
    println!("|---|---:|{}", "---:|".repeat(names.len()));
    for measured in MEASURED {
        println!("{}", contest.row(measured));
    }
}

#[test]
fn inserts_with_a_rollback_journal() {
    inserts(Place::RollbackJournal);
}

#[test]
fn inserts_with_wal() {
    inserts(Place::Wal);
}

#[test]
fn inserts_on_postgres() {
    inserts(Place::Server);
}
