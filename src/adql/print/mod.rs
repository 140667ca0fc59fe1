//! Tree → text: `Display` writes a node on one line, [`super::format()`] lays a query out.
//!
//! Keywords and functions in capitals, names as they were written, parentheses only where the
//! grammar wants them. What is printed parses to the same tree.

mod layout;
mod query;

pub use layout::format;
pub(super) use query::join_words;

use std::fmt::{self, Display, Formatter};

use super::reserved;
use super::slot::Slot;
use super::tree::{
    Aggregate, AggregateFunction, Branches, Case, ColumnReference, Comparator, Condition, DataType,
    Distance, Expression, Geometry, Identifier, Node, Operator, Position, Predicate, Quantifier,
    Set, Sign, TableName, Vertices,
};

impl Display for Identifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // ADQL 2.0 has fewer reserved words; a query of that version goes out as it came.
        let plain =
            !self.delimited && (reserved::is_regular(&self.text) || reserved::is_new(&self.text));
        if plain {
            f.write_str(&self.text)
        } else {
            write!(f, "\"{}\"", self.text.replace('"', "\"\""))
        }
    }
}

impl Display for TableName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        separated(f, ".", self.parts())
    }
}

impl Display for ColumnReference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(qualifier) = &self.qualifier {
            write!(f, "{qualifier}.")?;
        }
        self.column.fmt(f)
    }
}

/// A string literal.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}

/// Members with a separator between them.
fn separated<T: Display>(
    f: &mut Formatter<'_>,
    separator: &str,
    members: impl IntoIterator<Item = T>,
) -> fmt::Result {
    for (index, member) in members.into_iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        member.fmt(f)?;
    }
    Ok(())
}

/// A value at a place of the grammar, in parentheses where it needs them.
struct At<'a>(&'a Expression, Slot);

impl Display for At<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.1.takes(self.0) { self.0.fmt(f) } else { write!(f, "({})", self.0) }
    }
}

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Null => f.write_str("NULL"),
            Node::Number(number) => f.write_str(number.as_str()),
            Node::Text(text) => Quoted(text).fmt(f),
            Node::Column(column) => column.fmt(f),
            Node::Signed(sign, inner) => write!(f, "{sign}{}", At(inner, Slot::Operand)),
            Node::Arithmetic(left, operator, right) => {
                let (low, high) = match operator {
                    Operator::Add | Operator::Subtract => (Slot::Number, Slot::Term),
                    Operator::Multiply | Operator::Divide => (Slot::Term, Slot::Factor),
                };
                write!(f, "{} {operator} {}", At(left, low), At(right, high))
            }
            Node::Concatenation(texts) => {
                separated(f, " || ", texts.iter().map(|text| At(text, Slot::TextOperand)))
            }
            Node::Aggregate(aggregate) => aggregate.fmt(f),
            Node::Function(function, arguments) => {
                let slot = if function.is_text() { Slot::Text } else { Slot::Number };
                call(f, function.name(), arguments.iter().map(|argument| At(argument, slot)))
            }
            Node::Geometry(geometry) => geometry.fmt(f),
            Node::Cast(value, target) => write!(f, "CAST({value} AS {target})"),
            Node::Coalesce(values) => call(f, "COALESCE", values),
            Node::InUnit(value, unit) => {
                write!(f, "IN_UNIT({}, {})", At(value, Slot::Number), Quoted(unit))
            }
            Node::Case(case) => case.fmt(f),
            Node::UserDefined(name, arguments) => call(f, &name.to_string(), arguments),
        }
    }
}

fn call<T: Display>(
    f: &mut Formatter<'_>,
    name: &str,
    arguments: impl IntoIterator<Item = T>,
) -> fmt::Result {
    write!(f, "{name}(")?;
    separated(f, ", ", arguments)?;
    f.write_str(")")
}

impl Display for Geometry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let points = match self {
            Self::Polygon { vertices: Vertices::Points(points), .. } => points.len(),
            Self::Circle { centre: Position::Point(_), .. }
            | Self::Box { centre: Position::Point(_), .. }
            | Self::Coord1(_)
            | Self::Coord2(_) => 1,
            Self::Distance(Distance::Points(..)) => 2,
            _ => 0,
        };
        let systems = usize::from(self.system().is_some());
        let slot = |index: usize| match self {
            _ if index < systems => Slot::Value,
            _ if index < systems + points => Slot::Point,
            Self::Area(_)
            | Self::Centroid(_)
            | Self::CoordSys(_)
            | Self::Contains(..)
            | Self::Intersects(..) => Slot::Geometry,
            Self::Region(_) => Slot::Text,
            _ => Slot::Number,
        };
        let arguments = self.arguments();
        let arguments = arguments.iter().enumerate();
        call(f, self.name(), arguments.map(|(index, argument)| At(argument, slot(index))))
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::CountAll => f.write_str("COUNT(*)"),
            Self::Of { function, quantifier, argument } => {
                let name = match function {
                    AggregateFunction::Avg => "AVG",
                    AggregateFunction::Count => "COUNT",
                    AggregateFunction::Max => "MAX",
                    AggregateFunction::Min => "MIN",
                    AggregateFunction::Sum => "SUM",
                };
                write!(f, "{name}(")?;
                if let Some(quantifier) = quantifier {
                    write!(f, "{quantifier} ")?;
                }
                write!(f, "{argument})")
            }
        }
    }
}

