//! What the columns of a table must be for a row to matter.
//!
//! In: a checked query and one of its tables. Out: its conditions on columns of that table, as far as they
//! compare with constants. What is not understood is left out where all must hold, and spoils what it is an
//! alternative of; so no row that the query wants is without what is said here.

use super::push::conjuncts;
use super::tree::{Checked, Node, Truth, Value};
use crate::adql::Comparator;
use crate::catalog::Type;
use crate::plan::{Constant, Test, Wish};

/// Integers beyond this are not all doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The wishes that every row of the table at `source` must fulfil to matter.
pub fn wishes(checked: &Checked, source: usize) -> Vec<Wish> {
    let Some(table) = checked.sources.get(source) else { return Vec::new() };
    conjuncts(checked, source).into_iter().filter_map(|truth| wish(truth, table.id, true)).collect()
}

/// What follows from a condition, or from its opposite, for columns of a table.
fn wish(truth: &Truth, id: usize, holds: bool) -> Option<Wish> {
    match truth {
        Truth::Not(one) => wish(one, id, !holds),
        Truth::And(parts) if holds => all(parts, id, holds),
        Truth::Or(parts) if !holds => all(parts, id, holds),
        Truth::And(parts) | Truth::Or(parts) => {
            let parts: Option<Vec<Wish>> = parts.iter().map(|part| wish(part, id, holds)).collect();
            parts.map(Wish::Any)
        }
        Truth::Comparison(left, comparator, right) => {
            let comparator = if holds { *comparator } else { opposite(*comparator) };
            compared(left, comparator, right, id)
                .or_else(|| compared(right, mirrored(comparator), left, id))
        }
        Truth::Between(value, low, high) if holds => {
            let low = compared(value, Comparator::GreaterOrEqual, low, id);
            let high = compared(value, Comparator::LessOrEqual, high, id);
            some(low.into_iter().chain(high).collect())
        }
        Truth::Between(value, low, high) => {
            let below = compared(value, Comparator::Less, low, id)?;
            let above = compared(value, Comparator::Greater, high, id)?;
            Some(Wish::Any(vec![below, above]))
        }
        Truth::In(value, list) if holds => {
            let each = list.iter().filter(|one| !matches!(one.node, Node::Null));
            let each: Option<Vec<Wish>> =
                each.map(|one| compared(value, Comparator::Equal, one, id)).collect();
            each.and_then(joined)
        }
        Truth::In(value, list) => {
            let each = list.iter();
            some(each.filter_map(|one| compared(value, Comparator::NotEqual, one, id)).collect())
        }
        Truth::IsNull(value) => {
            let column = column(value, id)?;
            Some(Wish::Column { column, test: if holds { Test::Null } else { Test::NotNull } })
        }
        Truth::InRows(..) | Truth::Exists(_) | Truth::Like(..) => None,
    }
}

/// All that is understood of the parts.
fn all(parts: &[Truth], id: usize, holds: bool) -> Option<Wish> {
    some(parts.iter().filter_map(|part| wish(part, id, holds)).collect())
}

fn some(wishes: Vec<Wish>) -> Option<Wish> {
    (!wishes.is_empty()).then_some(Wish::All(wishes))
}

/// Equalities of one column as one test. Of many numbers only the range is kept, of very many texts nothing.
fn joined(wishes: Vec<Wish>) -> Option<Wish> {
    const MANY: usize = 100;
    const VERY_MANY: usize = 10_000;
    let (mut values, mut common, mut range) = (Vec::new(), None, None::<(f64, f64)>);
    let mut widen = |low: f64, high: f64| {
        let (lowest, highest) = range.unwrap_or((low, high));
        range = Some((lowest.min(low), highest.max(high)));
    };
    for wish in &wishes {
        let Wish::Column { column, test } = wish else { return None };
        common = Some(*column);
        match test {
            Test::Among(one) => {
                for constant in one {
                    if let Constant::Int(number) = constant {
                        let (low, high) = integer_bounds(*number);
                        widen(low, high);
                    }
                    values.push(constant.clone());
                }
            }
            Test::Within { low, high } => widen(*low, *high),
            _ => return None,
        }
    }
    let column = common?;
    let test = match range {
        Some((low, high)) if wishes.len() > MANY => Test::Within { low, high },
        None if values.len() > VERY_MANY => return None,
        _ if values.len() == wishes.len() => Test::Among(values),
        _ => return Some(Wish::Any(wishes)),
    };
    Some(Wish::Column { column, test })
}

/// The test of `column comparator constant`.
fn compared(value: &Value, comparator: Comparator, constant: &Value, id: usize) -> Option<Wish> {
    let column = column(value, id)?;
    let kind = value.kind.as_ref()?;
    let test = match (&constant.node, comparator) {
        (Node::Text(text), _) if kind.is_text() => {
            equality(comparator, Constant::Text(text.clone()))?
        }
        (Node::Integer(number), Comparator::Equal | Comparator::NotEqual) if kind.is_integer() => {
            equality(comparator, Constant::Int(*number))?
        }
        _ if kind.is_integer() || matches!(kind, Type::Real | Type::Double) => {
            let (low, high) = bounds(constant)?;
            match comparator {
                Comparator::Equal => Test::Within { low, high },
                Comparator::NotEqual => Test::NotNull,
                Comparator::Less | Comparator::LessOrEqual => {
                    Test::Within { low: f64::NEG_INFINITY, high }
                }
                Comparator::Greater | Comparator::GreaterOrEqual => {
                    Test::Within { low, high: f64::INFINITY }
                }
            }
        }
        _ => return None,
    };
    Some(Wish::Column { column, test })
}

fn equality(comparator: Comparator, constant: Constant) -> Option<Test> {
    match comparator {
        Comparator::Equal => Some(Test::Among(vec![constant])),
        Comparator::NotEqual => Some(Test::NotAmong(vec![constant])),
        // Texts are ordered by their bytes here, and otherwise in the registry.
        _ => None,
    }
}

/// Doubles not above and not below a constant number.
fn bounds(value: &Value) -> Option<(f64, f64)> {
    match &value.node {
        Node::Integer(number) => Some(integer_bounds(*number)),
        Node::Double(number) if number.is_finite() => Some((*number, *number)),
        Node::Negative(inner) => bounds(inner).map(|(low, high)| (-high, -low)),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "the neighbours are taken where it loses")]
fn integer_bounds(number: i64) -> (f64, f64) {
    let near = number as f64;
    match near.abs() < EXACT {
        true => (near, near),
        false => (near.next_down(), near.next_up()),
    }
}

fn column(value: &Value, id: usize) -> Option<usize> {
    match value.node {
        Node::Column(table, at) if table == id => Some(at),
        _ => None,
    }
}

fn opposite(comparator: Comparator) -> Comparator {
    match comparator {
        Comparator::Equal => Comparator::NotEqual,
        Comparator::NotEqual => Comparator::Equal,
        Comparator::Less => Comparator::GreaterOrEqual,
        Comparator::LessOrEqual => Comparator::Greater,
        Comparator::Greater => Comparator::LessOrEqual,
        Comparator::GreaterOrEqual => Comparator::Less,
    }
}

/// The comparator with its sides exchanged.
fn mirrored(comparator: Comparator) -> Comparator {
    match comparator {
        Comparator::Less => Comparator::Greater,
        Comparator::LessOrEqual => Comparator::GreaterOrEqual,
        Comparator::Greater => Comparator::Less,
        Comparator::GreaterOrEqual => Comparator::LessOrEqual,
        same => same,
    }
}
