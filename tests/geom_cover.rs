//! Trixels of a region: what a search may not miss, and how little more it is given.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs, clippy::cast_precision_loss, clippy::cast_possible_truncation)]
#![allow(clippy::cast_sign_loss, clippy::many_single_char_names)]

mod geom_support;

use geom_support::{config, level_of, with_places};
use obscore_view::geom::{
    Circle, LonLatBox, Region, Vector3, contains, contains_point, htm, intersects,
};
use proptest::prelude::*;

fn within(ranges: &[htm::Range], index: u64) -> bool {
    ranges.iter().any(|range| range.start <= index && index < range.end)
}

fn disc(center: Vector3, radius: f64) -> Region {
    Region::Circle(Circle::from_angle(center, radius))
}

/// The trixel of a place at a level, and those around it.
fn trixels(v: Vector3, level: u32) -> Vec<u64> {
    let index = htm::index(v, level).unwrap();
    let corners = htm::trixel(index).unwrap();
    let mut found = vec![index];
    for corner in corners {
        let middle = corners[0] + corners[1] + corners[2];
        // Beyond each corner and each edge.
        for beyond in [corner * 3.0 - middle * 0.5, middle - corner * 1.3] {
            found.extend(beyond.normalized().and_then(|(v, _)| htm::index(v, level)));
        }
    }
    found
}

proptest! {
    #![proptest_config(config(400))]

    /// Whatever a predicate accepts is found, points on the mesh and regions that only touch included.
    #[test]
    fn covers_hold_all_that_predicates_accept((frame, a, places) in with_places(), cap in 0usize..20) {
        let level = level_of(frame);
        let cover = htm::cover(&a, level, cap);
        prop_assert!(cap == 0 || cover.len() <= cap);
        for v in places {
            let index = htm::index(v, level).unwrap();
            prop_assert!(within(&cover, index) || !contains_point(&a, v), "{v:?} is in the region");
            let point = disc(v, 0.0);
            prop_assert!(within(&cover, index) || !intersects(&a, &point), "{v:?} touches it");
            for index in trixels(v, level) {
                let trixel = Region::ConvexPolygon(htm::trixel(index).unwrap().to_vec());
                prop_assert!(within(&cover, index) || !intersects(&a, &trixel), "{index}");
            }
        }
    }

    /// A cover of a polygon holds no trixel that is some pico-radians away, nor does one of a circle, where
    /// the guard on squared chords comes on top.
    #[test]
    fn covers_are_narrow((frame, a, places) in with_places()) {
        let level = level_of(frame);
        let cover = htm::cover(&a, level, 0);
        let near = 2e-12;
        for index in places.into_iter().flat_map(|v| trixels(v, level)) {
            let corners = htm::trixel(index).unwrap();
            let trixel = Region::ConvexPolygon(corners.to_vec());
            let meets = match &a {
                Region::Circle(circle) => {
                    let radius = circle.opening_angle;
                    let guard = radius.hypot(1e-7) - radius;
                    intersects(&disc(circle.center, radius + guard + near), &trixel)
                }
                // Disjoint convex polygons are nearest to each other at a corner of one.
                Region::ConvexPolygon(vertices) => {
                    intersects(&a, &trixel)
                        || vertices.iter().any(|v| intersects(&trixel, &disc(*v, near)))
                        || corners.iter().any(|v| intersects(&a, &disc(*v, near)))
                }
                _ => continue,
            };
            prop_assert!(meets || !within(&cover, index), "{index}");
        }
    }

    /// sphgeom's envelopes hold what is inside by more than rounding, and its interiors are inside.
    /// With caps of 1 to 3 it may lose whole root triangles.
    #[test]
    fn envelopes_hold_regions_and_interiors_are_held((frame, a, places) in with_places(), cap in 3usize..20) {
        let (level, cap) = (level_of(frame), if cap == 3 { 0 } else { cap });
        let envelope = htm::envelope(&a, level, cap);
        let interior = htm::interior(&a, level, cap);
        prop_assert!(cap == 0 || (envelope.len() <= cap && interior.len() <= cap));
        for v in places {
            let index = htm::index(v, level).unwrap();
            prop_assert!(within(&envelope, index) || !contains(&a, &disc(v, 1e-12)), "{v:?}");
            let corners = htm::trixel(index).unwrap();
            let trixel = Region::ConvexPolygon(corners.to_vec());
            prop_assert!(contains(&a, &trixel) || !within(&interior, index), "{index}");
            // Rounding puts some places on the mesh beside the trixel that they have the index of.
            let inside = contains_point(&a, v)
                || (!contains_point(&trixel, v) && intersects(&a, &disc(v, 1e-14)));
            prop_assert!(inside || !within(&interior, index), "{v:?} is not in the region");
            if cap == 0 && matches!(a, Region::ConvexPolygon(_)) {
                prop_assert!(intersects(&a, &trixel) || !within(&envelope, index), "{index}");
            }
        }
    }
}

/// Beyond a sharp corner the planes of both edges are near for a long way, but the polygon is not.
#[test]
fn sharp_corners_end_where_they_end() {
    let at = |x: f64, y: f64| Vector3::new(1.0, x, y).normalized().unwrap().0;
    let needle = Region::ConvexPolygon(vec![at(-0.1, 1e-8), at(-0.1, -1e-8), at(0.0, 0.0)]);
    let also = Region::Intersection(vec![needle]);
    for gap in [1e-12, 1e-10, 1e-9] {
        let corners = [at(gap, 0.0), at(0.1, -0.1), at(0.1, 0.1)];
        let beyond = Region::ConvexPolygon(corners.to_vec());
        assert!(!intersects(&also, &beyond), "{gap}");
    }
    let touching = Region::ConvexPolygon(vec![at(0.0, 0.0), at(0.1, -0.1), at(0.1, 0.1)]);
    assert!(intersects(&also, &touching));
    assert!((also.area() - 1e-9).abs() < 1e-11, "{}", also.area());
}

/// sphgeom loses what comes after the first roots here; Butler asks it for no such cap.
#[test]
fn covers_with_a_small_cap_hold_all_roots() {
    let circle = disc(Vector3::new(1.0, 0.0, 0.0), 0.1);
    let all = htm::cover(&circle, 1, 0);
    assert_eq!(all.len(), 4);
    for cap in 1..4 {
        let cover = htm::cover(&circle, 1, cap);
        assert!(cover.len() <= cap && all.iter().all(|range| within(&cover, range.start)), "{cap}");
    }
    assert!(!within(&htm::envelope(&circle, 1, 1), 62));
}

/// The pole belongs to a box at all longitudes, and so do trixels that meet it there only.
#[test]
fn covers_of_boxes_go_all_around_the_pole() {
    let (west, pole) = (0.1, std::f64::consts::FRAC_PI_2);
    let narrow = LonLatBox { lon: (west, west + 0.01), lat: (1.0, pole) };
    let cover = htm::cover(&Region::Box(narrow), 20, 0);
    for lon in [0.2, 1.7, 3.2, 4.9] {
        assert!(within(&cover, htm::index(Vector3::from_lon_lat(lon, pole - 1e-8), 20).unwrap()));
        let far = Vector3::from_lon_lat(lon, pole - 1e-5);
        assert!(!within(&cover, htm::index(far, 20).unwrap()), "{lon}");
    }
}
