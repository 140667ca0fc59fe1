//! Cells of a batch as typed values, for formats that write row by row.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int16Array, Int32Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};

use crate::time;

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// Text.
    Text(&'a str),
    /// Integer of any width.
    Int(i64),
    /// Double.
    Double(f64),
    /// Boolean.
    Bool(bool),
    /// Instant, UTC, as DALI writes it.
    Timestamp(String),
}

/// A column of a batch.
#[derive(Debug)]
pub enum Column<'a> {
    Text(&'a StringArray),
    Short(&'a Int16Array),
    Int(&'a Int32Array),
    Long(&'a Int64Array),
    Double(&'a Float64Array),
    Bool(&'a BooleanArray),
    Timestamp(&'a TimestampMicrosecondArray),
    /// No rows of exports have other types.
    Other,
}

/// The columns of a batch.
pub fn columns(batch: &RecordBatch) -> Vec<Column<'_>> {
    batch.columns().iter().map(column).collect()
}

fn column(array: &ArrayRef) -> Column<'_> {
    let timestamp = array.as_primitive_opt::<TimestampMicrosecondType>();
    None.or_else(|| array.as_string_opt::<i32>().map(Column::Text))
        .or_else(|| array.as_primitive_opt::<Float64Type>().map(Column::Double))
        .or_else(|| array.as_primitive_opt::<Int64Type>().map(Column::Long))
        .or_else(|| array.as_primitive_opt::<Int32Type>().map(Column::Int))
        .or_else(|| array.as_primitive_opt::<Int16Type>().map(Column::Short))
        .or_else(|| array.as_boolean_opt().map(Column::Bool))
        .or_else(|| timestamp.map(Column::Timestamp))
        .unwrap_or(Column::Other)
}

impl<'a> Column<'a> {
    /// The value in a row of the batch.
    pub fn value(&self, row: usize) -> Value<'a> {
        match self {
            Self::Text(array) if array.is_valid(row) => Value::Text(array.value(row)),
            Self::Short(array) if array.is_valid(row) => Value::Int(array.value(row).into()),
            Self::Int(array) if array.is_valid(row) => Value::Int(array.value(row).into()),
            Self::Long(array) if array.is_valid(row) => Value::Int(array.value(row)),
            Self::Double(array) if array.is_valid(row) => Value::Double(array.value(row)),
            Self::Bool(array) if array.is_valid(row) => Value::Bool(array.value(row)),
            Self::Timestamp(array) if array.is_valid(row) => {
                Value::Timestamp(time::iso(array.value(row)))
            }
            _ => Value::Null,
        }
    }
}
