//! Any function with any arguments: an answer or an error that says what is wrong, never a panic, which
//! shows as an internal error here. And laws that hold for all arguments.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
#![allow(clippy::float_cmp, missing_docs)]

mod functions_support;

use functions_support::{Sqlite, Value};
use obscore_view::functions::{Geometry, Point, healpix_center, healpix_index, like};
use obscore_view::functions::{
    Kind, circle, contains, dali, intersects, polygon, rectangle, round,
};
use obscore_view::geom::distance;
use obscore_view::region::{Winding, s_region};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};

fn position() -> impl Strategy<Value = Point> {
    let lon = prop_oneof![0.0..360.0, Just(0.0), Just(180.0), Just(360.0), 359.999..360.0];
    let lat = prop_oneof![-90.0..90.0, Just(90.0), Just(-90.0), Just(0.0), 89.999..90.0];
    (lon, lat).prop_map(|(lon, lat)| Point::new(lon, lat).unwrap())
}

fn geometry() -> impl Strategy<Value = Geometry> {
    prop_oneof![
        position().prop_map(Geometry::Point),
        (position(), prop_oneof![0.0..180.0, 0.0..0.01, Just(0.0), Just(180.0)])
            .prop_map(|(center, radius)| circle(center, radius).unwrap()),
        (position(), 0.001..179.0, 0.001..179.0)
            .prop_filter_map("a box", |(center, w, h)| rectangle(center, w, h).ok()),
        prop::collection::vec(position(), 3..6)
            .prop_filter_map("a polygon", |vertices| polygon(&vertices).ok()),
    ]
}

/// Values that a query might bring, and worse ones.
fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        -400.0..400.0,
        any::<f64>(),
        Just(0.0),
        Just(-0.0),
        Just(90.0),
        Just(f64::INFINITY),
        Just(f64::MIN_POSITIVE),
        Just(5e-324),
    ];
    let integer = prop_oneof![-400_i64..400, any::<i64>(), Just(i64::MIN), Just(i64::MAX)];
    let text = prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,12}",
        "[0-9:hdms. -]{0,14}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?",
        "(CIRCLE|POLYGON|UNION|BOX|range|POSITION) (ICRS|GAL|FK4)? ?(\\(? ?CIRCLE )?([-0-9.]{1,5} ){1,7}\\)?",
        "(ICRS|FK4|FK5|GALACTIC|ECLIPTIC|point|circle|polygon|region)",
        "([-0-9.]{1,4} ){1,8}",
        Just("9999-12-31T23:59:60.9999999".to_owned()),
    ];
    let mutated = (geometry(), any::<prop::sample::Index>(), any::<u8>(), 0..6_u8).prop_map(
        |(geometry, place, byte, kind)| {
            let mut bytes = geometry.encode();
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.truncate(place),
                _ => {}
            }
            bytes
        },
    );
    prop_oneof![
        1 => Just(Value::Null),
        4 => number.prop_map(Value::Double),
        3 => integer.prop_map(Value::Integer),
        4 => text.prop_map(Value::Text),
        6 => mutated.prop_map(Value::Bytes),
        1 => prop::collection::vec(any::<u8>(), 0..60).prop_map(Value::Bytes),
    ]
}

