//! A query asked of SQLite, of PostgreSQL, and of both where their rows are brought to this process.

use std::time::Instant;

use obscore_view::adql::{
    BuiltIn, Expression, Node, Select, SelectExpression, SetExpression, Visitor, parse, walk,
};
use obscore_view::diag::Source;
use obscore_view::stream::engine::{Service, Upload};

use super::answer::{Answer, difference};
use super::{ask, said, staged};

/// An answer, or the code of the first error and what all of them say.
pub type Outcome = Result<Answer, (String, String)>;

async fn answer(service: &Service, adql: &str, uploads: &[Upload]) -> Outcome {
    let began = Instant::now();
    let answered = ask(service, adql, uploads).await;
    if began.elapsed().as_secs() > 2 {
        println!("{:?}: {adql}", began.elapsed());
    }
    answered.map_err(|wrong| (wrong[0].code.to_owned(), said(&wrong)))
}

/// What an ORDER BY says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Which row comes before which other, for all rows.
    Total,
    /// Nothing about some rows.
    Partial,
}

/// What all ways have in common.
///
/// # Errors
/// How they differ: in columns, in rows as far as the query says which, or in the code of the error.
pub async fn everywhere(
    services: [&Service; 2],
    adql: &str,
    uploads: &[Upload],
    order: Order,
) -> Result<Outcome, String> {
    let [sqlite, postgres] = services;
    let first = answer(sqlite, adql, uploads).await;
    let ways = [
        ("SQLite, brought", answer(sqlite, &staged(adql), uploads).await),
        ("PostgreSQL", answer(postgres, adql, uploads).await),
        ("PostgreSQL, brought", answer(postgres, &staged(adql), uploads).await),
    ];
    let chance = Chance::of(adql);
    for (way, other) in ways {
        match (&first, &other) {
            (Err((code, _)), Err((found, _))) if code == found => {}
            (Ok(first), Ok(other)) => {
                if first.columns != other.columns {
                    return Err(format!("{way}: {:?}\n{:?}", first.columns, other.columns));
                }
                let text = match chance {
                    Chance::None => {
                        let in_order = first.is_ordered && order == Order::Total;
                        difference(&first.rows, &other.rows, in_order)
                    }
                    Chance::Which if first.rows.len() != other.rows.len() => {
                        Some(format!("{} rows and {} rows", first.rows.len(), other.rows.len()))
                    }
                    Chance::Which | Chance::HowMany => None,
                };
                if let Some(text) = text {
                    return Err(format!("SQLite and {way}: {text}"));
                }
            }
            _ => {
                let [first, other] = [&first, &other].map(|outcome| match outcome {
                    Ok(answer) => format!("{} rows", answer.rows.len()),
                    Err((_, text)) => text.clone(),
                });
                return Err(format!("SQLite: {first}\n{way}: {other}"));
            }
        }
    }
    Ok(first)
}

/// What a query leaves to chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Chance {
    /// Nothing.
    None,
    /// Which rows: a part of all without an order.
    Which,
    /// How many rows.
    HowMany,
}

impl Chance {
    fn of(adql: &str) -> Self {
        let Ok(query) = parse(&Source::new("query", adql)) else { return Self::None };
        let mut seen = Looking { outermost: std::ptr::from_ref(&query.body), found: Self::None };
        seen.query(&query);
        seen.found
    }
}

struct Looking {
    outermost: *const SelectExpression,
    found: Chance,
}

impl Visitor for Looking {
    fn select_expression(&mut self, expression: &SelectExpression) {
        let top = match &expression.set {
            SetExpression::Select(select) => select.top.is_some_and(|top| top > 0),
            _ => false,
        };
        if expression.order_by.is_empty() && (top || expression.offset.is_some_and(|it| it > 0)) {
            let outermost = std::ptr::eq(expression, self.outermost);
            let chance = if outermost { Chance::Which } else { Chance::HowMany };
            self.found = self.found.max(chance);
        }
        if let SetExpression::Operation { left, right, .. } = &expression.set {
            self.operand(left);
            self.operand(right);
        }
        walk::select_expression(self, expression);
    }

    fn expression(&mut self, expression: &Expression) {
        let is_random = match &expression.node {
            Node::Function(function, _) => *function == BuiltIn::Rand,
            Node::UserDefined(name, _) => name.matches("ivo_normal_random"),
            _ => false,
        };
        if is_random {
            self.found = Chance::HowMany;
        }
        walk::expression(self, expression);
    }
}

impl Looking {
    /// An operand has no order of its own but in parentheses.
    fn operand(&mut self, set: &SetExpression) {
        match set {
            SetExpression::Select(select) => {
                let Select { top, .. } = &**select;
                if top.is_some_and(|top| top > 0) {
                    self.found = Chance::HowMany;
                }
            }
            SetExpression::Operation { left, right, .. } => {
                self.operand(left);
                self.operand(right);
            }
            SetExpression::Nested(_) => {}
        }
    }
}
