//! Conditions that can be applied before a join.
//!
//! In: a checked query and one of its tables. Out: conditions of the query that every row of the table
//! must satisfy to matter, and that a database can test. They only thin out what is brought to another
//! database; the query keeps all its conditions, so they need not be complete.

use super::tree::{Checked, From, Node, Rows, Select, Set, TableId, Truth, Value};
use super::write::available;
use crate::adql::JoinKind;
use crate::sql::Dialect;

/// The conditions on the table at `source` that `dialect` can test without columns that are computed
/// from encoded regions.
pub fn pushed(
    checked: &Checked,
    source: usize,
    dialect: Dialect,
    regional: &dyn Fn(TableId, usize) -> bool,
) -> Vec<Truth> {
    let Some(table) = checked.sources.get(source) else { return Vec::new() };
    let testable = |truth: &Truth| {
        let mut fine = !has_rows(truth);
        let mut own = false;
        truth.each(&mut |value: &Value| {
            fine &= available(value, dialect);
            if let Node::Column(id, column) = value.node {
                own |= id == table.id;
                fine &= id == table.id && !regional(table.table, column);
            }
        });
        fine && own
    };
    conjuncts(checked, source).into_iter().filter(|truth| testable(truth)).cloned().collect()
}

/// The conditions that must hold wherever rows of a table matter, on whatever they are.
pub(super) fn conjuncts(checked: &Checked, source: usize) -> Vec<&Truth> {
    let mut found = Vec::new();
    for rows in checked.with.iter().chain([&checked.body]) {
        in_rows(rows, source, &mut |select, inner| {
            let filters = select.filter.iter().chain(inner);
            found.extend(filters.flat_map(Truth::conjuncts));
        });
    }
    found
}

/// Whether a condition has a subquery.
pub(super) fn has_rows(truth: &Truth) -> bool {
    match truth {
        Truth::Or(parts) | Truth::And(parts) => parts.iter().any(has_rows),
        Truth::Not(part) => has_rows(part),
        Truth::InRows(..) | Truth::Exists(_) => true,
        _ => false,
    }
}

/// Calls `found` for the SELECT that reads the table where no outer join can bring rows without it,
/// with the conditions of the joins around it. A table is read in one place only.
fn in_rows<'a>(rows: &'a Rows, source: usize, found: &mut impl FnMut(&'a Select, Vec<&'a Truth>)) {
    in_set(&rows.set, source, found);
}

fn in_set<'a>(set: &'a Set, source: usize, found: &mut impl FnMut(&'a Select, Vec<&'a Truth>)) {
    match set {
        Set::Nested(rows) => in_rows(rows, source, found),
        Set::Operation { left, right, .. } => {
            in_set(left, source, found);
            in_set(right, source, found);
        }
        Set::Select(select) => {
            for from in &select.from {
                let mut conditions = Vec::new();
                if reads(from, source, &mut conditions) {
                    found(select, conditions);
                } else {
                    derived(from, source, found);
                }
            }
        }
    }
}

fn derived<'a>(from: &'a From, source: usize, found: &mut impl FnMut(&'a Select, Vec<&'a Truth>)) {
    match from {
        From::Derived(rows, _) => in_rows(rows, source, found),
        From::Join { left, right, .. } => {
            derived(left, source, found);
            derived(right, source, found);
        }
        From::Source(_) | From::Common(..) => {}
    }
}

/// Whether the table is read through inner joins only; collects their conditions.
fn reads<'a>(from: &'a From, source: usize, conditions: &mut Vec<&'a Truth>) -> bool {
    match from {
        From::Source(at) => *at == source,
        From::Join { left, kind: JoinKind::Inner, right, on } => {
            let found = reads(left, source, conditions) || reads(right, source, conditions);
            if found {
                conditions.extend(on.as_deref());
            }
            found
        }
        // Its rows stay whatever the condition says; a filter above takes them out all the same.
        From::Join { left, kind: JoinKind::Left, .. } => reads(left, source, conditions),
        From::Join { right, kind: JoinKind::Right, .. } => reads(right, source, conditions),
        _ => false,
    }
}
