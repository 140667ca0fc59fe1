//! Three-vectors (`sphgeom.Vector3d`, `sphgeom.UnitVector3d`).

use std::ops::{Add, Mul, Neg, Sub};

/// A vector in three dimensions, dimensionless; on the unit sphere X is (0°, 0°), Z the north pole.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct Vector3 {
    /// Towards longitude 0°, latitude 0°.
    pub x: f64,
    /// Towards longitude 90°, latitude 0°.
    pub y: f64,
    /// Towards latitude 90°.
    pub z: f64,
}

impl Vector3 {
    /// The zero vector.
    pub const ZERO: Self = Self::new(0.0, 0.0, 0.0);
    /// The north pole.
    pub const Z: Self = Self::new(0.0, 0.0, 1.0);

    /// The vector of three components.
    pub const fn new(x: f64, y: f64, z: f64) -> Self {
        Self { x, y, z }
    }

    /// The unit vector at a longitude and latitude in radians.
    pub fn from_lon_lat(lon: f64, lat: f64) -> Self {
        let (sin_lon, cos_lon) = (lon.sin(), lon.cos());
        let (sin_lat, cos_lat) = (lat.sin(), lat.cos());
        Self::new(cos_lon * cos_lat, sin_lon * cos_lat, sin_lat)
    }

    /// Scalar product.
    pub fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    /// Vector product.
    pub fn cross(self, other: Self) -> Self {
        Self::new(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    /// Twice the vector product of two unit vectors, well conditioned when they are close.
    pub fn robust_cross(self, other: Self) -> Self {
        (other + self).cross(other - self)
    }

    /// Square of the length.
    pub fn squared_norm(self) -> f64 {
        self.dot(self)
    }

    /// Length.
    pub fn norm(self) -> f64 {
        self.squared_norm().sqrt()
    }

    /// Direction and length; `None` for a vector too short to have a direction.
    ///
    /// Components are divided by the largest first, as in sphgeom: the centroid of a small polygon
    /// is a difference of nearly equal numbers, and the same only when rounded in the same way.
    /// The limit is far below what unit vectors in double precision can bring about. It keeps
    /// squares from underflowing, which is an error in PostgreSQL, whose functions must agree.
    pub fn normalized(self) -> Option<(Self, f64)> {
        let (ax, ay, az) = (self.x.abs(), self.y.abs(), self.z.abs());
        let largest = ax.max(ay).max(az);
        if largest < 1e-90 {
            return None;
        }
        let scaled = Self::new(self.x / largest, self.y / largest, self.z / largest);
        let Self { x, y, z } = scaled;
        let others = if ax >= largest {
            y * y + z * z
        } else if ay >= largest {
            x * x + z * z
        } else {
            x * x + y * y
        };
        let norm = (1.0 + others).sqrt();
        Some((Self::new(x / norm, y / norm, z / norm), norm * largest))
    }

    /// Angle between two vectors of any length, in radians (`NormalizedAngle(Vector3d, Vector3d)`).
    pub fn angle_to(self, other: Self) -> f64 {
        let s = self.cross(other).norm();
        let c = self.dot(other);
        if s == 0.0 && c == 0.0 { 0.0 } else { s.atan2(c) }
    }

    /// Some unit vector at right angles to this one.
    fn orthogonal(self) -> Option<Self> {
        let v = if self.x.abs() > self.y.abs() {
            Self::new(-self.z, 0.0, self.x)
        } else {
            Self::new(0.0, self.z, -self.y)
        };
        v.normalized().map(|(unit, _)| unit)
    }

    /// The unit normal of the plane of two vectors, or any when they are parallel.
    pub fn orthogonal_to(self, other: Self) -> Option<Self> {
        match self.robust_cross(other).normalized() {
            Some((unit, _)) => Some(unit),
            None => self.orthogonal(),
        }
    }
}

impl Add for Vector3 {
    type Output = Self;
    fn add(self, v: Self) -> Self {
        Self::new(self.x + v.x, self.y + v.y, self.z + v.z)
    }
}

impl Sub for Vector3 {
    type Output = Self;
    fn sub(self, v: Self) -> Self {
        Self::new(self.x - v.x, self.y - v.y, self.z - v.z)
    }
}

impl Mul<f64> for Vector3 {
    type Output = Self;
    fn mul(self, s: f64) -> Self {
        Self::new(self.x * s, self.y * s, self.z * s)
    }
}

impl Neg for Vector3 {
    type Output = Self;
    fn neg(self) -> Self {
        Self::new(-self.x, -self.y, -self.z)
    }
}
