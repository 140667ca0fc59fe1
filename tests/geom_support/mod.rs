//! Random regions for the tests of laws, and how their runs are repeated.
//!
//! Every run has other cases; a failure prints its seed, and `OBSCORE_VIEW_SEED` repeats it.
//! `OBSCORE_VIEW_CASES` asks for more cases.
#![allow(dead_code, reason = "no test file uses all of it")]

use std::f64::consts::{FRAC_PI_2, PI};
use std::time::{SystemTime, UNIX_EPOCH};

use obscore_view::geom::{
    Circle, Ellipse, LonLat, LonLatBox, Region, Vector3, distance, htm, polygon,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A configuration with a new seed, which a failing test shows.
pub fn config(cases: u32) -> ProptestConfig {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let seed = number("OBSCORE_VIEW_SEED").unwrap_or(now as u64);
    let cases = number("OBSCORE_VIEW_CASES").map_or(cases, |cases| cases as u32);
    println!("OBSCORE_VIEW_SEED={seed} repeats this run");
    ProptestConfig {
        failure_persistence: None,
        cases,
        rng_seed: RngSeed::Fixed(seed),
        ..ProptestConfig::default()
    }
}

/// A place, two directions across it, and a size: where the regions of a case live.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub center: Vector3,
    pub east: Vector3,
    pub north: Vector3,
    pub size: f64,
}

impl Frame {
    pub fn at(&self, x: f64, y: f64) -> Vector3 {
        let v = self.center + self.east * (x * self.size) + self.north * (y * self.size);
        v.normalized().unwrap().0
    }
}

pub fn frame() -> impl Strategy<Value = Frame> {
    let lat =
        prop_oneof![4 => -1.5..1.5, 1 => Just(FRAC_PI_2), 1 => Just(-FRAC_PI_2), 1 => Just(0.0)];
    let lon = prop_oneof![3 => 0.0..2.0 * PI, 1 => Just(0.0), 1 => -1e-3..1e-3];
    (lon, lat, -5.0..-0.3f64).prop_map(|(lon, lat, size): (f64, f64, f64)| {
        let center = Vector3::from_lon_lat(lon, lat);
        let east = Vector3::new(-lon.sin(), lon.cos(), 0.0);
        Frame { center, east, north: center.cross(east), size: 10f64.powf(size) }
    })
}

/// The outline of a star around a point: simple, mostly not convex.
pub fn star(frame: Frame, x: f64, y: f64, radii: &[f64]) -> Vec<Vector3> {
    let step = 2.0 * PI / radii.len() as f64;
    (0..radii.len())
        .map(|i| {
            let (sin, cos) = (step * i as f64).sin_cos();
            frame.at(x + radii[i] * cos, y + radii[i] * sin)
        })
        .collect()
}

pub fn primitive(frame: Frame) -> impl Strategy<Value = Region> {
    let place = (-1.0..1.0, -1.0..1.0);
    let polygons = (place.clone(), prop::collection::vec(0.2..1.2, 4..12)).prop_map(
        move |((x, y), radii): ((f64, f64), Vec<f64>)| polygon(&star(frame, x, y, &radii)).unwrap(),
    );
    let circles =
        (place.clone(), 0.01..1.5).prop_map(move |((x, y), radius): ((f64, f64), f64)| {
            Region::Circle(Circle::from_angle(frame.at(x, y), radius * frame.size))
        });
    let boxes = (place.clone(), place.clone(), any::<bool>()).prop_map(move |(a, b, full)| {
        let corners = [a, b].map(|(x, y): (f64, f64)| {
            let v = frame.at(x, y);
            (v.y.atan2(v.x).rem_euclid(2.0 * PI), v.z.asin())
        });
        let lat = (corners[0].1.min(corners[1].1), corners[0].1.max(corners[1].1));
        let lon = if full { (0.0, 2.0 * PI) } else { (corners[0].0, corners[1].0) };
        Region::Box(LonLatBox { lon, lat })
    });
    let ellipses = (place, 0.05..1.3, 0.1..1.0, 0.0..3.0, any::<bool>()).prop_map(
        move |((x, y), alpha, ratio, turn, large): ((f64, f64), f64, f64, f64, bool)| {
            let alpha = alpha * frame.size;
            let large = large && frame.size > 0.1;
            ellipse(frame.at(x, y), alpha, alpha * ratio, turn, large)
        },
    );
    prop_oneof![3 => polygons, 2 => circles, 1 => boxes, 1 => ellipses]
}

/// An ellipse as sphgeom makes it, or the outside of one.
pub fn ellipse(center: Vector3, alpha: f64, beta: f64, turn: f64, outside: bool) -> Region {
    let seed = if center.x.abs() < 0.5 { Vector3::new(1.0, 0.0, 0.0) } else { Vector3::Z };
    let u = center.cross(seed).normalized().unwrap().0;
    let first = u * turn.cos() + center.cross(u) * turn.sin();
    let (alpha, beta, center) =
        if outside { (PI - alpha, PI - beta, -center) } else { (alpha, beta, center) };
    let (a, b) = (alpha - FRAC_PI_2, beta - FRAC_PI_2);
    let gamma = (alpha.cos() / beta.cos()).clamp(-1.0, 1.0).acos();
    let axes = [first, center.cross(first), center];
    Region::Ellipse(Box::new(Ellipse {
        axes,
        a,
        b,
        gamma,
        tan_a: a.tan().abs(),
        tan_b: b.tan().abs(),
    }))
}

