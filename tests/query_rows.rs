//! The queries of `fixtures/adql/corpus` have the same answers on SQLite, on PostgreSQL, and where
//! their rows are brought from PostgreSQL to this process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod query_support;
mod support;

use std::time::Instant;

use obscore_view::stream::engine::{Service, Upload};
use query_support::corpus::{Case, cases};
use query_support::everywhere::{Order, everywhere};
use query_support::{service, upload};
use support::postgres::Cluster;
use support::python::newest_universe;
use support::survey::Survey;

/// What is wrong with the answers to a query, if anything.
async fn judged(case: &Case, services: [&Service; 2], uploads: &[Upload]) -> Option<String> {
    let began = Instant::now();
    match (everywhere(services, &case.adql, uploads, Order::Total).await, &case.fails) {
        (Err(text), _) | (Ok(Err((_, text))), None) => Some(text),
        (Ok(Err((found, _))), Some(code)) if found == *code => None,
        (Ok(Err((_, text))), Some(code)) => Some(format!("{code} expected, found {text}")),
        (Ok(Ok(answer)), Some(code)) => Some(format!("{code} expected, found {:?}", answer.rows)),
        (Ok(Ok(answer)), None) => {
            println!("{}: {} rows, {:?}", case.name, answer.rows.len(), began.elapsed());
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_rows_everywhere() {
    let survey = Survey::new(newest_universe());
    let (here, there) = (survey.sqlite(), survey.postgres(Cluster::shared()));
    let (sqlite, postgres) = (service(&here).await, service(&there).await);
    let uploads = [upload("targets", &support::package().join("fixtures/adql/corpus/targets.vot"))];
    let only = std::env::var("QUERY").unwrap_or_default();
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.name.contains(&only)).collect();
    let mut wrong = Vec::new();
    for case in &cases {
        if let Some(text) = judged(case, [&sqlite, &postgres], &uploads).await {
            wrong.push(format!("{}\n{}\n{text}", case.name, case.adql));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} queries:\n\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n\n")
    );
    assert!(!only.is_empty() || cases.len() >= 200, "{} queries", cases.len());
}
