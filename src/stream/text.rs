//! Cells of a batch as typed values, for formats that write row by row.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float32Array, Float64Array, Int16Array, Int32Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};

use crate::votable::Datatype;
pub use crate::votable::Value;

/// A column of a batch.
#[derive(Debug)]
pub enum Column<'a> {
    Text(&'a StringArray),
    Short(&'a Int16Array),
    Int(&'a Int32Array),
    Long(&'a Int64Array),
    Float(&'a Float32Array),
    Double(&'a Float64Array),
    /// Doubles of a column in single precision.
    Narrow(&'a Float64Array),
    Bool(&'a BooleanArray),
    Timestamp(&'a TimestampMicrosecondArray),
    /// No rows have other types.
    Other,
}

/// The columns of a batch.
pub fn columns(batch: &RecordBatch) -> Vec<Column<'_>> {
    batch.columns().iter().map(column).collect()
}

/// The columns of a batch whose fields have these types: doubles of a column in single precision are
/// rounded to it.
pub fn typed_columns<'a>(batch: &'a RecordBatch, types: &[Datatype]) -> Vec<Column<'a>> {
    let typed = |(column, kind): (Column<'a>, &Datatype)| match (column, kind) {
        (Column::Double(array), Datatype::Float) => Column::Narrow(array),
        (column, _) => column,
    };
    columns(batch).into_iter().zip(types).map(typed).collect()
}

/// The column of an array.
pub fn column(array: &ArrayRef) -> Column<'_> {
    let timestamp = array.as_primitive_opt::<TimestampMicrosecondType>();
    None.or_else(|| array.as_string_opt::<i32>().map(Column::Text))
        .or_else(|| array.as_primitive_opt::<Float64Type>().map(Column::Double))
        .or_else(|| array.as_primitive_opt::<Float32Type>().map(Column::Float))
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
            Self::Timestamp(array) if array.is_valid(row) => Value::Instant(array.value(row)),
            Self::Float(array) if array.is_valid(row) => Value::Float(array.value(row)),
            #[expect(clippy::cast_possible_truncation, reason = "the column's precision")]
            Self::Narrow(array) if array.is_valid(row) => Value::Float(array.value(row) as f32),
            _ => Value::Null,
        }
    }
}
