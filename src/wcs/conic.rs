//! Conic projections (M. R. Calabretta and E. W. Greisen 2002, section 5.4).
//!
//! In: projection plane coordinates in radians. Out: native directions.

use std::f64::consts::{FRAC_PI_2, PI};

use super::Unusable;
use super::projection::angles;
use crate::geom::Vector3;

/// What the cones keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// COP.
    Perspective,
    /// COE.
    EqualArea,
    /// COD.
    Equidistant,
    /// COO.
    Orthomorphic,
}

/// A projection on a cone.
#[derive(Debug, Clone, PartialEq)]
pub struct Conic {
    family: Family,
    /// Native latitude of the middle, and half the distance of the standard parallels.
    middle: f64,
    half: f64,
    /// The opening of the cone.
    constant: f64,
    /// Radius of the middle.
    radius: f64,
    /// Scale of COO; sum of the sines of COE.
    scale: f64,
}

impl Conic {
    /// From PVi_1 and PVi_2 in degrees.
    pub fn new(family: Family, middle: Option<f64>, half: f64) -> Result<Self, Unusable> {
        let middle = middle
            .ok_or_else(|| Unusable("a conic projection needs PVi_1".to_owned()))?
            .to_radians();
        let half = half.to_radians();
        let (first, second) = (middle - half, middle + half);
        let cone = match family {
            Family::Perspective => {
                let constant = middle.sin();
                let radius = half.cos() / middle.tan();
                Self { family, middle, half, constant, radius, scale: 1.0 }
            }
            Family::EqualArea => {
                let scale = first.sin() + second.sin();
                let square = 1.0 + first.sin() * second.sin();
                let radius = 2.0 / scale * (square - scale * middle.sin()).sqrt();
                Self { family, middle, half, constant: scale / 2.0, radius, scale }
            }
            Family::Equidistant => {
                let ratio = if half == 0.0 { 1.0 } else { half / half.sin() };
                let constant = middle.sin() / ratio;
                Self {
                    family,
                    middle,
                    half,
                    constant,
                    radius: ratio * half.cos() / middle.tan(),
                    scale: 1.0,
                }
            }
            Family::Orthomorphic => {
                let slope = |angle: f64| ((FRAC_PI_2 - angle) / 2.0).tan();
                let constant = if half == 0.0 {
                    middle.sin()
                } else {
                    (second.cos() / first.cos()).ln() / (slope(second) / slope(first)).ln()
                };
                let scale = first.cos() / (constant * slope(first).powf(constant));
                Self {
                    family,
                    middle,
                    half,
                    constant,
                    radius: scale * slope(middle).powf(constant),
                    scale,
                }
            }
        };
        let numbers = [cone.constant, cone.radius, cone.scale];
        if cone.constant == 0.0 || numbers.iter().any(|number| !number.is_finite()) {
            return Err(Unusable("the parameters of a conic projection cannot be".to_owned()));
        }
        Ok(cone)
    }

    /// The native latitude of the middle, in degrees.
    pub fn middle(&self) -> f64 {
        self.middle.to_degrees()
    }

    /// The native direction of a place in the plane.
    pub fn native(&self, x: f64, y: f64) -> Option<Vector3> {
        let sign = self.middle.signum();
        let below = self.radius - y;
        let r = sign * x.hypot(below);
        let longitude = (sign * x).atan2(sign * below) / self.constant;
        let latitude = match self.family {
            Family::Perspective => {
                self.middle + (1.0 / self.middle.tan() - r / self.half.cos()).atan()
            }
            Family::EqualArea => {
                let (first, second) = (self.middle - self.half, self.middle + self.half);
                let sine = 1.0 / self.scale + first.sin() * second.sin() / self.scale
                    - self.scale * (r / 2.0).powi(2);
                if sine.abs() > 1.0 + 1e-12 {
                    return None;
                }
                sine.clamp(-1.0, 1.0).asin()
            }
            Family::Equidistant => self.middle + self.radius - r,
            Family::Orthomorphic => {
                FRAC_PI_2 - 2.0 * (r / self.scale).powf(1.0 / self.constant).atan()
            }
        };
        let inside = latitude.abs() <= FRAC_PI_2 + 1e-12 && longitude.abs() <= PI + 1e-12;
        inside.then(|| angles(longitude, latitude))
    }
}
