//! Values to choose rows by.

/// Values of which a column must have one for a row to matter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The position of the column in its table.
    pub column: usize,
    /// The values.
    pub values: Vec<Chosen>,
}

/// A value that a column is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Chosen {
    /// Text, compared with text.
    Text(String),
    /// An integer, compared with integers.
    Int(i64),
}
