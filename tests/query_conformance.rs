//! Legal queries about any tables have the same answer, or end with the same error, on SQLite and on
//! PostgreSQL: the IVOA's validation queries and those of `fixtures/adql/legal.adql`, with stand-ins for
//! their tables.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "adql_support/corpus.rs"]
mod corpus;
mod query_support;
#[path = "adql_support/suite.rs"]
mod suite;
mod support;

use std::collections::BTreeMap;

use corpus::corpus;
use obscore_view::adql::{Version, parse};
use obscore_view::diag::Source;
use obscore_view::stream::engine::Service;
use query_support::everywhere::{Order, everywhere};
use query_support::service;
use query_support::stand_in::stand_in;
use suite::validation_queries;
use support::postgres::Cluster;
use support::python::newest_universe;
use support::survey::Survey;

/// How many have an answer, and the codes with which the others end.
async fn agree(queries: &[String]) -> (usize, BTreeMap<String, usize>) {
    let survey = Survey::new(newest_universe());
    let (here, there) = (survey.sqlite(), survey.postgres(Cluster::shared()));
    let (sqlite, postgres) = (service(&here).await, service(&there).await);
    let services: [&Service; 2] = [&sqlite, &postgres];
    let (mut answered, mut refused, mut wrong) = (0, BTreeMap::new(), Vec::new());
    for text in queries {
        let folder = tempfile::tempdir().unwrap();
        let standing = stand_in(&sqlite, text, folder.path());
        match everywhere(services, &standing.adql, &standing.uploads, Order::Partial).await {
            Ok(Ok(_)) => answered += 1,
            // The meaning is wrong, or the widths of sets; never another part of the writing.
            Ok(Err((code, said))) if code.starts_with("Q1") || code == "Q025" => {
                println!("{said}");
                *refused.entry(code).or_insert(0) += 1;
            }
            Ok(Err((_, said))) | Err(said) => wrong.push(format!("{}\n{said}", standing.adql)),
        }
    }
    println!("{answered} of {} answered; {refused:?}", queries.len());
    assert!(wrong.is_empty(), "{} of {}:\n\n{}", wrong.len(), queries.len(), wrong.join("\n\n"));
    (answered, refused)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "wants the folder src/adql/ivoa of the IVOA's lyonetia in ADQL_CONFORMANCE"]
async fn validation_queries_have_one_answer() {
    let legal = validation_queries().into_iter().filter(|query| query.valid);
    let (new, old): (Vec<_>, Vec<_>) = legal.partition(|query| query.version == Version::V2_1);
    // Queries of ADQL 2.0 are asked where 2.1 has not reserved their names.
    let old = old.into_iter().filter(|query| parse(&Source::new("", query.text.as_str())).is_ok());
    let queries: Vec<String> = new
        .into_iter()
        .chain(old)
        .inspect(|query| println!("{}: {}", query.file, query.text))
        .map(|query| query.text)
        .collect();
    let (answered, _) = agree(&queries).await;
    assert!(answered > 100, "{answered}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn legal_queries_have_one_answer() {
    let (answered, _) = agree(&corpus("legal")).await;
    assert!(answered > 250, "{answered}");
}
