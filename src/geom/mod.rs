//! Geometry on the unit sphere: regions, how they relate, their measures and bounding circles, and
//! the triangular mesh.
//!
//! In: unit vectors, angles in radians, and users' degrees. Out: truth values, angles in radians,
//! steradians, ranges of trixels. It follows `lsst.sphgeom` in the order of every floating-point
//! operation where answers must agree with the Butler's to the last digits; each item names the
//! class it corresponds to. `docs/geometry.md` says where it does better.

mod arrangement;
mod bounding;
mod bounds;
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
mod several;
mod shape;
mod simple;
mod vector;

pub use bounds::Bounds;
pub use circle::Circle;
pub use distance::distance;
pub use ellipse::Ellipse;
pub use lonlat::{LonLat, to_degrees};
pub use lonlat_box::LonLatBox;
pub use orientation::orientation;
pub use point::contains_point;
pub use polygon::{centroid, rewound};
pub use region::Region;
pub use relate::{contains, intersects};
pub use several::{Circles, Several, around};
pub use shape::{
    ShapeError, box_degrees, circle_degrees, point_degrees, polygon_degrees, range_degrees,
};
pub use simple::{MAX_VERTICES, polygon};
pub use vector::Vector3;

/// Boundaries that are closer than this touch, in radians.
pub(crate) const TOUCHING: f64 = 1.0e-14;

/// Largest error of an arcsine in double precision, in radians; sphgeom's guard on opening angles.
pub(crate) const MAX_ASIN_ERROR: f64 = 1.5e-8;

/// Largest error of a squared chord length; sphgeom's guard on chords.
pub(crate) const MAX_SQUARED_CHORD_LENGTH_ERROR: f64 = 2.5e-15;
