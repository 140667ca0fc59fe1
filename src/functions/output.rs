//! Geometries as text.
//!
//! In: a geometry. Out: DALI's numbers in degrees with blanks between (rounded to 1e-12), or STC-S.

use super::relate::tidy;
use super::{Geometry, double_text};
use crate::geom::{LonLat, Region, Vector3, rewound, to_degrees};
use crate::region::{Winding, s_region};

/// Longitude and latitude of a point; and radius of a circle; vertices of a polygon, counter-clockwise
/// seen from inside the sphere as DALI wants. What is none of those is written as STC-S; `None` when
/// there is nothing to write.
pub fn dali(geometry: &Geometry) -> Option<String> {
    let numbers = match geometry {
        Geometry::Point(point) => vec![point.lon(), point.lat()],
        Geometry::Region(Region::Circle(circle)) if circle.is_empty() => return None,
        Geometry::Region(Region::Circle(circle)) => {
            let mut numbers = degrees(circle.center);
            numbers.push(tidy(to_degrees(circle.opening_angle)).min(180.0));
            numbers
        }
        Geometry::Region(Region::ConvexPolygon(vertices)) => outline_numbers(vertices),
        Geometry::Region(Region::Union(pieces)) => match outline(pieces) {
            Some(vertices) => outline_numbers(&vertices),
            None => return stcs(geometry),
        },
        Geometry::Region(_) => return stcs(geometry),
    };
    Some(numbers.into_iter().map(double_text).collect::<Vec<_>>().join(" "))
}

/// STC-S in ICRS, as `s_region` has it; `None` when there is nothing to write.
fn stcs(geometry: &Geometry) -> Option<String> {
    match geometry {
        Geometry::Point(point) => {
            Some(format!("POSITION ICRS {:.6} {:.6}", point.lon(), point.lat()))
        }
        Geometry::Region(region) => s_region(region, Winding::Dali),
    }
}

fn degrees(v: Vector3) -> Vec<f64> {
    let LonLat { lon, lat } = LonLat::from(v);
    vec![tidy(to_degrees(lon)), tidy(to_degrees(lat))]
}

fn outline_numbers(vertices: &[Vector3]) -> Vec<f64> {
    rewound(vertices).into_iter().flat_map(degrees).collect()
}

/// The outline of a polygon that was divided into convex pieces: the edges that only one piece has.
/// `None` when the pieces are not those of one polygon.
fn outline(pieces: &[Region]) -> Option<Vec<Vector3>> {
    let mut open: Vec<(Vector3, Vector3)> = Vec::new();
    for piece in pieces {
        let Region::ConvexPolygon(vertices) = piece else { return None };
        let next = vertices.iter().skip(1).chain(vertices.first());
        for (from, to) in vertices.iter().zip(next) {
            match open.iter().position(|(a, b)| a == to && b == from) {
                Some(shared) => drop(open.swap_remove(shared)),
                None => open.push((*from, *to)),
            }
        }
    }
    let (first, mut at) = open.pop()?;
    let mut vertices = vec![first];
    while at != first {
        vertices.push(at);
        let position = open.iter().position(|(from, _)| *from == at)?;
        at = open.swap_remove(position).1;
    }
    // What is left would be a second outline.
    (open.is_empty() && pieces.len() > 1).then_some(vertices)
}
