//! Finding regions by Butler's trixels, or by an index on boxes, loses no row: conditions that are found so have the rows of the same
//! conditions in a form that is not, on random places about the registry's regions, the poles and
//! longitude 0.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    missing_docs
)]

mod deploy_support;
mod query_support;
mod support;

use std::path::Path;

use deploy_support::{Place, run};
use obscore_view::stream::engine::Service;
use proptest::test_runner::{RngAlgorithm, TestRng};
use query_support::random::seed;
use query_support::{ask, prepare, said, service_of};
use rand_like::Random;
use support::postgres::Cluster;
use support::survey::{Survey, mapping};

/// Random numbers whose seed is told.
mod rand_like {
    use super::{RngAlgorithm, TestRng};

    pub struct Random(TestRng);

    impl Random {
        pub fn new(seed: u64) -> Self {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&seed.to_le_bytes());
            Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
        }

        /// A number from `low` to `high`.
        pub fn between(&mut self, low: f64, high: f64) -> f64 {
            use proptest::prelude::Rng;
            let unit = f64::from(self.0.next_u32()) / f64::from(u32::MAX);
            low + unit * (high - low)
        }
    }
}

/// A place: near a region of the registry, near a pole, at longitude 0, anywhere.
fn place(random: &mut Random, centres: &[(f64, f64)]) -> (f64, f64) {
    let kind = random.between(0.0, 10.0);
    let jitter = |random: &mut Random| random.between(-0.4, 0.4);
    let (lon, lat) = if kind < 7.0 && !centres.is_empty() {
        let at = random.between(0.0, centres.len() as f64 - 0.001) as usize;
        (centres[at].0 + jitter(random), centres[at].1 + jitter(random))
    } else if kind < 8.0 {
        (random.between(0.0, 360.0), if kind < 7.5 { 89.7 } else { -89.7 })
    } else if kind < 9.0 {
        (random.between(-0.3, 0.3), random.between(-80.0, 80.0))
    } else {
        (random.between(0.0, 360.0), random.between(-90.0, 90.0))
    };
    (lon.rem_euclid(360.0), lat.clamp(-90.0, 90.0))
}

/// A condition that is found by trixels, and the same one in a form that is not.
fn conditions(random: &mut Random, (lon, lat): (f64, f64)) -> (String, String) {
    let radius = 10_f64.powf(random.between(-4.0, 1.2));
    let shape = match random.between(0.0, 4.0) as u32 {
        0 => format!("POINT({lon}, {lat})"),
        1 => format!("CIRCLE({lon}, {lat}, {radius})"),
        2 => format!("BOX({lon}, {lat}, {}, {})", radius.min(20.0), (radius / 2.0).min(20.0)),
        _ => {
            let half = radius.min(2.0);
            let (south, north) = ((lat - half).max(-89.9), (lat + half).min(89.9));
            format!(
                "POLYGON({a}, {south}, {b}, {south}, {b}, {north}, {a}, {north})",
                a = (lon - half).rem_euclid(360.0),
                b = (lon + half).rem_euclid(360.0)
            )
        }
    };
    let call = match random.between(0.0, 5.0) as u32 {
        0 => format!("INTERSECTS(s_region, {shape})"),
        1 => format!("INTERSECTS({shape}, s_region)"),
        2 => format!("CONTAINS({shape}, s_region)"),
        3 => format!("CONTAINS(s_region, CIRCLE({lon}, {lat}, {}))", radius.max(0.5)),
        _ if shape.starts_with("POINT") => format!("INTERSECTS(s_region, {shape})"),
        _ => format!("CONTAINS(POINT(s_ra, s_dec), {shape})"),
    };
    if random.between(0.0, 6.0) < 1.0 {
        let distance = format!("DISTANCE(s_ra, s_dec, {lon}, {lat})");
        return (format!("{distance} <= {radius}"), format!("NOT ({distance} > {radius})"));
    }
    (format!("1 = {call}"), format!("0 <> {call}"))
}

async fn same(service: &Service, seed: u64, count: usize) {
    let mut random = Random::new(seed);
    let centres =
        ask(service, "SELECT DISTINCT s_ra, s_dec FROM ivoa.ObsCore WHERE s_ra IS NOT NULL", &[])
            .await
            .unwrap_or_else(|wrong| panic!("{}", said(&wrong)));
    let centres: Vec<(f64, f64)> = centres
        .rows
        .iter()
        .map(|row| (row[0].as_f64().unwrap(), row[1].as_f64().unwrap()))
        .collect();
    let mut found = 0;
    for _ in 0..count {
        let at = place(&mut random, &centres);
        let (quick, slow) = conditions(&mut random, at);
        let rows = async |condition: &str| {
            let adql =
                format!("SELECT obs_publisher_did FROM ivoa.ObsCore WHERE {condition} ORDER BY 1");
            let answer = ask(service, &adql, &[]).await;
            answer.unwrap_or_else(|wrong| panic!("seed {seed}: {}", said(&wrong))).rows
        };
        let (quickly, slowly) = (rows(&quick).await, rows(&slow).await);
        assert!(
            quickly == slowly,
            "seed {seed}: {} rows in place of {}: {quick}",
            quickly.len(),
            slowly.len()
        );
        found += quickly.len();
    }
    println!("{count} conditions, {found} rows found by trixels and without them");
    assert!(found > 0, "seed {seed}: nothing was found at all");
}

/// That the quick form reads the table of trixels at all.
async fn reads_trixels(service: &Service) {
    let text = asked(service, "POINT(10, 10)").await;
    assert!(text.contains("_skypix_overlap"), "{text}");
}

