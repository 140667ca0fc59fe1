//! Area and centre of mass of any region from its outline.
//!
//! In: a region. Out: steradians, and the integral of direction over area. Both are sums over the
//! edges that have the region on one side only (Green's and Stokes' theorems); great and small
//! circles in closed form, ellipses by Gauss-Legendre quadrature.

use std::f64::consts::{FRAC_PI_4, PI};

use super::arc::{Arc, Curve};
use super::ring::Ring;
use super::solid::{Boundary, Solid};
use super::{Cells, Edge, oval};
use crate::geom::{Ellipse, Region, Vector3};

/// The edges between a region and the rest, each walked with the region on the left.
struct Outline {
    solid: Solid,
    /// Arc, from, to; walked backwards when from > to.
    edges: Vec<(Arc, f64, f64)>,
}

impl Outline {
    fn new(region: &Region) -> Self {
        let mut boundary = Boundary::default();
        let solid = Solid::new(region, &mut boundary);
        let cells = Cells::new(boundary);
        let first_of_its_kind = |edge: &Edge<'_>| {
            let v = edge.arc.point(edge.middle());
            !cells.arcs.iter().take(edge.number).any(|(arc, _)| arc.parameter(v).is_some())
        };
        let mut edges = Vec::new();
        for edge in cells.edges() {
            let (v, left) = (edge.arc.point(edge.middle()), edge.arc.left(edge.middle()));
            match (solid.holds(v, Some(left)), solid.holds(v, Some(-left))) {
                (true, false) if first_of_its_kind(&edge) => {
                    edges.push((*edge.arc, edge.from, edge.to));
                }
                (false, true) if first_of_its_kind(&edge) => {
                    edges.push((*edge.arc, edge.to, edge.from));
                }
                _ => {}
            }
        }
        Self { solid, edges }
    }

    /// A direction whose opposite is far from the outline.
    fn reference(&self) -> Vector3 {
        let mut candidates = vec![Vector3::Z, -Vector3::Z];
        candidates.extend(self.edges.first().map(|(arc, from, _)| arc.point(*from)));
        candidates.extend(self.moment().normalized().map(|(unit, _)| unit));
        candidates.extend([
            Vector3::new(0.6, 0.8, 0.0),
            Vector3::new(-0.8, 0.36, 0.48),
            Vector3::new(0.48, -0.6, 0.64),
        ]);
        let clearance = |candidate: &Vector3| {
            let places = self.edges.iter().flat_map(|(arc, from, to)| {
                [0.0, 0.25, 0.5, 0.75, 1.0].map(|part| arc.point(from + part * (to - from)))
            });
            places.map(|v| 1.0 + v.dot(*candidate)).fold(2.0, f64::min)
        };
        let best = candidates.into_iter().max_by(|a, b| clearance(a).total_cmp(&clearance(b)));
        best.unwrap_or(Vector3::Z)
    }

    fn moment(&self) -> Vector3 {
        let parts = self.edges.iter().map(|(arc, from, to)| match &arc.curve {
            Curve::Ring(ring) => ring_moment(ring, *from, *to),
            Curve::Oval(ellipse) => quadrature(ellipse, *from, *to, |turn, _| turn * 0.5)
                .into_iter()
                .fold(Vector3::ZERO, |sum, part| sum + part),
        });
        parts.fold(Vector3::ZERO, |sum, part| sum + part)
    }
}

/// The area of a region in steradians.
pub(in crate::geom) fn area(region: &Region) -> f64 {
    let outline = Outline::new(region);
    let reference = outline.reference();
    let mut sum = 0.0;
    for (arc, from, to) in &outline.edges {
        sum += match &arc.curve {
            Curve::Ring(ring) => ring_area(ring, *from, *to, reference),
            Curve::Oval(ellipse) => quadrature(ellipse, *from, *to, |turn, v| {
                turn.dot(reference) / (1.0 + v.dot(reference))
            })
            .into_iter()
            .sum(),
        };
    }
    if outline.solid.holds(-reference, None) {
        sum += 4.0 * PI;
    }
    // Without an outline the region is everything or nothing.
    if sum.is_finite() { sum.clamp(0.0, 4.0 * PI) } else { 0.0 }
}

/// The integral of the direction over the area of a region.
pub(in crate::geom) fn moment(region: &Region) -> Vector3 {
    Outline::new(region).moment()
}

/// The area of the spherical triangle of three directions, negative when clockwise; accurate when
/// `b` and `c` are near each other, whether `a` is or not.
pub(in crate::geom) fn excess(a: Vector3, b: Vector3, c: Vector3) -> f64 {
    let volume = b.dot((c - b).cross(a - b));
    2.0 * volume.atan2(1.0 + a.dot(b) + b.dot(c) + c.dot(a))
}

/// Parts of a walk that are short enough.
fn parts(from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> {
    let count = ((to - from).abs() / FRAC_PI_4).ceil().max(1.0);
    let step = (to - from) / count;
    (0..16u32)
        .map(f64::from)
        .take_while(move |number| *number < count)
        .map(move |number| (from + number * step, from + (number + 1.0) * step))
}

/// The area between an arc and the two great circles from its ends to the reference.
fn ring_area(ring: &Ring, from: f64, to: f64, reference: Vector3) -> f64 {
    let sign = if ring.pole == ring.axis { 1.0 } else { -1.0 };
    parts(from, to)
        .map(|(from, to)| {
            let (a, b) = (ring.point(from), ring.point(to));
            let bulge = if ring.is_great() { 0.0 } else { bulge(ring, sign * (to - from)) };
            excess(reference, a, b) + bulge
        })
        .sum()
}

/// The area between an arc of this angle around the pole and the great circle through its ends.
///
/// The triangle of pole and ends is that of the angle: ends that are rounded directions would bring
/// in their error times the distance from the pole.
fn bulge(ring: &Ring, angle: f64) -> f64 {
    let ratio = ring.chord / (4.0 - ring.chord);
    let triangle = 2.0 * (ratio * angle.sin()).atan2(1.0 + ratio * angle.cos());
    angle * 0.5 * ring.chord - triangle
}

/// Half the integral of v × dv.
fn ring_moment(ring: &Ring, from: f64, to: f64) -> Vector3 {
    let ((sin_from, cos_from), (sin_to, cos_to)) = (from.sin_cos(), to.sin_cos());
    let outward = ring.first * (sin_to - sin_from) + ring.second * (cos_from - cos_to);
    let (sin, cos) = (ring.sin, ring.cos);
    outward * (-0.5 * sin * cos) + ring.axis * (0.5 * sin * sin * (to - from))
}

/// Nodes and weights on [-1, 1].
const NODES: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// Integrals of a function of v × dv and v over parts of an ellipse's boundary.
fn quadrature<T: std::ops::Mul<f64, Output = T>>(
    ellipse: &Ellipse,
    from: f64,
    to: f64,
    integrand: impl Fn(Vector3, Vector3) -> T,
) -> Vec<T> {
    let steps = 64u32;
    let half = 0.5 * (to - from) / f64::from(steps);
    let mut sums = Vec::new();
    for step in 0..steps {
        let middle = from + half * f64::from(2 * step + 1);
        for (node, weight) in NODES {
            for t in [middle - node * half, middle + node * half] {
                let (v, derivative) = oval::point(ellipse, t);
                sums.push(integrand(v.cross(derivative), v) * (weight * half));
            }
        }
    }
    sums
}
