//! Where on the sky the rows of a table can be.
//!
//! In: a checked query and one of its tables. Out: for each condition that a region of the table shares a
//! point with a geometry that is known, the HTM trixels of that geometry. Butler keeps the trixels of
//! each region beside it, so the rows can be found by number; the condition itself stays and is exact.
//! See [`htm::cover`] for why no row is missed.

use super::push::conjuncts;
use super::tree::{Checked, Node, Source, TableId, Truth, Value};
use crate::adql::Comparator;
use crate::catalog::Type;
use crate::functions::{Geometry, Kind, Point, circle, polygon, rectangle};
use crate::geom::{Circle, Region, htm};
use crate::plan::{Cover, LEVEL};

/// Ranges at most; a geometry of more is covered by coarser ones.
const RANGES: usize = 32;

/// The covers that every row of the table at `source` must have to matter. `is_stored` tells of a region
/// column whether it is the registry's own.
pub fn covers(
    checked: &Checked,
    source: usize,
    is_stored: &dyn Fn(TableId, usize) -> bool,
) -> Vec<Cover> {
    let Some(table) = checked.sources.get(source) else { return Vec::new() };
    let mut found = Vec::new();
    for truth in conjuncts(checked, source) {
        if let Some((column, geometry)) = shared(truth, table)
            && is_stored(table.table, column)
            && let Some(region) = region(geometry)
        {
            let ranges = htm::cover(&region, LEVEL, RANGES);
            let ranges = ranges.iter().map(|range| (range.start, range.end - 1)).collect();
            found.push(Cover { column, ranges });
        }
    }
    found
}

/// The column and the other geometry of `1 = CONTAINS(…)` and `1 = INTERSECTS(…)`.
fn shared<'t>(truth: &'t Truth, table: &Source) -> Option<(usize, &'t Value)> {
    let Truth::Comparison(left, Comparator::Equal, right) = truth else { return None };
    let call = match (&left.node, &right.node) {
        (Node::Integer(1), call) | (call, Node::Integer(1)) => call,
        _ => return None,
    };
    let Node::Call("adql_contains" | "adql_intersects", arguments, _) = call else { return None };
    let [one, other] = arguments.as_slice() else { return None };
    let column = |value: &Value| match value.node {
        Node::Column(id, column) if id == table.id && value.kind == Some(Type::Region) => {
            Some(column)
        }
        _ => None,
    };
    match (column(one), column(other)) {
        (Some(column), None) => Some((column, other)),
        (None, Some(column)) => Some((column, one)),
        _ => None,
    }
}

/// The region of a geometry of constants; none too for one that is wrong, which is told when it is used.
fn region(value: &Value) -> Option<Region> {
    match geometry(value)? {
        Geometry::Region(region) => Some(region),
        Geometry::Point(point) => Some(Region::Circle(Circle::from_angle(point.vector(), 0.0))),
    }
}

fn geometry(value: &Value) -> Option<Geometry> {
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

fn number(value: &Value) -> Option<f64> {
    match &value.node {
        #[expect(clippy::cast_precision_loss, reason = "as SQLite converts it for the function")]
        Node::Integer(number) => Some(*number as f64),
        Node::Double(number) => Some(*number),
        Node::Negative(inner) => number(inner).map(|number| -number),
        _ => None,
    }
}
