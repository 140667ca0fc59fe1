//! Geometry on the unit sphere: vectors, longitude and latitude, regions and their bounding circles.
//!
//! In: unit vectors and angles in radians. Out: angles in radians and circles. It follows
//! `lsst.sphgeom` in the order of every floating-point operation, so that results agree with the
//! Butler's to the last digits; each item names the class it corresponds to.

mod arrangement;
mod bounding;
mod circle;
mod distance;
mod ellipse;
pub mod htm;
mod lonlat;
mod lonlat_box;
mod measure;
mod orientation;
mod point;
mod polygon;
mod region;
mod relate;
mod relation;
mod shape;
mod simple;
mod vector;

pub use circle::Circle;
pub use distance::{distance, distance_degrees};
pub use ellipse::Ellipse;
pub use lonlat::{LonLat, to_degrees};
pub use lonlat_box::LonLatBox;
pub use orientation::orientation;
pub use point::contains_point;
pub use polygon::{centroid, rewound};
pub use region::Region;
pub use relate::{contains, intersects};
pub use shape::{
    ShapeError, box_degrees, circle_degrees, point_degrees, polygon_degrees, range_degrees,
};
pub use simple::{MAX_VERTICES, polygon};
pub use vector::Vector3;

/// Largest error of an arcsine in double precision, in radians; sphgeom's guard on opening angles.
pub(crate) const MAX_ASIN_ERROR: f64 = 1.5e-8;

/// Largest error of a squared chord length; sphgeom's guard on chords.
pub(crate) const MAX_SQUARED_CHORD_LENGTH_ERROR: f64 = 2.5e-15;
