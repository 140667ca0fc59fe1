//! Regions in PostgreSQL, by functions and inline, against the Rust decoder, which
//! `region_rust.rs` checks against lsst.sphgeom.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod region_support;
mod support;

use obscore_view::geom::{Bounds, Region};
use obscore_view::region::{RegionColumns, decode_base64, spherical_point, spherical_polygon};
use obscore_view::sql::Dialect::Postgres;
use obscore_view::sql::region::{
    RegionColumn, Strategy, column, function_names, prelude, sky_functions,
};
use region_support::postgres::{database, rows, run, shared};
use region_support::{OPTIONS, SCHEMA, compare, select, some_texts, texts, view};
use support::postgres::Cluster;

#[test]
fn functions_answer_as_rust_does() {
    for options in OPTIONS {
        let sql = select(Postgres, Strategy::Functions, options, 1);
        // A hostile search path must not matter.
        let output = run(
            shared(),
            &format!(
                "CREATE SCHEMA IF NOT EXISTS bad;
                 CREATE OR REPLACE FUNCTION bad.abs(float8) RETURNS float8 LANGUAGE sql AS 'SELECT 0::float8';
                 SET search_path = bad, public, pg_catalog;
                 {sql};"
            ),
        );
        compare("PostgreSQL functions", &texts(), options, &rows(&output));
    }
}

#[test]
fn functions_run_in_parallel_workers() {
    let sql = select(Postgres, Strategy::Functions, OPTIONS[0], 1);
    let name = database(&texts());
    run(&name, "ALTER TABLE v SET (parallel_workers = 2);");
    let settings = "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
         SET max_parallel_workers_per_gather = 2; SET enable_indexscan = off;";
    let plan = run(&name, &format!("{settings} EXPLAIN {sql};"));
    assert!(plan.contains("Gather"), "{plan}");
    let output = run(&name, &format!("{settings} {sql};"));
    compare("parallel workers", &texts(), OPTIONS[0], &rows(&output));
}

#[test]
fn what_is_installed_has_the_names_that_are_told() {
    let name = database(&[]);
    let count = "SELECT count(*) FROM pg_proc WHERE proname LIKE 'obscore%';";
    let names = function_names(Postgres, Strategy::Functions);
    assert_eq!(run(&name, count).trim(), names.len().to_string());
    assert_eq!(names.len(), prelude(Postgres, Strategy::Functions, None).len());
}

/// What an index on boxes is made of: around every region, and the whole sky for all else.
#[test]
fn boxes_are_around_regions() {
    let texts = texts();
    let name = database(&texts);
    let functions = sky_functions(Postgres, Strategy::Functions, Some(SCHEMA));
    let statements: Vec<String> = functions.into_iter().map(|(_, statement)| statement).collect();
    run(&name, &format!("{};", statements.join(";\n")));
    let schema = SCHEMA.replace('"', "\"\"");
    // An index is made of what the function gives; what fails would stop who stores a region.
    run(&name, &format!("CREATE INDEX ON v USING gist (\"{schema}\".obscore_bounds(region));"));
    let output =
        run(&name, &format!("SELECT \"{schema}\".obscore_bounds(region) FROM v ORDER BY n;"));
    // Without the margins of one of both.
    let slack = 2e-5;
    let (mut tight, mut whole, mut crossing) = (0, 0, 0);
    for (text, line) in texts.iter().zip(output.lines()) {
        let numbers = line.split(['(', ')', ',']).filter(|word| !word.is_empty());
        let numbers: Vec<f64> = numbers.map(|word| word.parse().unwrap()).collect();
        let [east, north, west, south] = numbers[..] else { panic!("{text}: {line}") };
        let region = decode_base64(text).ok();
        let circle = region.and_then(|region| region.bounding_circle());
        let Some(circle) = circle.filter(|circle| !circle.is_empty()) else {
            assert!(Bounds { west, south, east, north } == Bounds::SKY, "{text}: {line}");
            whole += 1;
            continue;
        };
        let boxes = Bounds::around(&circle);
        for one in &boxes {
            assert!(
                west <= one.west + slack && one.east <= east + slack,
                "{text}: {line} for {boxes:?}"
            );
            assert!(
                south.max(-90.0) <= one.south.max(-90.0) + slack
                    && one.north.min(90.0) <= north.min(90.0) + slack,
                "{text}: {line} for {boxes:?}"
            );
        }
        crossing += usize::from(boxes.len() == 2);
        let own = Bounds { west, south, east, north };
        tight += usize::from(own.share() < 1.001 * boxes[0].share() + 1e-6);
    }
    // Who stores regions has no right on the functions' schema, and gets the same box.
    let output = run(
        &name,
        &format!(
            "CREATE ROLE bounds_writer; GRANT INSERT ON v TO bounds_writer; SET ROLE bounds_writer;
             INSERT INTO v VALUES (-1, '{}'); RESET ROLE; SET enable_seqscan = off;
             SELECT count(*) FILTER (WHERE n = -1) FROM v WHERE \"{schema}\".obscore_bounds(region) && box '(11,1),(9,-1)';
             SELECT count(*) FILTER (WHERE n = -1) FROM v WHERE \"{schema}\".obscore_bounds(region) && box '(99,1),(98,-1)';",
            circle_at_10_0()
        ),
    );
    assert_eq!(output, "1\n0\n");
    println!(
        "{} boxes: {tight} tight, {crossing} on longitude 0, {whole} of no region",
        texts.len()
    );
    assert!(tight > texts.len() / 4 && whole > 100 && crossing > 10);
}

