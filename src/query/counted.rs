//! Queries whose rows can stand for several that are alike.
//!
//! In: a checked query. Out: the number of its only table, where nothing but `COUNT(*)` depends on how many rows
//! there are with the same values (sums do, different values and the largest do not): whoever reads the table may
//! count such rows before, and say with each how many it stands for.

use super::tree::{Checked, From, Node, Set};
use crate::adql::AggregateFunction;

/// The number of the table whose rows are counted at most.
pub fn counted(checked: &Checked) -> Option<usize> {
    let ([source], Set::Select(select)) = (checked.sources.as_slice(), &checked.body.set) else {
        return None;
    };
    if !checked.with.is_empty() || select.from != [From::Source(0)] {
        return None;
    }
    let (mut aggregates, mut others) = (select.distinct || !select.group.is_empty(), false);
    checked.each(&mut |value| match &value.node {
        Node::CountAll
        | Node::Aggregate { distinct: true, .. }
        | Node::Aggregate { function: AggregateFunction::Max | AggregateFunction::Min, .. } => {
            aggregates = true;
        }
        Node::Aggregate { .. } | Node::Call(_, _, true) | Node::Row(_) => others = true,
        _ => {}
    });
    (aggregates && !others).then_some(source.id)
}
