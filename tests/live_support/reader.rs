//! Those who read applied views, in processes of their own: Python, or Debian's `sqlite3` program
//! with the loadable extension (Python's module is often built without loading).

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value as Json, json};

use super::process::Process;
use crate::support::python::script;
use crate::support::survey::Repository;
use crate::support::table::Table;

/// The end of an answer of the `sqlite3` program.
const END: &str = "--end of the answer--";

/// A connection in a process.
pub enum Reader {
    /// `watch.py`.
    Python(Process),
    /// `sqlite3`.
    Program(Process),
}

impl Reader {
    /// For views whose regions come from the database itself.
    pub fn python(repository: &Repository) -> Self {
        let mut process = Process::start(script("watch.py").arg(&repository.database));
        process.line();
        Self::Python(process)
    }

    /// For views on SQLite with region functions.
    pub fn program(repository: &Repository) -> Self {
        let mut command = Command::new("sqlite3");
        command.args(["-batch", "-bail", "-readonly", "-json", &repository.database]);
        let mut process = Process::start(&mut command);
        process.tell(&format!(".load {}", extension().display()));
        process.tell(".timeout 5000");
        Self::Program(process)
    }

    /// The result of a query on a view, in an order that depends on the rows alone.
    pub fn view(&mut self, view: &str) -> Table {
        let all = format!("SELECT * FROM {view}");
        let mut table = match self {
            Self::Python(process) => {
                process.tell(&json!({ "rows": all }).to_string());
                process.table()
            }
            Self::Program(process) => {
                let columns = program_rows(process, &format!("PRAGMA table_xinfo({view})"));
                let name = |row: &Json| row["name"].as_str().unwrap().to_owned();
                let columns: Vec<String> = columns.iter().map(name).collect();
                let rows = program_rows(process, &all);
                let row = |row: &Json| columns.iter().map(|column| row[column].clone()).collect();
                Table { rows: rows.iter().map(row).collect(), columns, ..Table::default() }
            }
        };
        table.rows.sort_by_cached_key(|row| format!("{row:?}"));
        table
    }

    /// Begins a transaction that reads; its snapshot is taken by the next query.
    pub fn begin(&mut self) {
        self.transaction("begin", "BEGIN;");
    }

    /// Ends the transaction.
    pub fn end(&mut self) {
        self.transaction("end", "COMMIT;");
    }

    fn transaction(&mut self, word: &str, sql: &str) {
        match self {
            Self::Python(process) => drop(process.done(&json!({ (word): true }))),
            Self::Program(process) => process.tell(sql),
        }
    }
}

fn program_rows(process: &mut Process, sql: &str) -> Vec<Json> {
    process.tell(&format!("{sql};\n.print '{END}'"));
    let mut text = String::new();
    loop {
        let line = process.line();
        if line == END {
            break;
        }
        text.push_str(&line);
        text.push('\n');
    }
    if text.is_empty() { Vec::new() } else { serde_json::from_str(&text).unwrap() }
}

/// The loadable extension, which `cargo test` builds with the other examples.
fn extension() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.ancestors().nth(2).unwrap().join("examples/libobscore_view_sqlite.so");
    if !path.exists() {
        let status = Command::new(env!("CARGO"))
            .args(["build", "--example", "obscore_view_sqlite"])
            .status()
            .unwrap();
        assert!(status.success() && path.exists(), "{} was not built", path.display());
    }
    path.with_extension("")
}
