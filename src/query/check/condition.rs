//! Search conditions.

use super::super::tree::{Truth, Value};
use super::Checker;
use super::scope::Scope;
use super::value::as_shown;
use crate::adql::{Condition, Place, Predicate, Set};
use crate::catalog::Type;
use crate::diag::Result;

impl Checker<'_> {
    /// A condition.
    pub fn truth(&mut self, condition: &Condition, scope: &Scope<'_>) -> Result<Truth> {
        let place = condition.place;
        match &condition.node {
            Predicate::Or(parts) => Ok(Truth::Or(self.truths(parts, scope)?)),
            Predicate::And(parts) => Ok(Truth::And(self.truths(parts, scope)?)),
            Predicate::Not(part) => Ok(Truth::Not(Box::new(self.truth(part, scope)?))),
            Predicate::Comparison(left, comparator, right) => {
                let (left, right) = (self.value(left, scope)?, self.value(right, scope)?);
                let (left, right) = self.comparable(left, right, place)?;
                Ok(Truth::Comparison(left, *comparator, right))
            }
            Predicate::Between { value, negated, low, high } => {
                let value = self.value(value, scope)?;
                let (low, high) = (self.value(low, scope)?, self.value(high, scope)?);
                let (value, low) = self.comparable(value, low, place)?;
                let (value, high) = self.comparable(value, high, place)?;
                Ok(negated_if(*negated, Truth::Between(value, low, high)))
            }
            Predicate::In { value, negated, set } => {
                let value = self.value(value, scope)?;
                let truth = self.membership(value, set, place, scope)?;
                Ok(negated_if(*negated, truth))
            }
            Predicate::Like { value, negated, ignore_case, pattern } => {
                let value = self.text(value, scope, "LIKE")?;
                let pattern = self.text(pattern, scope, "LIKE")?;
                Ok(negated_if(*negated, Truth::Like(value, pattern, !*ignore_case)))
            }
            Predicate::IsNull { column, negated } => {
                let value = as_shown(self.column(column, scope)?);
                Ok(negated_if(*negated, Truth::IsNull(value)))
            }
            Predicate::Exists(subquery) => {
                Ok(Truth::Exists(Box::new(self.subquery(subquery, Some(scope))?)))
            }
        }
    }

    fn truths(&mut self, parts: &[Condition], scope: &Scope<'_>) -> Result<Vec<Truth>> {
        parts.iter().map(|part| self.truth(part, scope)).collect()
    }

    fn membership(
        &mut self,
        value: Value,
        set: &Set,
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Truth> {
        match set {
            Set::List(list) => {
                let mut wanted = value;
                let mut values = Vec::with_capacity(list.len());
                for one in list {
                    let one = self.value(one, scope)?;
                    let (left, right) = self.comparable(wanted, one, place)?;
                    wanted = left;
                    values.push(right);
                }
                Ok(Truth::In(wanted, values))
            }
            Set::Subquery(subquery) => {
                let rows = self.subquery(subquery, Some(scope))?;
                let [column] = rows.columns.as_slice() else {
                    let message =
                        format!("IN wants a query of one column; this has {}", rows.columns.len());
                    return Err(self.wrong("Q111", message, place));
                };
                let mut other =
                    Value::new(super::super::tree::Node::Null, column.kind.clone(), place);
                other.unit.clone_from(&column.unit);
                // Only the types are compared; the rows cannot be converted.
                let (value, converted) = self.comparable(value, other.clone(), place)?;
                if converted != other {
                    let message = format!(
                        "{} is compared with {}",
                        value.kind.as_ref().map_or("NULL", Type::title),
                        column.kind.title()
                    );
                    let help = "CAST the column of the query";
                    return Err(self.wrong_help("Q106", message, place, help));
                }
                Ok(Truth::InRows(value, Box::new(rows)))
            }
        }
    }
}

fn negated_if(negated: bool, truth: Truth) -> Truth {
    if negated { Truth::Not(Box::new(truth)) } else { truth }
}
