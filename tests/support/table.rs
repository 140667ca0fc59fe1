//! Rows as the Python scripts print them, one JSON object a line.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use super::python::{output, script};

/// A result: named columns and rows of JSON scalars.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Column names, in order.
    pub columns: Vec<String>,
    /// The type of each column, as whoever made it calls it.
    pub types: Vec<String>,
    /// Rows, in order.
    pub rows: Vec<Vec<Json>>,
    /// What Butler warned of.
    pub warnings: Vec<String>,
    /// Class and message of the exception that Butler ended with.
    pub error: Option<(String, String)>,
}

impl Table {
    /// Reads the lines.
    pub fn parse(text: &str) -> Self {
        let mut table = Self::default();
        for line in text.lines() {
            let mut value: Json =
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}"));
            if let Some(row) = value.get_mut("row") {
                let Json::Array(row) = row.take() else { panic!("not a row: {line}") };
                table.rows.push(row);
            } else if let Some(columns) = value.get("columns").and_then(Json::as_array) {
                let part = |column: &Json, i: usize| column[i].as_str().expect("text").to_owned();
                table.columns = columns.iter().map(|column| part(column, 0)).collect();
                table.types = columns.iter().map(|column| part(column, 1)).collect();
            } else if let Some(error) = value.get("error") {
                let text = |value: &Json| value.as_str().expect("text").to_owned();
                table.error = Some((text(error), text(&value["message"])));
            } else {
                let warnings = value["warnings"].as_array().expect("warnings");
                table.warnings =
                    warnings.iter().filter_map(Json::as_str).map(str::to_owned).collect();
                assert_eq!(value["rows"].as_u64(), Some(table.rows.len() as u64), "lost rows");
            }
        }
        table
    }

    /// What `sql` returns on a SQLite file, asked by Python's own sqlite3.
    pub fn of_sqlite(file: &Path, sql: &str) -> Self {
        Self::parse(&output(script("dump.py").arg(file).arg(sql)))
    }

    /// What `sql` returns on a SQLite file with a loadable extension.
    pub fn of_sqlite_with(file: &Path, sql: &str, extension: &Path) -> Self {
        Self::parse(&output(script("dump.py").arg(file).arg(sql).arg("--extension").arg(extension)))
    }

    /// What `sql` returns on PostgreSQL, asked by psycopg2.
    pub fn of_postgres(url: &str, sql: &str) -> Self {
        Self::parse(&output(script("dump.py").arg(url).arg(sql)))
    }

    /// What a command prints in this form.
    pub fn of(command: &mut Command) -> Self {
        Self::parse(&output(command))
    }

    /// The position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }
}
