//! Where aggregates may stand, and what may stand beside them.
//!
//! Databases disagree on columns that are neither grouped nor aggregated; here they are errors.

use super::super::tree::{Node, Rows, Truth, Value};
use super::Checker;
use crate::adql::Place;
use crate::diag::Result;

/// What a SELECT groups by.
pub struct Group<'g> {
    /// The values.
    pub values: &'g [Value],
    /// The numbers of the tables whose rows are grouped.
    pub tables: Vec<usize>,
}

/// Whether the value is computed from a group of rows.
pub fn aggregates(value: &Value) -> bool {
    let itself =
        matches!(value.node, Node::CountAll | Node::Aggregate { .. } | Node::Call(_, _, true));
    itself
        || value.parts().into_iter().any(aggregates)
        || matches!(&value.node, Node::Case(branches, _) if branches.iter().any(|(truth, _)| in_truth(truth)))
}

/// Whether a condition is about groups; subqueries have groups of their own.
fn in_truth(truth: &Truth) -> bool {
    match truth {
        Truth::Or(parts) | Truth::And(parts) => parts.iter().any(in_truth),
        Truth::Not(part) => in_truth(part),
        Truth::Comparison(left, _, right) | Truth::Like(left, right, _) => {
            aggregates(left) || aggregates(right)
        }
        Truth::Between(value, low, high) => [value, low, high].into_iter().any(aggregates),
        Truth::In(value, list) => aggregates(value) || list.iter().any(aggregates),
        Truth::InRows(value, _) | Truth::IsNull(value) => aggregates(value),
        Truth::Exists(_) => false,
    }
}

impl Checker<'_> {
    /// No aggregate may stand in `clause`.
    pub fn no_aggregates(&self, value: &Value, clause: &str) -> Result<()> {
        if aggregates(value) {
            return Err(self.misplaced(value.place, clause));
        }
        Ok(())
    }

    /// No aggregate may stand in a condition of `clause`.
    pub fn no_aggregates_in(&self, truth: &Truth, place: Place, clause: &str) -> Result<()> {
        if in_truth(truth) {
            return Err(self.misplaced(place, clause));
        }
        Ok(())
    }

    fn misplaced(&self, place: Place, clause: &str) -> Box<crate::diag::Diagnostic> {
        let message = format!("an aggregate cannot stand in {clause}");
        let help = "conditions on groups stand in HAVING, behind GROUP BY";
        self.wrong_help("Q108", message, place, help)
    }

    /// Outside aggregates only grouped values may stand.
    pub fn is_grouped(&self, value: &Value, group: &Group<'_>) -> Result<()> {
        if group.values.iter().any(|grouped| grouped.node == value.node) {
            return Ok(());
        }
        match &value.node {
            Node::CountAll => Ok(()),
            Node::Aggregate { .. } | Node::Call(_, _, true) => value
                .parts()
                .into_iter()
                .try_for_each(|part| self.no_aggregates(part, "another aggregate")),
            // Those of a query around have one value here.
            Node::Column(id, _) if !group.tables.contains(id) => Ok(()),
            Node::Column(..) => {
                let message = "this column is neither grouped nor in an aggregate";
                let help = "add it to GROUP BY, or take MIN, MAX, AVG, SUM or COUNT of it";
                Err(self.wrong_help("Q109", message, value.place, help))
            }
            _ => {
                if let Node::Case(branches, _) = &value.node {
                    branches.iter().try_for_each(|(truth, _)| self.is_grouped_in(truth, group))?;
                }
                value.parts().into_iter().try_for_each(|part| self.is_grouped(part, group))
            }
        }
    }

    /// As [`Self::is_grouped`], for the values of a condition.
    pub fn is_grouped_in(&self, truth: &Truth, group: &Group<'_>) -> Result<()> {
        match truth {
            Truth::Or(parts) | Truth::And(parts) => {
                parts.iter().try_for_each(|part| self.is_grouped_in(part, group))
            }
            Truth::Not(part) => self.is_grouped_in(part, group),
            Truth::Comparison(left, _, right) | Truth::Like(left, right, _) => {
                self.is_grouped(left, group)?;
                self.is_grouped(right, group)
            }
            Truth::Between(value, low, high) => {
                [value, low, high].into_iter().try_for_each(|one| self.is_grouped(one, group))
            }
            Truth::In(value, list) => {
                self.is_grouped(value, group)?;
                list.iter().try_for_each(|one| self.is_grouped(one, group))
            }
            Truth::InRows(value, rows) => {
                self.is_grouped(value, group)?;
                self.is_grouped_inside(rows, group)
            }
            Truth::IsNull(value) => self.is_grouped(value, group),
            Truth::Exists(rows) => self.is_grouped_inside(rows, group),
        }
    }

    /// As [`Self::is_grouped`], for the columns that a subquery takes from the groups around it.
    fn is_grouped_inside(&self, rows: &Rows, group: &Group<'_>) -> Result<()> {
        let mut columns = Vec::new();
        rows.each(&mut |value| {
            if matches!(value.node, Node::Column(id, _) if group.tables.contains(&id)) {
                columns.push(value);
            }
        });
        columns.into_iter().try_for_each(|column| self.is_grouped(column, group))
    }
}
