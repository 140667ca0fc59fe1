//! Where on the sky the rows of a table can be.
//!
//! In: a checked query and one of its tables. Out: for each condition that a region of the table, or its
//! centre, shares a point with a geometry that is known, the HTM trixels of that geometry. Butler keeps the trixels of
//! each region beside it, so the rows can be found by number; the condition itself stays and is exact.
//! See [`htm::cover`](crate::geom::htm::cover) for why no row is missed.

use super::push::conjuncts;
use super::tree::{Checked, Node, TableId, Truth, Value};
use crate::adql::Comparator;
use crate::functions::{Geometry, Kind, Point, circle, polygon, rectangle};
use crate::geom::{Circle, Region};
use crate::plan::{Cover, RegionPart};

/// The covers that every row of the table at `source` must have to matter. `part` tells what a column
/// of a table is of a region that the registry stores.
pub fn covers(
    checked: &Checked,
    source: usize,
    part: &dyn Fn(TableId, usize) -> Option<RegionPart>,
) -> Vec<Cover> {
    let Some(table) = checked.sources.get(source) else { return Vec::new() };
    let part = |column| part(table.table, column);
    let look = Look { id: table.id, part: &part };
    conjuncts(checked, source).into_iter().filter_map(|truth| look.cover(truth)).collect()
}

/// The column of a stored region; or that of the longitude of one's centre, and that of the latitude.
pub(super) type Place = (usize, Option<usize>);

/// The place of a value that is a stored region of the table called `id`, or the centre of one.
pub(super) fn place_of(
    value: &Value,
    id: usize,
    part: &dyn Fn(usize) -> Option<RegionPart>,
) -> Option<Place> {
    Look { id, part }.place(value)
}

/// Looks for columns of one table.
pub(super) struct Look<'a> {
    pub id: usize,
    pub part: &'a dyn Fn(usize) -> Option<RegionPart>,
}

impl Look<'_> {
    /// The cover of `1 = CONTAINS(…)`, `1 = INTERSECTS(…)` and `DISTANCE(…) < r`.
    fn cover(&self, truth: &Truth) -> Option<Cover> {
        let Truth::Comparison(left, comparator, right) = truth else { return None };
        let (place, shape) = match (comparator, &left.node, &right.node) {
            (Comparator::Equal, Node::Integer(1), call)
            | (Comparator::Equal, call, Node::Integer(1)) => self.shared(call)?,
            (Comparator::Less | Comparator::LessOrEqual, call, _) => self.near(call, right)?,
            (Comparator::Greater | Comparator::GreaterOrEqual, _, call) => self.near(call, left)?,
            _ => return None,
        };
        Some(Cover::new(place.0, place.1, vec![shape]))
    }

    /// The column and the other geometry of CONTAINS and INTERSECTS.
    fn shared(&self, call: &Node) -> Option<(Place, Region)> {
        let Node::Call(name @ ("adql_contains" | "adql_intersects"), arguments, _) = call else {
            return None;
        };
        let [one, other] = arguments.as_slice() else { return None };
        // A region without extent is inside of everything and overlaps nothing.
        let first = self.place(one);
        let first = first.filter(|place| place.1.is_some() || *name == "adql_intersects");
        match (first, self.place(other)) {
            (Some(column), None) => Some((column, region(other)?)),
            (None, Some(column)) => Some((column, region(one)?)),
            _ => None,
        }
    }

    /// The column and the circle of DISTANCE below a radius.
    fn near(&self, call: &Node, radius: &Value) -> Option<(Place, Region)> {
        let Node::Call("adql_distance", arguments, _) = call else { return None };
        let [a, b, c, d] = arguments.as_slice() else { return None };
        let (column, lon, lat) = match (self.centre(a, b), self.centre(c, d)) {
            (Some(column), None) => (column, number(c)?, number(d)?),
            (None, Some(column)) => (column, number(a)?, number(b)?),
            _ => return None,
        };
        match circle(Point::new(lon, lat).ok()?, number(radius)?).ok()? {
            Geometry::Region(region) => Some((column, region)),
            Geometry::Point(_) => None,
        }
    }

    pub(super) fn place(&self, value: &Value) -> Option<Place> {
        match &value.node {
            Node::Column(..) => Some((self.column(value, RegionPart::Region)?, None)),
            Node::Call("adql_point", parts, _) => match parts.as_slice() {
                [lon, lat] => self.centre(lon, lat),
                _ => None,
            },
            _ => None,
        }
    }

    /// The columns, where both are of a region's centre.
    pub(super) fn centre(&self, lon: &Value, lat: &Value) -> Option<Place> {
        Some((self.column(lon, RegionPart::Ra)?, Some(self.column(lat, RegionPart::Dec)?)))
    }

    fn column(&self, value: &Value, wanted: RegionPart) -> Option<usize> {
        match value.node {
            Node::Column(id, at) if id == self.id && (self.part)(at) == Some(wanted) => Some(at),
            _ => None,
        }
    }
}

/// The region of a geometry of constants; none too for one that is wrong, which is told when it is used.
fn region(value: &Value) -> Option<Region> {
    match geometry(value)? {
        Geometry::Region(region) => Some(region),
        Geometry::Point(point) => Some(Region::Circle(Circle::from_angle(point.vector(), 0.0))),
    }
}

pub(super) fn geometry(value: &Value) -> Option<Geometry> {
    let Node::Call(name, arguments, _) = &value.node else { return None };
    if let ("adql_shape", [text, kind]) = (*name, arguments.as_slice()) {
        let (Node::Text(text), Node::Text(kind)) = (&text.node, &kind.node) else { return None };
        return Kind::named(kind).ok()?.read(text).ok();
    }
    let numbers: Option<Vec<f64>> = arguments.iter().map(number).collect();
    let numbers = numbers?;
    match (*name, numbers.as_slice()) {
        ("adql_point", [lon, lat]) => Some(Geometry::Point(Point::new(*lon, *lat).ok()?)),
        ("adql_circle", [lon, lat, radius]) => circle(Point::new(*lon, *lat).ok()?, *radius).ok(),
        ("adql_box", [lon, lat, width, height]) => {
            rectangle(Point::new(*lon, *lat).ok()?, *width, *height).ok()
        }
        ("adql_polygon", pairs) => {
            let vertices: Option<Vec<Point>> = pairs
                .chunks(2)
                .map(|pair| match pair {
                    [lon, lat] => Point::new(*lon, *lat).ok(),
                    _ => None,
                })
                .collect();
            polygon(&vertices?).ok()
        }
        _ => None,
    }
}

pub(super) fn number(value: &Value) -> Option<f64> {
    match &value.node {
        #[expect(clippy::cast_precision_loss, reason = "as SQLite converts it for the function")]
        Node::Integer(number) => Some(*number as f64),
        Node::Double(number) => Some(*number),
        Node::Negative(inner) => number(inner).map(|number| -number),
        _ => None,
    }
}
