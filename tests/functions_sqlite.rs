//! The functions in SQLite: the values that the IVOA's catalogue gives, what NULL and wrong arguments
//! do, aggregates, and what SQLite may do with them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
#![allow(clippy::float_cmp, missing_docs)]

mod functions_support;

use functions_support::{Sqlite, Value};

/// Expressions and what they give, as numbers within 1e-9 or the text itself.
async fn check(expectations: &[(&str, &str)]) {
    let mut sqlite = Sqlite::open().await;
    for (expression, expected) in expectations {
        let found = match sqlite.ask(expression, &[]).await {
            Ok(Value::Null) => "NULL".to_owned(),
            Ok(Value::Text(text)) => text,
            Ok(Value::Bytes(bytes)) => format!("{bytes:02x?}"),
            Ok(number) => {
                let near = expected.parse::<f64>().is_ok_and(|expected: f64| {
                    (number.number() - expected).abs() <= 1e-9 * expected.abs().max(1.0)
                });
                if near { (*expected).to_owned() } else { format!("{number:?}") }
            }
            Err(message) => format!("error: {message}"),
        };
        assert_eq!(found, *expected, "{expression}");
    }
}

#[tokio::test]
async fn the_catalogue_gives_these_values() {
    let epoch = "7.606083572, 11.79044105, 125, 300";
    let at = |coordinate, rest: &str| {
        format!("adql_coord{coordinate}(ivo_epoch_prop_pos({epoch}, {rest}))")
    };
    check(&[
        ("ivo_healpix_index(0, 1, 1)", "4"),
        ("ivo_healpix_index(17, 1, 1)", "81609757711"),
        ("ivo_healpix_index(17, 359, -1)", "73009064944"),
        ("ivo_healpix_index_at(17, adql_centroid(adql_circle(1, 1, 3)))", "81609757711"),
        ("adql_dali(ivo_healpix_center(0, 6))", "180 0"),
        (
            "adql_coord1(ivo_healpix_center(17, ivo_healpix_index(17, 23.4, 56.7)))",
            "23.399843462947466",
        ),
        (
            "adql_coord2(ivo_healpix_center(17, ivo_healpix_index(17, 23.4, 56.7)))",
            "56.70016214363192",
        ),
        (&at(1, "-428.8, 52.51, 2016.0, 1992.25"), "7.604061404627978"),
        (&at(2, "-428.8, 52.51, 2016.0, 1992.25"), "11.7932703828279"),
        (&at(1, "-428.8, 52.51, 2016.0, 1875.0"), "7.594068213694308"),
        (&at(2, "-428.8, 52.51, 2016.0, 1875.0"), "11.807251375203935"),
        (&at(1, "-428.8, NULL, 2016.0, 1875.0"), "7.594079587029898"),
        (&at(2, "-428.8, NULL, 2016.0, 1875.0"), "11.807235464326332"),
        (&at(1, "NULL, NULL, 2016.0, 1875.0"), "7.594080321498365"),
        (&at(2, "NULL, NULL, 2016.0, 1875.0"), "11.790440798509207"),
        (
            "adql_coord1(ivo_geom_transform('ICRS', 'GALACTIC', adql_point(120, -23)))",
            "241.121831182",
        ),
        (
            "adql_coord2(ivo_geom_transform('ICRS', 'GALACTIC', adql_point(120, -23)))",
            "3.62785788087",
        ),
        ("ivo_to_jd('2000-01-02T12:00:00')", "2451546.0"),
        ("ivo_to_jd('1910-12-31T06:00:00')", "2419036.75"),
        ("ivo_to_mjd('2000-01-02T12:00:00')", "51545.5"),
        ("ivo_to_mjd('1910-12-31T06:00:00')", "19036.25"),
        ("ivo_to_mjd(NULL)", "NULL"),
        ("ivo_nocasematch('ABcabc', 'ab__bc')", "1"),
        ("ivo_nocasematch('abcabc', 'abcab')", "0"),
        ("ivo_interval_overlaps(-3, -2, 2, 3)", "0"),
        ("ivo_interval_overlaps(-2, 55.3, 2, 3)", "1"),
        ("ivo_interval_overlaps(-2, 55.3, 3, 2)", "0"),
        ("ivo_interval_overlaps(-2, 2, 2, 3)", "1"),
        ("adql_round(ivo_hms_to_degrees('3:34:45.4'), 7)", "53.6891667"),
        ("ivo_dms_to_degrees('-0d15m0s')", "-0.25"),
        ("ivo_dms_to_degrees('-001500')", "-0.25"),
        ("ivo_hms_to_degrees('033445.4')", "53.68916666666667"),
        ("ivo_hms_to_degrees('25:00:00')", "NULL"),
        ("ivo_dms_to_degrees('1:2')", "NULL"),
        ("ivo_hashlist_has('Optical#X-Ray', 'x-ray')", "1"),
        ("ivo_hashlist_has('Optical#X-Ray', 'optical#x-ray')", "0"),
        ("ivo_hashlist_has('Optical', 'opt')", "0"),
        ("ivo_hasword('A survey of QUASAR spectra', 'quasar survey')", "1"),
        ("ivo_hasword('A survey of quasars', 'quasar')", "0"),
    ])
    .await;
    // A circle turned from FK4 to galactic coordinates.
    let mut sqlite = Sqlite::open().await;
    let turned = "adql_dali(ivo_geom_transform('FK4', 'GALACTIC', adql_circle(189.70303055, 22.96240006, 3)))";
    let text = sqlite.ask(turned, &[]).await.unwrap();
    let numbers: Vec<f64> = text.text().split(' ').map(|word| word.parse().unwrap()).collect();
    for (found, expected) in numbers.iter().zip([275.000_254_05, 84.999_961_54, 3.0]) {
        assert!((found - expected).abs() < 5e-8, "{numbers:?}");
    }
}

