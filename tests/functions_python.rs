//! The functions against astropy, erfa, numpy and lsst.sphgeom, on random arguments.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
#![allow(clippy::float_cmp, missing_docs)]

mod functions_support;
mod support;

use std::sync::OnceLock;

use functions_support::{Sqlite, Value};
use obscore_view::functions::Point;
use obscore_view::geom::distance;
use support::python::{output, script};

/// How many of each; `OBSCORE_VIEW_FUNCTIONS_COUNT` asks for more.
fn lines(kind: &str) -> Vec<Vec<&'static str>> {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| {
        let count = std::env::var("OBSCORE_VIEW_FUNCTIONS_COUNT");
        output(script("functions.py").arg(count.unwrap_or_else(|_| "3000".to_owned())))
    });
    let lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    lines.filter(|fields| fields[0] == kind).map(|fields| fields[1..].to_vec()).collect()
}

fn numbers(fields: &[&str]) -> Vec<Value> {
    fields.iter().map(|field| Value::Double(field.parse().unwrap())).collect()
}

fn texts(fields: &[&str]) -> Vec<Value> {
    fields.iter().map(|field| Value::from(*field)).collect()
}

/// The largest absolute difference of the answers from one field, which must not be above `most`.
async fn differences(
    kind: &str,
    expression: &str,
    arguments: usize,
    texts_first: usize,
    most: f64,
) {
    let mut sqlite = Sqlite::open().await;
    let lines = lines(kind);
    let all: Vec<Vec<Value>> = lines
        .iter()
        .map(|fields| {
            let mut values = texts(&fields[..texts_first]);
            values.extend(numbers(&fields[texts_first..arguments]));
            values
        })
        .collect();
    let mut worst = 0.0_f64;
    for (found, fields) in sqlite.each(expression, &all).await.iter().zip(&lines) {
        let expected: f64 = fields[arguments].parse().unwrap();
        let difference = (found.number() - expected).abs();
        assert!(difference <= most, "{expression} {fields:?}: {found:?}, {expected}");
        worst = worst.max(difference);
    }
    println!("{kind}: {} answers, largest difference {worst:e}", lines.len());
    assert!(lines.len() >= 50);
}

#[tokio::test]
async fn distances_are_those_of_astropy() {
    differences("distance", "adql_distance(?, ?, ?, ?)", 4, 0, 1e-13).await;
    let points = "adql_distance_at(adql_point(?, ?), adql_point(?, ?))";
    differences("distance", points, 4, 0, 1e-13).await;
}

/// For a radius that is the distance, the numbers next to it, and others.
#[tokio::test]
async fn distance_and_contains_never_disagree() {
    let mut sqlite = Sqlite::open().await;
    let (mut checked, mut inside) = (0, 0);
    for fields in lines("distance") {
        let values = numbers(&fields[..4]);
        let d = sqlite.ask("adql_distance(?, ?, ?, ?)", &values).await.unwrap().number();
        let mut radii = vec![0.0, d, d.next_up(), d.next_down(), d * 1.000_001, d * 0.999_999];
        radii.extend([d.next_up().next_up(), d.next_down().next_down()]);
        for radius in radii.into_iter().filter(|radius| (0.0..=180.0).contains(radius)) {
            let mut values = values.clone();
            values.push(Value::Double(radius));
            let sql = "SELECT adql_distance_at(adql_point(?1, ?2), adql_point(?3, ?4)) <= ?5, \
                       adql_contains(adql_point(?1, ?2), adql_circle(?3, ?4, ?5)), \
                       adql_contains(adql_point(?3, ?4), adql_circle_at(adql_point(?1, ?2), ?5)), \
                       adql_intersects(adql_circle(?1, ?2, ?5), adql_point(?3, ?4)), \
                       adql_contains(adql_point(?1, ?2), \
                                     adql_shape('UNION (CIRCLE ' || ?6 || ')', 'region'))";
            let words = [fields[2], fields[3]].map(str::to_owned);
            values.push(Value::Text(format!("{} {} {radius:?}", words[0], words[1])));
            let row = sqlite.rows(sql, &values).await.unwrap().remove(0);
            assert!(row.iter().all(|answer| *answer == row[0]), "{row:?} {fields:?} {radius:?}");
            checked += 1;
            inside += usize::from(row[0] == Value::Integer(1));
        }
        // The distance is the angle, to the last digits.
        let [p, q] = [0, 2].map(|i| {
            Point::new(fields[i].parse().unwrap(), fields[i + 1].parse().unwrap()).unwrap().vector()
        });
        let plain = distance(p, q).to_degrees();
        assert!((d - plain).abs() <= 4.0 * f64::EPSILON * plain, "{d} {plain}");
    }
    println!("{checked} radii, {inside} inside");
    assert!(inside > 2000 && checked - inside > 2000);
}

