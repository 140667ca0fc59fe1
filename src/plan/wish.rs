//! What a query wishes of the rows of a table.

/// What must be true of a row for it to matter to a query. It may be less than the query asks for, never
/// more: the query tests its own conditions as well.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// All of these.
    All(Vec<Wish>),
    /// One of these.
    Any(Vec<Wish>),
    /// A test of a column.
    Column {
        /// The position of the column in its table.
        column: usize,
        /// The test.
        test: Test,
    },
}

/// A test of a value; NULL passes [`Test::Null`] and [`Test::NullAlways`] only.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// It equals one of these.
    Among(Vec<Constant>),
    /// It is a text that equals one of these, which have ASCII's letters in lower case, in any case of letters.
    Folded(Vec<String>),
    /// It equals none of these.
    NotAmong(Vec<Constant>),
    /// It is a number not below `low` and not above `high`.
    Within {
        /// The lowest; infinite for none.
        low: f64,
        /// The highest; infinite for none.
        high: f64,
    },
    /// It is a text that begins so.
    Begins(String),
    /// It is NULL.
    Null,
    /// It is not NULL.
    NotNull,
    /// It is NULL in all rows of a dataset type. No condition says so; it chooses dataset types.
    NullAlways,
}

/// A value that a column is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// Text, compared with text.
    Text(String),
    /// An integer, compared with integers.
    Int(i64),
}
