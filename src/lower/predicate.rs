//! Conditions in SQL.

use sea_query::{Expr, ExprTrait};

use super::Target;
use super::scalar::{column, literal};
use crate::plan::{Interval, Join, Predicate, Relation, Scalar};
use crate::sql::Dialect;
use crate::time;

impl Target {
    /// A condition on the rows of a branch.
    pub fn predicate(&self, predicate: &Predicate) -> Expr {
        match predicate {
            Predicate::Constant(value) => truth(*value),
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
            Predicate::In(_, values) if values.is_empty() => truth(false),
            Predicate::In(value, values) => self.scalar(value).is_in(values.iter().map(literal)),
            Predicate::Range { value, first, last, stride } => {
                let value = self.scalar(value);
                if first == last {
                    return value.eq(*first);
                }
                let within = value.clone().between(*first, *last);
                if *stride <= 1 {
                    return within;
                }
                // As Butler writes it, which has consequences for values below zero.
                let rest = first.rem_euclid(*stride);
                let step = format!("{{0}} % {stride} = {rest}");
                within.and(self.dialect.fill(&step, &[&value]))
            }
            Predicate::Holds(value) => self.scalar(value),
            Predicate::IsNull(value) => self.scalar(value).is_null(),
            Predicate::NoTimespan(alias) => match self.dialect {
                Dialect::Postgres => column(alias, "timespan").is_null(),
                Dialect::Sqlite => column(alias, "timespan_begin").is_null(),
            },
            Predicate::Glob(value, pattern) => self.glob(&self.scalar(value), pattern),
            Predicate::Overlaps(left, right) => self.overlaps(left, right),
            Predicate::Contains(interval, at) => self.contains(interval, at),
            Predicate::Exists { joins, condition } => self.exists(joins, condition),
        }
    }

    fn joined(&self, parts: &[Predicate], all: bool) -> Expr {
        let parts = parts.iter().map(|part| self.predicate(part));
        let joined = if all { parts.reduce(ExprTrait::and) } else { parts.reduce(ExprTrait::or) };
        joined.unwrap_or_else(|| truth(all))
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

    fn overlaps(&self, left: &Interval, right: &Interval) -> Expr {
        match self.dialect {
            Dialect::Postgres => self.dialect.fill("{0} && {1}", &[&range(left), &range(right)]),
            Dialect::Sqlite => {
                let ((begin, end), (other_begin, other_end)) = (ends(left), ends(right));
                self.dialect
                    .fill("{0} > {1} AND {2} > {3}", &[&end, &other_begin, &other_end, &begin])
            }
        }
    }

    fn contains(&self, interval: &Interval, at: &Scalar) -> Expr {
        let at = self.scalar(at);
        match self.dialect {
            Dialect::Postgres => {
                self.dialect.fill("{0} @> CAST({1} AS bigint)", &[&range(interval), &at])
            }
            Dialect::Sqlite => {
                let (begin, end) = ends(interval);
                self.dialect.fill("{0} <= {2} AND {1} > {2}", &[&begin, &end, &at])
            }
        }
    }

    /// A semi-join: `EXISTS (SELECT 1 FROM … WHERE …)`.
    fn exists(&self, joins: &[Join], condition: &Predicate) -> Expr {
        let clauses: Vec<super::JoinClause> = joins.iter().map(|join| self.join(join)).collect();
        let mut lines = vec!["SELECT 1".to_owned()];
        let mut conditions = Vec::new();
        for (index, clause) in clauses.into_iter().enumerate() {
            let on = clause.on.iter().map(|one| self.dialect.text(one));
            let alias = self.dialect.name(&clause.alias);
            if index == 0 {
                lines.push(format!("FROM {} AS {alias}", clause.table));
                conditions.extend(on);
            } else {
                // A join without a condition is a cross join.
                let on: Vec<String> = on.collect();
                let on = if on.is_empty() { "TRUE".to_owned() } else { on.join(" AND ") };
                lines.push(format!("JOIN {} AS {alias} ON {on}", clause.table));
            }
        }
        if *condition != Predicate::Constant(true) {
            conditions.push(format!("({})", self.dialect.text(&self.predicate(condition))));
        }
        if !conditions.is_empty() {
            lines.push(format!("WHERE {}", conditions.join("\n      AND ")));
        }
        Expr::cust(format!("EXISTS (\n    {}\n  )", lines.join("\n    ")))
    }
}

fn truth(value: bool) -> Expr {
    Expr::cust(if value { "TRUE" } else { "FALSE" })
}

/// A timespan as a range (PostgreSQL).
fn range(interval: &Interval) -> Expr {
    let bound =
        |value: &Option<i64>| value.map_or_else(|| "NULL".to_owned(), |value| value.to_string());
    match interval {
        Interval::Stored(alias) => column(alias, "timespan"),
        Interval::Constant { begin, end } => {
            Expr::cust(format!("int8range({}, {})", bound(begin), bound(end)))
        }
        Interval::Empty => Expr::cust("'empty'::int8range"),
    }
}

/// Begin and end of a timespan as SQLite stores them: with stand-ins for unbounded ends, and the
/// empty timespan turned round.
fn ends(interval: &Interval) -> (Expr, Expr) {
    match interval {
        Interval::Stored(alias) => (column(alias, "timespan_begin"), column(alias, "timespan_end")),
        Interval::Constant { begin, end } => (
            Expr::val(begin.unwrap_or(time::UNBOUNDED_BEGIN)),
            Expr::val(end.unwrap_or(time::UNBOUNDED_END)),
        ),
        Interval::Empty => (Expr::val(time::UNBOUNDED_END), Expr::val(time::UNBOUNDED_BEGIN)),
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
