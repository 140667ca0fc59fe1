//! Places on the sky that one table gives another.
//!
//! In: a checked query. Out: its conditions that a geometry of one table shares a direction with a geometry of
//! another, where every row of the result must fulfil them; the geometries are made from columns of one table
//! each. Once the rows of one are known, the rows of the other are among those of a [`Cover`](crate::plan::Cover),
//! and the pairs that can fulfil the condition are few. The condition itself stays and is exact.

use super::push::{conjuncts, has_rows};
use super::sky::place_of;
use super::tree::{Checked, From, Node, Rows, Select, Set, Source, TableId, Truth, Value};
use crate::adql::{BuiltIn, Comparator, Place};
use crate::catalog::{Column, Type};
use crate::plan::RegionPart;

/// A condition on two tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// What must share a direction.
    pub sides: [Side; 2],
    /// Whether the first geometry must be inside of the second: everywhere, if it holds no direction.
    pub is_inside: bool,
    /// Whether this says nothing that another one does not say, but from the other side.
    pub is_twin: bool,
}

/// A geometry of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// The position of the table among the sources.
    pub source: usize,
    /// The geometry.
    pub shape: Value,
    /// Where it is what the registry knows the trixels of: the column of a stored region, or of the longitude
    /// of its centre, and then that of the latitude.
    pub place: Option<(usize, Option<usize>)>,
}

/// Conditions on places of two tables.
pub fn nearby(checked: &Checked, part: &dyn Fn(TableId, usize) -> Option<RegionPart>) -> Vec<Near> {
    let all: Vec<Vec<&Truth>> =
        (0..checked.sources.len()).map(|source| conjuncts(checked, source)).collect();
    let mut found = Vec::new();
    for (first, truths) in all.iter().enumerate() {
        for truth in truths {
            // It counts where both tables are read side by side, and none of them may be missing.
            let shared = |others: &Vec<&Truth>| others.iter().any(|one| std::ptr::eq(*one, *truth));
            let second = all.iter().skip(first + 1).position(shared);
            let Some(second) = second.map(|at| at + first + 1) else { continue };
            found.extend(near(checked, [first, second], truth, part).into_iter().flatten());
        }
    }
    found
}

/// Whether columns of two tables must be equal, so that a database finds pairs by that.
pub fn are_equal_somewhere(checked: &Checked, near: &Near) -> bool {
    let [first, second] = &near.sides;
    let id = |at: usize| checked.sources.get(at).map(|source| source.id);
    let tables = [id(first.source), id(second.source)];
    let table = |value: &Value| match value.node {
        Node::Column(id, _) => Some(id),
        _ => None,
    };
    conjuncts(checked, first.source).into_iter().any(|truth| match truth {
        Truth::Comparison(a, Comparator::Equal, b) => {
            let pair = [table(a), table(b)];
            pair == tables || [pair[1], pair[0]] == tables
        }
        _ => false,
    })
}

/// A query for the geometries of a side, as encoded regions, in the rows of its table that have one; with the
/// number of the row where it is wanted, or else each geometry once.
pub fn shapes(checked: &Checked, side: &Side, by_row: bool) -> Option<Checked> {
    let source = checked.sources.get(side.source)?;
    let place = Place::default();
    let encoded = match side.shape.node {
        Node::Column(..) => side.shape.node.clone(),
        _ => Node::Call("adql_encoded", vec![side.shape.clone()], false),
    };
    let encoded = Value::new(encoded, Type::Region, place);
    let mut outputs = vec![encoded];
    let mut columns = vec![Column::new("shape", Type::Region)];
    if by_row {
        outputs.push(Value::new(Node::Row(source.id), Type::Long, place));
        columns.push(Column::new("row", Type::Long));
    }
    let select = Select {
        distinct: !by_row,
        top: None,
        outputs,
        from: vec![From::Source(0)],
        filter: None,
        group: Vec::new(),
        having: None,
    };
    let body = Rows { set: Set::Select(Box::new(select)), order: Vec::new(), offset: 0, columns };
    let sources = vec![Source { table: source.table, id: source.id, used: source.used.clone() }];
    Some(Checked { with: Vec::new(), body, sources })
}

/// What a condition says of two sources.
fn near(
    checked: &Checked,
    sources: [usize; 2],
    truth: &Truth,
    part: &dyn Fn(TableId, usize) -> Option<RegionPart>,
) -> Option<Vec<Near>> {
    let Truth::Comparison(left, comparator, right) = truth else { return None };
    let look = Look { checked, sources, part };
    match (comparator, &left.node, &right.node) {
        (Comparator::Equal, Node::Integer(1), call)
        | (Comparator::Equal, call, Node::Integer(1)) => look.shared(call),
        (Comparator::Less | Comparator::LessOrEqual, call, _) => look.apart(call, right),
        (Comparator::Greater | Comparator::GreaterOrEqual, _, call) => look.apart(call, left),
        _ => None,
    }
}

struct Look<'a> {
    checked: &'a Checked,
    sources: [usize; 2],
    part: &'a dyn Fn(TableId, usize) -> Option<RegionPart>,
}

