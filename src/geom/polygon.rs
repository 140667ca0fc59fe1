//! Convex polygons (`sphgeom.ConvexPolygon`) as lists of vertices.
//!
//! Vertices are unit vectors, counter-clockwise seen from outside the sphere.

use super::{Circle, MAX_SQUARED_CHORD_LENGTH_ERROR, Vector3};

/// Unit vector to the centre of mass; `None` when no edge has a length or their moments cancel.
///
/// The formula is that of J. E. Brock for spherical triangles, summed over edges, the edge from
/// the last vertex to the first one foremost. sphgeom fails on an edge without length; here such
/// an edge adds nothing.
pub fn centroid(vertices: &[Vector3]) -> Option<Vector3> {
    let mut sum = Vector3::ZERO;
    let mut from = *vertices.last()?;
    for &to in vertices {
        if let Some((normal, norm)) = from.robust_cross(to).normalized() {
            sum = sum + normal * (0.5 * norm).atan2(from.dot(to));
        }
        from = to;
    }
    sum.normalized().map(|(unit, _)| unit)
}

/// sphgeom's bounding circle: the centroid and the farthest vertex, with a guard.
pub(super) fn bounding_circle(vertices: &[Vector3]) -> Option<Circle> {
    let center = centroid(vertices)?;
    let chord = vertices.iter().map(|v| (*v - center).squared_norm()).fold(0.0, f64::max);
    Some(Circle::from_chord(center, chord + 2.0 * MAX_SQUARED_CHORD_LENGTH_ERROR))
}

/// The vertices in the opposite order, the first one kept first.
pub fn rewound<T: Clone>(vertices: &[T]) -> Vec<T> {
    let (head, tail) = vertices.split_at(vertices.len().min(1));
    head.iter().chain(tail.iter().rev()).cloned().collect()
}
