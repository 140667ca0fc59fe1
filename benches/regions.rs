//! Cost per row of each way to decode regions, printed by hand: `cargo bench --bench regions`.
//!
//! In: `OBSCORE_VIEW_BENCH_URL`, a PostgreSQL database to make a temporary table in (without it
//! SQLite alone is measured), and `OBSCORE_VIEW_BENCH_ROWS` (default 20,000). Out: microseconds a
//! row over the cost of reading the raw column, for polygons of four vertices as detectors have.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(clippy::cast_precision_loss, reason = "counts of rows")]

use std::time::Instant;

use obscore_view::geom::{Region, Vector3};
use obscore_view::region::{RegionOptions, columns, encode_base64};
use obscore_view::sql::Dialect;
use obscore_view::sql::region::{RegionColumn, Strategy, column, prelude, sqlite};
use sea_query::{Expr, Query};
use sqlx::{Connection, Executor};

/// Detector-sized squares spread over the sky.
fn texts(rows: usize) -> Vec<String> {
    (0..rows)
        .map(|i| {
            let lon = (i as f64 * 2.399_963).rem_euclid(std::f64::consts::TAU);
            let lat = (2.0 * (i as f64 + 0.5) / rows as f64 - 1.0).asin() * 0.95;
            let corner = |dx: f64, dy: f64| {
                let lon = lon + dx * 0.002 / lat.cos();
                let v = Vector3::from_lon_lat(lon, lat + dy * 0.002);
                v.normalized().unwrap().0
            };
            let corners =
                [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(x, y)| corner(x, y));
            encode_base64(&Region::ConvexPolygon(corners.to_vec()))
        })
        .collect()
}

fn query(dialect: Dialect, what: Option<(Strategy, RegionColumn)>, rows: usize) -> String {
    let region = Expr::col("region");
    let options = RegionOptions::default();
    let value = match what {
        None => region,
        Some((strategy, which)) => {
            column(dialect, strategy, which, region, Some("pg_temp"), &options)
        }
    };
    let mut inner = Query::select();
    inner.expr_as(value, "x").from("bench_regions").limit(rows as u64);
    let mut outer = Query::select();
    outer.expr(Expr::cust("count(x)")).from_subquery(inner, "t");
    match dialect {
        Dialect::Postgres => outer.to_string(sea_query::PostgresQueryBuilder),
        Dialect::Sqlite => outer.to_string(sea_query::SqliteQueryBuilder),
    }
}

async fn measure<C>(name: &str, dialect: Dialect, connection: &mut C, rows: usize)
where
    for<'c> &'c mut C: Executor<'c>,
{
    let mut seconds = Vec::new();
    let cases = [
        (None, "raw column"),
        (Some((Strategy::Functions, RegionColumn::Ra)), "functions, s_ra"),
        (Some((Strategy::Functions, RegionColumn::Region)), "functions, s_region"),
        (Some((Strategy::Inline, RegionColumn::Ra)), "inline, s_ra"),
        (Some((Strategy::Inline, RegionColumn::Region)), "inline, s_region"),
    ];
    for (what, label) in cases {
        let rows = if label.starts_with("inline") { rows / 20 } else { rows };
        let sql = query(dialect, what, rows);
        let mut best = f64::INFINITY;
        for _ in 0..3 {
            let start = Instant::now();
            connection.execute(sqlx::AssertSqlSafe(sql.clone())).await.unwrap();
            best = best.min(start.elapsed().as_secs_f64());
        }
        seconds.push(best / rows as f64);
        let raw = seconds.first().copied().unwrap_or_default();
        println!("{name:10}  {label:20}  {:9.2} µs a row", (best / rows as f64 - raw) * 1e6);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rows = std::env::var("OBSCORE_VIEW_BENCH_ROWS").map_or(20_000, |n| n.parse().unwrap());
    let texts = texts(rows);

    let start = Instant::now();
    let found = texts.iter().filter(|t| columns(t, RegionOptions::default()).1.is_none()).count();
    let each = start.elapsed().as_secs_f64() / rows as f64 * 1e6;
    assert_eq!(found, rows);
    println!("{:10}  {:20}  {each:9.2} µs a row", "Rust", "all four columns");

    let mut sqlite = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
    {
        let mut handle = sqlite.lock_handle().await.unwrap();
        // SAFETY: the handle is locked and open.
        unsafe { sqlite::register(handle.as_raw_handle().as_ptr().cast()) }.unwrap();
    }
    let values: Vec<String> = texts.iter().map(|text| format!("('{text}')")).collect();
    let fill = |create: &str| {
        format!(
            "{create} TABLE bench_regions (region text); INSERT INTO bench_regions VALUES {};",
            values.join(",")
        )
    };
    sqlite.execute(sqlx::AssertSqlSafe(fill("CREATE"))).await.unwrap();
    measure("SQLite", Dialect::Sqlite, &mut sqlite, rows).await;

    let Ok(url) = std::env::var("OBSCORE_VIEW_BENCH_URL") else {
        println!("PostgreSQL: set OBSCORE_VIEW_BENCH_URL");
        return;
    };
    let mut postgres = sqlx::PgConnection::connect(&url).await.unwrap();
    postgres.execute(sqlx::AssertSqlSafe(fill("CREATE TEMP"))).await.unwrap();
    for statement in prelude(Dialect::Postgres, Strategy::Functions, Some("pg_temp")) {
        postgres.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
    }
    measure("PostgreSQL", Dialect::Postgres, &mut postgres, rows).await;
}
