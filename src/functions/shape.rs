//! Constructors: CIRCLE, BOX and POLYGON of ADQL, and their DALI texts.
//!
//! In: positions and degrees, or numbers with blanks between. Out: a geometry.

use super::{Geometry, Point, Wrong, shown, stcs};
use crate::geom::{self, Vector3};

/// What a text is to be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Longitude and latitude.
    Point,
    /// Longitude and latitude of the centre, and radius.
    Circle,
    /// Longitudes and latitudes of three or more vertices.
    Polygon,
    /// STC-S, or a shape of DALI with its kind in front.
    Region,
}

impl Kind {
    /// The kind of that name: `point`, `circle`, `polygon`, `region`.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn named(name: &str) -> Result<Self, Wrong> {
        match name {
            "point" => Ok(Self::Point),
            "circle" => Ok(Self::Circle),
            "polygon" => Ok(Self::Polygon),
            "region" => Ok(Self::Region),
            _ => Err(Wrong(format!(
                "{} is not a kind of shape: it is point, circle, polygon or region",
                shown(name)
            ))),
        }
    }

    /// Reads a text. Regions in other frames are turned into ICRS.
    ///
    /// # Errors
    /// The text is not of this kind, or its numbers make no shape.
    pub fn read(self, text: &str) -> Result<Geometry, Wrong> {
        if self == Self::Region {
            return stcs::read(text);
        }
        let numbers: Vec<f64> =
            text.split_ascii_whitespace().map(number).collect::<Result<_, _>>()?;
        let form = match (self, numbers.as_slice()) {
            (Self::Point, [lon, lat]) => return Point::new(*lon, *lat).map(Geometry::Point),
            (Self::Circle, [lon, lat, radius]) => return circle(Point::new(*lon, *lat)?, *radius),
            (Self::Polygon, numbers) if numbers.len() > 5 && numbers.len() % 2 == 0 => {
                return polygon(&points(numbers)?);
            }
            (Self::Point, _) => "a point is written as its longitude and latitude in degrees",
            (Self::Circle, _) => "a circle is written as longitude, latitude and radius in degrees",
            _ => "a polygon is written as three or more pairs of longitude and latitude in degrees",
        };
        Err(Wrong(format!("{form}, not as {}", shown(text))))
    }
}

/// One number of a text.
pub(super) fn number(word: &str) -> Result<f64, Wrong> {
    word.parse().map_err(|_| Wrong(format!("{} is not a number", shown(word))))
}

/// Pairs of longitude and latitude.
pub(super) fn points(numbers: &[f64]) -> Result<Vec<Point>, Wrong> {
    numbers.as_chunks::<2>().0.iter().map(|[lon, lat]| Point::new(*lon, *lat)).collect()
}

/// A circle; the radius from 0 to 180 degrees.
///
/// # Errors
/// As of [`geom::circle_degrees`].
pub fn circle(center: Point, radius: f64) -> Result<Geometry, Wrong> {
    Ok(Geometry::Region(geom::circle_degrees(center.lon(), center.lat(), radius)?))
}

/// BOX: a cross of great-circle arcs of these lengths in degrees, and the figure around it.
///
/// # Errors
/// As of [`geom::box_degrees`].
pub fn rectangle(center: Point, width: f64, height: f64) -> Result<Geometry, Wrong> {
    Ok(Geometry::Region(geom::box_degrees(center.lon(), center.lat(), width, height)?))
}

/// A polygon with great-circle edges; its inside is the side that fits into a hemisphere.
///
/// # Errors
/// As of [`geom::polygon`].
pub fn polygon(vertices: &[Point]) -> Result<Geometry, Wrong> {
    let vertices: Vec<Vector3> = vertices.iter().map(|vertex| vertex.vector()).collect();
    Ok(Geometry::Region(geom::polygon(&vertices)?))
}
