//! STILTS taplint, the validator of TAP services, against the service on real registries.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;

use std::process::Command;

use serve_support::process::{Served, State, mapping};
use support::postgres::Cluster;
use support::survey::{Repository, Survey};

/// All stages that Debian's STILTS has, in the order in which they run.
const STAGES: [&str; 16] = [
    "TMV", "TME", "TMS", "TMC", "CPV", "CAP", "AVV", "QGE", "QPO", "QAS", "UWS", "MDQ", "OBS",
    "LOC", "UPL", "EXA",
];

/// ObsLocTAP is about the observations that are planned; a registry has no table of those.
const NOT_OFFERED: &str = "F-LOC-NOTP-1 No table with name ivoa.obsplan";

fn is_clean(repository: &Repository, options: &[&str]) {
    let state = State::new();
    let service = Served::new(&repository.root, &mapping()).with(options).start(&state);
    let mut command = Command::new("stilts");
    command.arg("taplint").arg(format!("tapurl={}", service.base));
    let done = command.arg(format!("stages={}", STAGES.join(" "))).output();
    let done = done.unwrap_or_else(|error| panic!("stilts (scripts/setup installs it): {error}"));
    let report = String::from_utf8(done.stdout).unwrap();
    let shown = || format!("{report}\n{}", String::from_utf8_lossy(&done.stderr));
    for stage in STAGES {
        assert!(report.contains(&format!("\nSection {stage}:")), "no {stage} in {}", shown());
    }
    // Errors, warnings, and stages that could not run.
    let against: Vec<&str> = report
        .lines()
        .filter(|line| ["E-", "W-", "F-"].iter().any(|kind| line.starts_with(kind)))
        .collect();
    assert_eq!(against, [NOT_OFFERED], "{}", shown());
    assert!(report.contains("Totals: Errors: 0; Warnings: 0; "), "{}", shown());
}

#[test]
fn nothing_is_said_against_the_service_on_sqlite() {
    is_clean(&Survey::newest().sqlite(), &[]);
}

#[test]
fn nothing_is_said_against_the_service_on_postgresql() {
    is_clean(&Survey::newest().postgres(Cluster::shared()), &[]);
}

#[test]
fn nor_where_pgsphere_helps_and_another_repository_is_added() {
    let cluster = Cluster::shared();
    let repository = Survey::newest().postgres(cluster);
    cluster.extension(repository.database.rsplit('/').next().unwrap(), "pg_sphere");
    let other = Survey::newest().sqlite();
    let (root, file) = (other.root.display().to_string(), mapping().display().to_string());
    is_clean(&repository, &["--add", "other", &root, &file]);
}
