//! Values of cells.

/// A cell. Integers of all sizes are one kind: the column tells them apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing: an empty cell, the column's `null` value, a flagged cell, or a scalar NaN.
    Null,
    /// boolean, and bit.
    Bool(bool),
    /// unsignedByte, short, int, long.
    Int(i64),
    /// float.
    Float(f32),
    /// double.
    Double(f64),
    /// floatComplex: real and imaginary part.
    FloatComplex([f32; 2]),
    /// doubleComplex: real and imaginary part.
    DoubleComplex([f64; 2]),
    /// char and unicodeChar, of any length.
    Text(String),
    /// An array.
    Array(Array),
}

/// An array, the first dimension of the column's arraysize varying fastest.
#[derive(Debug, Clone, PartialEq)]
pub enum Array {
    /// boolean; an element may be unknown.
    Bool(Vec<Option<bool>>),
    /// bit.
    Bit(Vec<bool>),
    /// unsignedByte, short, int, long; an element may be null.
    Int(Vec<Option<i64>>),
    /// float; NaN stands for null.
    Float(Vec<f32>),
    /// double; NaN stands for null.
    Double(Vec<f64>),
    /// floatComplex.
    FloatComplex(Vec<[f32; 2]>),
    /// doubleComplex.
    DoubleComplex(Vec<[f64; 2]>),
    /// Strings of a fixed length each, without what pads them.
    Text(Vec<String>),
}

/// What is wrong with a cell.
#[derive(Debug)]
pub struct Wrong {
    /// In words that follow the names of row and column.
    pub what: String,
    /// What would be right.
    pub help: String,
}

/// What is wrong with a cell, and what would be right.
pub fn wrong(what: impl Into<String>, help: impl Into<String>) -> Wrong {
    Wrong { what: what.into(), help: help.into() }
}