#[tokio::test]
async fn geometries_have_texts_and_measures() {
    check(&[
        ("adql_dali(adql_point(12.3, 45.6))", "12.3 45.6"),
        ("adql_dali(adql_point(-10, -90))", "350 -90"),
        ("adql_dali(adql_circle(12.3, 45.6, 1))", "12.3 45.6 1"),
        ("adql_dali(adql_circle_at(adql_point(12.3, 45.6), 0.1))", "12.3 45.6 0.1"),
        ("adql_dali(adql_polygon(1, 1, 3, 1, 3, 2))", "1 1 3 2 3 1"),
        ("adql_dali(adql_polygon(1, 1, 3, 2, 3, 1))", "1 1 3 2 3 1"),
        // Not convex: still one outline.
        (
            "adql_area(adql_shape(adql_dali(adql_polygon(0,0, 4,0, 4,4, 2,1, 0,4)), 'polygon')) \
             / adql_area(adql_polygon(0,0, 4,0, 4,4, 2,1, 0,4))",
            "1",
        ),
        (
            "adql_dali(adql_polygon_at(adql_point(1, 1), adql_point(3, 1), adql_point(3, 2)))",
            "1 1 3 2 3 1",
        ),
        ("adql_area(adql_point(1, 2))", "0"),
        ("adql_area(adql_circle(0, 90, 180))", "41252.96124941927"),
        ("adql_area(adql_box(0, 90, 2, 3)) > 5.9 AND adql_area(adql_box_at(adql_point(0, 90), 2, 3)) < 6.1", "1"),
        ("adql_coord1(adql_centroid(adql_circle(12.3, 45.6, 1)))", "12.3"),
        ("adql_distance_at(adql_centroid(adql_circle(12.3, 45.6, 1)), adql_point(12.3, 45.6))", "0"),
        ("adql_centroid(adql_circle(0, 0, 180))", "NULL"),
        ("adql_contains(adql_point(1, 90), adql_point(2, 90))", "1"),
        ("adql_contains(adql_point(0, 0), adql_point(360, 0))", "1"),
        ("adql_contains(adql_circle(0, 0, 0), adql_point(0, 0))", "1"),
        ("adql_contains(adql_circle(0, 0, 1), adql_point(0, 0))", "0"),
        ("adql_contains(adql_circle(0, 0, 1), adql_box(0, 0, 3, 3))", "1"),
        ("adql_contains(adql_box(0, 0, 3, 3), adql_circle(0, 0, 1))", "0"),
        ("adql_intersects(adql_point(0, 0.5), adql_circle(0, 0, 1))", "1"),
        ("adql_intersects(adql_circle(0, 0, 1), adql_point(0, 1.5))", "0"),
        ("adql_intersects(adql_circle(0, 0, 1), adql_circle(0, 2, 1))", "1"),
        ("adql_dali(adql_shape('1 2', 'point'))", "1 2"),
        ("adql_dali(adql_shape(' 12.3  45.6 1.0', 'circle'))", "12.3 45.6 1"),
        ("adql_dali(adql_shape('circle 1 2 3', 'region'))", "1 2 3"),
        ("adql_dali(adql_shape('Polygon ICRS GEOCENTER 1 1 1 2 3 2', 'region'))", "1 1 1 2 3 2"),
        ("adql_dali(adql_shape('Position icrs 10 20', 'region'))", "10 20"),
        (
            "adql_dali(adql_shape('UNION ICRS (CIRCLE 1 2 3 INTERSECTION(CIRCLE 4 5 6 Circle 7 8 9))', 'region'))",
            "UNION ICRS ( CIRCLE 1.000000 2.000000 3.000000 INTERSECTION ( CIRCLE 4.000000 \
             5.000000 6.000000 CIRCLE 7.000000 8.000000 9.000000 ) )",
        ),
        (
            "adql_dali(adql_shape('CIRCLE GALACTIC 0 90 1', 'region')) \
             = adql_dali(ivo_geom_transform('GALACTIC', 'ICRS', adql_circle(0, 90, 1)))",
            "1",
        ),
        ("adql_contains(adql_point(359, 0), adql_shape('range 350 10 -5 5', 'region'))", "1"),
        ("adql_contains(adql_point(349, 0), adql_shape('range 350 10 -Inf +Inf', 'region'))", "0"),
        // Region columns: the empty union, and corrupt text.
        ("adql_area('')", "0"),
        ("adql_intersects('', adql_circle(0, 0, 180))", "0"),
        ("adql_area('nonsense')", "NULL"),
        ("adql_contains(adql_point(1, 2), 'nonsense')", "NULL"),
    ])
    .await;
}

