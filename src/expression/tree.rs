//! The tree of a where-expression.

use crate::diag::Span;
use crate::value::Literal;

/// A node with its place in the source file.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub node: Node,
    /// Its place.
    pub span: Span,
}

/// The node kinds.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// `a AND b`
    And(Box<Expression>, Box<Expression>),
    /// `a OR b`
    Or(Box<Expression>, Box<Expression>),
    /// `NOT a`
    Not(Box<Expression>),
    /// `left op right`
    Compare(Box<Expression>, Comparison, Box<Expression>),
    /// `a [NOT] IN (items)`
    In {
        /// The left side.
        value: Box<Expression>,
        /// Literals, ranges or bind names.
        items: Vec<Expression>,
        /// `NOT IN`.
        negated: bool,
    },
    /// A name: `visit`, `visit.exposure_time`, `exposure.timespan.begin`, `instrument`.
    Name(Vec<String>),
    /// `:name`, or a bare name that `bind` defines.
    Bind(String),
    /// A number or string.
    Literal(Literal),
    /// `T'2024-01-01T00:00:00'`: the text between the quotes.
    Time(String),
    /// `1..10:2` inside IN; both ends included.
    Range(Range),
    /// `NULL`
    Null,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=` or `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `OVERLAPS`
    Overlaps,
}

/// An integer range with stride.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First value.
    pub start: i64,
    /// Last value.
    pub stop: i64,
    /// Step, at least one.
    pub stride: i64,
}
