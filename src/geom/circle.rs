//! Circles (`sphgeom.Circle`).

use std::f64::consts::PI;

use super::{MAX_ASIN_ERROR, Vector3};

/// All directions within an angle of a centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    /// Unit vector to the centre; arbitrary for empty and full circles.
    pub center: Vector3,
    /// Squared length of the chord from the centre to the boundary: negative for the empty circle,
    /// 4 or more for the full one.
    pub squared_chord_length: f64,
    /// Radius in radians: negative for the empty circle, π or more for the full one.
    pub opening_angle: f64,
}

impl Circle {
    /// No direction at all.
    pub const EMPTY: Self =
        Self { center: Vector3::Z, squared_chord_length: -1.0, opening_angle: -1.0 };
    /// All directions.
    pub const FULL: Self =
        Self { center: Vector3::Z, squared_chord_length: 4.0, opening_angle: PI };

    /// The circle of a radius in radians.
    pub fn from_angle(center: Vector3, opening_angle: f64) -> Self {
        let squared_chord_length = if opening_angle < 0.0 {
            -1.0
        } else if opening_angle >= PI {
            4.0
        } else {
            let s = (0.5 * opening_angle).sin();
            4.0 * s * s
        };
        Self { center, squared_chord_length, opening_angle }
    }

    /// The circle of a squared chord length.
    pub fn from_chord(center: Vector3, squared_chord_length: f64) -> Self {
        let opening_angle = if squared_chord_length < 0.0 {
            -1.0
        } else if squared_chord_length >= 4.0 {
            PI
        } else {
            2.0 * (0.5 * squared_chord_length.sqrt()).asin()
        };
        Self { center, squared_chord_length, opening_angle }
    }

    /// True when it holds no direction.
    pub fn is_empty(&self) -> bool {
        self.squared_chord_length < 0.0
    }

    /// True when it holds every direction.
    pub fn is_full(&self) -> bool {
        self.squared_chord_length >= 4.0
    }

    /// The circle around both, as sphgeom's `expandTo` finds it.
    #[must_use]
    pub fn expanded_to(self, other: Self) -> Self {
        if self.is_empty() || other.is_full() {
            return other;
        }
        if other.is_empty() || self.is_full() {
            return self;
        }
        let separation = self.center.angle_to(other.center);
        if separation + other.opening_angle + 4.0 * MAX_ASIN_ERROR <= self.opening_angle {
            return self;
        }
        if separation + self.opening_angle + 4.0 * MAX_ASIN_ERROR <= other.opening_angle {
            return other;
        }
        let radius = 0.5 * (separation + self.opening_angle + other.opening_angle);
        if radius + 2.0 * MAX_ASIN_ERROR >= PI {
            return Self::FULL;
        }
        let Some(axis) = self.center.orthogonal_to(other.center) else { return Self::FULL };
        let turn = radius - self.opening_angle;
        let moved = self.center * turn.cos() + axis.cross(self.center) * turn.sin();
        let Some((center, _)) = moved.normalized() else { return Self::FULL };
        Self::from_angle(center, radius + MAX_ASIN_ERROR)
    }

    /// A circle around what both share: the smaller of the two, as sphgeom's `clipTo` has it.
    #[must_use]
    pub fn clipped_to(self, other: Self) -> Self {
        if self.is_empty() || other.is_full() {
            return self;
        }
        if self.is_full() || other.is_empty() {
            return other;
        }
        let separation = self.center.angle_to(other.center);
        if separation > self.opening_angle + other.opening_angle + 4.0 * MAX_ASIN_ERROR {
            return Self::EMPTY;
        }
        if other.opening_angle < self.opening_angle { other } else { self }
    }
}
