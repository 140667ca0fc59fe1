//! Geometry values.
//!
//! In: degrees, bytes, the text of a region column. Out: a point or a region. Regions are encoded as
//! sphgeom does; a point, which sphgeom has no code for, is `.` and two doubles, most significant
//! byte first: longitude and latitude in degrees.

use super::Wrong;
use crate::geom::{Circle, LonLat, Region, Vector3, point_degrees, to_degrees};
use crate::region;

/// First byte of an encoded point; no region begins with it.
const POINT: u8 = b'.';

/// A position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    lon: f64,
    lat: f64,
    vector: Vector3,
}

impl Point {
    /// A position in degrees. Longitudes outside [0, 360] are taken modulo 360.
    ///
    /// # Errors
    /// Numbers that are not finite, and latitudes beyond ±90.
    pub fn new(lon: f64, lat: f64) -> Result<Self, Wrong> {
        // What is not finite is named as it came. Adding zero makes -0 to 0.
        let reduced = (0.0..=360.0).contains(&lon) || !lon.is_finite();
        let lon = if reduced { lon + 0.0 } else { lon.rem_euclid(360.0) };
        Ok(Self { lon, lat: lat + 0.0, vector: point_degrees(lon, lat)? })
    }

    /// The position of a unit vector.
    pub fn of_vector(vector: Vector3) -> Self {
        let LonLat { lon, lat } = LonLat::from(vector);
        Self { lon: to_degrees(lon), lat: to_degrees(lat).clamp(-90.0, 90.0), vector }
    }

    /// Longitude in degrees, 0 to 360.
    pub fn lon(self) -> f64 {
        self.lon
    }

    /// Latitude in degrees.
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// The unit vector.
    pub fn vector(self) -> Vector3 {
        self.vector
    }
}

/// A value of one of the types POINT, CIRCLE, POLYGON, REGION.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// A position.
    Point(Point),
    /// Anything with an inside.
    Region(Region),
}

impl Geometry {
    /// As a region column of a registry holds it; a point is a circle without extent.
    pub fn encoded_text(&self) -> String {
        match self {
            Self::Point(point) => {
                let circle = Circle::from_angle(point.vector(), 0.0);
                region::encode_base64(&Region::Circle(circle))
            }
            Self::Region(region) => region::encode_base64(region),
        }
    }

    /// The bytes of a value.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Point(point) => {
                let numbers = [point.lon, point.lat];
                let bytes = numbers.iter().flat_map(|number| number.to_be_bytes());
                [POINT].into_iter().chain(bytes).collect()
            }
            Self::Region(region) => region::encode(region),
        }
    }

    /// The value of bytes.
    ///
    /// # Errors
    /// The bytes are not those of a value.
    pub fn decode(bytes: &[u8]) -> Result<Self, Wrong> {
        let Some((&POINT, rest)) = bytes.split_first() else {
            let wrong = |error| Wrong(format!("the bytes are not a geometry: {error}"));
            return region::decode(bytes).map(Self::Region).map_err(wrong);
        };
        match rest.as_chunks::<8>() {
            ([lon, lat], []) => {
                Point::new(f64::from_be_bytes(*lon), f64::from_be_bytes(*lat)).map(Self::Point)
            }
            _ => Err(Wrong("the bytes are not a geometry: a point has 17 of them".to_owned())),
        }
    }

    /// The value of the text of a region column; `None` for corrupt text, as everywhere.
    pub fn of_region_column(text: &str) -> Option<Self> {
        region::decode_base64(text).ok().map(Self::Region)
    }

    /// The position.
    ///
    /// # Errors
    /// It is a region.
    pub fn point(&self) -> Result<Point, Wrong> {
        match self {
            Self::Point(point) => Ok(*point),
            Self::Region(_) => Err(Wrong("a point is needed here, not a region".to_owned())),
        }
    }
}
