//! Conditions in SQL.

use sea_query::{Expr, ExprTrait};

use super::Target;
use super::scalar::literal;
use crate::plan::{Interval, Join, Predicate, Relation};
use crate::sql::Timespan;

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
            Predicate::NoTimespan(alias) => self.dialect.has_no_timespan(alias),
            Predicate::Glob(value, pattern) => self.dialect.glob(&self.scalar(value), pattern),
            Predicate::Overlaps(left, right) => {
                self.dialect.overlap(&timespan(left), &timespan(right))
            }
            Predicate::Contains(interval, at) => {
                self.dialect.holds_instant(&timespan(interval), &self.scalar(at))
            }
            Predicate::Exists { joins, condition } => self.exists(joins, condition),
        }
    }

    fn joined(&self, parts: &[Predicate], all: bool) -> Expr {
        let parts = parts.iter().map(|part| self.predicate(part));
        let joined = if all { parts.reduce(ExprTrait::and) } else { parts.reduce(ExprTrait::or) };
        joined.unwrap_or_else(|| truth(all))
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

fn timespan(interval: &Interval) -> Timespan {
    match interval {
        Interval::Stored(alias) => Timespan::Stored { alias: alias.clone() },
        Interval::Constant { begin, end } => Timespan::Constant { begin: *begin, end: *end },
        Interval::Empty => Timespan::Empty,
    }
}
