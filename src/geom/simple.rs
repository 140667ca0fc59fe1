//! Simple polygons of any shape as convex ones.
//!
//! In: vertices in either order. Out: a convex polygon, or a union of convex polygons without
//! overlap. All decisions are exact: that the outline is simple, which vertices are convex, the
//! triangles cut off (ear clipping, on a hemisphere as in the plane), and which triangles join to
//! larger convex pieces (S. Hertel and K. Mehlhorn). Pieces have vertices of the polygon only, so
//! their shared edges are the same numbers and leave no gap between them.

use super::relation::{arcs_cross, edges};
use super::shape::ShapeError;
use super::{Region, Vector3, orientation, rewound};

/// Most vertices of a polygon.
pub const MAX_VERTICES: usize = 1000;

/// The region inside an outline of unit vectors; errors as of
/// [`polygon_degrees`](super::polygon_degrees).
pub fn polygon(vertices: &[Vector3]) -> Result<Region, ShapeError> {
    let vertices = without_repetition(vertices);
    let count = vertices.len();
    if count < 3 {
        return Err(ShapeError::TooFewVertices { count });
    }
    if count > MAX_VERTICES {
        return Err(ShapeError::TooManyVertices { count, most: MAX_VERTICES });
    }
    check_vertices(&vertices)?;
    if !fits_hemisphere(&vertices) {
        return Err(ShapeError::TooLarge);
    }
    check_edges(&vertices)?;
    let outline = if is_clockwise(&vertices)? { rewound(&vertices) } else { vertices };
    if is_convex(&outline) {
        return Ok(Region::ConvexPolygon(outline));
    }
    let triangles = triangles(outline).ok_or(ShapeError::NotSimple)?;
    let pieces = joined(triangles).into_iter().map(Region::ConvexPolygon);
    Ok(Region::Union(pieces.collect()))
}

/// Whether a counter-clockwise outline turns nowhere to the right.
fn is_convex(outline: &[Vector3]) -> bool {
    corners(outline).all(|[a, b, c]| orientation(a, b, c) >= 0)
}

/// Leaves out vertices that are the same as the one before.
fn without_repetition(vertices: &[Vector3]) -> Vec<Vector3> {
    let mut kept: Vec<Vector3> = Vec::with_capacity(vertices.len());
    for v in vertices {
        if kept.last() != Some(v) {
            kept.push(*v);
        }
    }
    while kept.len() > 1 && kept.first() == kept.last() {
        kept.pop();
    }
    kept
}

/// Each vertex between its neighbours.
fn corners(outline: &[Vector3]) -> impl Iterator<Item = [Vector3; 3]> + '_ {
    let next = outline.iter().skip(1).chain(outline.iter().take(1));
    edges(outline).zip(next).map(|((a, b), c)| [a, b, *c])
}

fn check_vertices(vertices: &[Vector3]) -> Result<(), ShapeError> {
    for (i, v) in vertices.iter().enumerate() {
        for (j, w) in vertices.iter().enumerate().skip(i + 1) {
            let (first, second) = (i + 1, j + 1);
            if v == w {
                return Err(ShapeError::RepeatedVertex { first, second });
            }
            if (*v + *w).norm() < 1e-12 {
                return Err(ShapeError::Antipodal { first, second });
            }
        }
    }
    Ok(())
}

/// Whether some hemisphere holds all vertices inside, by the perceptron rule: add the vertex that
/// is farthest out until none is out. Outlines within half a degree of the limit may be refused.
fn fits_hemisphere(vertices: &[Vector3]) -> bool {
    let sum = vertices.iter().fold(Vector3::ZERO, |sum, v| sum + *v);
    let mut pole = sum.normalized().map_or(Vector3::Z, |(unit, _)| unit);
    for _ in 0..20_000 {
        let farthest = vertices.iter().min_by(|a, b| a.dot(pole).total_cmp(&b.dot(pole)));
        let Some(farthest) = farthest else { return false };
        if farthest.dot(pole) > 1e-9 * pole.norm() {
            return true;
        }
        pole = pole + *farthest;
    }
    false
}

/// Edges may only meet at the vertex between them.
fn check_edges(vertices: &[Vector3]) -> Result<(), ShapeError> {
    let count = vertices.len();
    let next = vertices.iter().skip(1).chain(vertices.iter().take(1));
    let sides: Vec<(Vector3, Vector3)> =
        vertices.iter().zip(next).map(|(from, to)| (*from, *to)).collect();
    for (i, (a, b)) in sides.iter().enumerate() {
        for (j, (c, d)) in sides.iter().enumerate().skip(i + 1) {
            let wrong = if j == i + 1 {
                on_arc(*d, *a, *b) || on_arc(*a, *c, *d)
            } else if i == 0 && j + 1 == count {
                on_arc(*c, *a, *b) || on_arc(*b, *c, *d)
            } else {
                arcs_cross(*a, *b, *c, *d)
                    || on_arc(*a, *c, *d)
                    || on_arc(*b, *c, *d)
                    || on_arc(*c, *a, *b)
                    || on_arc(*d, *a, *b)
            };
            if wrong && all_on_a_great_circle(vertices) {
                return Err(ShapeError::NoArea);
            }
            if wrong {
                return Err(ShapeError::SelfIntersecting { first: i + 1, second: j + 1 });
            }
        }
    }
    Ok(())
}

