//! What queries of `fixtures/adql/corpus` answer is what plain Python makes of Butler's own records,
//! with sphgeom's geometry.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod query_support;
mod support;

use std::collections::BTreeMap;

use query_support::answer::difference;
use query_support::corpus::cases;
use query_support::{ask, said, service};
use serde_json::Value as Json;
use support::python::{newest_universe, output, script};
use support::survey::{Survey, mapping};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_rows_that_the_records_have() {
    let repository = Survey::new(newest_universe()).sqlite();
    let mut oracle = script("adql/oracle.py");
    let text = output(oracle.arg(&repository.root).arg(mapping("search")));
    let service = service(&repository).await;
    let cases: BTreeMap<String, String> =
        cases().into_iter().map(|case| (case.name, case.adql)).collect();
    let (mut wrong, mut queries, mut rows) = (Vec::new(), 0, 0);
    for line in text.lines() {
        let expected: Json = serde_json::from_str(line).unwrap();
        let name = expected["name"].as_str().unwrap();
        let adql = cases.get(name).unwrap_or_else(|| panic!("no query is called {name}"));
        let expected: Vec<Vec<Json>> = serde_json::from_value(expected["rows"].clone()).unwrap();
        let answer =
            ask(&service, adql, &[]).await.unwrap_or_else(|e| panic!("{name}: {}", said(&e)));
        if let Some(text) = difference(&expected, &answer.rows, answer.is_ordered) {
            wrong.push(format!("{name}\n{adql}\nexpected and found: {text}"));
        }
        queries += 1;
        rows += expected.len();
    }
    println!("{queries} queries, {rows} rows");
    assert!(wrong.is_empty(), "{} of {queries}:\n\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(queries >= 60, "{queries} queries");
}
