//! Answers as rows of JSON, and their comparison.

use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, SchemaRef};
use obscore_view::catalog::Column;
use obscore_view::diag;
use obscore_view::stream::{Flow, Sink, Status};
use serde_json::{Value as Json, json};

/// Columns and rows.
#[derive(Debug, Clone)]
pub struct Answer {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Json>>,
    /// Whether the query says in which order.
    pub is_ordered: bool,
    pub overflow: bool,
}

/// The rows that a [`Collect`] has taken.
#[derive(Clone, Default)]
pub struct Taken(Arc<Mutex<Vec<Vec<Json>>>>);

impl Taken {
    /// The rows.
    pub fn take(&self) -> Vec<Vec<Json>> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

/// Keeps rows.
pub struct Collect(Taken);

impl Collect {
    /// An empty one, and where its rows will be.
    pub fn new() -> (Self, Taken) {
        let taken = Taken::default();
        (Self(taken.clone()), taken)
    }
}

impl Sink for Collect {
    fn start(&mut self, _: &SchemaRef) -> diag::Result<()> {
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> diag::Result<Flow> {
        let mut rows = self.0.0.lock().expect("no panic");
        for row in 0..batch.num_rows() {
            rows.push(batch.columns().iter().map(|column| cell(column.as_ref(), row)).collect());
        }
        Ok(Flow::More)
    }

    fn finish(&mut self, _: &Status) -> diag::Result<()> {
        Ok(())
    }
}

fn cell(column: &dyn Array, row: usize) -> Json {
    if column.is_null(row) {
        return Json::Null;
    }
    match column.data_type() {
        DataType::Utf8 => json!(column.as_string::<i32>().value(row)),
        DataType::Boolean => json!(column.as_boolean().value(row)),
        DataType::Int16 => json!(column.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => json!(column.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => json!(column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => {
            let number = column.as_primitive::<Float64Type>().value(row);
            if number.is_finite() { json!(number) } else { json!(number.to_string()) }
        }
        DataType::Timestamp(..) => {
            json!({"microseconds": column.as_primitive::<TimestampMicrosecondType>().value(row)})
        }
        other => panic!("a column of {other}"),
    }
}

/// What differs between two sets of rows; in order, or as multisets.
pub fn difference(one: &[Vec<Json>], other: &[Vec<Json>], in_order: bool) -> Option<String> {
    if one.len() != other.len() {
        return Some(format!("{} rows and {} rows", one.len(), other.len()));
    }
    let (mut one, mut other): (Vec<_>, Vec<_>) = (one.iter().collect(), other.iter().collect());
    if !in_order {
        one.sort_by_cached_key(|row| key(row));
        other.sort_by_cached_key(|row| key(row));
    }
    if !in_order {
        // Doubles that are nearly equal may stand in another order.
        one.retain(|row| match other.iter().position(|found| same_row(row, found)) {
            Some(at) => {
                other.remove(at);
                false
            }
            None => true,
        });
    }
    let rows = one.iter().zip(&other).enumerate();
    let differing = rows.filter(|(_, (a, b))| !same_row(a, b)).collect::<Vec<_>>();
    let (at, (a, b)) = differing.first()?;
    Some(format!(
        "{} rows differ, the first at {at}:\n  {}\n  {}",
        differing.len(),
        json!(a),
        json!(b)
    ))
}

/// Rows that are nearly equal have the same key, but for bad luck.
fn key(row: &[Json]) -> String {
    let cells = row.iter().map(|cell| match cell.as_f64() {
        Some(number) if !cell.is_i64() => format!("{:.6e}", number + 1e-30),
        _ => cell.to_string(),
    });
    cells.collect::<Vec<_>>().join("\u{1}")
}

fn same_row(one: &[Json], other: &[Json]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
}

/// Doubles to 1e-9 of their size, or 1e-11; texts of numbers likewise.
pub fn same(one: &Json, other: &Json) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= (1e-9 * a.abs().max(b.abs())).max(1e-11);
    match (one, other) {
        (Json::Number(a), Json::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a == b,
            _ => near(a.as_f64().expect("a number"), b.as_f64().expect("a number")),
        },
        (Json::String(a), Json::String(b)) if a != b => {
            let numbers = |text: &str| -> Option<Vec<f64>> {
                text.split(' ').map(|part| part.parse().ok()).collect()
            };
            match (numbers(a), numbers(b)) {
                (Some(a), Some(b)) => {
                    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| near(*a, *b))
                }
                _ => false,
            }
        }
        _ => one == other,
    }
}
