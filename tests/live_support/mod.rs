//! For tests that watch applied views while the real Butler writes: the places where a registry can
//! be, and the processes at work on it.

// Two test binaries compile all of this and each uses a part of it.
#![allow(dead_code, unreachable_pub)]

pub mod process;
pub mod reader;
pub mod timing;

use std::path::Path;
use std::process::{Command, Output};

use crate::support::postgres::Cluster;
use crate::support::python::{output, registry_script, script};
use crate::support::survey::{Repository, Survey};
use process::Process;

/// Where a registry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// SQLite as Butler makes it.
    RollbackJournal,
    /// SQLite after `PRAGMA journal_mode=WAL`.
    Wal,
    /// PostgreSQL.
    Server,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::RollbackJournal, Self::Wal, Self::Server];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::RollbackJournal => "SQLite, rollback journal",
            Self::Wal => "SQLite, WAL",
            Self::Server => "PostgreSQL",
        }
    }

    /// A private copy of `survey` there.
    pub fn repository(self, survey: &Survey) -> Repository {
        match self {
            Self::Server => survey.postgres(Cluster::shared()),
            Self::RollbackJournal => survey.sqlite(),
            Self::Wal => {
                let repository = survey.sqlite();
                let mode = output(
                    Command::new("sqlite3")
                        .arg(&repository.database)
                        .arg("PRAGMA journal_mode=WAL"),
                );
                assert_eq!(mode.trim(), "wal");
                repository
            }
        }
    }

    /// The name of a view in SQL.
    pub fn view(self, name: &str) -> String {
        match self {
            Self::Server => format!("ivoa.{name}"),
            _ => name.to_owned(),
        }
    }
}

/// Runs the program; its exit code is for the caller to look at.
pub fn obscore_view(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_obscore-view")).args(arguments).output().expect("it runs")
}

/// Applies `mapping` as the view `name`; returns what it said.
pub fn apply(repository: &Repository, mapping: &Path, name: &str, options: &[&str]) -> String {
    let (root, mapping) = (repository.root.to_str().unwrap(), mapping.to_str().unwrap());
    let arguments = [&["apply", root, "-m", mapping, "--view", name], options].concat();
    let done = obscore_view(&arguments);
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "apply {name}: {said}");
    said
}

/// The Butler that writes: `live.py`.
pub fn butler(repository: &Repository) -> Process {
    Process::start(registry_script("live.py").arg(&repository.root))
}

/// The Butler that says what the rows are: `obscore_rows.py`.
pub fn oracle(repository: &Repository) -> Process {
    Process::start(script("obscore_rows.py").arg(&repository.root).arg("--serve"))
}
