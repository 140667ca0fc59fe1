//! How fast Butler inserts datasets into a plain registry, into one with an applied view, and into
//! one with Butler's own live ObsCore table; and visits with their regions, which side tables of regions
//! follow. `scripts/bench-inserts` runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod live_support;
mod support;

use live_support::{Place, apply};
use serde_json::Value as Json;
use support::postgres::Cluster;
use support::python::{newest_universe, output, registry_script};
use support::survey::{Survey, mapping};

/// The mapping of the view, and the configuration of Butler's own table.
const MAPPING: &str = "runs";

fn inserts(place: Place) {
    let own = mapping(MAPPING);
    let plain = Survey::new(newest_universe());
    let managed = plain.clone().with(&["--obscore", own.to_str().unwrap()]);
    let mut repositories = vec![
        ("plain", place.repository(&plain)),
        ("view", place.repository(&plain)),
        ("live table", place.repository(&managed)),
    ];
    apply(&repositories[1].1, &own, "obscore", &[]);
    if place == Place::Server {
        let repository = place.repository(&plain);
        apply(&repository, &own, "obscore", &["--regions", "ingest"]);
        repositories.push(("ingest", repository));
    }
    // Datasets a transaction, exposures a round, and the number of the first of them.
    for (batch, exposures, first) in [("50", "50", "2000000"), ("1", "5", "3000000")] {
        let mut bench = registry_script("bench_inserts.py");
        bench.args(["--rounds", "31", "--exposures", exposures]);
        bench.args(["--batch", batch, "--first", first]);
        for (name, repository) in &repositories {
            bench.arg(format!("{name}={}", repository.root.display()));
        }
        let answer: Json = serde_json::from_str(&output(&mut bench)).unwrap();
        println!("{}, {batch} datasets a transaction:", place.name());
        for (name, one) in answer["repositories"].as_object().unwrap() {
            println!(
                "  {name}: {} datasets/s, takes {} times as long as plain (quartiles {} and {})",
                one["per_second"], one["ratio"], one["lower"], one["upper"]
            );
        }
    }
}

/// Visits a second, each with four regions and in a transaction of its own.
#[test]
fn visits_on_postgres() {
    let (own, plain) = (mapping(MAPPING), Survey::new(newest_universe()));
    let place = Place::Server;
    let names = ["plain", "view", "ingest", "ingest with pgSphere"];
    let repositories = names.map(|name| (name, place.repository(&plain)));
    for (name, repository) in &repositories {
        let options: &[&str] = match *name {
            "plain" => continue,
            "view" => &[],
            _ => &["--regions", "ingest"],
        };
        if name.ends_with("pgSphere") {
            let database = repository.database.rsplit('/').next().unwrap();
            Cluster::shared().extension(database, "pg_sphere");
        }
        apply(repository, &own, "obscore", options);
    }
    let mut bench = registry_script("bench_inserts.py");
    bench.args(["--what", "visits", "--rounds", "15", "--exposures", "50", "--first", "4000000"]);
    for (name, repository) in &repositories {
        bench.arg(format!("{name}={}", repository.root.display()));
    }
    let answer: Json = serde_json::from_str(&output(&mut bench)).unwrap();
    println!("visits with the regions of three detectors:");
    for (name, one) in answer["repositories"].as_object().unwrap() {
        println!(
            "  {name}: {} visits/s, takes {} times as long as plain (quartiles {} and {})",
            one["per_second"], one["ratio"], one["lower"], one["upper"]
        );
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
