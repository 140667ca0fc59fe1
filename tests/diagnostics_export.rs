//! Diagnostics of `export` (family X), as a person sees them.
//!
//! X002 is never shown, X003 and X009 need odd values and a signal: `export_command.rs` has them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

use std::path::Path;
use std::process::Command;

fn obscore_view(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1");
    let done = command.output().unwrap();
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn every_refusal_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = obscore_view(folder.path(), &["demo", "repo"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = obscore_view(folder.path(), &["inspect", "repo", "-o", "snapshot.json"]);
    assert_eq!(code, Some(0), "{said}");
    let text = std::fs::read_to_string(folder.path().join("repo/mapping.yaml")).unwrap();
    let odd = format!("{text}\nparquet_compression: zip\n");
    std::fs::write(folder.path().join("odd.yaml"), odd).unwrap();
    let cases: [(&str, &[&str]); 5] = [
        ("X001_no_such_folder", &["repo", "-m", "repo/mapping.yaml", "-o", "no/such/o.parquet"]),
        ("X004_compression", &["repo", "-m", "odd.yaml", "-o", "o.parquet"]),
        ("X005_format", &["repo", "-m", "repo/mapping.yaml", "-o", "o.dat"]),
        (
            "X006_dataset_type",
            &["repo", "-m", "repo/mapping.yaml", "-o", "o.csv", "--dataset-type", "rawr"],
        ),
        ("X007_snapshot", &["snapshot.json", "-m", "repo/mapping.yaml", "-o", "o.csv"]),
    ];
    for (name, arguments) in cases {
        let whole: Vec<&str> = std::iter::once("export").chain(arguments.iter().copied()).collect();
        let (code, said) = obscore_view(folder.path(), &whole);
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(said.contains(&name[..4]), "{name}: {said}");
        insta::assert_snapshot!(name, said);
    }
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().contains("o."))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn corrupt_regions_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = obscore_view(folder.path(), &["demo", "repo"]);
    assert_eq!(code, Some(0), "{said}");
    let spoil = "UPDATE patch SET region = 'cA==' WHERE tract = (SELECT min(tract) FROM patch)";
    let database = folder.path().join("repo/gen3.sqlite3");
    let done = Command::new("sqlite3").arg(&database).arg(spoil).status().unwrap();
    assert!(done.success());
    let arguments = ["export", "repo", "-m", "repo/mapping.yaml", "-o", "o.csv"];
    let (code, said) = obscore_view(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{said}");
    insta::assert_snapshot!("X008_corrupt_regions", said);
}
