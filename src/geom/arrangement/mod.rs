//! The cells into which the boundaries of regions cut the sphere.
//!
//! In: any regions. Out: sample directions of all vertices, edges and faces, with which questions
//! about unions, intersections, boxes and ellipses are answered by looking; and the outline of a
//! region for its area and centroid. It is the general method where no exact predicate exists:
//! boundaries closer than [`TOUCHING`] radians meet, which is 2 nanoarcseconds.

mod arc;
mod outline;
mod oval;
mod ring;
mod solid;

pub(super) use outline::{area, excess, moment};

use self::arc::Arc;
use self::solid::{Boundary, Solid};
use super::{Region, TOUCHING, Vector3};

/// Whether two regions share a direction.
pub(super) fn intersects(a: &Region, b: &Region) -> bool {
    let mut boundary = Boundary::default();
    let (a, b) = (Solid::new(a, &mut boundary), Solid::new(b, &mut boundary));
    Cells::new(boundary).any(false, |v, side| a.holds(v, side) && b.holds(v, side))
}

/// Whether `a` holds all of `b`.
pub(super) fn contains(a: &Region, b: &Region) -> bool {
    let mut boundary = Boundary::default();
    let (a, b) = (Solid::new(a, &mut boundary), Solid::new(b, &mut boundary));
    !Cells::new(boundary).any(true, |v, side| b.holds(v, side) && !a.holds(v, side))
}

/// Arcs with the parameters at which others meet them.
struct Cells {
    arcs: Vec<(Arc, Vec<f64>)>,
    points: Vec<Vector3>,
}

impl Cells {
    fn new(boundary: Boundary) -> Self {
        let Boundary { arcs, mut points } = boundary;
        let mut cuts: Vec<(Arc, Vec<f64>)> =
            arcs.into_iter().map(|arc| (arc, Vec::new())).collect();
        let mut rest = cuts.as_mut_slice();
        while let Some(((arc, parameters), others)) = rest.split_first_mut() {
            for (other, other_parameters) in others.iter_mut().filter(|o| arc.may_meet(&o.0)) {
                for (t, u) in arc.meetings(other) {
                    parameters.push(t);
                    other_parameters.push(u);
                }
            }
            rest = others;
        }
        for (arc, parameters) in &mut cuts {
            parameters.extend(points.iter().filter_map(|v| arc.parameter(*v)));
            merge(arc, parameters);
        }
        // With no boundary at all, any direction tells.
        points.push(Vector3::Z);
        Self { arcs: cuts, points }
    }

    /// Whether any cell satisfies a question; faces are asked about only if `faces`.
    fn any(&self, faces: bool, question: impl Fn(Vector3, Option<Vector3>) -> bool) -> bool {
        let vertices = self
            .arcs
            .iter()
            .flat_map(|(arc, parameters)| parameters.iter().map(move |t| arc.point(*t)));
        if self.points.iter().copied().chain(vertices).any(|v| question(v, None)) {
            return true;
        }
        self.edges().any(|edge| {
            let left = edge.arc.left(edge.middle());
            let v = edge.arc.point(edge.middle());
            question(v, None) || (faces && (question(v, Some(left)) || question(v, Some(-left))))
        })
    }

    /// Pieces of arcs between places where something happens.
    fn edges(&self) -> impl Iterator<Item = Edge<'_>> {
        self.arcs.iter().enumerate().flat_map(|(number, (arc, parameters))| {
            parameters.iter().zip(parameters.iter().skip(1)).map(move |(from, to)| Edge {
                number,
                arc,
                from: *from,
                to: *to,
            })
        })
    }
}

/// Sorts the parameters of an arc, and makes one of those too close to tell apart: the ends stay, so
/// that the pieces between them are the whole arc.
fn merge(arc: &Arc, parameters: &mut Vec<f64>) {
    let shortest = 8.0 * TOUCHING / arc.scale();
    parameters.sort_by(f64::total_cmp);
    let mut last = 0.0;
    parameters.retain(|t| {
        let far = *t - last > shortest && arc.span - *t > shortest;
        if far {
            last = *t;
        }
        far
    });
    parameters.insert(0, 0.0);
    parameters.push(arc.span);
}

/// A piece of an arc.
struct Edge<'a> {
    number: usize,
    arc: &'a Arc,
    from: f64,
    to: f64,
}

impl Edge<'_> {
    fn middle(&self) -> f64 {
        0.5 * (self.from + self.to)
    }
}
