//! DISTANCE of ADQL, in exact agreement with CONTAINS.
//!
//! A circle of `r` degrees has a radius of `r.to_radians()`, which is rounded, and a position belongs to
//! it when the angle to its centre, in radians, is not larger. The distance in degrees is therefore
//! the smallest number whose conversion to radians reaches that angle: then, for every `r`,
//! `DISTANCE(p, q) <= r` exactly when `CONTAINS(p, CIRCLE(q, r)) = 1`. It is within two units in the
//! last place of the angle's usual conversion.

use super::Point;
use crate::geom::{self, to_degrees};

/// The angle between two positions in degrees.
pub fn distance(from: Point, to: Point) -> f64 {
    let radians = geom::distance(from.vector(), to.vector());
    let mut degrees = to_degrees(radians);
    while degrees.to_radians() < radians {
        degrees = degrees.next_up();
    }
    while degrees > 0.0 && degrees.next_down().to_radians() >= radians {
        degrees = degrees.next_down();
    }
    degrees
}
