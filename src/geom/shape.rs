//! Regions from the numbers that users write: `CIRCLE`, `POLYGON`, `BOX` of ADQL, `RANGE` of SIAv2.
//!
//! In: degrees. Out: a [`Region`], or why there is none. Longitudes may be any finite number and are
//! taken modulo 360; latitudes must be within ±90.

use std::f64::consts::{FRAC_PI_2, PI};

use super::simple::polygon;
use super::{Circle, LonLatBox, Region, Vector3};

/// Why numbers are not a shape; messages say what is possible instead.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ShapeError {
    /// NaN or infinity.
    #[error("{what} must be a finite number, not {value}")]
    NotFinite {
        /// Which number.
        what: &'static str,
        /// What it is.
        value: f64,
    },
    /// A latitude beyond a pole.
    #[error("the latitude {value} is not between -90 and 90 degrees")]
    Latitude {
        /// What it is, in degrees.
        value: f64,
    },
    /// A negative size, or one that is too large.
    #[error("{what} must be between {least} and {most} degrees, not {value}")]
    Size {
        /// Which number.
        what: &'static str,
        /// What it is, in degrees.
        value: f64,
        /// Smallest possible value.
        least: f64,
        /// Largest possible value.
        most: f64,
    },
    /// Bounds in the wrong order.
    #[error("the lower latitude {south} is above the upper latitude {north}")]
    Order {
        /// Lower bound in degrees.
        south: f64,
        /// Upper bound in degrees.
        north: f64,
    },
    /// Fewer than three different vertices.
    #[error("a polygon needs three different vertices or more, not {count}")]
    TooFewVertices {
        /// Different vertices in sequence.
        count: usize,
    },
    /// More vertices than are handled.
    #[error("a polygon can have up to {most} vertices, not {count}")]
    TooManyVertices {
        /// Vertices given.
        count: usize,
        /// Vertices possible.
        most: usize,
    },
    /// Two vertices that are not next to each other are the same.
    #[error(
        "vertices {first} and {second} of the polygon are the same: its outline touches itself"
    )]
    RepeatedVertex {
        /// Number of the first one, from 1.
        first: usize,
        /// Number of the second one.
        second: usize,
    },
    /// No great circle is the edge between opposite directions.
    #[error(
        "vertices {first} and {second} of the polygon are opposite to each other: add a vertex \
         between them"
    )]
    Antipodal {
        /// Number of the first one, from 1.
        first: usize,
        /// Number of the second one.
        second: usize,
    },
    /// Too large.
    #[error(
        "the polygon does not fit into a hemisphere, so that it is open which side is its inside: \
         divide it into smaller ones"
    )]
    TooLarge,
    /// Edges that cross or touch.
    #[error("edges {first} and {second} of the polygon cross or touch each other")]
    SelfIntersecting {
        /// Number of the first edge, from 1; it starts at the vertex of that number.
        first: usize,
        /// Number of the second edge.
        second: usize,
    },
    /// An outline that cannot be divided into triangles.
    #[error("the outline of the polygon is not simple")]
    NotSimple,
    /// No area.
    #[error("all vertices of the polygon are on one great circle: it has no area")]
    NoArea,
}

/// A finite number, or the error that names it.
pub(super) fn finite(what: &'static str, value: f64) -> Result<f64, ShapeError> {
    if value.is_finite() { Ok(value) } else { Err(ShapeError::NotFinite { what, value }) }
}

/// A number between bounds.
fn sized(what: &'static str, value: f64, least: f64, most: f64) -> Result<f64, ShapeError> {
    let value = finite(what, value)?;
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(ShapeError::Size { what, value, least, most })
    }
}

/// The unit vector of a position in degrees.
pub fn point_degrees(lon: f64, lat: f64) -> Result<Vector3, ShapeError> {
    let (lon, lat) = (finite("the longitude", lon)?, finite("the latitude", lat)?);
    if !(-90.0..=90.0).contains(&lat) {
        return Err(ShapeError::Latitude { value: lat });
    }
    if lat.abs() >= 90.0 {
        // A pole is one direction, whatever its longitude.
        return Ok(Vector3::new(0.0, 0.0, lat.signum()));
    }
    // The remainder is exact; large angles in radians are not.
    let Vector3 { x, y, z } = Vector3::from_lon_lat((lon % 360.0).to_radians(), lat.to_radians());
    Ok(Vector3::new(significant(x), significant(y), significant(z)))
}

