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
    /// `left op right`; with [`Node::Null`] on one side, equality means IS NULL.
    Compare(Box<Expression>, Comparison, Box<Expression>),
    /// `a [NOT] IN (items)`
    In {
        /// The left side.
        value: Box<Expression>,
        /// Literals, names, ranges, or lists of bind values.
        items: Vec<Expression>,
        /// `NOT IN`.
        negated: bool,
    },
    /// A name: `visit`, `visit.exposure_time`, `exposure.timespan.begin`, `instrument`.
    Name(Vec<String>),
    /// `:name` of an expression parsed without bind values; with them, the value stands instead.
    Bind(String),
    /// A number or string.
    Literal(Literal),
    /// `T'2024-01-01T00:00:00'`: the text between the quotes.
    Time(String),
    /// `1..10:2` inside IN; both ends included.
    Range(Range),
    /// The values of a bind list inside IN.
    List(Vec<Node>),
    /// `NULL`
    Null,
    /// `left op right` on numbers.
    Arithmetic(Box<Expression>, Operator, Box<Expression>),
    /// `-a` of what is not a number literal.
    Negative(Box<Expression>),
    /// `(begin, end)`: a timespan; an end that is [`Node::Null`] is unbounded.
    Timespan(Box<Expression>, Box<Expression>),
    /// `POINT(…)`, `CIRCLE(…)`, `BOX(…)`, `POLYGON(…)`: a region on the sky, in ICRS.
    Shape(Shape),
    /// `REGION('…')`: a region in the text form of SIAv2's POS.
    Region(String),
    /// `GLOB(name, 'pattern')`: `*` and `?` match any text and any character.
    Glob {
        /// The column, a [`Node::Name`].
        value: Box<Expression>,
        /// The pattern.
        pattern: String,
    },
    /// `UUID('…')`
    Uuid(uuid::Uuid),
}

/// Arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

/// A region on the sky; angles in degrees.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Longitude and latitude.
    Point(f64, f64),
    /// Longitude and latitude of the centre, radius as written. Butler 30 gives sphgeom twice that
    /// as the opening angle, and so selects a circle of twice the radius.
    Circle(f64, f64, f64),
    /// Longitude and latitude of the centre, width, height.
    Box(f64, f64, f64, f64),
    /// Longitude and latitude of each vertex.
    Polygon(Vec<(f64, f64)>),
}

/// A value that `bind` gives to a name.
#[derive(Debug, Clone, PartialEq)]
pub enum BindValue {
    /// One value: a literal or a time.
    Scalar(Node),
    /// Values for IN, all of one kind.
    List(Vec<Node>),
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
