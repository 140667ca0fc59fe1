//! Angular distances.
//!
//! In: directions. Out: angles, accurate to a few units in the last place of the input at any
//! separation, coincident and antipodal ones included (no arccosine).

use super::{Vector3, to_degrees};

/// The angle between two unit vectors in radians, in [0, π] (W. Kahan's formula).
pub fn distance(a: Vector3, b: Vector3) -> f64 {
    2.0 * (a - b).norm().atan2((a + b).norm())
}

/// The angle between two positions in degrees, all in degrees (T. Vincenty's formula on a sphere).
///
/// Small separations keep their relative accuracy, which unit vectors cannot give.
pub fn distance_degrees(from: (f64, f64), to: (f64, f64)) -> f64 {
    let difference = (to.0 - from.0).to_radians();
    let (sin_difference, cos_difference) = difference.sin_cos();
    let (sin_from, cos_from) = from.1.to_radians().sin_cos();
    let (sin_to, cos_to) = to.1.to_radians().sin_cos();
    let half = (0.5 * difference).sin();
    let across = cos_to * sin_difference;
    // cos φ₁ sin φ₂ − sin φ₁ cos φ₂ cos Δλ, without the cancellation.
    let along = (to.1 - from.1).to_radians().sin() + 2.0 * sin_from * cos_to * half * half;
    let facing = sin_from * sin_to + cos_from * cos_to * cos_difference;
    to_degrees(across.hypot(along).atan2(facing))
}