/// What a condition on a shape asks.
async fn asked(service: &Service, shape: &str) -> String {
    let adql = format!("SELECT obs_id FROM ivoa.ObsCore WHERE 1 = INTERSECTS({shape}, s_region)");
    let prepared = prepare(service, &adql, &[]).unwrap();
    let statements = service.statements(&prepared, &[], None, false).await.unwrap();
    statements.iter().map(|one| one.written.text.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    let repository = Survey::newest().sqlite();
    let service = service_of(&repository.root, &mapping("search"), false).await;
    reads_trixels(&service).await;
    same(&service, seed(), 60).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let repository = Survey::newest().postgres(Cluster::shared());
    let service = service_of(&repository.root, &mapping("search"), false).await;
    reads_trixels(&service).await;
    same(&service, seed(), 60).await;
}

/// Indexes that a DBA makes on Butler's own tables, with what `apply` installs.
#[tokio::test(flavor = "multi_thread")]
async fn by_indexes_on_boxes() {
    let place = Place::postgres();
    place.apply(&[]).expect(0);
    let file = mapping("search");
    let service = async || service_of(&place.repository.root, &file, false).await;
    let script =
        run(&["generate", &place.repo, "--indexes", "-m", file.to_str().unwrap()]).expect(0);
    // CONCURRENTLY is for statements of their own.
    for statement in script.out.split(";\n").filter(|statement| !statement.is_empty()) {
        place.sql(statement);
    }
    let made = place.sql(
        "SELECT tablename, indexdef FROM pg_indexes WHERE indexname LIKE 'obscore%' ORDER BY 1, 2",
    );
    assert!(made.contains("exposure|") && made.contains("lower(timespan)"), "{made}");
    let elements: Vec<&str> = made
        .lines()
        .filter(|line| line.contains("obscore_bounds"))
        .filter_map(|line| line.split('|').next())
        .collect();
    assert_eq!(elements, ["patch", "tract", "visit", "visit_detector_region"]);
    // Regions at longitude 0, where boxes are cut; in place of those that can be read.
    for (detector, lon) in [(0, 359.7), (1, 0.3), (2, 0.0), (3, 359.9)] {
        place.sql(&format!(
            "UPDATE embargo_repo.visit_detector_region AS r SET region = '{}' WHERE detector = {detector} \
             AND EXISTS (SELECT 1 FROM embargo_repo.visit_detector_region_skypix_overlap AS o \
             WHERE o.instrument = r.instrument AND o.visit = r.visit AND o.detector = r.detector)",
            square(lon, 10.0 * f64::from(detector))
        ));
    }
    let with = service().await;
    let text = asked(&with, "CIRCLE(10, 10, 0.1)").await;
    assert!(text.contains("obscore_bounds") && !text.contains("_skypix_overlap"), "{text}");
    // Trixels follow what is long and narrow.
    let text = asked(&with, "POLYGON(10, 10, 30.1, 30, 30, 30.1)").await;
    assert!(text.contains("_skypix_overlap"), "{text}");
    same(&with, seed(), 120).await;
    for (lon, lat, rows) in [(0.1, 0.0, "0"), (359.9, 10.0, "1")] {
        let near = format!("CONTAINS(POINT(s_ra, s_dec), CIRCLE({lon}, {lat}, 0.8))");
        let own = format!("SELECT obs_id FROM ivoa.ObsCore WHERE lsst_detector = {rows}");
        let count = async |adql: &str| ask(&with, adql, &[]).await.unwrap().rows.len();
        let found = count(&format!("{own} AND s_dec > {lat} - 1 AND s_dec < {lat} + 1")).await;
        assert!(found > 0);
        assert_eq!(count(&format!("{own} AND 1 = {near}")).await, found, "{near}");
    }
    let plan = place.sql(
        "EXPLAIN SELECT 1 FROM embargo_repo.visit_detector_region AS region \
         JOIN unnest(CAST('{(11,11),(10,10)}' AS box[])) AS b (bounds) ON ivoa.obscore_bounds(region.region) && b.bounds",
    );
    assert!(plan.contains("obscore_bounds_visit_detector_region"), "{plan}");

    // Who may not call the function reads trixels.
    place.sql(
        "CREATE ROLE bounds_stranger LOGIN; GRANT USAGE ON SCHEMA embargo_repo TO bounds_stranger; \
         GRANT SELECT ON ALL TABLES IN SCHEMA embargo_repo TO bounds_stranger",
    );
    let stranger = place.as_role("bounds_stranger");
    reads_trixels(&service_of(Path::new(&stranger), &file, false).await).await;

    // What is in no index, and what is of another kind, is not taken for one.
    let first = elements[0];
    for element in &elements {
        place.sql(&format!("DROP INDEX embargo_repo.obscore_bounds_{element}"));
        place.sql(&format!(
            "CREATE INDEX ON embargo_repo.{element} USING gist (ivoa.obscore_bounds(region)) WHERE region <> ''; \
             CREATE INDEX ON embargo_repo.{element} USING gist (ivoa.obscore_bounds(substr(region, 2)))"
        ));
    }
    reads_trixels(&service().await).await;

    // Whoever drops what an index is made of hears of it, and nothing is dropped.
    let refused = place.drop(&[]).expect(2);
    assert!(refused.err.contains("D006") && refused.err.contains(first), "{}", refused.err);
}

/// The stored text of a polygon of 0.4 degrees around a position.
fn square(lon: f64, lat: f64) -> String {
    use base64::Engine as _;
    let mut bytes = vec![b'p'];
    for (east, north) in [(-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2)] {
        let (lon, lat) = (f64::to_radians(lon + east), f64::to_radians(lat + north));
        for number in [lon.cos() * lat.cos(), lon.sin() * lat.cos(), lat.sin()] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
