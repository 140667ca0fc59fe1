//! Projections, from the plane to native directions (M. R. Calabretta and E. W. Greisen 2002, section 5).
//!
//! In: projection plane coordinates in degrees. Out: unit vectors with the native pole as Z and native longitude 0
//! as X, or nothing where the plane has no sky.

use std::f64::consts::{FRAC_PI_2, PI};

use super::Unusable;
use super::conic::{Conic, Family};
use crate::fits::Header;
use crate::geom::Vector3;

/// A projection and its parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Projection {
    /// Gnomonic.
    Tan,
    /// Stereographic.
    Stg,
    /// Orthographic, or slant.
    Sin(f64, f64),
    /// Zenithal equidistant.
    Arc,
    /// Zenithal with a polynomial; in radians, with the largest zenith distance that it has.
    Zpn(Vec<f64>, f64),
    /// Zenithal equal area.
    Zea,
    /// Cylindrical perspective: distance and radius.
    Cyp(f64, f64),
    /// Cylindrical equal area.
    Cea(f64),
    /// Plate carrée.
    Car,
    /// Mercator.
    Mer,
    /// Sanson-Flamsteed.
    Sfl,
    /// Parabolic.
    Par,
    /// Mollweide.
    Mol,
    /// Hammer-Aitoff.
    Ait,
    /// On a cone.
    Cone(Conic),
}

impl Projection {
    /// Reads it from a header.
    pub fn of(
        header: &Header,
        code: &str,
        axes: (u32, u32),
        is_tpv: bool,
    ) -> Result<Self, Unusable> {
        let parameter = |m: u32| header.real(&format!("PV{}_{m}", axes.1));
        let or = |m: u32, default: f64| parameter(m).map(|found| found.unwrap_or(default));
        let family = match code {
            "COP" => Some(Family::Perspective),
            "COE" => Some(Family::EqualArea),
            "COD" => Some(Family::Equidistant),
            "COO" => Some(Family::Orthomorphic),
            _ => None,
        };
        if let Some(family) = family {
            return Conic::new(family, parameter(1)?, or(2, 0.0)?).map(Self::Cone);
        }
        Ok(match code {
            "TAN" | "TPV" if is_tpv || code == "TAN" => Self::Tan,
            "STG" => Self::Stg,
            "SIN" => Self::Sin(or(1, 0.0)?, or(2, 0.0)?),
            "ARC" => Self::Arc,
            "ZPN" => {
                let read = (0..30).map(|m| or(m, 0.0)).collect::<Result<Vec<_>, _>>()?;
                zpn(read)?
            }
            "ZEA" => Self::Zea,
            "CYP" => {
                let (distance, radius) = (or(1, 1.0)?, or(2, 1.0)?);
                if radius == 0.0 || distance + radius == 0.0 {
                    return Err(Unusable("the parameters of CYP cannot be".to_owned()));
                }
                Self::Cyp(distance, radius)
            }
            "CEA" => match or(1, 1.0)? {
                scale if scale > 0.0 && scale <= 1.0 => Self::Cea(scale),
                _ => return Err(Unusable("the parameter of CEA cannot be".to_owned())),
            },
            "CAR" => Self::Car,
            "MER" => Self::Mer,
            "SFL" | "GLS" => Self::Sfl,
            "PAR" => Self::Par,
            "MOL" => Self::Mol,
            "AIT" => Self::Ait,
            _ => {
                return Err(Unusable(format!(
                    "the projection `{code}` is not supported: TAN, TPV, TAN-SIP, SIN, STG, ARC, ZPN, ZEA, CAR, CEA, \
                     CYP, MER, SFL, PAR, MOL, AIT, COP, COE, COD and COO are"
                )));
            }
        })
    }

    /// The native latitude of the reference point, in degrees.
    pub fn reference(&self) -> f64 {
        match self {
            Self::Tan | Self::Stg | Self::Sin(..) | Self::Arc | Self::Zpn(..) | Self::Zea => 90.0,
            Self::Cone(conic) => conic.middle(),
            _ => 0.0,
        }
    }

