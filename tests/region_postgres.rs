//! Regions in PostgreSQL, by functions and inline, against the Rust decoder, which
//! `region_rust.rs` checks against lsst.sphgeom.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod region_support;

use obscore_view::region::{RegionColumns, decode_base64, spherical_point, spherical_polygon};
use obscore_view::sql::Dialect::Postgres;
use obscore_view::sql::region::{
    RegionColumn, Strategy, column, drop_statements, function_names, prelude,
};
use region_support::postgres::{Cluster, rows};
use region_support::{OPTIONS, SCHEMA, compare, select, texts};

fn cluster_with_functions() -> Cluster {
    let cluster = Cluster::with_texts(&texts());
    let schema = SCHEMA.replace('"', "\"\"");
    let statements = prelude(Postgres, Strategy::Functions, Some(SCHEMA)).join(";\n");
    cluster.psql(&format!("CREATE SCHEMA \"{schema}\";\n{statements};\n"));
    cluster
}

#[test]
fn functions_answer_as_rust_does() {
    let cluster = cluster_with_functions();
    let texts = texts();
    for options in OPTIONS {
        let sql = select(Postgres, Strategy::Functions, options);
        // A hostile search path and output format must not matter.
        let output = cluster.psql(&format!(
            "CREATE SCHEMA IF NOT EXISTS bad;
             CREATE OR REPLACE FUNCTION bad.abs(float8) RETURNS float8 LANGUAGE sql AS 'SELECT 0::float8';
             SET search_path = bad, public, pg_catalog;
             {sql};"
        ));
        compare("PostgreSQL functions", &texts, options, &rows(&output));
    }

    // In parallel workers too.
    let sql = select(Postgres, Strategy::Functions, OPTIONS[0]);
    let parallel = "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
         SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
         ALTER TABLE v SET (parallel_workers = 2); SET enable_indexscan = off;";
    let plan = cluster.psql(&format!("{parallel} EXPLAIN {sql};"));
    assert!(plan.contains("Gather"), "{plan}");
    compare(
        "parallel workers",
        &texts,
        OPTIONS[0],
        &rows(&cluster.psql(&format!("{parallel} {sql};"))),
    );

    let drops = drop_statements(Postgres, Strategy::Functions, Some(SCHEMA)).join(";\n");
    let left = cluster
        .psql(&format!("{drops}; SELECT count(*) FROM pg_proc WHERE proname LIKE 'obscore%';"));
    assert_eq!(left.trim(), "0");
    assert_eq!(
        function_names(Postgres, Strategy::Functions).len(),
        prelude(Postgres, Strategy::Functions, None).len()
    );
}

#[test]
fn inline_expressions_answer_as_rust_does() {
    let texts = texts();
    let cluster = Cluster::with_texts(&texts);
    for options in OPTIONS {
        let sql = select(Postgres, Strategy::Inline, options);
        let output = cluster.psql(&format!("{sql};"));
        compare("PostgreSQL inline", &texts, options, &rows(&output));
    }
}

/// pgSphere reads the texts; its own areas and centres say that it read what was meant.
#[test]
fn pgsphere_literals_are_those_of_rust() {
    let cluster = cluster_with_functions();
    cluster.psql("CREATE EXTENSION pg_sphere;");
    for strategy in [Strategy::Functions, Strategy::Inline] {
        for options in OPTIONS {
            let of = |which| {
                let region = sea_query::Expr::col("region");
                let expression = column(Postgres, strategy, which, region, Some(SCHEMA), &options);
                sea_query::Query::select()
                    .expr(expression)
                    .from("v")
                    .order_by("n", sea_query::Order::Asc)
                    .to_string(sea_query::PostgresQueryBuilder)
            };
            let points = cluster.psql(&format!("{};", of(RegionColumn::PgSpherePoint)));
            let polygons = cluster.psql(&format!("{};", of(RegionColumn::PgSpherePolygon)));
            let mut compared = 0;
            for ((text, point), polygon) in texts().iter().zip(points.lines()).zip(polygons.lines())
            {
                let region = decode_base64(text).ok();
                let is_polygon =
                    matches!(region, Some(obscore_view::geom::Region::ConvexPolygon(_)));
                let wanted = region.as_ref().filter(|_| options.all_region_types || is_polygon);
                same_numbers(wanted.and_then(spherical_point), point);
                same_numbers(wanted.and_then(spherical_polygon), polygon);
                compared += 1;
            }
            assert_eq!(compared, texts().len());
        }
    }
}

/// pgSphere prints its own digits: numbers to 1e-12 radians, all else as it is.
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
        assert!(d < 2e-11 || (d - std::f64::consts::TAU).abs() < 2e-11, "{expected}\n{found}");
    }
}

#[test]
fn null_stays_null() {
    let cluster = cluster_with_functions();
    cluster.psql("DELETE FROM v; INSERT INTO v VALUES (1, NULL);");
    for strategy in [Strategy::Functions, Strategy::Inline] {
        let sql = select(Postgres, strategy, OPTIONS[0]);
        assert_eq!(rows(&cluster.psql(&format!("{sql};"))), [RegionColumns::default()]);
    }
}
