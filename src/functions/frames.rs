//! Coordinate frames and `ivo_geom_transform`.
//!
//! In: a geometry and two frames. Out: the same figure in the other frame. All are rotations without
//! dates: FK4 at B1950 without the E-terms of aberration, FK5 at J2000, galactic coordinates of 1958
//! in both, the mean ecliptic of J2000 (IAU 2006). The angles are those of astropy's frames.

use super::{Geometry, Point, Wrong, shown};
use crate::geom::{Circle, Region, Vector3};

/// A celestial coordinate frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// International Celestial Reference System.
    Icrs,
    /// Fifth fundamental catalogue, equinox J2000.
    Fk5,
    /// Fourth fundamental catalogue, equinox B1950, without E-terms.
    Fk4,
    /// Galactic coordinates (IAU 1958).
    Galactic,
    /// Mean ecliptic and equinox of J2000.
    Ecliptic,
}

/// Rows of an orthogonal matrix.
type Matrix = [Vector3; 3];

impl Frame {
    /// The frame of a name of the IVOA's vocabulary `refframe`, whose case matters.
    ///
    /// # Errors
    /// The name is none of those.
    pub fn named(name: &str) -> Result<Self, Wrong> {
        match name {
            "ICRS" => Ok(Self::Icrs),
            "FK5" => Ok(Self::Fk5),
            "FK4" => Ok(Self::Fk4),
            "GALACTIC" => Ok(Self::Galactic),
            "ECLIPTIC" => Ok(Self::Ecliptic),
            _ => Err(Wrong(format!(
                "{} is not a frame: it is ICRS, FK5, FK4, GALACTIC or ECLIPTIC, in capitals",
                shown(name)
            ))),
        }
    }

    /// From ICRS to this frame.
    fn matrix(self) -> Matrix {
        match self {
            Self::Icrs => turn_z(0.0),
            Self::Fk5 => icrs_to_fk5(),
            Self::Galactic => icrs_to_galactic(),
            Self::Fk4 => {
                product(&transposed(&to_galactic(192.25, 27.4, 123.0)), &icrs_to_galactic())
            }
            // Fukushima and Williams' angles at J2000, in arcseconds.
            Self::Ecliptic => {
                let [gamma, phi, psi] = [-0.052_928, 84_381.412_819, -0.041_775].map(arcseconds);
                product(&turn_z(-psi), &product(&turn_x(phi), &turn_z(gamma)))
            }
        }
    }
}

/// The frame bias of FK5 (F. Mignard and M. Frœschlé).
fn icrs_to_fk5() -> Matrix {
    let [eta, xi, alpha] = [-0.0199, 0.0091, -0.0229].map(arcseconds);
    product(&turn_x(-eta), &product(&turn_y(xi), &turn_z(alpha)))
}

fn icrs_to_galactic() -> Matrix {
    let fk5 = to_galactic(192.859_481_206_534_8, 27.128_251_180_856_22, 122.931_918_568_002_6);
    product(&fk5, &icrs_to_fk5())
}

/// To galactic coordinates: their pole, and the galactic longitude of the celestial pole, in degrees.
fn to_galactic(pole_lon: f64, pole_lat: f64, longitude: f64) -> Matrix {
    let tilted = product(&turn_y((90.0 - pole_lat).to_radians()), &turn_z(pole_lon.to_radians()));
    product(&turn_z((180.0 - longitude).to_radians()), &tilted)
}

fn arcseconds(angle: f64) -> f64 {
    (angle / 3600.0).to_radians()
}

/// Axes turned by an angle about X.
fn turn_x(angle: f64) -> Matrix {
    let (s, c) = angle.sin_cos();
    [Vector3::new(1.0, 0.0, 0.0), Vector3::new(0.0, c, s), Vector3::new(0.0, -s, c)]
}

/// Axes turned by an angle about Y.
fn turn_y(angle: f64) -> Matrix {
    let (s, c) = angle.sin_cos();
    [Vector3::new(c, 0.0, -s), Vector3::new(0.0, 1.0, 0.0), Vector3::new(s, 0.0, c)]
}

/// Axes turned by an angle about Z.
fn turn_z(angle: f64) -> Matrix {
    let (s, c) = angle.sin_cos();
    [Vector3::new(c, s, 0.0), Vector3::new(-s, c, 0.0), Vector3::Z]
}

fn transposed(&[a, b, c]: &Matrix) -> Matrix {
    [Vector3::new(a.x, b.x, c.x), Vector3::new(a.y, b.y, c.y), Vector3::new(a.z, b.z, c.z)]
}

fn product(left: &Matrix, right: &Matrix) -> Matrix {
    let [x, y, z] = transposed(right);
    left.map(|row| Vector3::new(row.dot(x), row.dot(y), row.dot(z)))
}

/// The same figure in another frame.
///
/// # Errors
/// A range of longitudes and latitudes is none in another frame.
pub fn transform(geometry: &Geometry, from: Frame, to: Frame) -> Result<Geometry, Wrong> {
    if from == to {
        return Ok(geometry.clone());
    }
    let matrix = product(&to.matrix(), &transposed(&from.matrix()));
    match geometry {
        Geometry::Point(point) => {
            Ok(Geometry::Point(Point::of_vector(turned(&matrix, point.vector()))))
        }
        Geometry::Region(region) => turned_region(&matrix, region).map(Geometry::Region),
    }
}

fn turned(matrix: &Matrix, v: Vector3) -> Vector3 {
    let [x, y, z] = matrix.map(|row| row.dot(v));
    let new = Vector3::new(x, y, z);
    new.normalized().map_or(new, |(unit, _)| unit)
}

fn turned_region(matrix: &Matrix, region: &Region) -> Result<Region, Wrong> {
    let all = |regions: &[Region]| {
        regions.iter().map(|region| turned_region(matrix, region)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match region {
        Region::ConvexPolygon(vertices) => {
            Region::ConvexPolygon(vertices.iter().map(|v| turned(matrix, *v)).collect())
        }
        Region::Circle(circle) => {
            Region::Circle(Circle { center: turned(matrix, circle.center), ..*circle })
        }
        Region::Ellipse(ellipse) => {
            let mut ellipse = ellipse.clone();
            ellipse.axes = ellipse.axes.map(|axis| turned(matrix, axis));
            Region::Ellipse(ellipse)
        }
        Region::Union(regions) => Region::Union(all(regions)?),
        Region::Intersection(regions) => Region::Intersection(all(regions)?),
        Region::Box(_) => {
            let message =
                "a range of longitudes and latitudes is none in another frame: write a polygon";
            return Err(Wrong(message.to_owned()));
        }
    })
}
