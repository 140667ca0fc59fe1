//! Great and small circles as curves.
//!
//! In: an axis and a radius. Out: directions along the circle, its crossings with another one, and
//! on which side of it a direction lies. Distances are computed from the nearer pole, so that small
//! circles lose no accuracy.

use std::f64::consts::PI;

use crate::geom::{TOUCHING, Vector3};

/// A circle that is walked counter-clockwise around its axis, which is on its left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ring {
    /// Unit vector to the left.
    pub axis: Vector3,
    /// The axis or its opposite: what is at most π/2 away.
    pub pole: Vector3,
    /// Squared chord from the pole.
    pub chord: f64,
    /// Sine of the radius.
    pub sin: f64,
    /// Cosine of the angle from the axis.
    pub cos: f64,
    /// The direction of parameter 0, seen from the axis.
    pub first: Vector3,
    /// The direction of parameter π/2, seen from the axis.
    pub second: Vector3,
}

impl Ring {
    /// The circle of a squared chord in (0, 4) around an axis; `None` without a direction.
    pub fn around(axis: Vector3, squared_chord: f64) -> Option<Self> {
        let seed = if axis.x.abs() < 0.6 { Vector3::new(1.0, 0.0, 0.0) } else { Vector3::Z };
        let (first, _) = axis.cross(seed).normalized()?;
        Some(if squared_chord <= 2.0 {
            Self::new(axis, squared_chord, first, true)
        } else {
            Self::new(-axis, 4.0 - squared_chord, first, false)
        })
    }

    /// The great circle on whose left the axis is, from a direction at right angles to it.
    pub fn great(axis: Vector3, first: Vector3) -> Self {
        Self::new(axis, 2.0, first, true)
    }

    /// The circle of a squared chord up to 2 around a pole, which is on its left or not; parameter 0
    /// is in the half-plane of `first`.
    pub fn new(pole: Vector3, squared_chord: f64, first: Vector3, on_left: bool) -> Self {
        let chord = squared_chord.clamp(0.0, 2.0);
        let axis = if on_left { pole } else { -pole };
        let cos = 1.0 - 0.5 * chord;
        Self {
            axis,
            pole,
            chord,
            sin: (chord * (1.0 - 0.25 * chord)).sqrt(),
            cos: if on_left { cos } else { -cos },
            first,
            second: axis.cross(first),
        }
    }

    /// True for great circles, which are made with exactly this chord.
    pub fn is_great(&self) -> bool {
        self.chord >= 2.0
    }

    /// The direction from the axis at a parameter.
    pub fn outward(&self, t: f64) -> Vector3 {
        let (sin, cos) = t.sin_cos();
        self.first * cos + self.second * sin
    }

    /// The direction at a parameter.
    pub fn point(&self, t: f64) -> Vector3 {
        let v = (self.pole - self.pole * (0.5 * self.chord)) + self.outward(t) * self.sin;
        v.normalized().map_or(v, |(unit, _)| unit)
    }

    /// The parameter of a direction, in (-π, π].
    pub fn parameter(&self, v: Vector3) -> f64 {
        self.second.dot(v).atan2(self.first.dot(v))
    }

    /// Distance to the left in radians; accurate near the circle.
    pub fn left(&self, v: Vector3) -> f64 {
        if self.is_great() {
            return self.axis.dot(v);
        }
        let inside = (self.chord - (v - self.pole).squared_norm()) / (2.0 * self.sin);
        if self.pole == self.axis { inside } else { -inside }
    }

    /// Where two circles meet; nothing when they are the same or parallel.
    pub fn crossings(&self, other: &Self) -> Vec<Vector3> {
        // The smaller circle is the better one to measure on.
        if other.sin < self.sin {
            return other.crossings(self);
        }
        // other.left(point(t)) = a + b cos t + c sin t
        let (a, b, c) = if other.is_great() {
            let n = other.axis;
            (
                n.dot(self.axis) * self.cos,
                n.dot(self.first) * self.sin,
                n.dot(self.second) * self.sin,
            )
        } else {
            let q = (self.pole - other.pole) - self.pole * (0.5 * self.chord);
            let scale = 0.5 / other.sin;
            (
                (other.chord - q.squared_norm() - self.sin * self.sin) * scale,
                -2.0 * self.sin * q.dot(self.first) * scale,
                -2.0 * self.sin * q.dot(self.second) * scale,
            )
        };
        let amplitude = b.hypot(c);
        if amplitude <= TOUCHING || a.abs() > amplitude + TOUCHING {
            return Vec::new();
        }
        let sine = ((amplitude - a) * (amplitude + a)).max(0.0).sqrt();
        let (middle, half) = (c.atan2(b), sine.atan2(-a));
        if half == 0.0 || (half - PI).abs() < f64::EPSILON {
            return vec![self.point(middle + half)];
        }
        vec![self.point(middle + half), self.point(middle - half)]
    }
}