/// Components below 2^-127 are zero in encoded regions, and so that a position is the same in and out
/// of them, here too.
fn significant(component: f64) -> f64 {
    if component.abs() < 2.0_f64.powi(-127) { 0.0 } else { component }
}

/// A circle; `radius` from 0 to 180 degrees.
pub fn circle_degrees(lon: f64, lat: f64, radius: f64) -> Result<Region, ShapeError> {
    let center = point_degrees(lon, lat)?;
    let radius = sized("the radius", radius, 0.0, 180.0)?;
    Ok(Region::Circle(Circle::from_angle(center, radius.to_radians())))
}

/// A polygon with great-circle edges, convex or not, its vertices in either order.
///
/// The inside is the side that fits into a hemisphere. Convex polygons become
/// [`Region::ConvexPolygon`], others the union of convex polygons that share their edges exactly.
/// A vertex that repeats the one before it, as the last may repeat the first, is left out.
pub fn polygon_degrees(vertices: &[(f64, f64)]) -> Result<Region, ShapeError> {
    let vertices = vertices.iter().map(|(lon, lat)| point_degrees(*lon, *lat));
    polygon(&vertices.collect::<Result<Vec<_>, _>>()?)
}

/// ADQL's `BOX`: a cross of two great-circle arcs of these lengths through the centre, and great
/// circles at right angles to its ends. Sizes above 0 and below 180 degrees.
pub fn box_degrees(lon: f64, lat: f64, width: f64, height: f64) -> Result<Region, ShapeError> {
    let center = point_degrees(lon, lat)?;
    let size = |what, value| {
        let value = sized(what, value, 0.0, 180.0)?;
        if value > 0.0 && value < 180.0 {
            Ok((0.5 * value.to_radians()).tan())
        } else {
            Err(ShapeError::Size { what, value, least: f64::MIN_POSITIVE, most: 179.999_999 })
        }
    };
    let (x, y) = (size("the width", width)?, size("the height", height)?);
    let ((sin_lon, cos_lon), (sin_lat, cos_lat)) =
        ((lon % 360.0).to_radians().sin_cos(), lat.to_radians().sin_cos());
    let east = Vector3::new(-sin_lon, cos_lon, 0.0);
    let north = Vector3::new(-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat);
    let corner = |x: f64, y: f64| (center + east * x + north * y).normalized().map(|(v, _)| v);
    let corners = [corner(-x, -y), corner(x, -y), corner(x, y), corner(-x, y)];
    polygon(&corners.into_iter().flatten().collect::<Vec<_>>())
}

/// SIAv2's `RANGE`: between two meridians, eastwards from the first, and two parallels.
///
/// Infinite bounds are open ends; 360 degrees of longitude or more are all of them.
pub fn range_degrees(lon: (f64, f64), lat: (f64, f64)) -> Result<Region, ShapeError> {
    if let Some(value) = [lon.0, lon.1, lat.0, lat.1].into_iter().find(|value| value.is_nan()) {
        return Err(ShapeError::NotFinite { what: "a bound of the range", value });
    }
    let latitude = |value: f64| match value {
        f64::INFINITY => Ok(FRAC_PI_2),
        f64::NEG_INFINITY => Ok(-FRAC_PI_2),
        value if value.abs() <= 90.0 => Ok(value.to_radians()),
        value => Err(ShapeError::Latitude { value }),
    };
    let (south, north) = (latitude(lat.0)?, latitude(lat.1)?);
    if south > north {
        return Err(ShapeError::Order { south: lat.0, north: lat.1 });
    }
    let longitudes = match lon {
        (f64::NEG_INFINITY, f64::INFINITY) => (0.0, 2.0 * PI),
        (f64::NEG_INFINITY, east) => (0.0, longitude(finite("the longitude", east)?)),
        (west, f64::INFINITY) => (longitude(finite("the longitude", west)?), 2.0 * PI),
        (west, east) if east - west >= 360.0 => (0.0, 2.0 * PI),
        (west, east) => {
            let west = longitude(finite("the longitude", west)?);
            (west, longitude(finite("the longitude", east)?))
        }
    };
    Ok(Region::Box(LonLatBox { lon: longitudes, lat: (south, north) }))
}

/// A longitude in degrees as radians in [0, 2π]; 360 stays 2π.
fn longitude(degrees: f64) -> f64 {
    if (0.0..=360.0).contains(&degrees) {
        degrees.to_radians()
    } else {
        (degrees.rem_euclid(360.0)).to_radians()
    }
}
