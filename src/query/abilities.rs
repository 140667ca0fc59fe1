//! What a database can answer by itself.
//!
//! In: a checked query and which columns have to be computed from encoded regions. Out: whether the
//! database that holds the tables can answer it whole. Where it cannot, the rows that the query reads
//! are brought to a database that this process can extend with functions, and the query runs there.

use super::tree::{Checked, From, Node, Set, SortKey, TableId, Value};
use super::write::available;
use crate::sql::Dialect;

/// Who can answer a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    /// The database that holds the tables.
    Whole,
    /// Only a database that can be extended.
    Staged,
}

/// Whether `dialect` can answer a query. `regional` tells of a column whether it is computed from an
/// encoded region; `foreign` of a table whether it is not in that database.
pub fn abilities(
    checked: &Checked,
    dialect: Dialect,
    regional: &dyn Fn(TableId, usize) -> bool,
    foreign: &dyn Fn(TableId) -> bool,
) -> Ability {
    if dialect.can_be_extended() {
        return Ability::Whole;
    }
    if checked.sources.iter().any(|source| foreign(source.table)) {
        return Ability::Staged;
    }
    let handed_through = handed_through(checked);
    let mut whole = true;
    let mut regional_uses = 0_usize;
    checked.each(&mut |value| {
        whole &= available(value, dialect);
        regional_uses += usize::from(is_regional(checked, value, regional));
    });
    let handed =
        handed_through.iter().filter(|value| is_regional(checked, value, regional)).count();
    if whole
        && super::full::can_join(checked)
        && handed == regional_uses
        && !sorts_by_regional(checked, regional)
    {
        Ability::Whole
    } else {
        Ability::Staged
    }
}

/// The outputs that are columns of tables as they are, with nothing between them and the result.
pub fn handed_through(checked: &Checked) -> Vec<&Value> {
    let Set::Select(select) = &checked.body.set else { return Vec::new() };
    let aggregates = select.outputs.iter().any(super::check::aggregates);
    if select.distinct || aggregates || !select.group.is_empty() || select.having.is_some() {
        return Vec::new();
    }
    let mut direct = Vec::new();
    select.from.iter().for_each(|from| sources(from, checked, &mut direct));
    let is_direct =
        |value: &&Value| matches!(value.node, Node::Column(id, _) if direct.contains(&id));
    select.outputs.iter().filter(is_direct).collect()
}

/// The numbers of the tables that a FROM clause reads itself.
fn sources(from: &From, checked: &Checked, found: &mut Vec<usize>) {
    match from {
        From::Source(at) => found.extend(checked.sources.get(*at).map(|source| source.id)),
        From::Join { left, right, .. } => {
            sources(left, checked, found);
            sources(right, checked, found);
        }
        From::Common(..) | From::Derived(..) => {}
    }
}

/// Whether a value is a column that is computed from an encoded region.
pub fn is_regional(
    checked: &Checked,
    value: &Value,
    regional: &dyn Fn(TableId, usize) -> bool,
) -> bool {
    let Node::Column(id, column) = value.node else { return false };
    let source = checked.sources.iter().find(|source| source.id == id);
    source.is_some_and(|source| regional(source.table, column))
}

fn sorts_by_regional(checked: &Checked, regional: &dyn Fn(TableId, usize) -> bool) -> bool {
    let Set::Select(select) = &checked.body.set else { return false };
    checked.body.order.iter().any(|sort| match sort.key {
        SortKey::Output(at) => {
            select.outputs.get(at).is_some_and(|value| is_regional(checked, value, regional))
        }
        SortKey::Value(_) => false,
    })
}
