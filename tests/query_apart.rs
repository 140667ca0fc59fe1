//! Datasets and dimension records that are read apart give the rows that PostgreSQL gives when it joins them.
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
use query_support::answer::{Answer, difference};
use query_support::{ask_within, prepare, said, service_of};
use support::oracle_file;
use support::postgres::Cluster;
use support::survey::{NAMESPACE, Survey};

const ROWS: &str = "SELECT * FROM ivoa.ObsCore WHERE";

async fn joined(service: &Service, adql: &str, joined_rows: u64) -> Answer {
    let limits = Limits { joined_rows, ..Limits::default() };
    let answer = ask_within(service, adql, &[], None, limits, std::future::pending()).await;
    answer.unwrap_or_else(|wrong| panic!("{adql}: {}", said(&wrong)))
}

/// What is read for the rows of a question, apart from them.
async fn tables(service: &Service, adql: &str) -> Vec<String> {
    let prepared = prepare(service, adql, &[]).unwrap_or_else(|wrong| panic!("{}", said(&wrong)));
    let statements = service.statements(&prepared, &[], None, false).await.unwrap();
    let texts = statements.into_iter().map(|statement| statement.written.text);
    texts.filter(|text| !text.starts_with("WITH")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_the_same() {
    let cluster = Cluster::shared();
    let registry = Survey::of_script("bench_registry.py", &["--visits", "120", "--detectors", "6"]);
    let repository = registry.postgres(cluster);
    let service = service_of(&repository.root, &oracle_file("mappings/bench.yaml"), false).await;
    let any = "SELECT TOP 1 s_ra, s_dec, t_min, lsst_band FROM ivoa.ObsCore WHERE calib_level = 2 AND \
               lsst_detector = 3 AND s_ra IS NOT NULL";
    let place = joined(&service, any, u64::MAX).await;
    let [place] = place.rows.as_slice() else { panic!("{place:?}") };
    let number = |at: usize| place[at].as_f64().unwrap();
    let (ra, dec, night) = (number(0), number(1), number(2).floor());
    let band = place[3].as_str().unwrap();
    let night = format!("t_min >= {night} AND t_min < {}", night + 1.0);
    let meets = |radius: f64| format!("INTERSECTS(s_region, CIRCLE({ra}, {dec}, {radius})) = 1");
    let near =
        |radius: f64| format!("CONTAINS(POINT(s_ra, s_dec), CIRCLE({ra}, {dec}, {radius})) = 1");
    let mut found = 0;
    for condition in [
        night.clone(),
        meets(0.1),
        meets(5.0),
        near(0.3),
        near(5.0),
        format!("{night} AND {}", near(3.0)),
        format!("{} AND lsst_band = '{band}'", meets(3.0)),
        format!("{} AND {}", meets(3.0), near(3.0)),
        format!("{night} AND lsst_detector IN (1, 2)"),
        format!("{night} AND s_region IS NOT NULL"),
        "lsst_visit IS NOT NULL AND lsst_detector = 2 AND lsst_visit > 0".to_owned(),
    ] {
        let adql = format!("{ROWS} {condition}");
        let apart = joined(&service, &adql, 0).await.rows;
        let together = joined(&service, &adql, u64::MAX).await.rows;
        assert_eq!(difference(&apart, &together, false), None, "{adql}");
        found += apart.len();
    }
    assert!(found > 3_000, "{found} rows");
    // A hundred thousand rows are joined, of more whole tables are read.
    let apart = joined(&service, "SELECT * FROM ivoa.ObsCore", 0).await.rows;
    let together = joined(&service, "SELECT TOP 90000 * FROM ivoa.ObsCore", 0).await.rows;
    assert_eq!(difference(&apart, &together, false), None);

    // The records of some visits' datasets are asked for by their keys, regions that were found by place not again.
    let regions = |read: &[String]| {
        let from = format!("FROM {NAMESPACE}.visit_detector_region AS r");
        let are_regions = |text: &&String| text.contains(&from);
        let by_place = |text: &&String| text.contains("skypix");
        read.iter().filter(are_regions).filter(|text| !by_place(text)).count()
    };
    let read = tables(&service, &format!("{ROWS} t_min > 1")).await;
    assert_eq!(regions(&read), 2, "{read:#?}");
    let read = tables(&service, &format!("{ROWS} {}", meets(30.0))).await;
    let exposures = read.iter().filter(|text| text.contains("exposure.exposure_time"));
    assert_eq!((exposures.count(), regions(&read)), (1, 0), "{read:#?}");
    let read = tables(&service, "SELECT * FROM ivoa.ObsCore").await;
    assert_eq!(regions(&read), 1, "{read:#?}");
}
