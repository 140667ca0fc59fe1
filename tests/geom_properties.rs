//! Laws that predicates, measures, envelopes and constructors obey for random regions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs, clippy::cast_precision_loss, clippy::cast_possible_truncation)]
#![allow(clippy::cast_sign_loss, clippy::many_single_char_names)]

mod geom_support;

use std::f64::consts::PI;

use geom_support::{config, extent, frame, star, two};
use obscore_view::geom::{
    Circle, Ellipse, LonLatBox, Region, ShapeError, Vector3, box_degrees, centroid, circle_degrees,
    contains, contains_point, distance, htm, intersects, point_degrees, polygon, polygon_degrees,
    range_degrees,
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn predicates_do_not_contradict_each_other((_, a, b, places) in two()) {
        prop_assert_eq!(intersects(&a, &b), intersects(&b, &a));
        prop_assert!(contains(&a, &a));
        let (meet, holds) = (intersects(&a, &b), contains(&a, &b));
        prop_assert!(!holds || meet || b.area() == 0.0);
        for v in places {
            let (in_a, in_b) = (contains_point(&a, v), contains_point(&b, v));
            prop_assert!(meet || !(in_a && in_b), "{:?} is in both", v);
            prop_assert!(!holds || !in_b || in_a, "{:?} is in b only", v);
            let point = Region::Circle(Circle::from_angle(v, 0.0));
            prop_assert_eq!(contains(&a, &point), in_a);
            prop_assert_eq!(intersects(&point, &a), in_a);
        }
        let both = Region::intersection(vec![a.clone(), b.clone()]);
        let either = Region::union(vec![a.clone(), b.clone()]);
        prop_assert!(contains(&either, &a) && contains(&either, &b));
        prop_assert!(contains(&a, &both) && contains(&b, &both));
        // An overlap with an area is found; one without is a touch at most.
        prop_assert!(meet || both.area() < 1e-13);
        prop_assert!(!holds || (both.area() - b.area()).abs() < 1e-12);
    }

    #[test]
    fn areas_add_up((_, a, b, _) in two()) {
        let both = Region::intersection(vec![a.clone(), b.clone()]).area();
        let either = Region::union(vec![a.clone(), b.clone()]).area();
        let sum = a.area() + b.area();
        prop_assert!((both + either - sum).abs() <= 1e-12 * extent(&a).max(extent(&b)),
            "{both} + {either} is not {sum}");
        let covered = (both - b.area()).abs() <= 1e-12 * extent(&a).max(extent(&b));
        prop_assert!(covered || !contains(&a, &b), "{both} of {}", b.area());
    }

    /// The outline's own centroid and area, by other formulas.
    #[test]
    fn stars_keep_their_area_and_centroid(
        frame in frame(), radii in prop::collection::vec(0.1..1.2, 3..40), turned in any::<bool>()
    ) {
        let mut outline = star(frame, 0.0, 0.0, &radii);
        let middle = frame.at(0.0, 0.0);
        let expected = centroid(&outline).unwrap();
        let fan: f64 = (0..outline.len()).map(|i| {
            let (a, b) = (outline[i], outline[(i + 1) % outline.len()]);
            2.0 * middle.dot((a - middle).cross(b - middle))
                .atan2(1.0 + middle.dot(a) + a.dot(b) + b.dot(middle))
        }).sum();
        if turned {
            outline.reverse();
        }
        let region = polygon(&outline).unwrap();
        prop_assert!((region.area() - fan).abs() < 1e-14 * frame.size);
        prop_assert!(distance(region.centroid().unwrap(), expected) < 1e-8 * frame.size + 1e-9);
        for v in &outline {
            prop_assert!(contains_point(&region, *v));
        }
        // Against a ray in the tangent plane.
        for i in 0..40u32 {
            let (x, y) = (f64::from(i % 8) * 0.31 - 1.13, f64::from(i / 8) * 0.53 - 1.07);
            let corner = |i: usize| {
                let angle = 2.0 * PI * i as f64 / radii.len() as f64;
                (radii[i % radii.len()] * angle.cos(), radii[i % radii.len()] * angle.sin())
            };
            let crossed = (0..radii.len()).filter(|i| {
                let ((ax, ay), (bx, by)) = (corner(*i), corner(*i + 1));
                (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)
            }).count();
            prop_assert_eq!(contains_point(&region, frame.at(x, y)), crossed % 2 == 1);
        }
    }

    #[test]
    fn nothing_panics(numbers in prop::collection::vec(odd_number(), 24), kind in 0usize..6) {
        let v = |i: usize| Vector3::new(numbers[i], numbers[i + 1], numbers[i + 2]);
        let regions = [odd_region(&numbers, kind), odd_region(&numbers, 5 - kind),
            Region::union(vec![odd_region(&numbers, 0), odd_region(&numbers, 1)]),
            Region::intersection(vec![odd_region(&numbers, kind), odd_region(&numbers, 2)])];
        for a in &regions {
            let _ = (contains_point(a, v(3)), a.area(), a.centroid());
            let _ = (htm::envelope(a, 3, 5), htm::interior(a, 3, 0));
            for b in &regions {
                let _ = (intersects(a, b), contains(a, b));
            }
            prop_assert!((0.0..=4.0 * PI + 1e-9).contains(&a.area()) || matches!(a, Region::Box(_) | Region::ConvexPolygon(_)));
        }
        let n = |i: usize| numbers[i];
        let _ = (htm::index(v(0), 7), distance(v(0), v(3)), polygon(&[v(0), v(3), v(6), v(9)]));
        let _ = (circle_degrees(n(0), n(1), n(2)), box_degrees(n(0), n(1), n(2), n(3)));
        let _ = range_degrees((n(0), n(1)), (n(2), n(3)));
        let _ = polygon_degrees(&[(n(0), n(1)), (n(2), n(3)), (n(4), n(5)), (n(6), n(7)), (n(8), n(9))]);
    }
}

