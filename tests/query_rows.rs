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
use query_support::answer::{Answer, difference};
use query_support::corpus::{Case, cases};
use query_support::{ask, said, service, staged, upload};
use support::postgres::Cluster;
use support::python::newest_universe;
use support::survey::Survey;

/// The answer, or the codes of the errors and what they say.
async fn answer(
    service: &Service,
    adql: &str,
    uploads: &[Upload],
) -> Result<Answer, (String, String)> {
    let began = Instant::now();
    let answered = ask(service, adql, uploads).await;
    if began.elapsed().as_secs() > 2 {
        println!("{:?}: {adql}", began.elapsed());
    }
    answered.map_err(|wrong| (wrong[0].code.to_owned(), said(&wrong)))
}

/// What is wrong with the answers to a query, if anything.
async fn judged(case: &Case, services: [&Service; 2], uploads: &[Upload]) -> Option<String> {
    let began = Instant::now();
    let [sqlite, postgres] = services;
    let first = answer(sqlite, &case.adql, uploads).await;
    let ways = [
        ("SQLite, brought", answer(sqlite, &staged(&case.adql), uploads).await),
        ("PostgreSQL", answer(postgres, &case.adql, uploads).await),
        ("PostgreSQL, brought", answer(postgres, &staged(&case.adql), uploads).await),
    ];
    if let Some(code) = &case.fails {
        let all = std::iter::once(("SQLite", first)).chain(ways);
        return all
            .filter(|(_, outcome)| !matches!(outcome, Err((found, _)) if found == code))
            .map(|(way, outcome)| {
                let found =
                    outcome.map_or_else(|(_, text)| text, |rows| format!("{:?}", rows.rows));
                format!("{way}: {code} expected, found {found}")
            })
            .next();
    }
    let first = match first {
        Ok(first) => first,
        Err((_, text)) => return Some(format!("SQLite: {text}")),
    };
    for (way, other) in ways {
        let other = match other {
            Ok(other) => other,
            Err((_, text)) => return Some(format!("{way}: {text}")),
        };
        if first.columns != other.columns {
            return Some(format!("{way}: {:?}\n{:?}", first.columns, other.columns));
        }
        if let Some(text) = difference(&first.rows, &other.rows, first.is_ordered) {
            return Some(format!("SQLite and {way}: {text}"));
        }
    }
    println!("{}: {} rows, {:?}", case.name, first.rows.len(), began.elapsed());
    None
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
