//! What a newcomer tries first: the demo's repository, read by the real Butler, and its service, used as users' programs
//! use it.
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

use serve_support::process::{Served, State};
use support::python::{output, python};

#[test]
fn butler_reads_every_image_and_pyvo_follows_rows_to_cutouts() {
    let state = State::new();
    let root = state.path().join("repo");
    let mut demo = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
    let said = output(demo.arg("demo").arg(&root));
    assert!(said.contains("lsst.deep_coadd") && said.contains("54"), "{said}");

    let script = support::package().join("tests/serve_support").join("demo.py");
    let serving = Served::new(&root, &root.join("mapping.yaml")).start(&state);
    let mut newcomer = Command::new(python());
    newcomer.arg(script).arg(&serving.base).arg(&root).env("PYTHONDONTWRITEBYTECODE", "1");
    // Where Butler finds the formatter that the repository names.
    newcomer.env("PYTHONPATH", &root);
    let done = output(&mut newcomer);
    // Two raws are flats, and ten are of exposures that have no visit.
    assert_eq!(done.trim(), "292 images, 280 placed, 274 rows, 3 cutouts");

    // The README's program for newcomers.
    let readme = include_str!("../README.md");
    let program = readme.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let here = program.replace("http://127.0.0.1:8080/tap", &serving.base);
    assert_ne!(here, program);
    let info = output(Command::new(python()).args(["-c", &here]));
    assert!(info.contains("IMAGE") && info.contains("MASK") && info.contains("VARIANCE"), "{info}");

    // Again, on what is there: the registry is kept.
    let said = output(Command::new(env!("CARGO_BIN_EXE_obscore-view")).arg("demo").arg(&root));
    assert!(said.contains("lsst.deep_coadd"), "{said}");
}

/// The commands that the demo names, as a shell runs them.
#[test]
fn every_command_that_it_names_works() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
    let said = output(demo.arg("demo").current_dir(folder.path()));
    let commands: Vec<&str> = said
        .lines()
        .skip_while(|line| *line != "Try next:")
        .skip(1)
        .map_while(|line| line.strip_prefix("  "))
        .filter(|line| !line.ends_with("--serve"))
        .collect();
    assert_eq!(commands.len(), 5, "{said}");
    for command in commands {
        let mut shell = Command::new("sh");
        let text = output(shell.args(["-c", command]).current_dir(folder.path()));
        assert!(!text.is_empty() || command.contains(" -o "), "{command}");
    }
    assert!(
        folder.path().join("part.fits").exists() && folder.path().join("obscore.parquet").exists()
    );
}
