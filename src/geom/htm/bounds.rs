//! Boxes around trixels, and how boxes relate (`sphgeom.Box`, `NormalizedAngleInterval`).
//!
//! In: corners, boxes. Out: sphgeom's bounding box of the corners with its margin of 5e-10 rad, and
//! whether it is apart from a box or inside it.

use std::f64::consts::{FRAC_PI_2, PI};

use super::{Trixel, Z};
use crate::geom::relation::Relation;
use crate::geom::{LonLat, LonLatBox, Vector3, orientation};

/// Margin around each corner in radians.
const MARGIN: f64 = 5.0e-10;

/// sphgeom's bounding box of a trixel.
pub(super) fn trixel_box(corners: &Trixel) -> LonLatBox {
    let mut bounds = LonLatBox { lon: (f64::NAN, f64::NAN), lat: (1.0, 0.0) };
    let (mut clockwise, mut counter_clockwise) = (false, false);
    let [.., mut from] = *corners;
    for &to in corners {
        expand(&mut bounds, corner_box(to));
        let turn = orientation(Z, from, to);
        clockwise |= turn < 0;
        counter_clockwise |= turn > 0;
        expand_to_edge(&mut bounds, from, to);
        from = to;
    }
    if !clockwise {
        expand(&mut bounds, LonLatBox { lon: (0.0, 2.0 * PI), lat: (FRAC_PI_2, FRAC_PI_2) });
    } else if !counter_clockwise {
        expand(&mut bounds, LonLatBox { lon: (0.0, 2.0 * PI), lat: (-FRAC_PI_2, -FRAC_PI_2) });
    }
    bounds
}

/// A corner with its margin.
fn corner_box(v: Vector3) -> LonLatBox {
    let LonLat { lon, lat } = LonLat::from(v);
    let (mut west, mut east) = (lon - MARGIN, lon + MARGIN);
    if west < 0.0 {
        west += 2.0 * PI;
    }
    if east > 2.0 * PI {
        east -= 2.0 * PI;
    }
    LonLatBox {
        lon: (west, east),
        lat: ((lat - MARGIN).max(-FRAC_PI_2), (lat + MARGIN).min(FRAC_PI_2)),
    }
}

/// An edge may reach beyond the latitudes of its ends.
fn expand_to_edge(bounds: &mut LonLatBox, from: Vector3, to: Vector3) {
    let n = from.robust_cross(to);
    let top = Vector3::new(-n.x * n.z, -n.y * n.z, n.x * n.x + n.y * n.y);
    if top == Vector3::ZERO {
        return;
    }
    let side_from = from.y * n.x - from.x * n.y;
    let side_to = to.y * n.x - to.x * n.y;
    if side_from > 0.0 && side_to < 0.0 {
        let lat = (LonLat::from(top).lat + MARGIN).min(FRAC_PI_2);
        bounds.lat = (bounds.lat.0.min(lat), bounds.lat.1.max(lat));
    } else if side_from < 0.0 && side_to > 0.0 {
        let lat = (LonLat::from(-top).lat - MARGIN).max(-FRAC_PI_2);
        bounds.lat = (bounds.lat.0.min(lat), bounds.lat.1.max(lat));
    }
}

/// Grows a box to hold another one that is not empty.
fn expand(bounds: &mut LonLatBox, other: LonLatBox) {
    if bounds.is_empty() {
        *bounds = other;
        return;
    }
    bounds.lat = (bounds.lat.0.min(other.lat.0), bounds.lat.1.max(other.lat.1));
    bounds.lon = joined(*bounds, other);
}

/// The smallest interval of longitudes that holds those of both boxes.
fn joined(a: LonLatBox, b: LonLatBox) -> (f64, f64) {
    let wraps = |interval: (f64, f64)| interval.0 > interval.1;
    let to = |from: f64, to: f64| if to - from < 0.0 { 2.0 * PI + (to - from) } else { to - from };
    match (a.contains_lon(b.lon.0), a.contains_lon(b.lon.1)) {
        (true, true) if wraps(a.lon) == wraps(b.lon) => a.lon,
        (true, true) => (0.0, 2.0 * PI),
        (true, false) => (a.lon.0, b.lon.1),
        (false, false) if b.contains_lon(a.lon.0) => b.lon,
        (false, false) if to(a.lon.1, b.lon.0) < to(b.lon.1, a.lon.0) => (a.lon.0, b.lon.1),
        (false, _) => (b.lon.0, a.lon.1),
    }
}

/// Whether a trixel is apart from a box or within it: only its bounding box is compared.
pub(super) fn trixel_lonlat_box(corners: &Trixel, lonlat_box: &LonLatBox) -> Relation {
    relate(trixel_box(corners), *lonlat_box)
}

/// Whether box `a` is apart from box `b` or within it; neither claim is made in doubt.
fn relate(a: LonLatBox, b: LonLatBox) -> Relation {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => return Relation { disjoint: true, within: true, contains: b.is_empty() },
        (false, true) => return Relation { disjoint: true, within: false, contains: true },
        (false, false) => {}
    }
    let lat_disjoint = a.lat.0 > b.lat.1 || a.lat.1 < b.lat.0;
    let lat_within = b.lat.0 <= a.lat.0 && b.lat.1 >= a.lat.1;
    let (lon_disjoint, lon_within) = relate_longitudes(a, b);
    Relation {
        disjoint: lat_disjoint || lon_disjoint,
        within: lat_within && lon_within,
        contains: false,
    }
}

/// (apart, within) for the longitudes of two boxes.
fn relate_longitudes(a: LonLatBox, b: LonLatBox) -> (bool, bool) {
    let ((a0, a1), (b0, b1)) = (a.lon, b.lon);
    if a.lon == b.lon {
        return (false, true);
    }
    // An interval that wraps is apart from one in the gap between its ends.
    match (a0 > a1, b0 > b1) {
        (true, true) => (false, a0 >= b0 && a1 <= b1),
        (true, false) if b.is_all_longitudes() => (false, true),
        (false, true) if a.is_all_longitudes() => (false, false),
        (false, true) if b0 <= a0 || b1 >= a1 => (false, true),
        (true, false) | (false, true) => (a0 > b1 && a1 < b0, false),
        (false, false) => (a0 > b1 || a1 < b0, a0 >= b0 && a1 <= b1),
    }
}