impl Display for Case {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("CASE")?;
        match &self.branches {
            Branches::Searched(branches) => {
                for (when, then) in branches {
                    write!(f, " WHEN {when} THEN {then}")?;
                }
            }
            Branches::Simple(operand, branches) => {
                write!(f, " {operand}")?;
                for (when, then) in branches {
                    write!(f, " WHEN {when} THEN {then}")?;
                }
            }
        }
        if let Some(otherwise) = &self.otherwise {
            write!(f, " ELSE {otherwise}")?;
        }
        f.write_str(" END")
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let not = |negated: bool| if negated { " NOT" } else { "" };
        match &self.node {
            Predicate::Or(terms) => separated(f, " OR ", terms.iter().map(|term| Term(term, true))),
            Predicate::And(terms) => {
                separated(f, " AND ", terms.iter().map(|term| Term(term, false)))
            }
            Predicate::Not(inner) => match inner.node {
                Predicate::Or(_) | Predicate::And(_) | Predicate::Not(_) => {
                    write!(f, "NOT ({inner})")
                }
                _ => write!(f, "NOT {inner}"),
            },
            Predicate::Comparison(left, comparator, right) => {
                write!(f, "{left} {comparator} {right}")
            }
            Predicate::Between { value, negated, low, high } => {
                write!(f, "{value}{} BETWEEN {low} AND {high}", not(*negated))
            }
            Predicate::In { value, negated, set } => {
                write!(f, "{value}{} IN (", not(*negated))?;
                match set {
                    Set::List(values) => separated(f, ", ", values)?,
                    Set::Subquery(subquery) => subquery.fmt(f)?,
                }
                f.write_str(")")
            }
            Predicate::Like { value, negated, ignore_case, pattern } => {
                let like = if *ignore_case { "ILIKE" } else { "LIKE" };
                let (value, pattern) = (At(value, Slot::Text), At(pattern, Slot::Text));
                write!(f, "{value}{} {like} {pattern}", not(*negated))
            }
            Predicate::IsNull { column, negated } => {
                write!(f, "{column} IS{} NULL", not(*negated))
            }
            Predicate::Exists(subquery) => write!(f, "EXISTS ({subquery})"),
        }
    }
}

/// A member of OR (`true`) or AND (`false`).
struct Term<'a>(&'a Condition, bool);

impl Display for Term<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if needs_parentheses(self.0, self.1) { write!(f, "({})", self.0) } else { self.0.fmt(f) }
    }
}

/// Whether a member of OR or AND needs parentheses to stay one member.
fn needs_parentheses(term: &Condition, in_or: bool) -> bool {
    match term.node {
        Predicate::Or(_) => true,
        Predicate::And(_) => !in_or,
        _ => false,
    }
}

macro_rules! words {
    ($type:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl Display for $type {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }
    };
}

words!(Sign { Plus => "+", Minus => "-" });
words!(Operator { Add => "+", Subtract => "-", Multiply => "*", Divide => "/" });
words!(Quantifier { Distinct => "DISTINCT", All => "ALL" });
words!(Comparator {
    Equal => "=",
    NotEqual => "<>",
    Less => "<",
    LessOrEqual => "<=",
    Greater => ">",
    GreaterOrEqual => ">=",
});

impl Display for DataType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::SmallInt => f.write_str("SMALLINT"),
            Self::Integer => f.write_str("INTEGER"),
            Self::BigInt => f.write_str("BIGINT"),
            Self::Real => f.write_str("REAL"),
            Self::DoublePrecision => f.write_str("DOUBLE PRECISION"),
            Self::Char(None) => f.write_str("CHAR"),
            Self::Char(Some(length)) => write!(f, "CHAR({length})"),
            Self::Varchar(None) => f.write_str("VARCHAR"),
            Self::Varchar(Some(length)) => write!(f, "VARCHAR({length})"),
            Self::Timestamp => f.write_str("TIMESTAMP"),
            Self::Point => f.write_str("POINT"),
            Self::Circle => f.write_str("CIRCLE"),
            Self::Polygon => f.write_str("POLYGON"),
        }
    }
}
