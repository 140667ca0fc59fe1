//! Diagnostics of `export` (family X), as a person sees them.
//!
//! X002 is never shown: `export_command.rs` has it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

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

#[test]
fn a_value_that_does_not_fit_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = obscore_view(folder.path(), &["demo", "repo"]);
    assert_eq!(code, Some(0), "{said}");
    let text = std::fs::read_to_string(folder.path().join("repo/mapping.yaml")).unwrap();
    let wide = text.replacen("s_xel: [64, 64]", "extra_columns: {s_xel1: 99999999999}", 1);
    assert_ne!(text, wide);
    std::fs::write(folder.path().join("wide.yaml"), wide).unwrap();
    let arguments = ["export", "repo", "-m", "wide.yaml", "-o", "o.csv", "--dataset-type", "raw"];
    let (code, said) = obscore_view(folder.path(), &arguments);
    assert_eq!(code, Some(2), "{said}");
    insta::assert_snapshot!("X003_value", said);
    assert!(!folder.path().join("o.csv").exists());
}

#[test]
fn a_signal_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = obscore_view(folder.path(), &["demo", "repo"]);
    assert_eq!(code, Some(0), "{said}");
    // The rows are more than a pipe holds, so the export waits for a reader that does not come.
    let text = std::fs::read_to_string(folder.path().join("repo/mapping.yaml")).unwrap();
    let padding = format!("extra_columns:\n  padding: \"{}\"\n", "x".repeat(9_000));
    let long = text.replacen("extra_columns:\n", &padding, 1);
    assert_ne!(text, long);
    std::fs::write(folder.path().join("long.yaml"), long).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_obscore-view"))
        .current_dir(folder.path())
        .args(["export", "repo", "-m", "long.yaml", "-o", "-", "--format", "csv"])
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(child.wait().unwrap().code(), Some(2));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    insta::assert_snapshot!("X009_interrupted", said);
}
