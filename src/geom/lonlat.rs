//! Longitude and latitude (`sphgeom.LonLat`, `sphgeom.Angle`).

use std::f64::consts::{FRAC_PI_2, PI};

use super::Vector3;

/// A direction, in radians: `lon` in [0, 2π], `lat` in [-π/2, π/2].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    /// Longitude; a value just below zero becomes 2π, as in sphgeom.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
}

impl From<Vector3> for LonLat {
    fn from(v: Vector3) -> Self {
        let d2 = v.x * v.x + v.y * v.y;
        let mut lon = 0.0;
        if d2 != 0.0 {
            lon = v.y.atan2(v.x);
            if lon < 0.0 {
                lon += 2.0 * PI;
            }
        }
        let lat = if v.z == 0.0 { 0.0 } else { v.z.atan2(d2.sqrt()).clamp(-FRAC_PI_2, FRAC_PI_2) };
        Self { lon, lat }
    }
}

/// Radians to degrees with sphgeom's constant and single multiplication.
pub fn to_degrees(radians: f64) -> f64 {
    radians * 57.295_779_513_082_32
}