#[tokio::test]
async fn any_arguments_get_an_answer_or_a_reason() {
    let mut sqlite = Sqlite::open().await;
    let sql = "SELECT DISTINCT name, narg FROM pragma_function_list \
               WHERE name LIKE 'adql!_%' ESCAPE '!' OR name LIKE 'ivo!_%' ESCAPE '!'";
    let functions = sqlite.rows(sql, &[]).await.unwrap();
    let mut runner = TestRunner::deterministic();
    let (mut answers, mut errors) = (0, 0);
    for row in functions {
        let (name, count) = (row[0].text().to_owned(), row[1].number());
        for round in 0..300 {
            let count = if count < 0.0 { round % 9 } else { count as usize };
            let values: Vec<Value> =
                (0..count).map(|_| value().new_tree(&mut runner).unwrap().current()).collect();
            let places = vec!["?"; count].join(", ");
            match sqlite.ask(&format!("{name}({places})"), &values).await {
                Ok(_) => answers += 1,
                Err(message) => {
                    let internal = message.contains("internal error");
                    assert!(!internal && message.contains(": "), "{name} {values:?}: {message}");
                    errors += 1;
                }
            }
        }
    }
    println!("{answers} answers, {errors} errors");
    assert!(answers > 3000 && errors > 3000);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, rng_seed: RngSeed::Fixed(1_972), ..ProptestConfig::default() })]

    #[test]
    fn geometries_survive_their_bytes(geometry in geometry()) {
        let again = Geometry::decode(&geometry.encode()).unwrap();
        prop_assert_eq!(&again, &geometry);
        prop_assert_eq!(contains(&again, &geometry), contains(&geometry, &geometry));
    }

    #[test]
    fn geometries_survive_their_texts(geometry in geometry()) {
        let text = dali(&geometry).unwrap();
        let kind = match text.split(' ').count() {
            2 => Kind::Point,
            3 => Kind::Circle,
            _ => Kind::Polygon,
        };
        // Rounded to 1e-12 degrees, a thin polygon may have no inside any more.
        if let Ok(again) = kind.read(&text) {
            prop_assert_eq!(dali(&again).unwrap().split(' ').count(), text.split(' ').count());
            let [a, b] = [&geometry, &again].map(obscore_view::functions::area);
            prop_assert!((a - b).abs() <= 1e-8 * a.max(1.0), "{} {}", a, b);
        } else {
            prop_assert_eq!(kind, Kind::Polygon);
        }
        if let Geometry::Region(region) = &geometry {
            let stcs = s_region(region, Winding::Dali).unwrap();
            prop_assert!(!stcs.contains("NaN"), "{}", stcs);
            prop_assert!(kind == Kind::Polygon || Kind::Region.read(&stcs).is_ok(), "{}", stcs);
        }
    }

    #[test]
    fn intersects_is_symmetric_and_what_is_inside_intersects(a in geometry(), b in geometry()) {
        prop_assert_eq!(intersects(&a, &b), intersects(&b, &a));
        prop_assert!(!contains(&a, &b) || intersects(&a, &b));
    }

    /// The pixel of a pixel's centre is that pixel; a pixel lies in that of the order below; centres
    /// are as near as pixels are large.
    #[test]
    fn healpix_pixels_nest(order in 0_i64..=29, part in 0.0..1.0_f64, point in position()) {
        let pixels = 12_i64 << (2 * order);
        let pixel = ((pixels as f64 * part) as i64).min(pixels - 1);
        let center = healpix_center(order, pixel).unwrap();
        prop_assert_eq!(healpix_index(order, center), Ok(pixel));
        let index = healpix_index(order, point).unwrap();
        prop_assert!((0..pixels).contains(&index));
        if order > 0 {
            prop_assert_eq!(healpix_index(order - 1, point), Ok(index >> 2));
        }
        let near = distance(point.vector(), healpix_center(order, index).unwrap().vector());
        prop_assert!(near <= 1.1 / f64::from(1_u32 << order) + 1e-8, "{}", near);
    }

    #[test]
    fn rounding_is_near(x in -1e9..1e9_f64, places in -3_i64..5) {
        let step = 10_f64.powi(-i32::try_from(places).unwrap());
        prop_assert!((round(x, places) - x).abs() <= step * 0.5 + x.abs() * 1e-14);
    }

    #[test]
    fn every_text_is_like_itself(text in "[a-zA-ZÄäß ]{0,20}", cut in 0..20_usize) {
        prop_assert!(like(&text, &text) && like(&text, "%"));
        let head: String = text.chars().take(cut).collect();
        let (begin, holds) = (format!("{head}%"), format!("%{head}%"));
        prop_assert!(like(&text, &begin) && like(&text, &holds));
    }
}
