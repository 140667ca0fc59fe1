//! Rows of one table as they are.
//!
//! In: a checked query. Out: which columns it wants of its only table, and its conditions, apart: those that
//! a database tests, and those on places ([`Sought`]), which whoever reads the rows tests. Such rows need
//! not be computed as columns by a database: they can be fetched as they are stored.

use super::push::has_rows;
use super::sky::{Look, Place, geometry, number};
use super::tree::{Checked, From, Node, Set, TableId, Truth, Value};
use super::wish::stored;
use super::write::available;
use crate::adql::Comparator;
use crate::functions::{Geometry, Point, contains, distance, intersects};
use crate::plan::RegionPart;
use crate::sql::Dialect;

/// What a query for plain rows wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Plain<'c> {
    /// The columns, by their positions in the table.
    pub columns: Vec<usize>,
    /// Conditions that the database tests.
    pub tested: Vec<&'c Truth>,
    /// Conditions on places.
    pub sought: Vec<Sought>,
    /// How many rows it wants, whichever they are; `None` for all.
    pub top: Option<u64>,
}

/// A condition on a place of a row: the region in a column, or its centre in two.
#[derive(Debug, Clone, PartialEq)]
pub struct Sought {
    /// The column of the region, or of the longitude.
    pub column: usize,
    /// The column of the latitude, where the place is a centre.
    pub latitude: Option<usize>,
    relation: Relation,
}

/// What a place has to do with a constant.
#[derive(Debug, Clone, PartialEq)]
enum Relation {
    Inside(Geometry),
    Around(Geometry),
    Meets(Geometry),
    /// Nearer than a radius in degrees, or as near as it.
    Near(Point, f64, bool),
    /// The region has a text, or has none.
    Shown(bool),
}

impl Sought {
    /// Whether the condition is that a region has a text, or that it has none.
    pub fn is_shown(&self) -> Option<bool> {
        match self.relation {
            Relation::Shown(is_shown) => Some(is_shown),
            _ => None,
        }
    }

    /// Whether the condition holds for a place; a row without one is never where it is sought.
    pub fn holds(&self, place: &Geometry) -> bool {
        match &self.relation {
            Relation::Inside(shape) => contains(shape, place),
            Relation::Around(shape) => contains(place, shape),
            Relation::Meets(shape) => intersects(place, shape),
            Relation::Near(point, radius, is_closed) => match place {
                Geometry::Point(own) => {
                    let far = distance(*own, *point);
                    far < *radius || (*is_closed && far <= *radius)
                }
                Geometry::Region(_) => false,
            },
            Relation::Shown(is_shown) => *is_shown,
        }
    }
}

/// What a query wants; `None` where it wants more than plain rows, or has a condition that `dialect` cannot
/// test. `part` tells what a column of the table is of a region that the registry stores.
pub fn plain<'c>(
    checked: &'c Checked,
    dialect: Dialect,
    part: &dyn Fn(TableId, usize) -> Option<RegionPart>,
) -> Option<Plain<'c>> {
    let ([source], Set::Select(select)) = (checked.sources.as_slice(), &checked.body.set) else {
        return None;
    };
    let is_plain = checked.with.is_empty()
        && !select.distinct
        && select.group.is_empty()
        && select.having.is_none()
        && select.from == [From::Source(0)]
        && checked.body.order.is_empty()
        && checked.body.offset == 0;
    if !is_plain {
        return None;
    }
    let columns: Option<Vec<usize>> = select
        .outputs
        .iter()
        .map(|value| match value.node {
            Node::Column(id, at) if id == source.id => Some(at),
            _ => None,
        })
        .collect();
    let part = |column| part(source.table, column);
    let look = Look { id: source.id, part: &part };
    let (mut tested, mut sought) = (Vec::new(), Vec::new());
    for truth in select.filter.iter().flat_map(Truth::conjuncts) {
        match look.sought(truth) {
            Some(place) => sought.push(place),
            None if is_testable(truth, dialect, &part) => tested.push(truth),
            None => return None,
        }
    }
    Some(Plain { columns: columns?, tested, sought, top: select.top })
}

/// Whether a database can test a condition: one that cannot be extended knows no regions.
fn is_testable(
    truth: &Truth,
    dialect: Dialect,
    part: &dyn Fn(usize) -> Option<RegionPart>,
) -> bool {
    let mut fine = !has_rows(truth);
    truth.each(&mut |value: &Value| {
        fine &= available(value, dialect);
        if let Node::Column(_, at) = value.node {
            fine &= dialect.can_be_extended() || part(at).is_none();
        }
    });
    fine
}

impl Look<'_> {
    /// The condition as one on a place.
    fn sought(&self, truth: &Truth) -> Option<Sought> {
        if let Some((column, is_shown)) = self.shown(truth) {
            return Some(Sought { column, latitude: None, relation: Relation::Shown(is_shown) });
        }
        let Truth::Comparison(left, comparator, right) = truth else { return None };
        let ((column, latitude), relation) = match (comparator, &left.node, &right.node) {
            (Comparator::Equal, Node::Integer(1), call)
            | (Comparator::Equal, call, Node::Integer(1)) => self.related(call)?,
            (Comparator::Less | Comparator::LessOrEqual, call, _) => {
                self.distant(call, right, *comparator == Comparator::LessOrEqual)?
            }
            (Comparator::Greater | Comparator::GreaterOrEqual, _, call) => {
                self.distant(call, left, *comparator == Comparator::GreaterOrEqual)?
            }
            _ => return None,
        };
        Some(Sought { column, latitude, relation })
    }

    /// The column of a region that is to have a text, or to have none.
    fn shown(&self, truth: &Truth) -> Option<(usize, bool)> {
        let (value, is_shown) = match truth {
            Truth::IsNull(value) => (value, false),
            Truth::Not(truth) => match &**truth {
                Truth::IsNull(value) => (value, true),
                _ => return None,
            },
            _ => return None,
        };
        match self.place(stored(value))? {
            (column, None) => Some((column, is_shown)),
            _ => None,
        }
    }

    fn related(&self, call: &Node) -> Option<(Place, Relation)> {
        let Node::Call(name @ ("adql_contains" | "adql_intersects"), arguments, _) = call else {
            return None;
        };
        let [one, other] = arguments.as_slice() else { return None };
        let is_contains = *name == "adql_contains";
        Some(match (self.place(one), self.place(other)) {
            (Some(place), None) if is_contains => (place, Relation::Inside(geometry(other)?)),
            (None, Some(place)) if is_contains => (place, Relation::Around(geometry(one)?)),
            (Some(place), None) => (place, Relation::Meets(geometry(other)?)),
            (None, Some(place)) => (place, Relation::Meets(geometry(one)?)),
            _ => return None,
        })
    }

    fn distant(&self, call: &Node, radius: &Value, is_closed: bool) -> Option<(Place, Relation)> {
        let Node::Call("adql_distance", arguments, _) = call else { return None };
        let [a, b, c, d] = arguments.as_slice() else { return None };
        let (place, lon, lat) = match (self.centre(a, b), self.centre(c, d)) {
            (Some(place), None) => (place, number(c)?, number(d)?),
            (None, Some(place)) => (place, number(a)?, number(b)?),
            _ => return None,
        };
        let point = Point::new(lon, lat).ok()?;
        Some((place, Relation::Near(point, number(radius)?, is_closed)))
    }
}