#[tokio::test]
async fn frames_are_those_of_astropy() {
    let mut sqlite = Sqlite::open().await;
    let (mut worst, lines) = (0.0_f64, lines("frame"));
    for fields in &lines {
        let mut values = texts(&fields[..2]);
        values.extend(numbers(&fields[2..]));
        let sql =
            "adql_distance_at(ivo_geom_transform(?1, ?2, adql_point(?3, ?4)), adql_point(?5, ?6))";
        let error = sqlite.ask(sql, &values).await.unwrap().number();
        let sql = "adql_distance_at(adql_centroid(ivo_geom_transform(?1, ?2, adql_circle(?3, ?4, 1))), \
                   ivo_geom_transform(?1, ?2, adql_point(?3, ?4)))";
        let circle = sqlite.ask(sql, &values[..4]).await.unwrap().number();
        // Rounded to 1e-12 degrees of longitude and latitude.
        assert!(circle < 2e-12, "{fields:?} {circle}");
        worst = worst.max(error);
        assert!(error < 1e-12, "{fields:?} {error}");
    }
    println!("{} positions, largest difference {worst:e} degrees", lines.len());
    assert!(lines.len() > 2000);
}

#[tokio::test]
async fn points_and_regions_relate_as_in_sphgeom() {
    let mut sqlite = Sqlite::open().await;
    let (points, mut inside, mut skipped) = (lines("point"), 0, 0);
    for fields in &points {
        let mut values = texts(&[fields[1], fields[0]]);
        values.extend(numbers(&fields[2..4]));
        let sql = "adql_contains(adql_point(?3, ?4), adql_shape(?1, ?2))";
        let found = sqlite.ask(sql, &values).await.unwrap();
        assert_eq!(found, Value::Integer(fields[4].parse().unwrap()), "{fields:?}");
        inside += usize::from(fields[4] == "1");
    }
    let relations = lines("relation");
    for fields in &relations {
        let mut values = texts(&[fields[1], fields[0], fields[3], fields[2]]);
        let bytes = (0..fields[4].len()).step_by(2);
        let bytes = bytes.map(|i| u8::from_str_radix(&fields[4][i..i + 2], 16).unwrap()).collect();
        values.push(Value::Bytes(bytes));
        // sphgeom's own encoding of the first one is the same region.
        let sql = "SELECT adql_intersects(adql_shape(?1, ?2), adql_shape(?3, ?4)), \
                   adql_contains(adql_shape(?3, ?4), adql_shape(?1, ?2)), \
                   adql_intersects(?5, adql_shape(?3, ?4)), adql_contains(adql_shape(?3, ?4), ?5), \
                   abs(adql_area(?5) / adql_area(adql_shape(?1, ?2)) - 1)";
        let row = sqlite.rows(sql, &values).await.unwrap().remove(0);
        assert!(row[0] == row[2] && row[1] == row[3], "{fields:?} {row:?}");
        assert!(row[4].number() < 1e-6, "{fields:?} {row:?}");
        let (meet, holds) = (row[0] == Value::Integer(1), row[1] == Value::Integer(1));
        let (disjoint, contains, sure) = (fields[5] == "1", fields[6] == "1", fields[7] == "1");
        if sure {
            assert_eq!((meet, holds), (!disjoint, contains), "{fields:?}");
        } else {
            assert!(!(disjoint && meet) && (holds || !contains), "{fields:?}");
            skipped += usize::from(!disjoint && !contains);
        }
    }
    println!(
        "{} points, {inside} inside; {} relations, {skipped} of which sphgeom is not sure",
        points.len(),
        relations.len()
    );
    assert!(points.len() > 1500 && inside > 300 && inside + 300 < points.len());
    assert!(relations.len() > 1500);
}

