//! Angular distances.
//!
//! In: directions. Out: angles, accurate to a few units in the last place of the input at any
//! separation, coincident and antipodal ones included (no arccosine).

use super::Vector3;

/// The angle between two unit vectors in radians, in [0, π] (W. Kahan's formula).
pub fn distance(a: Vector3, b: Vector3) -> f64 {
    2.0 * (a - b).norm().atan2((a + b).norm())
}