fn odd_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1.0..1.0,
        1 => -400.0..400.0,
        1 => any::<f64>(),
        3 => prop::sample::select(vec![
            f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1.0, -1.0, 90.0, -90.0, 180.0, 360.0, 5e-324, 1e308, PI, 4.0
        ]),
    ]
}

fn odd_region(n: &[f64], kind: usize) -> Region {
    let v = |i: usize| Vector3::new(n[i], n[i + 1], n[i + 2]);
    match kind {
        0 => Region::ConvexPolygon(vec![v(0), v(3), v(6), v(9)]),
        1 => {
            Region::Circle(Circle { center: v(0), squared_chord_length: n[3], opening_angle: n[4] })
        }
        2 => Region::Box(LonLatBox { lon: (n[0], n[1]), lat: (n[2], n[3]) }),
        3 => Region::Ellipse(Box::new(Ellipse {
            axes: [v(0), v(3), v(6)],
            a: n[9],
            b: n[10],
            gamma: n[11],
            tan_a: n[12],
            tan_b: n[13],
        })),
        4 => Region::ConvexPolygon(Vec::new()),
        _ => Region::Intersection(Vec::new()),
    }
}

#[test]
fn distances_are_accurate_at_all_scales() {
    let degrees = |from: (f64, f64), to: (f64, f64)| {
        let at = |(lon, lat)| point_degrees(lon, lat).unwrap();
        distance(at(from), at(to)).to_degrees()
    };
    for exponent in 0..16 {
        let small = 10f64.powi(-exponent);
        let found = degrees((10.0, 0.0), (10.0 + small, 0.0));
        assert!((found - ((10.0 + small) - 10.0)).abs() < 1e-14, "{found} {small}");
        let polar = degrees((0.0, 90.0), (77.0, 90.0 - small));
        assert!((polar - (90.0 - (90.0 - small))).abs() < 1e-14, "{polar}");
        let far = degrees((0.0, 0.0), (180.0 - small, 0.0));
        assert!((far - (180.0 - small)).abs() < 3e-14, "{far}");
    }
    let (a, b) = (point_degrees(20.0, 30.0).unwrap(), point_degrees(200.0, -30.0).unwrap());
    assert!((distance(a, b) - PI).abs() < 1e-15 && distance(a, a) == 0.0);
}

#[test]
fn shapes_from_degrees() {
    let inside = |region: &Region, lon: f64, lat: f64| {
        contains_point(region, point_degrees(lon, lat).unwrap())
    };
    let square = [(359.0, -1.0), (1.0, -1.0), (1.0, 1.0), (359.0, 1.0)];
    let convex = polygon_degrees(&square).unwrap();
    assert!(matches!(&convex, Region::ConvexPolygon(v) if v.len() == 4));
    assert!(
        inside(&convex, 0.0, 0.0) && inside(&convex, -720.5, 0.5) && !inside(&convex, 2.0, 0.0)
    );
    let mut reversed = square.to_vec();
    reversed.reverse();
    reversed.push(reversed[0]);
    reversed.insert(2, reversed[2]);
    let same = polygon_degrees(&reversed).unwrap();
    assert!(contains(&same, &convex) && contains(&convex, &same));

    // A letter L, and a C around the pole with a flat vertex.
    let l = polygon_degrees(&[(0., 0.), (3., 0.), (3., 1.), (1., 1.), (1., 3.), (0., 3.)]).unwrap();
    assert!(matches!(&l, Region::Union(pieces) if pieces.len() == 2), "{l:?}");
    assert!(inside(&l, 0.5, 2.9) && inside(&l, 2.9, 0.5) && !inside(&l, 2.0, 2.0));
    let c = polygon_degrees(&[
        (0., 80.),
        (90., 80.),
        (180., 80.),
        (270., 80.),
        (300., 80.),
        (300., 85.),
        (270., 85.),
        (180., 85.),
        (90., 85.),
        (0., 85.),
    ])
    .unwrap();
    assert!(inside(&c, 45.0, 85.0) && !inside(&c, 0.0, 90.0) && !inside(&c, 330.0, 83.0));

    let cap = range_degrees((350.0, 10.0), (-5.0, f64::INFINITY)).unwrap();
    assert!(inside(&cap, 355.0, 89.0) && inside(&cap, 123.0, 90.0) && !inside(&cap, 20.0, 0.0));
    let band = range_degrees((-180.0, 180.0), (-2.0, 2.0)).unwrap();
    assert!(inside(&band, 359.0, 2.0) && !inside(&band, 0.0, 2.1));
    assert!((band.area() - 4.0 * PI * 2f64.to_radians().sin()).abs() < 1e-15);
    let west = range_degrees((f64::NEG_INFINITY, 10.0), (-2.0, 2.0)).unwrap();
    assert!(inside(&west, 5.0, 0.0) && !inside(&west, 11.0, 0.0));

    let cross = box_degrees(0.0, 90.0, 2.0, 2.0).unwrap();
    assert!(inside(&cross, 200.0, 89.1) && !inside(&cross, 200.0, 88.0));
    let cross = box_degrees(10.0, 60.0, 4.0, 2.0).unwrap();
    assert!(inside(&cross, 13.9, 60.0) && !inside(&cross, 14.1, 60.0));
    assert!(inside(&cross, 10.0, 60.999) && !inside(&cross, 10.0, 61.001));

    let whole = circle_degrees(1.0, 2.0, 180.0).unwrap();
    assert!(inside(&whole, 181.0, -2.0) && (whole.area() - 4.0 * PI).abs() < 1e-12);
}

