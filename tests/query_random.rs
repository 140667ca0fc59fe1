//! Random queries have the same answers on both databases, and never fail but for their values.
//! `OBSCORE_VIEW_QUERIES` says how many there are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod query_support;
mod support;

use obscore_view::adql;
use obscore_view::diag::Source;
use query_support::answer::difference;
use query_support::random::Dice;
use query_support::{ask, said, service};
use support::postgres::Cluster;
use support::python::newest_universe;
use support::survey::Survey;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn random_queries_agree() {
    let survey = Survey::new(newest_universe());
    let (here, there) = (survey.sqlite(), survey.postgres(Cluster::shared()));
    let (sqlite, postgres) = (service(&here).await, service(&there).await);
    let count = std::env::var("OBSCORE_VIEW_QUERIES").map_or(60, |count| count.parse().unwrap());
    let (mut wrong, mut rows, mut failed) = (Vec::new(), 0, 0);
    for seed in 1..=count {
        let written = Dice::new(seed).query();
        let parsed = adql::parse(&Source::new("query", written.as_str()));
        let parsed = parsed.unwrap_or_else(|errors| panic!("{written}\n{}", said(&errors)));
        // What is printed means the same.
        let printed = parsed.to_string();
        let one = ask(&sqlite, &written, &[]).await;
        let other = ask(&postgres, &printed, &[]).await;
        let text = match (one, other) {
            (Ok(one), Ok(other)) => {
                rows += one.rows.len();
                difference(&one.rows, &other.rows, one.is_ordered)
            }
            (Err(one), Err(other)) if one[0].code == "Q117" && other[0].code == "Q117" => {
                failed += 1;
                None
            }
            (one, other) => {
                let text = |found: Result<_, Vec<_>>| {
                    found.map_or_else(|e| said(&e), |()| "rows".to_owned())
                };
                Some(format!(
                    "SQLite: {}\nPostgreSQL: {}",
                    text(one.map(drop)),
                    text(other.map(drop))
                ))
            }
        };
        wrong.extend(text.map(|text| format!("{seed}: {written}\n{text}")));
    }
    println!("{count} queries, {rows} rows, {failed} failed by their values");
    assert!(wrong.is_empty(), "{} of {count}:\n\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(rows > 100 * usize::try_from(failed).unwrap(), "{failed} failed");
}