impl Look<'_> {
    /// CONTAINS and INTERSECTS.
    fn shared(&self, call: &Node) -> Option<Vec<Near>> {
        let Node::Call(name @ ("adql_contains" | "adql_intersects"), arguments, _) = call else {
            return None;
        };
        let [one, other] = arguments.as_slice() else { return None };
        // A position in a circle is one whose distance to the centre is not above the radius.
        if is_point(one)
            && let Some((centre, radius)) = circle(other)
        {
            return self.within(one, &centre, &radius);
        }
        if *name == "adql_intersects"
            && is_point(other)
            && let Some((centre, radius)) = circle(one)
        {
            return self.within(other, &centre, &radius);
        }
        let is_inside = *name == "adql_contains" && !is_point(one);
        let mut near = self.both(one.clone(), other.clone())?;
        near.is_inside = is_inside;
        if is_inside && let [first, _] = &mut near.sides {
            first.place = None;
        }
        Some(vec![near])
    }

    /// DISTANCE below a radius.
    fn apart(&self, call: &Node, radius: &Value) -> Option<Vec<Near>> {
        let (one, other) = match call {
            Node::Call("adql_distance", arguments, _) => {
                let [a, b, c, d] = arguments.as_slice() else { return None };
                (point(a, b), point(c, d))
            }
            Node::Call("adql_distance_at", arguments, _) => {
                let [one, other] = arguments.as_slice() else { return None };
                (one.clone(), other.clone())
            }
            _ => return None,
        };
        self.within(&one, &other, radius)
    }

    /// Two positions that are not farther apart than a radius.
    fn within(&self, one: &Value, other: &Value, radius: &Value) -> Option<Vec<Near>> {
        let of = self.made(radius)?;
        let (first, second) = (self.made(one)?, self.made(other)?);
        let mut found = Vec::new();
        // A place is one only without the circle around it.
        if of == Made::Constant || of == first {
            found.push(self.both(around(one, radius), other.clone())?);
        }
        if of == second || (of == Made::Constant && self.place(one).is_some()) {
            let mut near = self.both(one.clone(), around(other, radius))?;
            near.is_twin = !found.is_empty();
            found.push(near);
        }
        Some(found)
    }

    /// Two geometries, of one table each.
    fn both(&self, one: Value, other: Value) -> Option<Near> {
        let (first, second) = (self.source(&one)?, self.source(&other)?);
        if first == second {
            return None;
        }
        let side = |source, shape| {
            let place = self.place(&shape);
            Side { source, shape, place }
        };
        Some(Near {
            sides: [side(first, one), side(second, other)],
            is_inside: false,
            is_twin: false,
        })
    }

    fn place(&self, shape: &Value) -> Option<(usize, Option<usize>)> {
        let source = self.checked.sources.get(self.source(shape)?)?;
        place_of(shape, source.id, &|column| (self.part)(source.table, column))
    }

    /// The source that a value is made of.
    fn source(&self, value: &Value) -> Option<usize> {
        match self.made(value)? {
            Made::Of(source) => Some(source),
            Made::Constant => None,
        }
    }

    /// What a value is made of, which must be the same wherever it is computed; `None` where it need not be, or
    /// is made of other tables.
    fn made(&self, value: &Value) -> Option<Made> {
        let (mut fits, mut made) = (true, Made::Constant);
        value.each(&mut |value| {
            fits &= is_fixed(value);
            if let Node::Column(id, _) = value.node {
                let is_own =
                    |at: &usize| self.checked.sources.get(*at).is_some_and(|one| one.id == id);
                let own = self.sources.into_iter().find(is_own).map(Made::Of);
                fits &= own.is_some_and(|own| made == Made::Constant || made == own);
                made = own.unwrap_or(made);
            }
        });
        fits.then_some(made)
    }
}

/// What a value is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    /// Of nothing that has rows.
    Constant,
    /// Of columns of a source.
    Of(usize),
}

/// Whether a value is the same for the same parts, and no part is a query.
fn is_fixed(value: &Value) -> bool {
    match &value.node {
        Node::Null
        | Node::Integer(_)
        | Node::Double(_)
        | Node::Text(_)
        | Node::Boolean(_)
        | Node::Timestamp(_)
        | Node::Column(..)
        | Node::Negative(_)
        | Node::Arithmetic(..)
        | Node::Concatenation(_)
        | Node::Cast(..)
        | Node::Coalesce(_) => true,
        Node::Case(branches, _) => !branches.iter().any(|(truth, _)| has_rows(truth)),
        Node::Function(function, _) => *function != BuiltIn::Rand,
        Node::Call(name, _, aggregates) => {
            name.starts_with("adql_") && *name != "adql_rand" && !aggregates
        }
        _ => false,
    }
}

fn is_point(value: &Value) -> bool {
    value.kind == Some(Type::Point)
}

/// Centre and radius of a circle.
fn circle(value: &Value) -> Option<(Value, Value)> {
    match &value.node {
        Node::Call("adql_circle", parts, _) => match parts.as_slice() {
            [lon, lat, radius] => Some((point(lon, lat), radius.clone())),
            _ => None,
        },
        Node::Call("adql_circle_at", parts, _) => match parts.as_slice() {
            [centre, radius] => Some((centre.clone(), radius.clone())),
            _ => None,
        },
        _ => None,
    }
}

fn point(lon: &Value, lat: &Value) -> Value {
    let parts = vec![lon.clone(), lat.clone()];
    Value::new(Node::Call("adql_point", parts, false), Type::Point, lon.place)
}

fn around(centre: &Value, radius: &Value) -> Value {
    let (name, mut parts) = match &centre.node {
        Node::Call("adql_point", parts, _) => ("adql_circle", parts.clone()),
        _ => ("adql_circle_at", vec![centre.clone()]),
    };
    parts.push(radius.clone());
    Value::new(Node::Call(name, parts, false), Type::Circle, centre.place)
}
