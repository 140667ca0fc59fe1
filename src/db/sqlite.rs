//! SQLite's values as [`Cell`]s and back.
//!
//! In: a row. Out: cells by storage class, whatever the column was declared as, since SQLite's types
//! belong to values.

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Error, Row, Sqlite, TypeInfo, ValueRef};

use crate::value::Cell;

type SqliteQuery<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Adds a parameter.
pub fn bind<'q>(query: SqliteQuery<'q>, cell: &Cell) -> SqliteQuery<'q> {
    match cell {
        Cell::Null => query.bind(None::<String>),
        Cell::Bool(value) => query.bind(*value),
        Cell::Int(value) | Cell::Timestamp(value) => query.bind(*value),
        Cell::Float(value) => query.bind(*value),
        Cell::Text(value) => query.bind(value.clone()),
        Cell::Bytes(value) => query.bind(value.clone()),
        // As Butler's `ddl.GUID` stores them.
        Cell::Uuid(value) => query.bind(value.simple().to_string()),
    }
}

/// A row as cells.
///
/// # Errors
/// Those of the driver.
pub fn row(row: &SqliteRow) -> Result<Vec<Cell>, Error> {
    (0..row.columns().len())
        .map(|index| {
            let value = row.try_get_raw(index)?;
            if value.is_null() {
                return Ok(Cell::Null);
            }
            let kind = value.type_info().name().to_owned();
            drop(value);
            Ok(match kind.as_str() {
                "INTEGER" => Cell::Int(row.try_get_unchecked(index)?),
                "REAL" => Cell::Float(row.try_get_unchecked(index)?),
                "TEXT" => Cell::Text(row.try_get_unchecked(index)?),
                _ => Cell::Bytes(row.try_get_unchecked(index)?),
            })
        })
        .collect()
}
