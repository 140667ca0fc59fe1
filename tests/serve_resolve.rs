//! Identifiers both ways, by the service and by the command, against what the real Butler says of the same datasets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use serve_support::http::client;
use serve_support::process::{Served, mapping};
use support::postgres::Cluster;
use support::python::{output, python};
use support::survey::{Repository, Survey};

fn repositories() -> [Repository; 2] {
    let survey = Survey::newest();
    [survey.sqlite(), survey.postgres(Cluster::shared())]
}

#[test]
fn the_service_says_what_butler_says() {
    for repository in repositories() {
        let service = Served::new(&repository.root, &mapping()).start_alone();
        let url = service.base.replace("/tap", "/resolve");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve_support/resolve.py");
        let mut command = Command::new(python());
        output(command.arg(script).arg(url).arg(&repository.root));
    }
}

fn resolve(repository: &Repository, words: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
    command.arg("resolve").arg(&repository.root).arg("-m").arg(mapping()).args(words);
    let done = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[test]
fn the_command_says_what_the_service_says() {
    for repository in repositories() {
        let service = Served::new(&repository.root, &mapping()).start_alone();
        let one = "SELECT TOP 1 obs_publisher_did FROM ivoa.ObsCore WHERE lsst_visit > 0";
        let csv = service.csv(one);
        let did = csv.lines().next().unwrap();
        let url = service.base.replace("/tap", "/resolve");
        let answer = client().get(&url).query(&[("ID", did)]).send().unwrap();
        let served: Value = serde_json::from_str(&answer.text().unwrap()).unwrap();
        let (code, stdout, _) = resolve(&repository, &[did, "--json"]);
        assert_eq!(code, Some(0));
        assert_eq!(serde_json::from_str::<Value>(&stdout).unwrap(), served);
        let found = &served["results"][0]["datasets"][0];
        let (code, stdout, _) = resolve(&repository, &[found["id"].as_str().unwrap()]);
        assert_eq!(code, Some(0));
        assert!(
            stdout.contains(found["python"].as_str().unwrap()) && stdout.contains(did),
            "{stdout}"
        );
        let mut words = vec!["--data-id".to_owned()];
        words.push(format!("dataset_type={}", found["dataset_type"].as_str().unwrap()));
        for (name, value) in found["data_id"].as_object().unwrap() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            words.push(format!("{name}={value}"));
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (code, stdout, _) = resolve(&repository, &words);
        assert!(code == Some(0) && stdout.contains(did), "{stdout}");
        let (code, stdout, stderr) = resolve(&repository, &["ivo://example.org/test?none", did]);
        assert!(code == Some(1) && stdout.contains(did), "{stdout}");
        assert!(
            stderr
                .contains("ivo://example.org/test?none: no published dataset has this identifier"),
            "{stderr}"
        );
        let (code, stdout, stderr) = resolve(&repository, &["--data-id", "vist=3"]);
        assert!(code == Some(2) && stdout.is_empty(), "{stdout}");
        assert!(stderr.contains("did you mean `visit`?"), "{stderr}");
        let (code, stdout, stderr) = resolve(&repository, &["--data-id", "dataset_type=raws"]);
        assert!(code == Some(2) && stdout.is_empty(), "{stdout}");
        assert!(stderr.contains("no dataset type `raws` is published"), "{stderr}");
        assert!(stderr.contains("did you mean `raw`?"), "{stderr}");
        let (code, _, stderr) = resolve(&repository, &["--data-id", "visit=4"]);
        assert_eq!(code, Some(1));
        assert!(stderr.contains("no published dataset has this data ID"), "{stderr}");
    }
}

#[test]
fn the_tables_behind_it_are_for_programs_only() {
    let repository = Survey::newest().sqlite();
    let service = Served::new(&repository.root, &mapping()).start_alone();
    for table in ["\"butler/inner\".\"ivoa\"", "\"butler/inner\".\"collection_chain\""] {
        let answer = service.sync(&format!("SELECT * FROM {table}"));
        assert_eq!(answer.status(), 400);
        assert!(answer.text().unwrap().contains("butler/inner"), "{table}");
    }
    let tables = service.csv("SELECT table_name FROM TAP_SCHEMA.tables");
    assert!(tables.contains("ivoa.ObsCore") && !tables.contains("inner"), "{tables}");
}
