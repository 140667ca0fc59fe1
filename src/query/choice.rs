//! Values that a column must have for a row to matter.
//!
//! In: a checked query and one of its tables. Out: for each condition `column = constant` or `column IN
//! (constants)` the constants. The conditions themselves stay; this only tells what need not be read.

use super::push::conjuncts;
use super::tree::{Checked, Node, Truth, Value};
use crate::adql::Comparator;
use crate::catalog::Type;
use crate::plan::{Choice, Chosen};

/// The choices that every row of the table at `source` must be among to matter.
pub fn choices(checked: &Checked, source: usize) -> Vec<Choice> {
    let Some(table) = checked.sources.get(source) else { return Vec::new() };
    let choice = |truth: &Truth| match truth {
        Truth::Comparison(left, Comparator::Equal, right) => {
            chosen(table.id, left, [right]).or_else(|| chosen(table.id, right, [left]))
        }
        Truth::In(value, list) => chosen(table.id, value, list),
        _ => None,
    };
    conjuncts(checked, source).into_iter().filter_map(choice).collect()
}

/// A column of the table and constants of its type; NULL equals nothing.
fn chosen<'v>(
    table: usize,
    column: &Value,
    constants: impl IntoIterator<Item = &'v Value>,
) -> Option<Choice> {
    let Node::Column(id, at) = column.node else { return None };
    let kind = column.kind.as_ref()?;
    let is_integer = matches!(kind, Type::Short | Type::Integer | Type::Long);
    let constant = |value: &Value| match &value.node {
        Node::Text(text) if kind.is_text() => Some(Chosen::Text(text.clone())),
        Node::Integer(number) if is_integer => Some(Chosen::Int(*number)),
        _ => None,
    };
    let constants = constants.into_iter().filter(|value| !matches!(value.node, Node::Null));
    let values: Vec<Chosen> = constants.map(constant).collect::<Option<_>>()?;
    (id == table).then_some(Choice { column: at, values })
}