#[tokio::test]
async fn numbers_and_texts() {
    check(&[
        ("adql_mod(-7.5, 2)", "-1.5"),
        ("adql_mod(1, 0)", "NULL"),
        ("adql_round(2.5, 0)", "3"),
        ("adql_round(-1234.5678, -2)", "-1200"),
        ("adql_truncate(-1234.5678, 2)", "-1234.56"),
        ("adql_lower('ÄÖ')", "äö"),
        ("adql_upper('straße')", "STRASSE"),
        ("adql_like('a%b', 'a%b')", "1"),
        ("adql_like('A', 'a')", "0"),
        ("adql_like('äx', '_x')", "1"),
        ("adql_ilike('ÄX', 'ä_')", "1"),
        ("adql_text(5)", "5"),
        ("adql_text(5.0)", "5"),
        ("adql_text(1e15)", "1e+15"),
        ("adql_text('x')", "x"),
        ("adql_integer('  -12 ', 16)", "-12"),
        ("adql_integer(2.5, 32)", "2"),
        ("adql_double('1e3')", "1000"),
        ("adql_double(3)", "3"),
        ("adql_char('äöü', 2)", "äö"),
        ("adql_char('äöü', 9)", "äöü"),
        ("adql_timestamp('2016-12-31')", "2016-12-31T00:00:00.000000"),
        ("adql_timestamp('2016-12-31 23:59:60.5Z')", "2017-01-01T00:00:00.500000"),
        ("adql_timestamp('2016-12-31T23:59:59.9999996')", "2017-01-01T00:00:00.000000"),
        (
            "typeof(adql_rand()) || (adql_rand() <> adql_rand()) || (adql_rand() BETWEEN 0 AND 1)",
            "real11",
        ),
        ("typeof(ivo_normal_random(0, 1))", "real"),
        // What SQLite itself says where PostgreSQL has an error: the translator guards that.
        ("sqrt(-1)", "NULL"),
        ("ln(0)", "NULL"),
        ("ln(-1)", "NULL"),
        ("log10(0)", "NULL"),
        ("asin(2)", "NULL"),
        ("acos(-2)", "NULL"),
        ("power(-1, 0.5)", "NULL"),
        ("exp(1000) > 1e308", "1"),
        ("power(0, -1) > 1e308", "1"),
    ])
    .await;
}