#[test]
fn inline_expressions_answer_as_rust_does() {
    for (options, step) in OPTIONS.into_iter().zip([1, 5, 5]) {
        let sql = select(Postgres, Strategy::Inline, options, step);
        let output = run(shared(), &format!("{sql};"));
        compare("PostgreSQL inline", &some_texts(step), options, &rows(&output));
    }
}

#[test]
fn views_with_either_strategy_open() {
    let texts = &texts()[..41];
    let name = database(texts);
    for strategy in [Strategy::Functions, Strategy::Inline] {
        let view = view(Postgres, strategy, OPTIONS[0]);
        let output = run(&name, &format!("{view} SELECT * FROM laid_out; DROP VIEW laid_out;"));
        compare("a view in PostgreSQL", texts, OPTIONS[0], &rows(&output));
    }
}

/// pgSphere reads the texts; its own output says that it read what was meant.
#[test]
fn pgsphere_columns_are_those_of_rust() {
    // pgSphere itself refuses polygons with edges that touch or cross, as bytes by hand have.
    let texts: Vec<&str> =
        some_texts(3).into_iter().filter(|text| region_support::is_ordinary(text)).collect();
    let name = database(&texts);
    Cluster::shared().extension(&name, "pg_sphere");
    for strategy in [Strategy::Functions, Strategy::Inline] {
        for options in OPTIONS {
            let of = |which| {
                let region = sea_query::Expr::col("region");
                let expression = column(Postgres, strategy, which, region, Some(SCHEMA), &options);
                let sql = sea_query::Query::select()
                    .expr(expression)
                    .from("v")
                    .order_by("n", sea_query::Order::Asc)
                    .to_string(sea_query::PostgresQueryBuilder);
                run(&name, &format!("{sql};"))
            };
            let (points, polygons) =
                (of(RegionColumn::PgSpherePoint), of(RegionColumn::PgSpherePolygon));
            let mut compared = 0;
            for ((text, point), polygon) in texts.iter().zip(points.lines()).zip(polygons.lines()) {
                let region = decode_base64(text).ok();
                let is_polygon = matches!(region, Some(Region::ConvexPolygon(_)));
                let wanted = region.as_ref().filter(|_| options.all_region_types || is_polygon);
                same_numbers(wanted.and_then(spherical_point), point);
                same_numbers(wanted.and_then(spherical_polygon), polygon);
                compared += 1;
            }
            assert_eq!(compared, texts.len());
            println!("{compared} pgSphere points and polygons, {strategy:?} {options:?}");
        }
    }
}

/// Numbers to 1e-9 radians, within which pgSphere takes angles for zero; all else as it is.
fn same_numbers(expected: Option<String>, found: &str) {
    let Some(expected) = expected else {
        assert_eq!(found, "\\N");
        return;
    };
    let split = |text: &str| -> Vec<f64> {
        text.split(['{', '(', ',', ')', '}', ' '])
            .filter(|word| !word.is_empty())
            .map(|word| word.parse().unwrap_or_else(|_| panic!("{text} for {expected}")))
            .collect()
    };
    let (a, b) = (split(&expected), split(found));
    assert_eq!(a.len(), b.len(), "{expected}\n{found}");
    for (a, b) in a.iter().zip(&b) {
        let d = (a - b).abs();
        assert!(d < 1e-9 || (d - std::f64::consts::TAU).abs() < 1e-9, "{expected}\n{found}");
    }
}

#[test]
fn null_stays_null() {
    let name = database(&[]);
    run(&name, "INSERT INTO v VALUES (0, NULL);");
    for strategy in [Strategy::Functions, Strategy::Inline] {
        let sql = select(Postgres, strategy, OPTIONS[0], 1);
        assert_eq!(rows(&run(&name, &format!("{sql};"))), [RegionColumns::default()]);
    }
}

/// The stored text of a circle of half a degree around longitude 10, latitude 0.
fn circle_at_10_0() -> String {
    use base64::Engine as _;
    let (lon, angle) = (10_f64.to_radians(), 0.5_f64.to_radians());
    let chord = 2.0 * (angle / 2.0).sin();
    let mut bytes = vec![b'c'];
    for number in [lon.cos(), lon.sin(), 0.0, chord * chord, angle] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
