//! Regions in SQLite, by functions and inline, in programs of others, against the Rust decoder,
//! which `region_rust.rs` checks against lsst.sphgeom.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod region_support;
mod support;

use obscore_view::region::RegionColumns;
use obscore_view::sql::Dialect::Sqlite;
use obscore_view::sql::region::{Strategy, sqlite};
use region_support::sqlite::{database, extension, program_rows, python_rows};
use region_support::{OPTIONS, compare, select, some_texts, texts};

#[test]
fn the_extension_in_the_sqlite3_program_answers_as_rust_does() {
    let dir = tempfile::tempdir().unwrap();
    let texts = texts();
    let file = database(dir.path(), &texts);
    for options in OPTIONS {
        let sql = select(Sqlite, Strategy::Functions, options, 1);
        let rows = program_rows(&file, Some(&extension()), &sql);
        compare("SQLite extension", &texts, options, &rows);
    }
}

#[test]
fn inline_in_the_sqlite3_program_answers_as_rust_does() {
    let dir = tempfile::tempdir().unwrap();
    let texts = texts();
    let file = database(dir.path(), &texts);
    for (options, step) in OPTIONS.into_iter().zip([1, 10, 10]) {
        let sql = select(Sqlite, Strategy::Inline, options, step);
        let rows = program_rows(&file, None, &sql);
        compare("SQLite inline, sqlite3", &some_texts(step), options, &rows);
    }
}

#[test]
fn inline_in_python_answers_as_rust_does() {
    let dir = tempfile::tempdir().unwrap();
    let texts = texts();
    let file = database(dir.path(), &texts);
    for (options, step) in OPTIONS.into_iter().zip([4, 20, 20]) {
        let sql = select(Sqlite, Strategy::Inline, options, step);
        let rows = python_rows(&file, &sql);
        compare("SQLite inline, Python", &some_texts(step), options, &rows);
    }
}

async fn in_process(texts: &[&str], strategy: Strategy, step: i32) {
    use sqlx::{Connection, Row};
    let dir = tempfile::tempdir().unwrap();
    let file = database(dir.path(), texts);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    {
        let mut handle = connection.lock_handle().await.unwrap();
        // SAFETY: the handle is locked and open.
        unsafe { sqlite::register(handle.as_raw_handle().as_ptr().cast()) }.unwrap();
    }
    for options in OPTIONS {
        let sql = select(Sqlite, strategy, options, step);
        let rows: Vec<RegionColumns> = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut connection)
            .await
            .unwrap()
            .iter()
            .map(|row| RegionColumns {
                s_ra: row.get(0),
                s_dec: row.get(1),
                s_fov: row.get(2),
                s_region: row.get(3),
            })
            .collect();
        compare("SQLite in process", &some_texts(step), options, &rows);
    }
}

#[tokio::test]
async fn functions_in_process_answer_as_rust_does() {
    in_process(&texts(), Strategy::Functions, 1).await;
}

#[tokio::test]
async fn inline_in_process_answers_as_rust_does() {
    in_process(&texts(), Strategy::Inline, 4).await;
}

#[test]
fn null_stays_null_and_other_types_are_no_regions() {
    let dir = tempfile::tempdir().unwrap();
    let file = database(dir.path(), &["x"]);
    let sql = |strategy, value: &str| {
        let from = format!("FROM (SELECT 1 AS n, {value} AS \"region\")");
        select(Sqlite, strategy, OPTIONS[0], 1).replace("FROM \"v\"", &from)
    };
    for value in ["NULL", "12", "1.5", "x'00ff'", "x''", "''", "'cAAA' || char(0) || '\"'"] {
        for strategy in [Strategy::Functions, Strategy::Inline] {
            let rows = program_rows(&file, Some(&extension()), &sql(strategy, value));
            assert_eq!(rows, [RegionColumns::default()], "{strategy:?} {value}");
        }
    }
}