#[tokio::test]
async fn wrong_values_are_errors_that_say_what_is_wrong() {
    check(&[
        ("adql_point(10, 91)", "error: POINT: the latitude 91 is not between -90 and 90 degrees"),
        ("adql_circle(10, 9, -1)", "error: CIRCLE: the radius must be between 0 and 180 degrees, not -1"),
        ("adql_circle(9e999, 9, 1)", "error: CIRCLE: the longitude must be a finite number, not inf"),
        ("adql_box(0, 0, 200, 1)", "error: BOX: the width must be between 0 and 180 degrees, not 200"),
        (
            "adql_polygon(0, 0, 1, 1, 1, 0, 0, 1)",
            "error: POLYGON: edges 1 and 3 of the polygon cross or touch each other",
        ),
        ("adql_polygon(0, 0, 1)", "error: POLYGON: a latitude is missing: vertices are pairs of numbers"),
        ("adql_polygon()", "error: POLYGON: a polygon needs three different vertices or more, not 0"),
        ("adql_polygon_at(adql_point(1, 2), 3)", "error: POLYGON: argument 2 must be a point"),
        ("adql_coord1(adql_circle(1, 2, 3))", "error: COORD1: a point is needed here, not a region"),
        (
            "adql_contains(x'00', adql_point(1, 2))",
            "error: CONTAINS: the bytes are not a geometry: unknown region type 0x00 at offset 0",
        ),
        ("adql_area(x'2e00')", "error: AREA: the bytes are not a geometry: a point has 17 of them"),
        ("adql_area(12)", "error: AREA: argument 1 must be a geometry"),
        (
            "adql_shape('12', 'point')",
            "error: REGION: a point is written as its longitude and latitude in degrees, not as '12'",
        ),
        (
            "adql_shape('Sphere 1 2', 'region')",
            "error: REGION: 'Sphere' is not a shape: it is POSITION, CIRCLE, BOX, POLYGON, RANGE, UNION or INTERSECTION",
        ),
        (
            "adql_shape('Circle FK6 1 2 3', 'region')",
            "error: REGION: 'FK6' is neither a number nor a frame: frames are ICRS, FK5, FK4, GALACTIC and ECLIPTIC",
        ),
        ("adql_shape('Circle 1 2', 'region')", "error: REGION: CIRCLE has longitude, latitude and radius in degrees, not 2 numbers"),
        ("adql_shape('union (circle 1 2 3', 'region')", "error: REGION: a closing bracket is missing"),
        ("adql_shape('circle 1 2 3)', 'region')", "error: REGION: ')' after the end of the shape"),
        (
            "ivo_geom_transform('icrs', 'GALACTIC', adql_point(1, 2))",
            "error: ivo_geom_transform: 'icrs' is not a frame: it is ICRS, FK5, FK4, GALACTIC or ECLIPTIC, in capitals",
        ),
        ("ivo_healpix_index(30, 1, 1)", "error: ivo_healpix_index: the order 30 is not between 0 and 29"),
        ("ivo_healpix_center(0, 12)", "error: ivo_healpix_center: there is no pixel 12 at order 0: they are 0 to 11"),
        ("ivo_healpix_center(0, 1.5)", "error: ivo_healpix_center: argument 2 must be a whole number"),
        ("ivo_to_jd('today')", "error: ivo_to_jd: 'today' is not a timestamp: write YYYY-MM-DDThh:mm:ss.sss"),
        ("adql_timestamp('2015-02-29')", "error: CAST: '2015-02-29' is not a timestamp: write YYYY-MM-DDThh:mm:ss.sss"),
        ("adql_integer(40000, 16)", "error: CAST: '40000' is out of the range of SMALLINT"),
        ("adql_integer('1.5', 32)", "error: CAST: '1.5' is not an integer"),
        ("adql_integer(1e19, 64)", "error: CAST: 10000000000000000000 is out of the range of BIGINT"),
        ("adql_double('1e400')", "error: CAST: '1e400' is out of the range of DOUBLE PRECISION"),
        (
            "ivo_epoch_prop_pos(NULL, 1, 1, 1, 1, 1, 2000, 2001)",
            "error: ivo_epoch_prop_pos: the position and both epochs are needed, not NULL",
        ),
    ])
    .await;
}

#[tokio::test]
async fn aggregates() {
    let mut sqlite = Sqlite::open().await;
    let values = "(SELECT column1 AS g, column2 AS v FROM (VALUES (1, 0.5), (1, NULL), (2, -3), (2, 9), (2, 1.5), (3, NULL)))";
    let rows = sqlite
        .rows(
            &format!(
                "SELECT g, ivo_string_agg(v, '; '), ivo_histogram(v, 0, 2, 2), ivo_string_agg(v, NULL) \
                 FROM {values} GROUP BY g ORDER BY g"
            ),
            &[],
        )
        .await
        .unwrap();
    let text = |text: &str| Value::Text(text.to_owned());
    let expected = vec![
        vec![Value::Integer(1), text("0.5"), text("1 1 0 0"), text("0.5")],
        vec![Value::Integer(2), text("-3; 1.5; 9"), text("1 0 1 1"), text("-31.59")],
        vec![Value::Integer(3), Value::Null, text("1 0 0 0"), Value::Null],
    ];
    assert_eq!(rows, expected);
    let none = "ivo_string_agg(1, ''), ivo_histogram(1, 0, 1, 1) WHERE 0";
    let rows = sqlite.rows(&format!("SELECT {none}"), &[]).await.unwrap();
    assert_eq!(rows, [[Value::Null, Value::Null]]);
    for (sql, expected) in [
        (
            "ivo_histogram(1, 2, 1, 5)",
            "ivo_histogram: the lower bound 2 is not below the upper one, 1",
        ),
        ("ivo_histogram(1, 0, 1, 0)", "ivo_histogram: 0 bins are not between 1 and 100000"),
        ("ivo_string_agg(x'00', '')", "ivo_string_agg: argument 1 must be a text or a number"),
    ] {
        assert_eq!(sqlite.ask(sql, &[]).await, Err(expected.to_owned()));
    }
    // As much as a text may be long.
    let long = "SELECT ivo_string_agg(hex(zeroblob(500000)), '') FROM generate_series(1, 17)";
    let long = long.replace(
        "generate_series(1, 17)",
        "(VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13),(14),(15),(16),(17))",
    );
    assert!(sqlite.rows(&long, &[]).await.unwrap_err().contains("longer than"));
}

