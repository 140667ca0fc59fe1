//! Spherical ellipses (`sphgeom.Ellipse`).

use std::f64::consts::FRAC_PI_2;

use super::{Circle, MAX_ASIN_ERROR, Vector3};

/// The directions whose angles to two foci sum to at most 2α.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ellipse {
    /// Rows of an orthogonal matrix: direction of the first axis, of the second, and the centre.
    pub axes: [Vector3; 3],
    /// α − π/2, with α the first semi-axis in radians.
    pub a: f64,
    /// β − π/2, with β the second semi-axis in radians.
    pub b: f64,
    /// Half the angle between the foci in radians.
    pub gamma: f64,
    /// |tan a|; infinite for empty and full ellipses.
    pub tan_a: f64,
    /// |tan b|; infinite for empty and full ellipses.
    pub tan_b: f64,
}

impl Ellipse {
    /// Unit vector to the centre.
    pub fn center(&self) -> Vector3 {
        let [_, _, center] = self.axes;
        center
    }

    /// First semi-axis in radians.
    pub fn alpha(&self) -> f64 {
        FRAC_PI_2 + self.a
    }

    /// Second semi-axis in radians.
    pub fn beta(&self) -> f64 {
        FRAC_PI_2 + self.b
    }

    /// True when it holds no direction.
    pub fn is_empty(&self) -> bool {
        FRAC_PI_2 + self.a < self.gamma
    }

    /// True when it holds every direction.
    pub fn is_full(&self) -> bool {
        FRAC_PI_2 - self.a <= self.gamma
    }

    /// sphgeom's bounding circle: the centre with the larger semi-axis.
    pub fn bounding_circle(&self) -> Circle {
        Circle::from_angle(self.center(), self.alpha().max(self.beta()) + 2.0 * MAX_ASIN_ERROR)
    }

    /// `count` directions on the boundary, counter-clockwise seen from outside the sphere.
    ///
    /// In the basis of the axes the boundary is the cone x² cot²α + y² cot²β = z².
    pub fn boundary(&self, count: u32) -> Vec<Vector3> {
        let [first, second, center] = self.axes;
        let (sin_a, cos_a) = (self.alpha().sin(), self.alpha().cos());
        let (sin_b, cos_b) = (self.beta().sin(), self.beta().cos());
        (0..count)
            .filter_map(|i| {
                let t = f64::from(i) * (2.0 * std::f64::consts::PI) / f64::from(count);
                let x = sin_a * cos_b.abs() * t.cos();
                let y = cos_a.abs() * sin_b * t.sin();
                let z = cos_a * cos_b.abs();
                (first * x + second * y + center * z).normalized().map(|(unit, _)| unit)
            })
            .collect()
    }
}
