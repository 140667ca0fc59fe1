//! Boxes of longitudes and latitudes around circles, for indexes of rectangles.
//!
//! In: circles. Out: boxes in degrees that hold every direction of them; none crosses longitude 0.
//! `obscore_bounds` in `sql/postgres` is the same for stored regions: two regions that share a direction have
//! boxes that share a point.

use super::{Circle, LonLat, to_degrees};

/// Wider than rounding and than the guards of bounding circles, in degrees.
const MARGIN: f64 = 1e-5;
/// Circles that come closer to a pole have all longitudes.
const POLAR: f64 = 89.99;

/// Degrees from west to east and from south to north, ends included: `west` and `east` in [0, 360].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Least longitude.
    pub west: f64,
    /// Least latitude; may be less than -90.
    pub south: f64,
    /// Greatest longitude.
    pub east: f64,
    /// Greatest latitude; may be more than 90.
    pub north: f64,
}

impl Bounds {
    /// All directions.
    pub const SKY: Self = Self { west: 0.0, south: -90.0, east: 360.0, north: 90.0 };

    /// The boxes around a circle: none for an empty one, two for one on longitude 0.
    pub fn around(circle: &Circle) -> Vec<Self> {
        if circle.is_empty() {
            return Vec::new();
        }
        let LonLat { lon, lat } = LonLat::from(circle.center);
        let (lon, lat) = (to_degrees(lon), to_degrees(lat));
        let radius = to_degrees(circle.opening_angle) + MARGIN;
        let (south, north) = (lat - radius, lat + radius);
        if circle.is_full() || ![south, north].into_iter().all(f64::is_finite) {
            return vec![Self::SKY];
        }
        let all = Self { south, north, ..Self::SKY };
        if lat.abs() + radius >= POLAR {
            return vec![all];
        }
        let half = to_degrees((radius.to_radians().sin() / lat.to_radians().cos()).asin()) + MARGIN;
        let (west, east) = (lon - half, lon + half);
        match (west < 0.0, east > 360.0) {
            (true, true) => vec![all],
            (true, false) => vec![Self { east, ..all }, Self { west: west + 360.0, ..all }],
            (false, true) => vec![Self { west, ..all }, Self { east: east - 360.0, ..all }],
            (false, false) => vec![Self { west, south, east, north }],
        }
    }

    /// The share of the sphere that is in it, from 0 to 1.
    pub fn share(&self) -> f64 {
        let sine = |lat: f64| lat.clamp(-90.0, 90.0).to_radians().sin();
        (self.east - self.west) / 360.0 * (sine(self.north) - sine(self.south)) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Vector3;

    fn direction(lon: f64, lat: f64) -> Vector3 {
        let (lon, lat) = (lon.to_radians(), lat.to_radians());
        Vector3 { x: lon.cos() * lat.cos(), y: lon.sin() * lat.cos(), z: lat.sin() }
    }

    fn holds(boxes: &[Bounds], lon: f64, lat: f64) -> bool {
        let within = |one: &Bounds| {
            one.west <= lon && lon <= one.east && one.south <= lat && lat <= one.north
        };
        boxes.iter().any(within)
    }

    #[test]
    fn boxes_hold_every_direction_of_their_circles() {
        let circles = [
            (10.0, 0.0, 0.1),
            (0.01, -30.0, 0.5),
            (359.99, 45.0, 2.0),
            (200.0, 89.5, 1.0),
            (123.0, -85.0, 4.0),
            (180.0, 10.0, 79.0),
            (77.0, 60.0, 120.0),
            (300.0, -88.0, 1.9),
        ];
        for (lon, lat, radius) in circles {
            let centre = direction(lon, lat);
            let boxes = Bounds::around(&Circle::from_angle(centre, f64::to_radians(radius)));
            let mut inside = 0;
            for step in 0..72_000_u32 {
                // A spiral over the whole sphere.
                let at = (f64::from(step) + 0.5) / 72_000.0;
                let (there, height) = (f64::from(step) * 137.507_764 % 360.0, 1.0 - 2.0 * at);
                let other = direction(there, height.asin().to_degrees());
                if centre.dot(other) >= f64::to_radians(radius).cos() {
                    inside += 1;
                    assert!(
                        holds(&boxes, there, height.asin().to_degrees()),
                        "{lon} {lat} {radius}"
                    );
                }
            }
            // The rim, where a box that is too small would show first.
            for turn in 0..3600_u32 {
                let bearing = f64::from(turn) / 10.0;
                let (sin_r, cos_r) = f64::to_radians(radius).sin_cos();
                let (sin_b, cos_b) = bearing.to_radians().sin_cos();
                let (sin_d, cos_d) = f64::to_radians(lat).sin_cos();
                let north = (sin_d * cos_r + cos_d * sin_r * cos_b).clamp(-1.0, 1.0).asin();
                let east = (sin_b * sin_r * cos_d).atan2(cos_r - sin_d * north.sin());
                let there = (lon + east.to_degrees()).rem_euclid(360.0);
                assert!(holds(&boxes, there, north.to_degrees()), "{lon} {lat} {radius} {bearing}");
            }
            assert!(inside > 0 || radius < 1.0);
        }
    }

    #[test]
    fn nothing_and_everything() {
        assert_eq!(Bounds::around(&Circle::EMPTY), []);
        assert_eq!(Bounds::around(&Circle::FULL), [Bounds::SKY]);
        assert!((Bounds::SKY.share() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn no_box_crosses_longitude_0() {
        for lon in [0.0, 0.05, 359.95] {
            let boxes = Bounds::around(&Circle::from_angle(direction(lon, 20.0), 0.002));
            assert_eq!(boxes.len(), 2, "{lon}");
            assert!(boxes.iter().all(|one| one.west >= 0.0 && one.east <= 360.0), "{boxes:?}");
        }
    }
}