pub fn region(frame: Frame) -> impl Strategy<Value = Region> {
    let pair = || prop::collection::vec(primitive(frame), 2..4);
    prop_oneof![
        4 => primitive(frame),
        1 => pair().prop_map(Region::union),
        1 => pair().prop_map(Region::intersection),
    ]
}

/// Radians across.
pub fn extent(region: &Region) -> f64 {
    region.bounding_circle().map_or(0.0, |circle| circle.opening_angle.clamp(0.0, PI))
}

pub fn two() -> impl Strategy<Value = (Frame, Region, Region, Vec<Vector3>)> {
    frame().prop_flat_map(|frame| {
        let places = prop::collection::vec((-2.0..2.0, -2.0..2.0), 60);
        let places = places.prop_map(move |places| {
            places.into_iter().map(|(x, y): (f64, f64)| frame.at(x, y)).collect()
        });
        (Just(frame), region(frame), region(frame), places)
    })
}

/// A level whose trixels are about as large as a frame.
pub fn level_of(frame: Frame) -> u32 {
    ((1.6 / frame.size).log2() as u32).clamp(1, 22)
}

/// A corner of a trixel in a frame, or a place on one of its edges: halves of halves of an edge are
/// corners of finer trixels, other fractions are on the mesh but for rounding.
fn on_mesh(frame: Frame) -> impl Strategy<Value = Vector3> {
    (-1.2..1.2, -1.2..1.2, 0usize..3, 0u32..6, 0.0..1.0, 0u32..3).prop_map(
        move |(x, y, side, place, part, finer): (f64, f64, usize, u32, f64, u32)| {
            let index = htm::index(frame.at(x, y), level_of(frame) + finer).unwrap();
            let corners = htm::trixel(index).unwrap();
            let (from, to) = (corners[side], corners[(side + 1) % 3]);
            let unit = |v: Vector3| v.normalized().unwrap().0;
            match place {
                0 | 1 => from,
                2 | 3 => unit(from + to),
                4 => unit(from + unit(from + to)),
                _ => unit(from * (1.0 - part) + to * part),
            }
        },
    )
}

/// Regions that touch trixels, or miss them by rounding.
pub fn touching(frame: Frame) -> impl Strategy<Value = Region> {
    let mesh = || on_mesh(frame);
    let triangles = (mesh(), mesh(), mesh(), any::<bool>()).prop_map(move |(a, b, c, sharp)| {
        let c = if sharp { (b + (c - b) * 1e-6).normalized().unwrap().0 } else { c };
        polygon(&[a, b, c]).unwrap_or_else(|_| Region::Circle(Circle::from_angle(a, 0.0)))
    });
    // The boundary passes through a place on the mesh, as does the centre, more or less.
    let circles = (mesh(), mesh(), (-1.0..1.0, -1.0..1.0), any::<bool>(), -3e-14..3e-14).prop_map(
        move |(on, middle, (x, y), centred, change): (_, _, (f64, f64), _, f64)| {
            let center = if centred { middle } else { frame.at(x, y) };
            Region::Circle(Circle::from_angle(center, (distance(center, on) + change).max(0.0)))
        },
    );
    let boxes = (mesh(), mesh()).prop_map(|(a, b)| {
        let (a, b) = (LonLat::from(a), LonLat::from(b));
        let lat = (a.lat.min(b.lat), a.lat.max(b.lat));
        Region::Box(LonLatBox { lon: (a.lon, b.lon), lat })
    });
    let ellipses = (mesh(), mesh(), 0.05..1.0, prop_oneof![Just(0.0), 0.0..3.0]).prop_map(
        |(center, on, ratio, turn): (Vector3, Vector3, f64, f64)| {
            let alpha = distance(center, on).clamp(1e-9, 1.5);
            ellipse(center, alpha, alpha * ratio, turn, false)
        },
    );
    let simple = prop_oneof![3 => triangles, 3 => circles, 2 => boxes, 1 => ellipses].boxed();
    let pair = prop::collection::vec(prop_oneof![simple.clone(), primitive(frame).boxed()], 2..3);
    prop_oneof![
        6 => simple,
        1 => pair.clone().prop_map(Region::union),
        2 => pair.prop_map(Region::intersection),
    ]
}

/// A frame, a region of either sort, and places, half of them on the mesh.
pub fn with_places() -> impl Strategy<Value = (Frame, Region, Vec<Vector3>)> {
    frame().prop_flat_map(|frame| {
        let anywhere = (-2.0..2.0, -2.0..2.0).prop_map(move |(x, y)| frame.at(x, y));
        let places = prop::collection::vec(prop_oneof![anywhere, on_mesh(frame)], 20);
        let regions = prop_oneof![2 => touching(frame).boxed(), 1 => region(frame).boxed()];
        (Just(frame), regions, places)
    })
}
