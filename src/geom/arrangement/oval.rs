//! The boundary of an ellipse as a curve, and its crossings with circles and other ellipses.
//!
//! In: ellipses and circles. Out: directions. Along a circle or an ellipse the equation of another
//! ellipse is a trigonometric polynomial of degree two, whose zeros are found by bisection between
//! its extremes.

use std::f64::consts::PI;

use super::ring::Ring;
use crate::geom::{Ellipse, TOUCHING, Vector3};

/// constant + cosine cos t + sine sin t.
#[derive(Clone, Copy)]
struct Wave {
    constant: f64,
    cosine: f64,
    sine: f64,
}

impl Wave {
    /// The value and the derivative.
    fn at(self, (sin, cos): (f64, f64)) -> (f64, f64) {
        (self.constant + self.cosine * cos + self.sine * sin, self.sine * cos - self.cosine * sin)
    }
}

/// An ellipse's equation z² − x² − y² along a curve, x and y in units of the semi-axes. It stays in
/// this form: multiplied out, it would lose the digits that tell small ellipses apart.
#[derive(Clone, Copy)]
struct Equation {
    x: Wave,
    y: Wave,
    z: Wave,
    /// Change per radian across the boundary, at most.
    steepness: f64,
}

impl Equation {
    /// From the coordinates along the ellipse's axes.
    fn new(ellipse: &Ellipse, [x, y, z]: [Wave; 3]) -> Self {
        let scaled = |wave: Wave, factor: f64| Wave {
            constant: wave.constant * factor,
            cosine: wave.cosine * factor,
            sine: wave.sine * factor,
        };
        Self {
            x: scaled(x, ellipse.tan_a),
            y: scaled(y, ellipse.tan_b),
            z,
            steepness: 2.0 * (1.0 + ellipse.tan_a.max(ellipse.tan_b)),
        }
    }

    fn at(&self, t: f64) -> f64 {
        let angle = t.sin_cos();
        let ((x, _), (y, _), (z, _)) = (self.x.at(angle), self.y.at(angle), self.z.at(angle));
        z * z - x * x - y * y
    }

    /// Half the derivative.
    fn slope(&self, t: f64) -> f64 {
        let angle = t.sin_cos();
        let ((x, dx), (y, dy), (z, dz)) = (self.x.at(angle), self.y.at(angle), self.z.at(angle));
        z * dz - x * dx - y * dy
    }

    /// All zeros in a turn; also where it touches zero.
    fn zeros(&self) -> Vec<f64> {
        const STEPS: u32 = 64;
        let mut zeros = Vec::new();
        let place = |step: u32| 2.0 * PI * (f64::from(step) + 0.37) / f64::from(STEPS);
        let mut span = |low: f64, high: f64| {
            if (self.at(low) > 0.0) != (self.at(high) > 0.0) {
                zeros.push(bisect(low, high, |t| self.at(t)));
            }
        };
        let mut touching = Vec::new();
        for step in 0..STEPS {
            let (low, high) = (place(step), place(step + 1));
            if (self.slope(low) > 0.0) == (self.slope(high) > 0.0) {
                span(low, high);
                continue;
            }
            let extreme = bisect(low, high, |t| self.slope(t));
            span(low, extreme);
            span(extreme, high);
            if self.at(extreme).abs() <= 2.0 * TOUCHING * self.steepness {
                touching.push(extreme);
            }
        }
        zeros.extend(touching);
        zeros
    }
}

