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

use obscore_view::db::{Access, Database, Options, SqliteTarget, Target};
use obscore_view::stream::engine::{Service, Upload};
use query_support::corpus::{Case, cases};
use query_support::everywhere::{Order, everywhere};
use query_support::{service, upload};
use support::postgres::Cluster;
use support::python::newest_universe;
use support::survey::{NAMESPACE, Survey};

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

/// Regions that have no text (of a kind that the mapping leaves out, or without a direction) are NULL for
/// conditions and for COUNT as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conditions_see_regions_as_clients_do() {
    let survey = Survey::new(newest_universe());
    let (here, there) = (survey.sqlite(), survey.postgres(Cluster::shared()));
    let (sqlite, postgres) = (service(&here).await, service(&there).await);
    let rows = async |adql: &str| {
        let outcome = everywhere([&sqlite, &postgres], adql, &[], Order::Total).await;
        let mut rows = outcome.unwrap_or_else(|text| panic!("{adql}\n{text}")).unwrap().rows;
        rows.sort_by_key(|row| format!("{row:?}"));
        rows
    };
    let columns = "obs_publisher_did, s_region";
    let all = rows(&format!("SELECT {columns} FROM ivoa.ObsCore")).await;
    let (none, some): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| row[1].is_null());
    let stored = "SELECT COUNT(*) FROM ivoa.ObsCore WHERE s_region IS NULL AND s_ra IS NOT NULL";
    assert_eq!(rows(stored).await[0][0], 0);
    for (test, expected) in [("IS NOT NULL", &some), ("IS NULL", &none)] {
        let from = format!("FROM ivoa.ObsCore WHERE s_region {test}");
        assert_eq!(rows(&format!("SELECT {columns} {from}")).await, *expected, "{test}");
        let computed = rows(&format!("SELECT DISTINCT {columns}, 1 {from}")).await;
        let computed: Vec<_> = computed.iter().map(|row| row[..2].to_vec()).collect();
        let mut distinct = expected.clone();
        distinct.dedup();
        assert_eq!(computed, distinct, "{test}, computed");
        assert_eq!(rows(&format!("SELECT COUNT(*) {from}")).await[0][0], expected.len());
    }
    assert_eq!(rows("SELECT COUNT(s_region) FROM ivoa.ObsCore").await[0][0], some.len());
    assert!(none.len() > 50 && some.len() > 500, "{} {}", none.len(), some.len());
}

/// Before many rows, a registry is asked whether any exposure defines several visits; regions are the same where
/// none does.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exposures_with_one_visit_have_its_region() {
    let survey = Survey::new(newest_universe());
    let (here, there) = (survey.sqlite(), survey.postgres(Cluster::shared()));
    let later = |table: &str| {
        format!(
            "DELETE FROM {table} AS d WHERE EXISTS (SELECT 1 FROM {table} AS o WHERE o.instrument = d.instrument AND \
             o.exposure = d.exposure AND o.visit < d.visit)"
        )
    };
    let adql = "SELECT obs_publisher_did, s_region FROM ivoa.ObsCore WHERE calib_level = 1";

    let target = Target::Sqlite(SqliteTarget { path: here.database.clone().into() });
    let options = Options::default();
    let database = Database::open(&target, Access::ReadWrite, &options).await.unwrap();
    let mut session = database.transaction().await.unwrap();
    session.run(&later("visit_definition")).await.unwrap();
    session.commit().await.unwrap();
    let name = there.database.rsplit_once('/').unwrap().1;
    let definitions = later(&format!("{NAMESPACE}.visit_definition"));
    let deleted = Cluster::shared().psql(name, &format!("{definitions} RETURNING 1"));
    assert_eq!(deleted.lines().count(), 4, "{deleted}");

    let services = [&service(&here).await, &service(&there).await];
    for adql in [adql, "SELECT obs_publisher_did, s_region, s_ra FROM ivoa.ObsCore"] {
        let rows = everywhere(services, adql, &[], Order::Total).await.unwrap().unwrap().rows;
        assert!(rows.iter().filter(|row| !row[1].is_null()).count() > 100, "{adql}");
    }
}
