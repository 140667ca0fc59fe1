//! An applied view as those see it who may read nothing else.
//!
//! In: its name. Out: what it was made from, and the columns of it and of the view with stored regions: all
//! from the database's catalogue, which everybody may read.

use crate::db::{Database, Session};
use crate::diag::{Diagnostic, Result};
use crate::lower::{STANDS_IN, Stamp, ViewName};
use crate::obscore::ColumnType;
use crate::resolve::service::AppliedColumn;
use crate::sql::Dialect;
use crate::value::Cell;

/// An applied view.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// What it was made from.
    pub stamp: Stamp,
    /// Its columns.
    pub columns: Vec<AppliedColumn>,
}

/// The column that has stored regions.
const REGION: &str = "region";

const COLUMNS: &str = "\
SELECT c.relname::text, coalesce(obj_description(c.oid, 'pg_class'), ''), \
 has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'), \
 a.attname::text, format_type(a.atttypid, NULL), coalesce(col_description(c.oid, a.attnum), '') \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
WHERE n.nspname = $1::name AND c.relname IN ($2::name, $3::name) AND c.relkind = 'v' \
ORDER BY c.relname, a.attnum";

const FUNCTION: &str = "\
SELECT has_function_privilege(p.oid, 'EXECUTE') \
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
WHERE n.nspname = $1::name AND p.proname = $2::name";

/// Reads it.
///
/// # Errors
/// X010 where it is not there, or may not be read; R020 to R029.
pub async fn applied(database: &Database, view: &ViewName) -> Result<Applied> {
    let mut session = database.snapshot().await?;
    let found = read(&mut session, view).await;
    session.rollback().await?;
    found
}

async fn read(session: &mut Session, view: &ViewName) -> Result<Applied> {
    let schema = view.schema.clone().unwrap_or_default();
    let name = session.dialect().qualified(view.schema.as_deref(), &view.name);
    if !session.dialect().has_schemas() {
        return Err(Box::new(
            Diagnostic::error("X010", "a file has no roles that could read a view only")
                .help("without --via view the registry itself is asked"),
        ));
    }
    let text = |text: &str| Cell::Text(text.to_owned());
    let parameters = [text(&schema), text(&view.name), text(&view.stored())];
    let rows = session.rows(COLUMNS, &parameters).await?;
    let mut stamp = None;
    let (mut own, mut stored) = (Vec::new(), Vec::new());
    for row in &rows {
        let [
            Cell::Text(relation),
            Cell::Text(comment),
            readable,
            Cell::Text(column),
            Cell::Text(kind),
            Cell::Text(about),
        ] = row.as_slice()
        else {
            continue;
        };
        if *readable != Cell::Bool(true) {
            let message = format!("this role may not read {schema}.{relation}");
            return Err(Box::new(
                Diagnostic::error("X010", message)
                    .help("`apply` with --grant-select ROLE lets a role read all that is needed"),
            ));
        }
        if *relation == view.name {
            stamp = Stamp::find(comment);
            own.push((column, kind, about));
        } else {
            stored.push((column, about));
        }
    }
    let Some(stamp) = stamp else {
        return Err(Box::new(
            Diagnostic::error("X010", format!("there is no view {name} that `apply` made"))
                .help("`apply` installs it; the mapping may name another place")
                .help("without --via view the registry itself is asked"),
        ));
    };
    let function = [text(&schema), text(&view.found())];
    let callable = session.rows(FUNCTION, &function).await?;
    let has_region = stored.iter().any(|(column, _)| *column == REGION);
    let taken = own.iter().any(|(column, ..)| *column == REGION);
    if !has_region || taken || callable.is_empty() {
        return Err(Box::new(
            Diagnostic::error("X010", format!("{name} was not made for services"))
                .help("`apply` with --regions functions, of this version, adds what they need"),
        ));
    }
    if !callable.iter().flatten().all(|may| *may == Cell::Bool(true)) {
        let message = format!("this role may not call {schema}.{}", view.found());
        return Err(Box::new(
            Diagnostic::error("X010", message)
                .help("`apply` with --grant-select ROLE lets a role read all that is needed"),
        ));
    }
    let columns = own
        .into_iter()
        .map(|(name, kind, comment)| AppliedColumn {
            name: name.clone(),
            kind: kind_of(session.dialect(), kind),
            comment: comment.clone(),
            stored: stored
                .iter()
                .find(|(column, _)| *column == name)
                .map(|(_, about)| about.as_str() == STANDS_IN),
        })
        .collect();
    Ok(Applied { stamp, columns })
}

/// The type of that name; `None` for those of extensions.
fn kind_of(dialect: Dialect, name: &str) -> Option<ColumnType> {
    let kinds = [
        ColumnType::Text,
        ColumnType::Integer,
        ColumnType::BigInt,
        ColumnType::Double,
        ColumnType::Boolean,
        ColumnType::Timestamp,
    ];
    kinds.into_iter().find(|kind| dialect.type_name(*kind) == name)
}