#[test]
fn what_is_no_shape_says_why() {
    use ShapeError as E;
    let error = |vertices: &[(f64, f64)]| polygon_degrees(vertices).unwrap_err();
    assert!(matches!(error(&[(0., 0.), (1., 0.)]), E::TooFewVertices { count: 2 }));
    assert!(matches!(error(&[(0., 0.), (1., 0.), (0., 0.)]), E::TooFewVertices { count: 2 }));
    assert!(matches!(error(&[(0., 0.), (1., 0.), (2., 0.)]), E::NoArea));
    assert!(matches!(
        error(&[(0., 0.), (180., 0.), (90., 50.)]),
        E::Antipodal { first: 1, second: 2 }
    ));
    assert!(matches!(error(&[(0., 0.), (120., 0.), (240., 0.), (0., 80.)]), E::TooLarge));
    assert!(matches!(error(&[(0., 9.), (90., -10.), (180., 11.), (270., -10.)]), E::TooLarge));
    assert!(matches!(
        error(&[(0., 0.), (1., 1.), (1., 0.), (0., 1.)]),
        E::SelfIntersecting { first: 1, second: 3 }
    ));
    assert!(matches!(
        error(&[(0., 0.), (1., 0.), (0.5, 0.5), (1., 1.), (0., 1.), (0.5, 0.5)]),
        E::RepeatedVertex { first: 3, second: 6 }
    ));
    // A spike that returns on itself.
    assert!(matches!(error(&[(0., 0.), (2., 0.), (1., 0.), (1., 1.)]), E::SelfIntersecting { .. }));
    assert!(matches!(error(&[(0., 91.), (1., 0.), (1., 1.)]), E::Latitude { .. }));
    assert!(matches!(error(&[(f64::NAN, 9.), (1., 0.), (1., 1.)]), E::NotFinite { .. }));
    let many: Vec<_> = (0..2000).map(|i| (f64::from(i) * 0.18, 10.0)).collect();
    assert!(matches!(error(&many), E::TooManyVertices { .. }));
    assert!(matches!(circle_degrees(0.0, 0.0, -1.0), Err(E::Size { .. })));
    assert!(matches!(circle_degrees(0.0, 0.0, f64::NAN), Err(E::NotFinite { .. })));
    assert!(matches!(box_degrees(0.0, 0.0, 0.0, 1.0), Err(E::Size { .. })));
    assert!(matches!(range_degrees((0.0, 1.0), (2.0, 1.0)), Err(E::Order { .. })));
    assert!(matches!(range_degrees((0.0, f64::NAN), (0.0, 1.0)), Err(E::NotFinite { .. })));
    println!("{}", error(&[(0., 0.), (180., 0.), (90., 50.)]));
}

/// All longitudes but a gap of one unit in the last place.
#[test]
fn boxes_with_hardly_a_gap_are_whole() {
    let west = 0.486_323_735_533_269_8f64;
    let region =
        Region::Box(LonLatBox { lon: (west, west.next_down()), lat: (-4.460_409_092e-6, 0.0) });
    let area = Region::Union(vec![region.clone()]).area();
    assert!((area - region.area()).abs() < 1e-14, "{area} {}", region.area());
    let circle = circle_degrees(west.to_degrees() + 180.0, 0.0, 1e-5).unwrap();
    assert!(intersects(&region, &circle) && !contains(&region, &circle));
}