fn all_on_a_great_circle(vertices: &[Vector3]) -> bool {
    let mut rest = vertices.iter();
    let (Some(a), Some(b)) = (rest.next(), rest.next()) else { return true };
    rest.all(|c| orientation(*a, *b, *c) == 0)
}

/// Whether `v` is exactly on the arc between two others (of less than half a turn).
fn on_arc(v: Vector3, from: Vector3, to: Vector3) -> bool {
    if orientation(v, from, to) != 0 {
        return false;
    }
    let Some((normal, _)) = from.robust_cross(to).normalized() else { return v == from };
    v == from
        || v == to
        || (normal.cross(from).dot(v) > 0.0 && normal.cross(to).dot(v) < 0.0 && {
            let middle = from + to;
            middle.dot(v) > 0.0
        })
}

/// The sense of a simple outline on a hemisphere: that of a vertex that is a corner of its hull.
fn is_clockwise(vertices: &[Vector3]) -> Result<bool, ShapeError> {
    for [a, b, c] in corners(vertices) {
        let turn = orientation(a, b, c);
        // A corner of the hull: all vertices are on one side of a great circle through it, which
        // one of its own edges or the line between its neighbours decides.
        if turn != 0 && is_hull_corner(vertices, b) {
            return Ok(turn < 0);
        }
    }
    Err(ShapeError::NoArea)
}

/// Whether a vertex is a corner of the convex hull: the others, seen from it, leave more than half a
/// turn free.
fn is_hull_corner(vertices: &[Vector3], corner: Vector3) -> bool {
    let others = || vertices.iter().filter(|v| **v != corner);
    let Some(mut rightmost) = others().next() else { return false };
    for v in others() {
        if orientation(corner, *rightmost, *v) < 0 {
            rightmost = v;
        }
    }
    // If there is a rightmost direction, everything else is to its left, and nothing behind.
    others().all(|v| {
        let turn = orientation(corner, *rightmost, *v);
        turn > 0 || (turn == 0 && !on_arc(corner, *rightmost, *v))
    })
}

/// Cuts a counter-clockwise outline into triangles; `None` when it is not simple after all.
fn triangles(mut outline: Vec<Vector3>) -> Option<Vec<Vec<Vector3>>> {
    let mut found = Vec::with_capacity(outline.len());
    while outline.len() > 3 {
        let position = corners(&outline).position(|ear| is_ear(&outline, ear))?;
        found.push(corners(&outline).nth(position)?.to_vec());
        outline.splice(position..=position, []);
        // The next ear is likely to be near: look there first.
        outline.rotate_left(position.saturating_sub(1));
    }
    found.push(outline);
    Some(found)
}

/// Whether a corner can be cut off: it is convex, and no other vertex is in its triangle.
fn is_ear(outline: &[Vector3], [a, b, c]: [Vector3; 3]) -> bool {
    orientation(a, b, c) > 0
        && !outline.iter().any(|v| {
            *v != a
                && *v != b
                && *v != c
                && orientation(*v, a, b) >= 0
                && orientation(*v, b, c) >= 0
                && orientation(*v, c, a) >= 0
        })
}

/// Joins pieces across shared edges while they stay convex.
fn joined(pieces: Vec<Vec<Vector3>>) -> Vec<Vec<Vector3>> {
    let mut done: Vec<Vec<Vector3>> = Vec::new();
    for piece in pieces {
        let mut piece = piece;
        while let Some((number, larger)) =
            done.iter().enumerate().find_map(|(number, other)| Some((number, join(other, &piece)?)))
        {
            done.swap_remove(number);
            piece = larger;
        }
        done.push(piece);
    }
    done
}

/// The convex union of two convex pieces that share an edge, if it is convex.
fn join(one: &[Vector3], other: &[Vector3]) -> Option<Vec<Vector3>> {
    let (start, (from, _)) = edges(one)
        .enumerate()
        .find(|(_, (from, to))| edges(other).any(|(a, b)| a == *to && b == *from))?;
    // `one` from `to` around to `from`, then `other` from after `from` to before `to`.
    let mut outline: Vec<Vector3> =
        one.iter().cycle().skip(start).take(one.len()).copied().collect();
    let after = other.iter().position(|v| *v == from)? + 1;
    outline.extend(other.iter().cycle().skip(after).take(other.len() - 2));
    is_convex(&outline).then_some(outline)
}
