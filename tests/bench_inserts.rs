//! How fast Butler inserts datasets into a plain registry, into one with an applied view, and into
//! one with Butler's own live ObsCore table. `scripts/bench-inserts` runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod live_support;
mod support;

use live_support::{Place, apply};
use serde_json::Value as Json;
use support::python::{newest_universe, output, registry_script};
use support::survey::{Survey, mapping};

/// The mapping of the view, and the configuration of Butler's own table.
const MAPPING: &str = "runs";

fn inserts(place: Place) {
    let own = mapping(MAPPING);
    let plain = Survey::new(newest_universe());
    let managed = plain.clone().with(&["--obscore", own.to_str().unwrap()]);
    let repositories = [
        ("plain", place.repository(&plain)),
        ("view", place.repository(&plain)),
        ("live table", place.repository(&managed)),
    ];
    apply(&repositories[1].1, &own, "obscore", &[]);
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
