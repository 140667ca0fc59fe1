//! The first rows in an order, by their identifiers.
//!
//! In: a checked query that takes the first rows of one table in some order. Out: a query for the identifiers
//! of these rows and the value that they are sorted by first; so that everything else is computed for these
//! rows only. Rows that share an identifier all count, so whoever asks again for all rows with these
//! identifiers has the first rows among them.

use super::tree::{Checked, From, Node, Rows, Select, Set, Sort, SortKey, Source, Value};
use crate::adql::Place;
use crate::catalog::Column;

/// More rows are not looked up one by one.
const MOST: u64 = 1_000;
/// Columns that must be saved for it to be worth a statement.
const SAVED: usize = 4;

/// A query for the first rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Top {
    /// It gives identifier and value.
    pub checked: Checked,
    /// How many rows are wanted.
    pub count: u64,
    /// The column that is sorted by first, where it is one; and whether the largest comes first.
    pub column: Option<(usize, bool)>,
}

/// The query for the first rows of a query, of which at most `limit` are wanted, and one more to know whether
/// there are more; `identifier` is the column of
/// its table, with its position, that has another text for each dataset.
pub fn top(checked: &Checked, limit: Option<u64>, identifier: (usize, &Column)) -> Option<Top> {
    let (position, column) = identifier;
    let ([source], Set::Select(select)) = (checked.sources.as_slice(), &checked.body.set) else {
        return None;
    };
    let limit = limit.map(|limit| limit.saturating_add(1));
    let top = [select.top, limit].into_iter().flatten().min()?;
    let count = top.checked_add(checked.body.offset).filter(|count| (1..=MOST).contains(count))?;
    let is_plain = checked.with.is_empty()
        && !select.distinct
        && select.group.is_empty()
        && select.having.is_none()
        && select.from == [From::Source(0)]
        && !checked.body.order.is_empty();
    let mut aggregates = false;
    checked.each(&mut |value| {
        let aggregate = matches!(value.node, Node::CountAll | Node::Aggregate { .. });
        aggregates |= aggregate || matches!(value.node, Node::Call(_, _, true));
    });
    if !is_plain || aggregates {
        return None;
    }
    let order: Vec<Sort> = checked
        .body
        .order
        .iter()
        .map(|sort| {
            let key = match &sort.key {
                SortKey::Output(at) => SortKey::Value(select.outputs.get(*at)?.clone()),
                key @ SortKey::Value(_) => key.clone(),
            };
            Some(Sort { key, descending: sort.descending })
        })
        .collect::<Option<_>>()?;
    let first = order.first()?;
    let SortKey::Value(value) = &first.key else { return None };
    let sorted = match value.node {
        Node::Column(_, at) => Some((at, first.descending)),
        _ => None,
    };
    let place = Place::default();
    let own = Value::new(Node::Column(source.id, position), column.kind.clone(), place);
    let by = Column::new("by", value.kind.clone()?);
    let select =
        Select { outputs: vec![own, value.clone()], top: Some(count), ..(**select).clone() };
    let mut narrow = Checked {
        with: Vec::new(),
        body: Rows {
            set: Set::Select(Box::new(select)),
            order,
            offset: 0,
            columns: vec![column.clone(), by],
        },
        sources: Vec::new(),
    };
    let mut used = Vec::new();
    narrow.each(&mut |value| {
        if let Node::Column(_, at) = value.node
            && !used.contains(&at)
        {
            used.push(at);
        }
    });
    used.sort_unstable();
    if used.len() + SAVED > source.used.len() {
        return None;
    }
    narrow.sources.push(Source { table: source.table, id: source.id, used });
    Some(Top { checked: narrow, count, column: sorted })
}
