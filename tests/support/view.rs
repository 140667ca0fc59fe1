//! Views on registries: made by `obscore-view generate`, installed with the database's own client,
//! read by Python.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::postgres::Cluster;
use super::python::script;
use super::survey::Repository;
use super::table::Table;

/// The columns that are computed from regions.
pub const REGION_COLUMNS: [&str; 4] = ["s_ra", "s_dec", "s_fov", "s_region"];
/// The region strategies whose columns are compared.
pub const REGION_STRATEGIES: [&str; 2] = ["functions", "inline"];

/// A registry, with the view's database client.
pub enum Registry<'a> {
    /// A SQLite file.
    Sqlite(&'a Repository),
    /// A database of a cluster.
    Postgres(&'a Repository, &'a Cluster),
}

/// What `generate` said of a mapping: the SQL, or its diagnostics.
pub type Generated = Result<String, String>;

impl Registry<'_> {
    /// The repository.
    pub fn repository(&self) -> &Repository {
        match self {
            Self::Sqlite(repository) | Self::Postgres(repository, _) => repository,
        }
    }

    /// For messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(..) => "PostgreSQL",
        }
    }

    /// The SQL of a view called `view`.
    pub fn generate(&self, mapping: &Path, view: &str, arguments: &[&str]) -> Generated {
        let mut command = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
        command.arg("generate").arg(&self.repository().root).arg("-m").arg(mapping);
        let done = command.args(["--view", view]).args(arguments).output().expect("it runs");
        if done.status.success() {
            Ok(String::from_utf8(done.stdout).expect("UTF-8"))
        } else {
            Err(String::from_utf8_lossy(&done.stderr).into_owned())
        }
    }

    /// Installs SQL with sqlite3 or psql, as a DBA would.
    pub fn apply(&self, sql: &str) {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("view.sql");
        fs::write(&file, sql).expect("file");
        let mut command = match self {
            Self::Sqlite(repository) => {
                let mut command = Command::new("sqlite3");
                command.args(["-bail", &repository.database]);
                command.stdin(fs::File::open(&file).expect("file"));
                command
            }
            Self::Postgres(repository, cluster) => {
                let database = repository.database.rsplit('/').next().expect("a database");
                let mut command = cluster.psql_command(database);
                command.arg("-f").arg(&file);
                command
            }
        };
        let done = command.output().expect("sqlite3 and psql are installed");
        let said = String::from_utf8_lossy(&done.stderr);
        if !done.status.success() || said.contains("rror") {
            let kept = super::cache().join("failed.sql");
            fs::write(&kept, sql).expect("file");
            panic!("{}: {said}\n(the SQL is in {})", self.name(), kept.display());
        }
    }

    /// Drops all views, and on PostgreSQL what was installed with them.
    pub fn clear(&self) {
        let Self::Sqlite(repository) = self else {
            return self.apply("DROP SCHEMA IF EXISTS ivoa CASCADE;");
        };
        let views = "SELECT name FROM sqlite_master WHERE type = 'view'";
        let views = Table::of_sqlite(repository.database.as_ref(), views);
        let drop = |row: &Vec<serde_json::Value>| format!("DROP VIEW {};\n", row[0]);
        self.apply(&views.rows.iter().map(drop).collect::<String>());
    }

    /// The rows of a query.
    pub fn rows(&self, sql: &str) -> Table {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("query.sql");
        fs::write(&file, sql).expect("file");
        let database = &self.repository().database;
        Table::of(script("dump.py").arg(database).arg(format!("@{}", file.display())))
    }

    /// The name of a view in queries.
    pub fn view(&self, view: &str) -> String {
        match self {
            Self::Sqlite(_) => view.to_owned(),
            Self::Postgres(..) => format!("ivoa.{view}"),
        }
    }
}

/// `table` without the columns that are computed from regions.
pub fn without_regions(mut table: Table) -> Table {
    let kept: Vec<usize> = (0..table.columns.len())
        .filter(|&i| !REGION_COLUMNS.contains(&table.columns[i].as_str()))
        .collect();
    table.columns = kept.iter().map(|&i| table.columns[i].clone()).collect();
    table.types = kept.iter().map(|&i| table.types[i].clone()).collect();
    for row in &mut table.rows {
        *row = kept.iter().map(|&i| row[i].clone()).collect();
    }
    table
}
