//! The first rows in an order are found before the query; they are the same rows as without that. Where no order
//! is asked for they are as many of all rows, each once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod query_support;
mod support;

use obscore_view::stream::engine::{Limits, Service};
use query_support::{ask, ask_within, prepare, said, service_of};
use support::postgres::Cluster;
use support::survey::{Survey, mapping};

const ALL: &str =
    "obs_publisher_did, obs_id, t_min, t_max, em_min, s_ra, s_dec, access_url, instrument_name";

/// Asks for the first rows in an order, and for the same as a table of its own, which hides the order from
/// the search for them; what they are sorted by must be the same, and each row must be one of all rows.
async fn same(service: &Service, top: u64, offset: u64, condition: &str, order: &str) -> usize {
    let offset = if offset > 0 { format!(" OFFSET {offset}") } else { String::new() };
    let asked = async |adql: &str| {
        let answer = ask(service, adql, &[]).await;
        answer.unwrap_or_else(|wrong| panic!("{adql}: {}", said(&wrong))).rows
    };
    let first = format!(
        "SELECT TOP {top} {ALL} FROM ivoa.ObsCore WHERE {condition} ORDER BY {order}{offset}"
    );
    let plain = format!(
        "SELECT TOP {top} {ALL} FROM (SELECT * FROM ivoa.ObsCore WHERE {condition}) AS o ORDER BY \
         {order}{offset}"
    );
    let all = format!("SELECT {ALL} FROM ivoa.ObsCore WHERE {condition}");
    let (first_rows, plain_rows, all_rows) =
        (asked(&first).await, asked(&plain).await, asked(&all).await);
    assert_eq!(first_rows.len(), plain_rows.len(), "{first}");
    let names: Vec<&str> = ALL.split(", ").collect();
    for key in order.split(", ") {
        let at = names.iter().position(|name| *name == key.split(' ').next().unwrap()).unwrap();
        for (one, other) in first_rows.iter().zip(&plain_rows) {
            assert_eq!(one[at], other[at], "{first}");
        }
    }
    for row in &first_rows {
        assert!(all_rows.contains(row), "{first}");
    }
    first_rows.len()
}

async fn first_rows(service: &Service) {
    let mut found = 0;
    for condition in [
        "1 = 1",
        "t_min IS NOT NULL",
        "t_max IS NOT NULL AND em_min > 0",
        "calib_level > 1",
        "dataproduct_type = 'image' OR em_min IS NULL",
        "t_min BETWEEN 50000 AND 70000",
        "t_min < 1",
    ] {
        for order in [
            "t_min",
            "t_min DESC",
            "t_max DESC, obs_publisher_did",
            "obs_id DESC, obs_publisher_did DESC",
            "em_min, t_min",
        ] {
            for (top, offset) in [(7, 0), (90, 5)] {
                found += same(service, top, offset, condition, order).await;
            }
        }
    }
    println!("{found} rows");
    assert!(found > 500);
    // That there is something to test: identifiers are asked for first.
    let adql = "SELECT TOP 5 * FROM ivoa.ObsCore WHERE t_min IS NOT NULL ORDER BY t_min DESC";
    let prepared = prepare(service, adql, &[]).unwrap();
    let statements = service.statements(&prepared, &[], None, false).await.unwrap();
    assert!(statements.len() > 1, "{statements:?}");
}

/// Asks for some rows, with and without MAXREC.
async fn some_rows(service: &Service) {
    let mut left_out = 0;
    for condition in [
        "1 = 1",
        "calib_level > 1",
        "t_min IS NULL",
        "obs_id LIKE '%1%'",
        "CONTAINS(POINT(s_ra, s_dec), CIRCLE(10, 0, 60)) = 1",
        "INTERSECTS(s_region, CIRCLE(10, 0, 60)) = 1 AND calib_level = 2",
    ] {
        let all = format!("SELECT {ALL} FROM ivoa.ObsCore WHERE {condition}");
        let all = ask(service, &all, &[]).await.unwrap().rows;
        assert!(all.len() > 5, "{condition}");
        for top in [0, 1, 7, all.len() - 1, all.len(), all.len() + 1, 20_000] {
            for most in [None, Some(3), Some(1_000_000)] {
                let adql = format!("SELECT TOP {top} {ALL} FROM ivoa.ObsCore WHERE {condition}");
                let (limits, never) = (Limits::default(), std::future::pending());
                let answer = ask_within(service, &adql, &[], most, limits, never).await.unwrap();
                let there = top.min(all.len());
                let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap());
                assert_eq!(answer.rows.len(), there.min(most), "{adql} {most}");
                assert_eq!(answer.overflow, there > most, "{adql} {most}");
                let mut others = all.clone();
                for row in &answer.rows {
                    let at = others.iter().position(|other| other == row);
                    others.swap_remove(at.unwrap_or_else(|| panic!("{adql}: {row:?}")));
                }
                left_out += others.len();
            }
        }
    }
    assert!(left_out > 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    let repository = Survey::newest().sqlite();
    let service = service_of(&repository.root, &mapping("search"), false).await;
    first_rows(&service).await;
    some_rows(&service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let repository = Survey::newest().postgres(Cluster::shared());
    let service = service_of(&repository.root, &mapping("search"), false).await;
    first_rows(&service).await;
    some_rows(&service).await;
}