#[tokio::test]
async fn areas_of_circles_are_those_of_caps() {
    let mut sqlite = Sqlite::open().await;
    for fields in lines("area") {
        let found = sqlite.ask("adql_area(adql_circle(77, 88, ?))", &numbers(&fields[..1])).await;
        let (found, expected) = (found.unwrap().number(), fields[1].parse::<f64>().unwrap());
        assert!((found / expected - 1.0).abs() < 1e-13, "{fields:?} {found}");
    }
}

#[tokio::test]
async fn days_and_canonical_timestamps_are_those_of_astropy_and_numpy() {
    // A unit in the last place of a Julian date is 4.7e-10 days.
    differences("time", "ivo_to_jd(?)", 1, 1, 4.7e-10).await;
    let mut sqlite = Sqlite::open().await;
    let mut canonical = 0;
    for fields in lines("time") {
        let text = texts(&fields[..1]);
        let mjd = sqlite.ask("ivo_to_mjd(?)", &text).await.unwrap().number();
        let expected: f64 = fields[2].parse().unwrap();
        assert!((mjd - expected).abs() <= expected.abs() * f64::EPSILON, "{fields:?} {mjd}");
        if fields[3] != "-" {
            let found = sqlite.ask("adql_timestamp(?)", &text).await.unwrap();
            assert_eq!(found.text(), fields[3], "{fields:?}");
            canonical += 1;
        }
    }
    assert!(canonical > 1000);
}

#[tokio::test]
async fn sexagesimal_angles_are_those_of_astropy() {
    differences("hms", "ivo_hms_to_degrees(?)", 1, 1, 1e-12).await;
    differences("dms", "ivo_dms_to_degrees(?)", 1, 1, 1e-12).await;
}

#[tokio::test]
async fn remainders_and_histograms_are_those_of_numpy() {
    differences("mod", "adql_mod(?, ?)", 2, 0, 0.0).await;
    let mut sqlite = Sqlite::open().await;
    for fields in lines("histogram") {
        let values = fields[0].replace(' ', "), (");
        let [lower, upper, bins] = [1, 2, 3].map(|i| fields[i]);
        let sql = format!(
            "SELECT ivo_histogram(column1, {lower}, {upper}, {bins}) FROM (VALUES ({values}))"
        );
        let found = sqlite.rows(&sql, &[]).await.unwrap().remove(0).remove(0);
        assert_eq!(found.text(), fields[4], "{sql}");
    }
}

/// erfa knows of light travel time and relativity: with 0.1″ a year and 20 km/s for 30 years they move
/// a star by less than 1e-10 degrees.
#[tokio::test]
async fn space_motion_is_near_that_of_erfa() {
    let mut sqlite = Sqlite::open().await;
    let (lines, mut worst) = (lines("epoch"), 0.0_f64);
    for fields in &lines {
        let sql = "adql_distance_at(ivo_epoch_prop_pos(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8), \
                   adql_point(?9, ?10))";
        let error = sqlite.ask(sql, &numbers(fields)).await.unwrap().number();
        worst = worst.max(error);
        assert!(error < 1e-10, "{fields:?} {error}");
    }
    println!("{} stars, largest difference {worst:e} degrees", lines.len());
    assert!(lines.len() > 200);
}
