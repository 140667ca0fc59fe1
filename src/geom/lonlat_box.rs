//! Boxes in longitude and latitude (`sphgeom.Box`).

use std::f64::consts::{FRAC_PI_2, PI};

use super::{Circle, MAX_ASIN_ERROR, MAX_SQUARED_CHORD_LENGTH_ERROR, Vector3};

/// The directions between two meridians and two parallels, in radians.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLatBox {
    /// Western and eastern meridian in [0, 2π]; west > east wraps through zero; NaN when empty.
    pub lon: (f64, f64),
    /// Southern and northern parallel in [-π/2, π/2]; south > north when empty.
    pub lat: (f64, f64),
}

impl LonLatBox {
    /// True when it holds no direction.
    pub fn is_empty(&self) -> bool {
        self.lat.0 > self.lat.1 || self.lon.0.is_nan()
    }

    /// True when it spans all longitudes.
    pub fn is_all_longitudes(&self) -> bool {
        self.lon == (0.0, 2.0 * PI)
    }

    /// True when it holds every direction.
    pub fn is_full(&self) -> bool {
        self.is_all_longitudes() && self.lat == (-FRAC_PI_2, FRAC_PI_2)
    }

    /// Width in longitude, in radians.
    pub fn width(&self) -> f64 {
        let d = self.lon.1 - self.lon.0;
        if d < 0.0 { 2.0 * PI + d } else { d }
    }

    /// Longitude of the middle meridian.
    fn center_lon(&self) -> f64 {
        let c = 0.5 * (self.lon.0 + self.lon.1);
        if self.lon.0 <= self.lon.1 {
            c
        } else if c < PI {
            c + PI
        } else {
            c - PI
        }
    }

    /// sphgeom's bounding circle.
    pub fn bounding_circle(&self) -> Circle {
        if self.is_empty() {
            return Circle::EMPTY;
        }
        if self.is_full() {
            return Circle::FULL;
        }
        if self.width() <= PI { self.narrow_circle() } else { self.wide_circle() }
    }

    /// At most half of all longitudes: the centre lies on the middle meridian.
    fn narrow_circle(&self) -> Circle {
        let ((west, east), (south, north)) = (self.lon, self.lat);
        let corners = [(west, south), (west, north), (east, south), (east, north)]
            .map(|(lon, lat)| Vector3::from_lon_lat(lon, lat));
        let [south_west, north_west, ..] = corners;
        let c = (0.5 * self.width()).cos();
        let phi1 = (south.tan() / c).atan();
        let phi2 = (north.tan() / c).atan();
        let phi3 = (c * (0.5 * (south + north)).tan()).atan();
        let on_meridian = |lat| Vector3::from_lon_lat(self.center_lon(), lat);
        let center = if phi1 <= phi3 && phi3 <= phi2 {
            on_meridian(phi3)
        } else {
            let (p1, p2) = (on_meridian(phi1), on_meridian(phi2));
            if p1.dot(south_west) > p2.dot(north_west) { p2 } else { p1 }
        };
        let chord = corners.iter().map(|v| (center - *v).squared_norm()).fold(0.0, f64::max);
        Circle::from_chord(center, chord + 2.0 * MAX_SQUARED_CHORD_LENGTH_ERROR)
    }

    /// More than half of all longitudes: the smaller of a polar and an equatorial circle.
    fn wide_circle(&self) -> Circle {
        let (south, north) = self.lat;
        let (mut center, mut radius) = if south.abs() <= north.abs() {
            (Vector3::Z, FRAC_PI_2 - south)
        } else {
            (-Vector3::Z, north + FRAC_PI_2)
        };
        if !self.is_all_longitudes() && 0.5 * self.width() < radius {
            radius = 0.5 * self.width();
            center = Vector3::from_lon_lat(self.center_lon(), 0.0);
        }
        Circle::from_angle(center, radius + 4.0 * MAX_ASIN_ERROR)
    }
}
