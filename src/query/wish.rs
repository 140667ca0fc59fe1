//! What the columns of a table must be for a row to matter.
//!
//! In: a checked query and one of its tables. Out: its conditions on columns of that table, as far as they
//! compare with constants. What is not understood is left out where all must hold, and spoils what it is an
//! alternative of; so no row that the query wants is without what is said here.

use super::push::conjuncts;
use super::tree::{Checked, Node, Truth, Value};
use crate::adql::{BuiltIn, Comparator};
use crate::catalog::Type;
use crate::plan::{Constant, Test, Wish};

/// Integers beyond this are not all doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The wishes that every row of the table at `source` must fulfil to matter.
pub fn wishes(checked: &Checked, source: usize) -> Vec<Wish> {
    let Some(table) = checked.sources.get(source) else { return Vec::new() };
    let truths = conjuncts(checked, source);
    let of = |id: usize| truths.iter().filter_map(move |truth| wish(truth, id, true));
    let mut found: Vec<Wish> = of(table.id).collect();
    for (own, other) in equal(&truths, table.id) {
        found.extend(of(other.0).filter_map(|wish| moved(&wish, other.1, own)));
    }
    found
}

/// A column: number of its table, position.
type Place = (usize, usize);

/// Columns of a table with the columns that they must equal, of this table and of others, also by way of
/// further ones.
fn equal(truths: &[&Truth], id: usize) -> Vec<(usize, Place)> {
    let pairs: Vec<(Place, Place)> = truths.iter().filter_map(|truth| pair(truth)).collect();
    let mut own: Vec<Place> = pairs.iter().flat_map(|(one, other)| [*one, *other]).collect();
    own.retain(|(table, _)| *table == id);
    own.sort_unstable();
    own.dedup();
    let mut found = Vec::new();
    for start in own {
        let mut reached = vec![start];
        let mut at = 0;
        while let Some(from) = reached.get(at).copied() {
            for (one, other) in &pairs {
                let next = match (*one == from, *other == from) {
                    (true, _) => *other,
                    (_, true) => *one,
                    _ => continue,
                };
                if !reached.contains(&next) {
                    reached.push(next);
                }
            }
            at += 1;
        }
        found.extend(reached.into_iter().skip(1).map(|other| (start.1, other)));
    }
    found
}

/// Two columns that must be equal, and are so exactly: databases compare other types by way of a third.
fn pair(truth: &Truth) -> Option<(Place, Place)> {
    let Truth::Comparison(left, Comparator::Equal, right) = truth else { return None };
    let (Node::Column(a, b), Node::Column(c, d)) = (&left.node, &right.node) else { return None };
    let (one, other) = (left.kind.as_ref()?, right.kind.as_ref()?);
    let alike = (one.is_text() && other.is_text())
        || (one.is_integer() && other.is_integer())
        || (*one == Type::Double && *other == Type::Double);
    alike.then_some(((*a, *b), (*c, *d)))
}

/// What a wish for a column says of one that equals it.
fn moved(wish: &Wish, from: usize, to: usize) -> Option<Wish> {
    match wish {
        Wish::Column { column, test } => {
            (*column == from).then(|| Wish::Column { column: to, test: test.clone() })
        }
        Wish::All(parts) => some(parts.iter().filter_map(|part| moved(part, from, to)).collect()),
        Wish::Any(parts) => {
            let parts: Option<Vec<Wish>> = parts.iter().map(|part| moved(part, from, to)).collect();
            parts.map(Wish::Any)
        }
    }
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
                .or_else(|| folded(left, comparator, right, id))
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
            let equal = |one| {
                let equal = Comparator::Equal;
                compared(value, equal, one, id).or_else(|| folded(value, equal, one, id))
            };
            let each: Option<Vec<Wish>> = each.map(equal).collect();
            each.and_then(joined)
        }
        Truth::In(value, list) => {
            let each = list.iter();
            some(each.filter_map(|one| compared(value, Comparator::NotEqual, one, id)).collect())
        }
        Truth::IsNull(value) => {
            let column = column(stored(value), id)?;
            Some(Wish::Column { column, test: if holds { Test::Null } else { Test::NotNull } })
        }
        Truth::Like(value, pattern, true) if holds => begins(value, pattern, id),
        Truth::InRows(..) | Truth::Exists(_) | Truth::Like(..) => None,
    }
}

