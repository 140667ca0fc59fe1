//! `ivo_epoch_prop_pos`: positions at other epochs.
//!
//! In: position, parallax, proper motion, radial velocity, two epochs. Out: the position. Straight and
//! unaccelerated motion in space, without light travel time and relativity.

use super::{Point, Wrong};
use crate::geom::Vector3;

/// What is known of a star; what is not known counts as at rest and infinitely far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// Position at the epoch of reference.
    pub at: Point,
    /// Parallax in milliarcseconds.
    pub parallax: Option<f64>,
    /// Proper motion in longitude times the cosine of the latitude, milliarcseconds a year.
    pub pm_lon: Option<f64>,
    /// Proper motion in latitude, milliarcseconds a year.
    pub pm_lat: Option<f64>,
    /// Radial velocity in km/s, away is positive.
    pub radial_velocity: Option<f64>,
}

/// One astronomical unit a Julian year, in km/s.
const AU_PER_YEAR: f64 = 149_597_870.7 / (365.25 * 86_400.0);

/// The position at the epoch `out`, from that at the epoch `reference`; Julian years.
///
/// # Errors
/// A number is not finite, or the star would pass through the observer.
pub fn epoch_prop_pos(star: &Motion, reference: f64, out: f64) -> Result<Point, Wrong> {
    let milliarcseconds = |angle: Option<f64>| (angle.unwrap_or(0.0) / 3_600_000.0).to_radians();
    let here = star.at.vector();
    let (sin_lon, cos_lon) = star.at.lon().to_radians().sin_cos();
    let (sin_lat, cos_lat) = star.at.lat().to_radians().sin_cos();
    let east = Vector3::new(-sin_lon, cos_lon, 0.0);
    let north = Vector3::new(-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat);
    let away = star.radial_velocity.unwrap_or(0.0) / AU_PER_YEAR * milliarcseconds(star.parallax);
    let velocity =
        east * milliarcseconds(star.pm_lon) + north * milliarcseconds(star.pm_lat) + here * away;
    let there = here + velocity * (out - reference);
    let finite = there.x.is_finite() && there.y.is_finite() && there.z.is_finite();
    match there.normalized() {
        Some((unit, _)) if finite => Ok(Point::of_vector(unit)),
        _ => Err(Wrong("the motion leads to no direction".to_owned())),
    }
}
