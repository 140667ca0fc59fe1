//! FULL JOIN on PostgreSQL, which needs an equality of the two sides among its conditions.

use super::tree::{Checked, From, Node, Set, Source, Truth, Value};
use crate::adql::{Comparator, JoinKind};

/// Whether PostgreSQL can run all joins of a query.
pub fn can_join(checked: &Checked) -> bool {
    let joins = Joins { sources: &checked.sources };
    checked.with.iter().chain([&checked.body]).all(|rows| joins.in_set(&rows.set))
}

struct Joins<'c> {
    sources: &'c [Source],
}

impl Joins<'_> {
    fn in_set(&self, set: &Set) -> bool {
        match set {
            Set::Nested(rows) => self.in_set(&rows.set),
            Set::Operation { left, right, .. } => self.in_set(left) && self.in_set(right),
            Set::Select(select) => {
                select.from.iter().all(|one| self.in_from(one))
                    && select.filter.iter().chain(&select.having).all(|one| self.in_truth(one))
            }
        }
    }

    fn in_truth(&self, truth: &Truth) -> bool {
        match truth {
            Truth::Or(parts) | Truth::And(parts) => parts.iter().all(|one| self.in_truth(one)),
            Truth::Not(part) => self.in_truth(part),
            Truth::InRows(_, rows) | Truth::Exists(rows) => self.in_set(&rows.set),
            _ => true,
        }
    }

    fn in_from(&self, from: &From) -> bool {
        match from {
            From::Source(_) | From::Common(..) => true,
            From::Derived(rows, _) => self.in_set(&rows.set),
            From::Join { left, kind, right, on } => {
                let full = *kind != JoinKind::Full
                    || on.as_ref().is_some_and(|on| self.pairs(left, right, on));
                full && self.in_from(left)
                    && self.in_from(right)
                    && on.iter().all(|one| self.in_truth(one))
            }
        }
    }

    /// Whether a column of one side must be equal to one of the other.
    fn pairs(&self, left: &From, right: &From, on: &Truth) -> bool {
        let (mut here, mut there) = (Vec::new(), Vec::new());
        self.tables(left, &mut here);
        self.tables(right, &mut there);
        let table = |value: &Value| match value.node {
            Node::Column(id, _) => Some(id),
            _ => None,
        };
        on.conjuncts().into_iter().any(|one| match one {
            Truth::Comparison(a, Comparator::Equal, b) => match (table(a), table(b)) {
                (Some(a), Some(b)) => {
                    (here.contains(&a) && there.contains(&b))
                        || (there.contains(&a) && here.contains(&b))
                }
                _ => false,
            },
            _ => false,
        })
    }

    /// The numbers of the tables of one side.
    fn tables(&self, from: &From, found: &mut Vec<usize>) {
        match from {
            From::Source(at) => found.extend(self.sources.get(*at).map(|source| source.id)),
            From::Common(_, id) | From::Derived(_, id) => found.push(*id),
            From::Join { left, right, .. } => {
                self.tables(left, found);
                self.tables(right, found);
            }
        }
    }
}
