//! The databases' own catalogs.
//!
//! In: a [`Session`]. Out: which tables and columns a namespace has, extensions, and where else a
//! registry may be.

use std::collections::{BTreeMap, BTreeSet};

use super::session::Session;
use super::target::Target;
use crate::diag::{Diagnostic, Result, nearest};
use crate::sql::Dialect;
use crate::value::Cell;

/// Table → column → declared type.
#[derive(Debug, Default)]
pub struct Tables(BTreeMap<String, BTreeMap<String, String>>);

impl Tables {
    /// Whether there is such a table.
    pub fn has(&self, table: &str) -> bool {
        self.0.contains_key(table)
    }

    /// The declared type of a column.
    pub fn kind(&self, table: &str, column: &str) -> Option<&str> {
        self.0.get(table)?.get(column).map(String::as_str)
    }

    /// Table → columns.
    pub fn columns(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.0
            .iter()
            .map(|(table, columns)| (table.clone(), columns.keys().cloned().collect()))
            .collect()
    }
}

/// A quoted identifier.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The schema to look in: the one that was asked for, or the current one; none on SQLite.
///
/// # Errors
/// R037 when it does not exist.
pub async fn namespace(session: &mut Session) -> Result<Option<String>> {
    let Target::Postgres(target) = session.target() else { return Ok(None) };
    let asked = target.namespace.clone();
    let rows = session
        .rows("SELECT nspname::text, nspname = current_schema() FROM pg_catalog.pg_namespace", &[])
        .await?;
    let mut names = Vec::new();
    let mut current = None;
    for row in &rows {
        if let [Cell::Text(name), is_current] = row.as_slice() {
            if *is_current == Cell::Bool(true) {
                current = Some(name.clone());
            }
            names.push(name.as_str());
        }
    }
    let Some(asked) = asked else {
        return match current {
            Some(current) => Ok(Some(current)),
            None => Err(Box::new(
                Diagnostic::error("R037", "no schema of the search_path exists")
                    .help("name the registry's schema: `?namespace=SCHEMA` in the URL"),
            )),
        };
    };
    if names.contains(&asked.as_str()) {
        return Ok(Some(asked));
    }
    let message = format!("{} has no schema `{asked}`", session.target());
    let mut diagnostic = Diagnostic::error("R037", message);
    names.retain(|name| !name.starts_with("pg_") && *name != "information_schema");
    if let Some(near) = nearest(&asked, names.iter().copied()) {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
    }
    names.sort_unstable();
    Err(Box::new(diagnostic.help(format!("schemas: {}", names.join(", ")))))
}

/// All tables of a namespace. Catalogs are asked directly, as `information_schema` leaves out what
/// a role may not use, and a missing privilege should be told from a missing table.
///
/// # Errors
/// R029.
pub async fn tables(session: &mut Session, namespace: Option<&str>) -> Result<Tables> {
    let (sql, parameters) = match namespace {
        Some(namespace) => (
            "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, NULL) \
             FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
             WHERE n.nspname = $1::name AND c.relkind IN ('r', 'p', 'f') \
             AND a.attnum > 0 AND NOT a.attisdropped",
            vec![Cell::Text(namespace.to_owned())],
        ),
        None => (
            "SELECT m.name, p.name, p.type FROM sqlite_schema AS m \
             JOIN pragma_table_info(m.name) AS p \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
            Vec::new(),
        ),
    };
    let mut tables = Tables::default();
    for row in session.rows(sql, &parameters).await? {
        if let Ok([Cell::Text(table), Cell::Text(column), Cell::Text(kind)]) =
            <[Cell; 3]>::try_from(row)
        {
            tables.0.entry(table).or_default().insert(column, kind);
        }
    }
    Ok(tables)
}

/// Installed PostgreSQL extensions and their versions.
///
/// # Errors
/// R029.
pub async fn extensions(session: &mut Session) -> Result<BTreeMap<String, String>> {
    if session.dialect() == Dialect::Sqlite {
        return Ok(BTreeMap::new());
    }
    let sql = "SELECT extname::text, extversion FROM pg_catalog.pg_extension";
    let rows = session.rows(sql, &[]).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| match <[Cell; 2]>::try_from(row) {
            Ok([Cell::Text(name), Cell::Text(version)]) => Some((name, version)),
            _ => None,
        })
        .collect())
}

/// Schemas of this database that hold a registry.
///
/// # Errors
/// R029.
pub async fn registries(session: &mut Session) -> Result<Vec<String>> {
    if session.dialect() == Dialect::Sqlite {
        return Ok(Vec::new());
    }
    let sql = "SELECT n.nspname::text FROM pg_catalog.pg_class c \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relname = 'butler_attributes' AND c.relkind = 'r' ORDER BY 1";
    let rows = session.rows(sql, &[]).await?;
    Ok(rows.iter().flatten().filter_map(Cell::as_str).map(str::to_owned).collect())
}
