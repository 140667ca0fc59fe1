//! Runs `export` and Butler's own exporter, and reads what they write.

#![allow(dead_code, unreachable_pub)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::support::python::{output, script};
use super::support::table::Table;

/// `obscore-view export` ready for more arguments.
pub fn export(repo: &str, mapping: &Path, to: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
    command.arg("export").arg(repo).arg("-m").arg(mapping).arg("-o").arg(to);
    command.env_remove("DAF_BUTLER_REPOSITORY_INDEX");
    command
}

/// Runs an export that must succeed.
pub fn exported(command: &mut Command) -> Output {
    let done = command.output().expect("export runs");
    assert!(
        done.status.success(),
        "{command:?}: {}\n{}",
        done.status,
        String::from_utf8_lossy(&done.stderr)
    );
    done
}

/// What Butler's exporter writes, in the format that the name ends in.
pub fn butler(root: &Path, mapping: &Path, to: &Path) {
    output(script("to_parquet.py").arg(root).arg(mapping).arg(to));
}

/// A Parquet file or a VOTable, read by pyarrow or strictly by astropy.
pub fn read(file: &Path) -> Table {
    Table::of(script("read_export.py").arg(file))
}

/// A VOTable that astropy may complain about.
pub fn read_leniently(file: &Path) -> Table {
    Table::of(script("read_export.py").arg(file).arg("--lenient"))
}

/// A changed copy of a mapping.
pub fn changed(mapping: &Path, folder: &Path, change: impl Fn(String) -> String) -> PathBuf {
    let text = std::fs::read_to_string(mapping).expect("mapping");
    let file = folder.join("mapping.yaml");
    std::fs::write(&file, change(text)).expect("mapping");
    file
}
