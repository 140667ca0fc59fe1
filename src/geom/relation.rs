//! How a convex polygon relates to a region (`sphgeom::detail::relate`).
//!
//! In: vertices and a region. Out: which of "disjoint", "within", "contains" certainly hold. With
//! polygons the answer is exact; with circles it is, but for boundaries that come within 2.5e-15 of
//! each other (in squared chord length): these meet.

use super::point::polygon_contains;
use super::{Circle, MAX_SQUARED_CHORD_LENGTH_ERROR, Vector3, orientation};

/// What certainly holds between a first and a second region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Relation {
    /// They share nothing.
    pub disjoint: bool,
    /// The first is inside the second.
    pub within: bool,
    /// The second is inside the first.
    pub contains: bool,
}

const INTERSECTS: Relation = Relation { disjoint: false, within: false, contains: false };

/// The edges of a polygon, the one from the last vertex to the first foremost.
pub(super) fn edges(vertices: &[Vector3]) -> impl Iterator<Item = (Vector3, Vector3)> + Clone + '_ {
    let froms = vertices.iter().skip(vertices.len().saturating_sub(1)).chain(vertices);
    froms.copied().zip(vertices.iter().copied())
}

/// A convex polygon and a circle.
pub(super) fn polygon_circle(vertices: &[Vector3], circle: &Circle) -> Relation {
    if circle.is_empty() {
        return Relation { disjoint: true, contains: true, within: false };
    }
    if circle.is_full() {
        return Relation { within: true, ..INTERSECTS };
    }
    let limit = circle.squared_chord_length;
    let (mut inside, mut outside) = (false, false);
    for v in vertices {
        let chord = (*v - circle.center).squared_norm();
        if (chord - limit).abs() < MAX_SQUARED_CHORD_LENGTH_ERROR {
            return INTERSECTS;
        }
        if chord < limit {
            inside = true;
        } else {
            outside = true;
        }
        if inside && outside {
            return INTERSECTS;
        }
    }
    if inside {
        let leaves = edges(vertices).any(|(from, to)| {
            farthest_chord(circle.center, from, to) > limit - MAX_SQUARED_CHORD_LENGTH_ERROR
        });
        // The circle may leave a hole in the polygon around the point opposite to its centre.
        if leaves || polygon_contains(vertices, -circle.center) {
            return INTERSECTS;
        }
        return Relation { within: true, ..INTERSECTS };
    }
    let enters = edges(vertices).any(|(from, to)| {
        nearest_chord(circle.center, from, to) < limit + MAX_SQUARED_CHORD_LENGTH_ERROR
    });
    if enters {
        INTERSECTS
    } else if polygon_contains(vertices, circle.center) {
        Relation { contains: true, ..INTERSECTS }
    } else {
        Relation { disjoint: true, ..INTERSECTS }
    }
}

/// Squared chord from `v` to the nearest point inside an edge; 4 when that is an end.
fn nearest_chord(v: Vector3, from: Vector3, to: Vector3) -> f64 {
    let n = from.robust_cross(to);
    let across = v.cross(n);
    if across.dot(from) > 0.0 && across.dot(to) < 0.0 {
        let (sine, cosine) = (v.dot(n).abs(), across.norm());
        let angle =
            if cosine == 0.0 { std::f64::consts::FRAC_PI_2 } else { (sine / cosine).atan() };
        let half = (0.5 * angle).sin();
        return 4.0 * half * half;
    }
    4.0
}

/// Squared chord from `v` to the farthest point inside an edge; 0 when that is an end.
fn farthest_chord(v: Vector3, from: Vector3, to: Vector3) -> f64 {
    let n = from.robust_cross(to);
    let across = v.cross(n);
    if across.dot(from) < 0.0 && across.dot(to) > 0.0 {
        let (sine, cosine) = (v.dot(n).abs(), -across.norm());
        let half = (0.5 * sine.atan2(cosine)).sin();
        return 4.0 * half * half;
    }
    0.0
}

/// Two convex polygons; whether the first contains the second is left open.
pub(super) fn polygon_within_polygon(first: &[Vector3], second: &[Vector3]) -> Relation {
    let inside = first.iter().filter(|v| polygon_contains(second, **v)).count();
    if inside > 0 {
        return Relation { within: inside == first.len(), ..INTERSECTS };
    }
    Relation { disjoint: !polygons_meet(first, second), ..INTERSECTS }
}

/// Whether two convex polygons share a direction.
pub(super) fn polygons_meet(first: &[Vector3], second: &[Vector3]) -> bool {
    let holds_start =
        |a: &[Vector3], b: &[Vector3]| b.first().is_some_and(|v| polygon_contains(a, *v));
    if holds_start(first, second) || holds_start(second, first) {
        return true;
    }
    !separated(first, second)
        && !separated(second, first)
        && (first.iter().any(|v| polygon_contains(second, *v))
            || second.iter().any(|v| polygon_contains(first, *v))
            || edges_cross(first, second))
}

/// Whether an edge of the first has the whole second polygon strictly to its right: the quick way
/// to tell most pairs apart.
fn separated(first: &[Vector3], second: &[Vector3]) -> bool {
    edges(first).any(|(from, to)| second.iter().all(|v| orientation(*v, from, to) < 0))
}

/// Whether an edge of one properly crosses an edge of the other.
fn edges_cross(first: &[Vector3], second: &[Vector3]) -> bool {
    edges(first).any(|(a, b)| edges(second).any(|(c, d)| arcs_cross(a, b, c, d)))
}

/// Whether the arcs `a`–`b` and `c`–`d` cross at a point inside both.
pub(super) fn arcs_cross(a: Vector3, b: Vector3, c: Vector3, d: Vector3) -> bool {
    let side = orientation(a, c, d);
    side != 0
        && orientation(b, d, c) == side
        && orientation(c, b, a) == side
        && orientation(d, a, b) == side
}