    /// The native direction of a place in the plane.
    pub fn native(&self, x: f64, y: f64) -> Option<Vector3> {
        let (x, y) = (x.to_radians(), y.to_radians());
        match self {
            Self::Tan => zenithal(x, y, f64::atan),
            Self::Stg => zenithal(x, y, |r| 2.0 * (0.5 * r).atan()),
            Self::Arc if x.hypot(y) <= PI => zenithal(x, y, |r| r),
            Self::Zea if x.hypot(y) <= 2.0 => zenithal(x, y, |r| 2.0 * (0.5 * r).asin()),
            Self::Arc | Self::Zea => None,
            Self::Zpn(polynomial, most) => {
                let zenith = solved(polynomial, *most, x.hypot(y))?;
                zenithal(x, y, |_| zenith)
            }
            Self::Sin(xi, eta) => slant(x, y, *xi, *eta),
            Self::Cyp(distance, radius) => {
                let height = y / (distance + radius);
                let share = height * distance / height.hypot(1.0);
                (share.abs() <= 1.0).then(|| angles(x / radius, height.atan() + share.asin()))
            }
            Self::Cea(scale) => {
                let sine = y * scale;
                (sine.abs() <= 1.0).then(|| angles(x, sine.asin()))
            }
            Self::Car => (y.abs() <= FRAC_PI_2 + 1e-12).then(|| angles(x, y)),
            Self::Mer => Some(angles(x, 2.0 * y.exp().atan() - FRAC_PI_2)),
            Self::Sfl => divided(x, y, y.cos()),
            Self::Par => {
                let share = y / PI;
                if share.abs() > 0.5 {
                    return None;
                }
                divided(x, 3.0 * share.asin(), 1.0 - 4.0 * share * share)
            }
            Self::Mol => {
                let root = 2.0 - y * y;
                if root < 0.0 {
                    return None;
                }
                let root = root.sqrt();
                let sine = (y / 2.0_f64.sqrt()).asin() * 2.0 / PI + y * root / PI;
                divided(x * PI, sine.clamp(-1.0, 1.0).asin(), 2.0 * root)
            }
            Self::Ait => {
                let square = 1.0 - (x / 4.0).powi(2) - (y / 2.0).powi(2);
                if square < 0.5 {
                    return None;
                }
                let z = square.sqrt();
                Some(angles(
                    2.0 * (z * x / 2.0).atan2(2.0 * square - 1.0),
                    (y * z).clamp(-1.0, 1.0).asin(),
                ))
            }
            Self::Cone(conic) => conic.native(x, y),
        }
    }
}

/// The unit vector of a native longitude and latitude in radians.
pub(super) fn angles(longitude: f64, latitude: f64) -> Vector3 {
    Vector3::from_lon_lat(longitude, latitude)
}

/// A longitude that shrinks with the latitude.
fn divided(x: f64, latitude: f64, by: f64) -> Option<Vector3> {
    if by.abs() < 1e-12 {
        return (x.abs() < 1e-12).then(|| angles(0.0, latitude));
    }
    let longitude = x / by;
    (latitude.abs() <= FRAC_PI_2 && longitude.abs() <= PI + 1e-12)
        .then(|| angles(longitude, latitude))
}

/// By the distance from the native pole.
fn zenithal(x: f64, y: f64, distance: impl Fn(f64) -> f64) -> Option<Vector3> {
    let r = x.hypot(y);
    if r == 0.0 {
        return Some(zenith(Vector3::new(0.0, -1.0, 0.0), distance(0.0)));
    }
    Some(zenith(Vector3::new(x / r, y / r, 0.0), distance(r)))
}

/// So far from the native pole, towards a direction of the plane; native longitude 0 is at negative y.
fn zenith(toward: Vector3, distance: f64) -> Vector3 {
    let (sine, cosine) = distance.sin_cos();
    Vector3::new(-toward.y * sine, toward.x * sine, cosine)
}

/// The slant orthographic projection.
fn slant(x: f64, y: f64, xi: f64, eta: f64) -> Option<Vector3> {
    // The point (x + xi (1 - z) …) of the sphere: a square equation in the height z.
    let a = 1.0 + xi * xi + eta * eta;
    let (u, v) = (x - xi, y - eta);
    let b = xi * u + eta * v;
    let c = u * u + v * v - 1.0;
    let root = b * b - a * c;
    if root < 0.0 {
        return None;
    }
    let height = (-b + root.sqrt()) / a;
    let (east, north) = (u + xi * height, v + eta * height);
    Some(Vector3::new(-north, east, height))
}

/// The polynomial, and the zenith distance up to which it grows.
fn zpn(mut polynomial: Vec<f64>) -> Result<Projection, Unusable> {
    while polynomial.last() == Some(&0.0) {
        polynomial.pop();
    }
    let slope: Vec<f64> =
        polynomial.iter().zip(0_i32..).skip(1).map(|(c, m)| c * f64::from(m)).collect();
    if value(&slope, 0.0) <= 0.0 {
        return Err(Unusable("the polynomial of ZPN does not grow at the pole".to_owned()));
    }
    // The first zero of the slope, by steps and halving.
    let mut most = PI;
    for step in 1..=1000 {
        let angle = PI * f64::from(step) / 1000.0;
        if value(&slope, angle) <= 0.0 {
            let (mut low, mut high) = (angle - PI / 1000.0, angle);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if value(&slope, middle) > 0.0 { low = middle } else { high = middle }
            }
            most = low;
            break;
        }
    }
    Ok(Projection::Zpn(polynomial, most))
}

fn value(polynomial: &[f64], angle: f64) -> f64 {
    polynomial.iter().rev().fold(0.0, |sum, coefficient| sum * angle + coefficient)
}

/// The zenith distance of a radius, by halving and Newton's last steps.
fn solved(polynomial: &[f64], most: f64, r: f64) -> Option<f64> {
    if r < value(polynomial, 0.0) || r > value(polynomial, most) {
        return None;
    }
    let (mut low, mut high) = (0.0, most);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if value(polynomial, middle) < r { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}
