//! TAP_SCHEMA: the catalogue as tables of the catalogue (TAP 1.1 section 4).

use super::names::{written, written_table};
use super::{Catalog, Column, ForeignKey, Schema, Table, TableKind, Type};
use crate::value::Cell;

/// Name of the schema.
pub const TAP_SCHEMA: &str = "TAP_SCHEMA";

/// The schema, with its tables and columns described.
pub fn schema() -> Schema {
    let tables = TABLES.iter().map(|(name, description, columns)| Table {
        name: (*name).to_owned(),
        kind: TableKind::Table,
        description: (*description).to_owned(),
        utype: String::new(),
        columns: columns.iter().map(column).collect(),
        keys: KEYS
            .iter()
            .filter(|(from, ..)| from == name)
            .map(|(_, own, target, other)| ForeignKey {
                target: format!("{TAP_SCHEMA}.{target}"),
                columns: vec![((*own).to_owned(), (*other).to_owned())],
                description: String::new(),
            })
            .collect(),
    });
    Schema {
        name: TAP_SCHEMA.to_owned(),
        description: "What this service has: its schemas, tables, columns and keys".to_owned(),
        utype: String::new(),
        tables: tables.collect(),
    }
}

/// Name, whether an integer (text otherwise), description.
type Described = (&'static str, bool, &'static str);

const TABLES: &[(&str, &str, &[Described])] = &[
    (
        "schemas",
        "The schemas of this service",
        &[
            ("schema_name", false, "Name of the schema"),
            ("utype", false, "Utype of the schema"),
            ("description", false, "Description of the schema"),
            ("schema_index", true, "Recommended place in lists"),
        ],
    ),
    (
        "tables",
        "The tables of this service",
        &[
            ("schema_name", false, "Schema of the table"),
            ("table_name", false, "Name of the table as queries write it"),
            ("table_type", false, "table or view"),
            ("utype", false, "Utype of the table"),
            ("description", false, "Description of the table"),
            ("table_index", true, "Recommended place in lists"),
        ],
    ),
    (
        "columns",
        "The columns of all tables",
        &[
            ("table_name", false, "Table of the column"),
            ("column_name", false, "Name of the column as queries write it"),
            ("datatype", false, "Datatype as in VOTable"),
            ("arraysize", false, "Arraysize as in VOTable"),
            ("xtype", false, "Extended type as in DALI"),
            ("size", true, "Length of the column; deprecated, see arraysize"),
            ("description", false, "Description of the column"),
            ("utype", false, "Utype of the column"),
            ("unit", false, "Unit in VOUnits"),
            ("ucd", false, "UCD of the column"),
            ("indexed", true, "1 where conditions on the column are fast"),
            ("principal", true, "1 where clients should show the column first"),
            ("std", true, "1 where a standard defines the column"),
            ("column_index", true, "Recommended place in lists"),
        ],
    ),
    (
        "keys",
        "Which tables refer to which",
        &[
            ("key_id", false, "Name of the key"),
            ("from_table", false, "The table that refers"),
            ("target_table", false, "The table that is referred to"),
            ("description", false, "Description of the key"),
            ("utype", false, "Utype of the key"),
        ],
    ),
    (
        "key_columns",
        "Columns of the keys",
        &[
            ("key_id", false, "Name of the key"),
            ("from_column", false, "Column of the table that refers"),
            ("target_column", false, "Column of the table that is referred to"),
        ],
    ),
];

/// Table, column, table, column.
const KEYS: &[(&str, &str, &str, &str)] = &[
    ("tables", "schema_name", "schemas", "schema_name"),
    ("columns", "table_name", "tables", "table_name"),
    ("keys", "from_table", "tables", "table_name"),
    ("keys", "target_table", "tables", "table_name"),
    ("key_columns", "key_id", "keys", "key_id"),
];

fn column((name, integer, description): &Described) -> Column {
    let kind = if *integer { Type::Integer } else { Type::Unicode };
    let mut column = Column::new(*name, kind);
    (*description).clone_into(&mut column.description);
    column.std = true;
    column.principal = true;
    column
}

/// The rows of a table of the schema, by its name; none for another name.
pub fn rows(catalog: &Catalog, table: &str) -> Vec<Vec<Cell>> {
    match table {
        "schemas" => numbered(&catalog.schemas)
            .map(|(index, schema)| {
                vec![
                    text(&written(&schema.name)),
                    text(&schema.utype),
                    text(&schema.description),
                    index,
                ]
            })
            .collect(),
        "tables" => catalog
            .schemas
            .iter()
            .flat_map(|schema| {
                numbered(&schema.tables).map(move |(index, table)| {
                    vec![
                        text(&written(&schema.name)),
                        text(&table.written(schema)),
                        text(table.kind.name()),
                        text(&table.utype),
                        text(&table.description),
                        index,
                    ]
                })
            })
            .collect(),
        "columns" => catalog
            .tables()
            .flat_map(|(schema, table)| {
                let name = table.written(schema);
                numbered(&table.columns)
                    .map(move |(index, column)| column_row(&name, column, index))
            })
            .collect(),
        "keys" => keys(catalog)
            .map(|(id, from, key)| {
                vec![
                    text(&id),
                    text(&from),
                    text(&written_table(&key.target)),
                    text(&key.description),
                    Cell::Null,
                ]
            })
            .collect(),
        "key_columns" => keys(catalog)
            .flat_map(|(id, _, key)| {
                key.columns.iter().map(move |(own, other)| {
                    vec![text(&id), text(&written(own)), text(&written(other))]
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// All keys with their names and the tables that refer.
fn keys(catalog: &Catalog) -> impl Iterator<Item = (String, String, &ForeignKey)> {
    let all = catalog
        .tables()
        .flat_map(|(schema, table)| table.keys.iter().map(move |key| (table.written(schema), key)));
    all.enumerate().map(|(number, (from, key))| (format!("key{:03}", number + 1), from, key))
}

fn column_row(table: &str, column: &Column, index: Cell) -> Vec<Cell> {
    let flag = |flag: bool| Cell::Int(i64::from(flag));
    let arraysize = column.kind.arraysize();
    let size = match column.kind.datatype() {
        _ if arraysize.contains('x') => Cell::Null,
        _ => arraysize.trim_end_matches('*').parse().map_or(Cell::Null, Cell::Int),
    };
    vec![
        text(table),
        text(&written(&column.name)),
        text(column.kind.datatype().name()),
        text(arraysize),
        text(column.kind.xtype()),
        size,
        text(&column.description),
        text(&column.utype),
        text(&column.unit),
        text(&column.ucd),
        flag(column.indexed),
        flag(column.principal),
        flag(column.std),
        index,
    ]
}

/// Nothing is NULL.
fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Null } else { Cell::Text(text.to_owned()) }
}

fn numbered<T>(list: &[T]) -> impl Iterator<Item = (Cell, &T)> {
    list.iter().enumerate().map(|(at, one)| (Cell::Int(i64::try_from(at).unwrap_or(i64::MAX)), one))
}
