//! Conditions in SQL.

use sea_query::{Expr, ExprTrait};

use super::Target;
use super::scalar::{column, literal};
use crate::plan::{Predicate, Relation};
use crate::sql::Dialect;

impl Target {
    /// A condition on the rows of a branch.
    pub fn predicate(&self, predicate: &Predicate) -> Expr {
        match predicate {
            Predicate::Constant(value) => self.truth(*value),
            Predicate::And(parts) => self.joined(parts, true),
            Predicate::Or(parts) => self.joined(parts, false),
            Predicate::Not(inner) => self.dialect.fill("NOT ({0})", &[&self.predicate(inner)]),
            Predicate::Compare(left, relation, right) => {
                let (left, right) = (self.scalar(left), self.scalar(right));
                match relation {
                    Relation::Equal => left.eq(right),
                    Relation::NotEqual => left.ne(right),
                    Relation::Less => left.lt(right),
                    Relation::LessOrEqual => left.lte(right),
                    Relation::Greater => left.gt(right),
                    Relation::GreaterOrEqual => left.gte(right),
                }
            }
            Predicate::In(_, values) if values.is_empty() => self.truth(false),
            Predicate::In(value, values) => self.scalar(value).is_in(values.iter().map(literal)),
            Predicate::Range { value, first, last, stride } => {
                let value = self.scalar(value);
                let between = value.clone().between(*first, *last);
                if *stride <= 1 {
                    return between;
                }
                let step = format!("({{0}} - {first}) % {stride} = 0");
                between.and(self.dialect.fill(&step, &[&value]))
            }
            Predicate::IsNull(value) => self.scalar(value).is_null(),
            Predicate::Glob(value, pattern) => self.glob(&self.scalar(value), pattern),
            Predicate::Overlaps { alias, begin, end } => self.overlaps(alias, *begin, *end),
        }
    }

    fn truth(&self, value: bool) -> Expr {
        Expr::cust(if value { "TRUE" } else { "FALSE" })
    }

    fn joined(&self, parts: &[Predicate], all: bool) -> Expr {
        let parts = parts.iter().map(|part| self.predicate(part));
        let joined = if all { parts.reduce(ExprTrait::and) } else { parts.reduce(ExprTrait::or) };
        joined.unwrap_or_else(|| self.truth(all))
    }

    /// `*`, `?` and `[…]`, case-sensitive.
    pub(super) fn glob(&self, value: &Expr, pattern: &str) -> Expr {
        match self.dialect {
            Dialect::Sqlite => {
                let pattern = Expr::val(pattern);
                self.dialect.fill("{0} GLOB {1}", &[value, &pattern])
            }
            Dialect::Postgres => {
                let pattern = Expr::val(glob_to_regex(pattern));
                self.dialect.fill("{0} ~ {1}", &[value, &pattern])
            }
        }
    }

    fn overlaps(&self, alias: &str, begin: Option<i64>, end: Option<i64>) -> Expr {
        match self.dialect {
            Dialect::Postgres => {
                let bound = |value: Option<i64>| {
                    value.map_or_else(|| "NULL".to_owned(), |value| value.to_string())
                };
                let range = format!("{{0}} && int8range({}, {})", bound(begin), bound(end));
                self.dialect.fill(&range, &[&column(alias, "timespan")])
            }
            Dialect::Sqlite => {
                // The sentinels for unbounded ends compare as they should.
                let mut parts = Vec::new();
                let (from, to) = (column(alias, "timespan_begin"), column(alias, "timespan_end"));
                parts.push(from.clone().lt(to.clone()));
                parts.extend(end.map(|end| from.lt(end)));
                parts.extend(begin.map(|begin| to.gt(begin)));
                super::time::all(parts).unwrap_or_else(|| self.truth(true))
            }
        }
    }
}

/// A pattern of `*`, `?` and `[…]` as an anchored regular expression.
fn glob_to_regex(pattern: &str) -> String {
    let mut out = "^".to_owned();
    let mut in_class = false;
    for c in pattern.chars() {
        match c {
            ']' => {
                in_class = false;
                out.push(c);
            }
            _ if in_class => out.push(c),
            '[' => {
                in_class = true;
                out.push(c);
            }
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            c if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.push('$');
    out
}
