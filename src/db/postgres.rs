//! PostgreSQL's values as [`Cell`]s and back.
//!
//! In: a row in the binary wire format. Out: cells; text-like types of any name are text. The
//! formats are those of PostgreSQL's `typsend` functions.

use sqlx::postgres::{PgArguments, PgRow, PgValueFormat, PgValueRef};
use sqlx::query::Query;
use sqlx::{Postgres, Row, TypeInfo, ValueRef};

use crate::diag::{Diagnostic, Result};
use crate::value::Cell;

/// Microseconds from 1970-01-01, where a [`Cell::Timestamp`] begins, to 2000-01-01.
const EPOCH: i64 = 946_684_800_000_000;

type PgQuery<'q> = Query<'q, Postgres, PgArguments>;

/// Adds a parameter.
pub fn bind<'q>(query: PgQuery<'q>, cell: &Cell) -> PgQuery<'q> {
    match cell {
        Cell::Null => query.bind(None::<String>),
        Cell::Bool(value) => query.bind(*value),
        Cell::Int(value) | Cell::Timestamp(value) => query.bind(*value),
        Cell::Float(value) => query.bind(*value),
        Cell::Text(value) => query.bind(value.clone()),
        Cell::Bytes(value) => query.bind(value.clone()),
        Cell::Uuid(value) => query.bind(*value),
    }
}

/// The text of a statement that stays prepared. The driver finds it by its text alone, where the server has it
/// with the number and the types of the parameters that came with it first; so these are told in the text.
pub fn kept(sql: &str, parameters: &[Cell]) -> String {
    let kind = |cell: &Cell| match cell {
        Cell::Null => 'n',
        Cell::Bool(_) => 'b',
        Cell::Int(_) | Cell::Timestamp(_) => 'i',
        Cell::Float(_) => 'f',
        Cell::Text(_) => 't',
        Cell::Bytes(_) => 'y',
        Cell::Uuid(_) => 'u',
    };
    match parameters {
        [] => sql.to_owned(),
        some => format!("/* {} */ {sql}", some.iter().map(kind).collect::<String>()),
    }
}

/// A row as cells.
///
/// # Errors
/// R041 for a type that no cell holds.
pub fn row(row: &PgRow) -> Result<Vec<Cell>> {
    (0..row.columns().len())
        .map(|index| {
            let value = row.try_get_raw(index).map_err(|error| {
                Diagnostic::error("R029", format!("a column cannot be read: {error}"))
            })?;
            cell(&value)
        })
        .collect()
}

fn cell(value: &PgValueRef<'_>) -> Result<Cell> {
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let kind = value.type_info();
    let unreadable = || {
        let message = format!("a value of PostgreSQL type {} cannot be read", kind.name());
        Box::new(Diagnostic::error("R041", message).help("cast the column, for instance to text"))
    };
    let bytes = value.as_bytes().map_err(|_| unreadable())?;
    if value.format() == PgValueFormat::Text {
        let text = value.as_str().map_err(|_| unreadable())?;
        return written(kind.name(), text).ok_or_else(unreadable);
    }
    let decoded = match kind.name() {
        "BOOL" => bytes.first().map(|byte| Cell::Bool(*byte != 0)),
        "INT2" => bytes.try_into().ok().map(|raw| Cell::Int(i16::from_be_bytes(raw).into())),
        "INT4" => bytes.try_into().ok().map(|raw| Cell::Int(i32::from_be_bytes(raw).into())),
        "OID" => bytes.try_into().ok().map(|raw| Cell::Int(u32::from_be_bytes(raw).into())),
        "INT8" => bytes.try_into().ok().map(|raw| Cell::Int(i64::from_be_bytes(raw))),
        "FLOAT4" => bytes.try_into().ok().map(|raw| Cell::Float(f32::from_be_bytes(raw).into())),
        "FLOAT8" => bytes.try_into().ok().map(|raw| Cell::Float(f64::from_be_bytes(raw))),
        "NUMERIC" => numeric(bytes).map(Cell::Float),
        "BYTEA" => Some(Cell::Bytes(bytes.to_vec())),
        "UUID" => uuid::Uuid::from_slice(bytes).ok().map(Cell::Uuid),
        "TIMESTAMP" | "TIMESTAMPTZ" => bytes
            .try_into()
            .ok()
            .map(|raw| Cell::Timestamp(i64::from_be_bytes(raw).saturating_add(EPOCH))),
        "VOID" => Some(Cell::Null),
        "TEXT" | "VARCHAR" | "CHAR" | "\"CHAR\"" | "NAME" | "UNKNOWN" | "JSON" | "XML" => {
            std::str::from_utf8(bytes).ok().map(|text| Cell::Text(text.to_owned()))
        }
        _ => None,
    };
    decoded.ok_or_else(unreadable)
}

/// A value that comes as text.
fn written(kind: &str, text: &str) -> Option<Cell> {
    match kind {
        "BOOL" => Some(Cell::Bool(text == "t")),
        "INT2" | "INT4" | "INT8" | "OID" => text.parse().ok().map(Cell::Int),
        "FLOAT4" | "FLOAT8" | "NUMERIC" => text.parse().ok().map(Cell::Float),
        _ => Some(Cell::Text(text.to_owned())),
    }
}

/// The double nearest to a NUMERIC: number of digits, weight of the first, sign, scale, then digits
/// to the base 10 000.
fn numeric(bytes: &[u8]) -> Option<f64> {
    let words: Vec<i16> = bytes
        .chunks_exact(2)
        .filter_map(|pair| pair.try_into().ok().map(i16::from_be_bytes))
        .collect();
    let [_, weight, sign, _, digits @ ..] = words.as_slice() else { return None };
    #[allow(clippy::cast_sign_loss)] // a bit pattern, not a number
    let sign = match *sign as u16 {
        0x0000 => "",
        0x4000 => "-",
        0xC000 => return Some(f64::NAN),
        0xD000 => return Some(f64::INFINITY),
        0xF000 => return Some(f64::NEG_INFINITY),
        _ => return None,
    };
    let mantissa: Vec<String> = digits.iter().map(|digit| format!("{digit:04}")).collect();
    let last = i32::from(*weight) + 1 - i32::try_from(digits.len()).ok()?;
    format!("{sign}0{}e{}", mantissa.concat(), 4 * last).parse().ok()
}