/// The zero of a function between two places of different sign.
fn bisect(mut low: f64, mut high: f64, function: impl Fn(f64) -> f64) -> f64 {
    let rising = function(high) > 0.0;
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if (function(middle) > 0.0) == rising {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
}

/// Semi-axes of the boundary's parametrisation: (first, second, centre).
fn extents(ellipse: &Ellipse) -> (f64, f64, f64) {
    let (sin_a, cos_a) = ellipse.alpha().sin_cos();
    let (sin_b, cos_b) = ellipse.beta().sin_cos();
    (sin_a * cos_b.abs(), cos_a.abs() * sin_b, cos_a * cos_b.abs())
}

/// The boundary at a parameter and its derivative, neither of unit length.
fn raw(ellipse: &Ellipse, t: f64) -> (Vector3, Vector3) {
    let [first, second, center] = ellipse.axes;
    let (x, y, z) = extents(ellipse);
    let (sin, cos) = t.sin_cos();
    (first * (x * cos) + second * (y * sin) + center * z, first * (-x * sin) + second * (y * cos))
}

/// The direction at a parameter, and that of the walk, scaled to the same length.
pub(super) fn point(ellipse: &Ellipse, t: f64) -> (Vector3, Vector3) {
    let (v, derivative) = raw(ellipse, t);
    let norm = v.norm();
    (v * (1.0 / norm), derivative * (1.0 / norm))
}

/// The parameter of a direction on the boundary, in (-π, π].
pub(super) fn parameter(ellipse: &Ellipse, v: Vector3) -> f64 {
    let (x, y, _) = ellipse.coordinates(v);
    (y * ellipse.tan_b).atan2(x * ellipse.tan_a)
}

/// Distance into the ellipse in radians, accurate near its boundary, and the way inwards.
pub(super) fn inside(ellipse: &Ellipse, v: Vector3) -> (f64, Vector3) {
    let [first, second, center] = ellipse.axes;
    let (x, y, z) = ellipse.coordinates(v);
    let (x, y) = (x * ellipse.tan_a, y * ellipse.tan_b);
    let height = x.hypot(y);
    let sign = if ellipse.a > 0.0 { 1.0 } else { -1.0 };
    let steepness = if height == 0.0 {
        center
    } else {
        let along_first = first * (sign * x * ellipse.tan_a / height);
        along_first + second * (sign * y * ellipse.tan_b / height) + center
    };
    ((z + sign * height) / steepness.norm(), steepness)
}

/// Whether a direction that solves the equation is on the boundary and not opposite to it.
fn on_boundary(ellipse: &Ellipse, v: Vector3) -> bool {
    (ellipse.coordinates(v).2 > 0.0) == (ellipse.a < 0.0)
}

/// Where a circle meets the boundary.
pub(super) fn ring_crossings(ellipse: &Ellipse, ring: &Ring) -> Vec<Vector3> {
    let [first, second, center] = ellipse.axes;
    // Measured from the ellipse's centre when that is near, so that differences stay accurate.
    let near = if ring.pole.dot(center) < 0.0 { -center } else { center };
    let middle = (ring.pole - near) - ring.pole * (0.5 * ring.chord);
    let wave = |axis: Vector3, constant: f64| Wave {
        constant,
        cosine: ring.sin * axis.dot(ring.first),
        sine: ring.sin * axis.dot(ring.second),
    };
    let height = middle.dot(center) + near.dot(center);
    let waves =
        [wave(first, middle.dot(first)), wave(second, middle.dot(second)), wave(center, height)];
    let zeros = Equation::new(ellipse, waves).zeros();
    zeros.into_iter().map(|t| ring.point(t)).filter(|v| on_boundary(ellipse, *v)).collect()
}

/// Where the boundaries of two ellipses meet.
pub(super) fn crossings(host: &Ellipse, other: &Ellipse) -> Vec<Vector3> {
    let [host_first, host_second, host_center] = host.axes;
    let [first, second, center] = other.axes;
    let (x, y, z) = extents(host);
    let near = if host_center.dot(center) < 0.0 { -center } else { center };
    let middle = (host_center - near) * z;
    let wave = |axis: Vector3, constant: f64| Wave {
        constant,
        cosine: x * axis.dot(host_first),
        sine: y * axis.dot(host_second),
    };
    let height = middle.dot(center) + z * near.dot(center);
    let waves =
        [wave(first, middle.dot(first)), wave(second, middle.dot(second)), wave(center, height)];
    let zeros = Equation::new(other, waves).zeros();
    zeros.into_iter().map(|t| point(host, t).0).filter(|v| on_boundary(other, *v)).collect()
}