/// The region that a value is the text of, or the value itself.
pub(super) fn stored(value: &Value) -> &Value {
    match &value.node {
        Node::Call("adql_stc", arguments, _) => arguments.first().unwrap_or(value),
        _ => value,
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
    let mut folded = Vec::new();
    for wish in &wishes {
        let Wish::Column { column, test } = wish else { return None };
        common = Some(*column);
        match test {
            Test::Folded(texts) => folded.extend_from_slice(texts),
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
        None if values.len().max(folded.len()) > VERY_MANY => return None,
        None if folded.len() == wishes.len() => Test::Folded(folded),
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

/// The test of `LOWER(column) = text`. Other letters than ASCII's may have their lower case among these.
fn folded(value: &Value, comparator: Comparator, constant: &Value, id: usize) -> Option<Wish> {
    let (Node::Function(BuiltIn::Lower, parts), Comparator::Equal) = (&value.node, comparator)
    else {
        return None;
    };
    let ([own], Node::Text(text)) = (parts.as_slice(), &constant.node) else { return None };
    own.kind.as_ref().filter(|kind| kind.is_text())?;
    let is_lower = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    let column = column(own, id)?;
    is_lower.then(|| Wish::Column { column, test: Test::Folded(vec![text.clone()]) })
}

/// How a text begins that is like a constant pattern.
fn begins(value: &Value, pattern: &Value, id: usize) -> Option<Wish> {
    let column = column(value, id)?;
    let Node::Text(pattern) = &pattern.node else { return None };
    value.kind.as_ref().filter(|kind| kind.is_text())?;
    let (begin, _) = pattern.split_once(['%', '_', '\\']).unwrap_or((pattern, ""));
    (!begin.is_empty()).then(|| Wish::Column { column, test: Test::Begins(begin.to_owned()) })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::adql;
    use crate::catalog::{Catalog, Column, Schema, Table, TableKind};
    use crate::diag::Source;

    /// The wishes for the table `source` of a query about `s.t (n, d, s)`.
    fn of(adql: &str, source: usize) -> Vec<Wish> {
        let columns = [("n", Type::Long), ("d", Type::Double), ("s", Type::Text)];
        let columns = columns.map(|(name, kind)| Column::new(name, kind)).to_vec();
        let empty = String::new;
        let (name, kind) = ("t".to_owned(), TableKind::Table);
        let table =
            Table { name, kind, description: empty(), utype: empty(), columns, keys: Vec::new() };
        let (name, tables) = ("s".to_owned(), vec![table]);
        let schema = Schema { name, tables, ..Schema::default() };
        let catalog = Catalog { schemas: vec![schema] };
        let text = Source::new("query", adql);
        let query = adql::parse(&text).unwrap();
        wishes(&super::super::check(&query, &text, &catalog, &[]).unwrap(), source)
    }

    /// The wishes of a condition on one table.
    fn when(condition: &str) -> Vec<Wish> {
        of(&format!("SELECT n FROM s.t WHERE {condition}"), 0)
    }

    fn on(column: usize, test: Test) -> Wish {
        Wish::Column { column, test }
    }

    fn within(low: f64, high: f64) -> Test {
        Test::Within { low, high }
    }

    fn texts(texts: &[&str]) -> Vec<Constant> {
        texts.iter().map(|text| Constant::Text((*text).to_owned())).collect()
    }

    const NONE: f64 = f64::INFINITY;

    #[test]
    fn comparisons_with_constants() {
        assert_eq!(when("n = 5"), [on(0, Test::Among(vec![Constant::Int(5)]))]);
        assert_eq!(when("5 = n"), [on(0, Test::Among(vec![Constant::Int(5)]))]);
        assert_eq!(when("n <> -5"), [on(0, Test::NotAmong(vec![Constant::Int(-5)]))]);
        assert_eq!(when("n = 5.5"), [on(0, within(5.5, 5.5))]);
        assert_eq!(when("n <> 5.5"), [on(0, Test::NotNull)]);
        assert_eq!(when("d = 5"), [on(1, within(5.0, 5.0))]);
        assert_eq!(when("d < 5"), [on(1, within(-NONE, 5.0))]);
        assert_eq!(when("d >= -5e3"), [on(1, within(-5e3, NONE))]);
        assert_eq!(when("5 < d"), [on(1, within(5.0, NONE))]);
        assert_eq!(when("5 >= d"), [on(1, within(-NONE, 5.0))]);
        assert_eq!(
            when("d BETWEEN 1 AND 2"),
            [Wish::All(vec![on(1, within(1.0, NONE)), on(1, within(-NONE, 2.0)),])]
        );
        assert_eq!(when("s = 'x'"), [on(2, Test::Among(texts(&["x"])))]);
        assert_eq!(when("s IN ('x', 'y')"), [on(2, Test::Among(texts(&["x", "y"])))]);
        assert_eq!(when("s LIKE 'x%y'"), [on(2, Test::Begins("x".to_owned()))]);
        assert_eq!(when("s IS NULL"), [on(2, Test::Null)]);
        assert_eq!(when("s IS NOT NULL"), [on(2, Test::NotNull)]);
    }

    #[test]
    fn texts_in_any_case_of_letters() {
        let folded = |texts: &[&str]| Test::Folded(texts.iter().map(|t| (*t).to_owned()).collect());
        assert_eq!(when("LOWER(s) = 'x'"), [on(2, folded(&["x"]))]);
        assert_eq!(when("LOWER(s) IN ('x', 'y')"), [on(2, folded(&["x", "y"]))]);
        for open in ["LOWER(s) = 'X'", "LOWER(s) = 'é'", "LOWER(s) <> 'x'", "UPPER(s) = 'x'"] {
            assert_eq!(when(open), [], "{open}");
        }
        assert_eq!(when("LOWER(s) IN ('x', 'X')"), []);
        assert_eq!(when("NOT (LOWER(s) = 'x')"), []);
    }

    #[test]
    fn integers_that_are_no_doubles_have_room() {
        let large = 9_007_199_254_740_993_i64;
        let near = 9_007_199_254_740_992.0_f64;
        assert_eq!(
            when(&format!("d = {large}")),
            [on(1, within(near.next_down(), near.next_up()))]
        );
    }

    #[test]
    fn what_is_not_understood() {
        for condition in [
            "n = n",
            "n + 0 = 5",
            "s < 'x'",
            "s LIKE '_x%'",
            "s NOT LIKE 'x%'",
            "n = 5 OR s < 'x'",
            "n IN (5, n)",
            "NOT (n = 5 AND s LIKE '%x')",
            "d NOT BETWEEN 1 AND n",
        ] {
            assert_eq!(when(condition), [], "{condition}");
        }
        // What is left out where all must hold leaves the rest.
        assert_eq!(when("n = 5 AND s < 'x'"), [on(0, Test::Among(vec![Constant::Int(5)]))]);
        assert_eq!(
            when("s NOT IN ('x', s)"),
            [Wish::All(vec![on(2, Test::NotAmong(texts(&["x"])))])]
        );
    }

    #[test]
    fn opposites() {
        assert_eq!(when("NOT (d < 5)"), [on(1, within(5.0, NONE))]);
        assert_eq!(when("NOT (NOT (d < 5))"), [on(1, within(-NONE, 5.0))]);
        assert_eq!(
            when("NOT (s = 'x' AND d > 5)"),
            [Wish::Any(vec![on(2, Test::NotAmong(texts(&["x"]))), on(1, within(-NONE, 5.0)),])]
        );
        assert_eq!(
            when("NOT (s = 'x' OR s LIKE 'y%')"),
            [Wish::All(vec![on(2, Test::NotAmong(texts(&["x"])))])]
        );
        assert_eq!(
            when("d NOT BETWEEN 1 AND 2"),
            [Wish::Any(vec![on(1, within(-NONE, 1.0)), on(1, within(2.0, NONE)),])]
        );
        assert_eq!(when("NOT (s IS NULL)"), [on(2, Test::NotNull)]);
    }

    #[test]
    fn columns_that_must_be_equal() {
        let five = on(0, Test::Among(vec![Constant::Int(5)]));
        let joined = |rest: &str| {
            let adql = format!("SELECT a.n FROM s.t AS a {rest}");
            (of(&adql, 0), of(&adql, 1))
        };
        let both = (vec![five.clone()], vec![five.clone()]);
        assert_eq!(joined("JOIN s.t AS b ON a.n = b.n WHERE b.n = 5"), both);
        assert_eq!(joined("JOIN s.t AS b ON a.n = b.n AND a.n = 5"), both);
        assert_eq!(joined(", s.t AS b WHERE b.n = a.n AND a.n = 5"), both);
        assert_eq!(joined("JOIN s.t AS b USING (n) WHERE a.n = 5").0, vec![five.clone()]);
        // By way of a third.
        let third =
            "JOIN s.t AS b ON a.s = b.s JOIN s.t AS c ON c.n = b.n AND c.n = a.n WHERE c.n = 5";
        assert_eq!(joined(third), both);
        let ranges = "JOIN s.t AS b ON a.d = b.d WHERE b.d < 5 OR b.d > 6";
        let outside = Wish::Any(vec![on(1, within(-NONE, 5.0)), on(1, within(6.0, NONE))]);
        assert_eq!(joined(ranges), (vec![outside.clone()], vec![outside]));
        // Part of what is said of a row that equals it.
        let some = "JOIN s.t AS b ON a.n = b.n WHERE NOT (b.n <> 5 OR b.s = 'x')";
        assert_eq!(joined(some).0, vec![Wish::All(vec![five.clone()])]);
        for open in [
            "JOIN s.t AS b ON a.n = b.n WHERE b.n = 5 OR b.s = 'x'",
            "JOIN s.t AS b ON a.n = b.d WHERE b.d = 5",
            "JOIN s.t AS b ON a.n + 0 = b.n WHERE b.n = 5",
            "JOIN s.t AS b ON a.n <> b.n WHERE b.n = 5",
            "JOIN s.t AS b ON a.n <= b.n WHERE b.n = 5",
            "LEFT JOIN s.t AS b ON a.n = b.n AND b.n = 5",
            "JOIN s.t AS b ON a.n = b.n OR b.n = 5",
        ] {
            assert_eq!(joined(open).0, vec![], "{open}");
        }
        // One side may be missing, or is there without the other.
        let kept = "LEFT JOIN s.t AS b ON a.n = b.n WHERE a.n = 5";
        assert_eq!(joined(kept), (vec![five], vec![]));
    }

    #[test]
    fn rows_that_an_outer_join_keeps_are_wished_by_no_condition_of_it() {
        let joined = |join: &str| format!("SELECT a.n FROM s.t AS a {join} s.t AS b");
        let five = [on(0, Test::Among(vec![Constant::Int(5)]))];
        let both = |join: &str, rest: &str| {
            let adql = format!("{} {rest}", joined(join));
            (of(&adql, 0), of(&adql, 1))
        };
        let on_left = "ON a.s = b.s AND a.n = 5";
        let where_left = "ON a.s = b.s WHERE a.n = 5";
        let where_right = "ON a.s = b.s WHERE b.n = 5";
        assert_eq!(both("JOIN", on_left), (five.to_vec(), vec![]));
        assert_eq!(both("LEFT JOIN", on_left), (vec![], vec![]));
        assert_eq!(both("RIGHT JOIN", on_left), (vec![], vec![]));
        assert_eq!(both("LEFT JOIN", where_left), (five.to_vec(), vec![]));
        assert_eq!(both("RIGHT JOIN", where_right), (vec![], five.to_vec()));
        for join in ["RIGHT JOIN", "FULL JOIN"] {
            assert_eq!(both(join, where_left), (vec![], vec![]), "{join}");
        }
        let inside = "SELECT c.n FROM (SELECT * FROM s.t WHERE n = 5) AS c WHERE c.d < 1";
        assert_eq!(of(inside, 0), five);
        let common = "WITH c AS (SELECT * FROM s.t WHERE n = 5) SELECT n FROM c";
        assert_eq!(of(common, 0), five);
    }
}
