//! Speed of the geometry: `cargo bench --bench geom`.
//!
//! Prints nanoseconds per call, the least of 25 rounds as others may use the machine, for what queries
//! do most: points and regions against detector-sized polygons, and level-7 envelopes of query shapes.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use obscore_view::geom::{
    Region, Vector3, circle_degrees, contains, contains_point, htm, intersects, point_degrees,
    polygon_degrees, range_degrees,
};

fn measure(what: &str, calls: u32, mut call: impl FnMut(u32)) {
    let rounds = (0..25).map(|_| {
        let start = Instant::now();
        for number in 0..calls {
            call(number);
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
    });
    println!("{what:<60} {:>10.0} ns", rounds.fold(f64::INFINITY, f64::min));
}

/// A regular polygon, or with `inner` a star, in degrees.
fn outline(lon: f64, lat: f64, radius: f64, inner: f64, corners: u32) -> Region {
    let vertices: Vec<(f64, f64)> = (0..corners)
        .map(|number| {
            let angle = f64::from(number) / f64::from(corners) * std::f64::consts::TAU + 0.3;
            let radius = if number % 2 == 0 { radius } else { inner };
            (lon + radius * angle.cos() / lat.to_radians().cos(), lat + radius * angle.sin())
        })
        .collect();
    polygon_degrees(&vertices).unwrap()
}

fn main() {
    // Directions and detectors in a field of 4 degrees.
    let spread = |number: u32| {
        let (i, j) = (f64::from(number % 61) / 61.0, f64::from(number % 53) / 53.0);
        (150.0 + 4.0 * i, -32.0 + 4.0 * j)
    };
    let points: Vec<Vector3> =
        (0..1024).map(&spread).map(|(lon, lat)| point_degrees(lon, lat).unwrap()).collect();
    let detectors: Vec<Region> =
        (0..1024).map(spread).map(|(lon, lat)| outline(lon, lat, 0.16, 0.16, 4)).collect();
    let point = |number: u32| points.get(number as usize % 1024).unwrap();
    let detector = |number: u32| detectors.get(number as usize % 1024).unwrap();

    let visit = outline(152.0, -30.0, 1.75, 1.75, 44);
    let star = outline(152.0, -30.0, 1.75, 0.9, 20);
    let cone = circle_degrees(152.0, -30.0, 0.5).unwrap();
    let range = range_degrees((151.0, 153.0), (-31.0, -29.5)).unwrap();

    let inside = |region: &Region, number| black_box(contains_point(region, *point(number)));
    measure("point in a detector (4 vertices), mostly outside", 200_000, |number| {
        inside(detector(number / 7), number);
    });
    measure("point in a visit (44 vertices), half inside", 100_000, |number| {
        inside(&visit, number);
    });
    measure("point in a star (20 vertices, not convex)", 100_000, |number| {
        inside(&star, number);
    });
    measure("point in a circle", 200_000, |number| {
        inside(&cone, number);
    });
    for (what, region, calls) in [
        ("detector", detector(500), 50_000),
        ("cone of 0.5 degrees", &cone, 50_000),
        ("visit (44 vertices)", &visit, 5_000),
        ("star (20 vertices, not convex)", &star, 5_000),
        ("longitude-latitude range", &range, 5_000),
    ] {
        measure(&format!("detector intersects {what}"), calls, |number| {
            black_box(intersects(detector(number), region));
        });
        measure(&format!("{what} contains detector"), calls, |number| {
            black_box(contains(region, detector(number)));
        });
    }
    for (what, region) in [
        ("cone of 0.5 degrees", &cone),
        ("visit of 1.75 degrees (44 vertices)", &visit),
        ("square of 1.75 degrees", &outline(152.0, -30.0, 1.75, 1.75, 4)),
        ("star of 1.75 degrees (20 vertices, not convex)", &star),
        ("longitude-latitude range", &range),
        ("detector", detector(500)),
    ] {
        let ranges = htm::envelope(region, 7, 0);
        let trixels: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        let what = format!("envelope of {what}: {trixels} trixels");
        measure(&what, 200, |_| drop(black_box(htm::envelope(region, 7, 0))));
    }
    measure("index at level 7", 100_000, |number| {
        black_box(htm::index(*point(number), 7));
    });
    measure("area of a star", 500, |_| {
        black_box(star.area());
    });
}