/// Every function of ours with NULL in each place.
#[tokio::test]
async fn null_gives_null() {
    let mut sqlite = Sqlite::open().await;
    let sql = "SELECT DISTINCT name, narg FROM pragma_function_list \
               WHERE name LIKE 'adql!_%' ESCAPE '!' OR name LIKE 'ivo!_%' ESCAPE '!'";
    let functions = sqlite.rows(sql, &[]).await.unwrap();
    assert!(functions.len() > 45, "{}", functions.len());
    for row in functions {
        let (name, count) = (row[0].text(), row[1].number() as i64);
        let count = if count < 0 { 4 } else { count };
        for place in 0..count {
            let arguments: Vec<_> =
                (0..count).map(|i| if i == place { "NULL" } else { "x'00'" }).collect();
            let call = format!("{name}({})", arguments.join(", "));
            let found = sqlite.ask(&call, &[]).await;
            if ["ivo_epoch_prop_pos", "ivo_histogram", "ivo_string_agg"].contains(&name) {
                continue; // tested above
            }
            assert_eq!(found, Ok(Value::Null), "{call}");
        }
    }
}

#[tokio::test]
async fn sqlite_may_index_and_trust_them_but_for_the_random_ones() {
    let mut sqlite = Sqlite::open().await;
    for sql in [
        "PRAGMA trusted_schema = OFF",
        "CREATE TABLE t (x TEXT)",
        "CREATE INDEX i ON t (adql_lower(x))",
        "CREATE VIEW v AS SELECT adql_area(adql_circle(1, 2, 3)) AS a, adql_rand() AS r",
        "SELECT * FROM v",
    ] {
        sqlite.rows(sql, &[]).await.unwrap();
    }
    for random in ["adql_rand()", "ivo_normal_random(1, x)"] {
        let error = sqlite.rows(&format!("CREATE INDEX r ON t ({random})"), &[]).await.unwrap_err();
        assert!(error.contains("non-deterministic"), "{error}");
    }
    // A thousand numbers are not all the same, nor far from what they should be.
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
                SELECT avg(adql_rand()), min(adql_rand()), max(adql_rand()), \
                avg(ivo_normal_random(5, 2)), avg(power(ivo_normal_random(5, 2) - 5, 2)) FROM n";
    let row = sqlite.rows(many, &[]).await.unwrap().remove(0);
    let numbers: Vec<f64> = row.iter().map(Value::number).collect();
    for (found, (low, high)) in numbers.iter().zip([
        (0.48, 0.52),
        (0.0, 0.002),
        (0.998, 0.999_999_999_999_999_9),
        (4.9, 5.1),
        (3.7, 4.3),
    ]) {
        assert!(low <= *found && *found <= high, "{numbers:?}");
    }
}

#[tokio::test]
async fn polygons_may_have_many_vertices() {
    let mut sqlite = Sqlite::open().await;
    let vertices: Vec<String> = (0..500)
        .map(|i| {
            let (sin, cos) = (f64::from(i) * std::f64::consts::TAU / 500.0).sin_cos();
            format!("{}, {}", 50.0 + cos, sin)
        })
        .collect();
    let area = sqlite.ask(&format!("adql_area(adql_polygon({}))", vertices.join(", ")), &[]).await;
    assert!((area.unwrap().number() - std::f64::consts::PI).abs() < 1e-3);
    let text = vertices.join(" ").replace(',', "");
    let area = sqlite.ask(&format!("adql_area(adql_shape('{text}', 'polygon'))"), &[]).await;
    assert!((area.unwrap().number() - std::f64::consts::PI).abs() < 1e-3);
}
