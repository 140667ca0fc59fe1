//! Functions that find images by place: the rows of the service's answers, rights, drift, and plans.
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

use std::collections::BTreeSet;
use std::process::Command;

use deploy_support::{Place, codes, finish, program};
use obscore_view::region::RegionOptions;
use obscore_view::stream::engine::Service;
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use query_support::random::seed;
use query_support::{ask, said, site_with};
use support::postgres::Cluster;
use support::survey::mapping;

const NUMBERS: &str = "SELECT obs_publisher_did FROM";

/// Random numbers.
struct Random(TestRng);

impl Random {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + f64::from(self.0.next_u32()) / f64::from(u32::MAX) * (high - low)
    }
}

/// A call of a function, and the condition that says the same in ADQL.
fn call(random: &mut Random, (lon, lat): (f64, f64)) -> (String, String) {
    let radius = 10_f64.powf(random.between(-4.0, 1.5));
    match random.between(0.0, 4.0) as u32 {
        0 => (
            format!("obscore_at({lon}, {lat})"),
            format!("1 = CONTAINS(POINT({lon}, {lat}), s_region)"),
        ),
        1 => (
            format!("obscore_overlaps(ARRAY[{lon}, {lat}, {radius}])"),
            format!("1 = INTERSECTS(s_region, CIRCLE({lon}, {lat}, {radius}))"),
        ),
        2 => {
            let half = radius.min(20.0);
            let (south, north) = ((lat - half).max(-89.9), (lat + half).min(89.9));
            let (west, east) = ((lon - half).rem_euclid(360.0), (lon + half).rem_euclid(360.0));
            let corners = format!("{west}, {south}, {east}, {south}, {lon}, {north}");
            (
                format!("obscore_overlaps(ARRAY[{corners}])"),
                format!("1 = INTERSECTS(s_region, POLYGON({corners}))"),
            )
        }
        _ => (
            format!("obscore_cone({lon}, {lat}, {radius})"),
            format!("1 = CONTAINS(POINT(s_ra, s_dec), CIRCLE({lon}, {lat}, {radius}))"),
        ),
    }
}

/// What was found besides by the circle around a box or an ellipse, or by parts of an intersection.
fn rough(place: &Place, given: &[&str], wanted: &[String]) -> BTreeSet<String> {
    let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    let more: Vec<String> =
        given.iter().filter(|one| !wanted.contains(**one)).map(|one| format!("'{one}'")).collect();
    if more.is_empty() {
        return BTreeSet::new();
    }
    // Boxes and ellipses are written as polygons of many corners; the small box in the survey's union with a
    // circle has four.
    let found = place.sql(&format!(
        "SELECT obs_publisher_did FROM ivoa.obscore WHERE obs_publisher_did IN ({}) AND (s_region LIKE \
         'INTERSECTION%' OR s_region LIKE 'UNION ICRS ( CIRCLE%POLYGON%' OR s_region LIKE 'POLYGON%' AND length(s_region) > 300)",
        more.join(", ")
    ));
    found.lines().map(str::to_owned).collect()
}

async fn same(place: &Place, service: &Service, parity: bool, count: usize) {
    let mut random = Random::new(seed());
    let adql = "SELECT DISTINCT s_ra, s_dec FROM ivoa.ObsCore WHERE s_ra IS NOT NULL";
    let rows =
        ask(service, adql, &[]).await.unwrap_or_else(|wrong| panic!("{}", said(&wrong))).rows;
    let centres: Vec<(f64, f64)> =
        rows.iter().map(|row| (row[0].as_f64().unwrap(), row[1].as_f64().unwrap())).collect();
    let mut cases = Vec::new();
    for n in 0..count {
        let near = centres[random.between(0.0, centres.len() as f64 - 0.001) as usize];
        let (lon, lat) = match n % 10 {
            0 => (random.between(0.0, 360.0), 89.9),
            1 => (random.between(-0.3, 0.3).rem_euclid(360.0), random.between(-80.0, 80.0)),
            // The position of a telescope stands in for regions that are not there.
            2 => near,
            _ => (
                (near.0 + random.between(-0.4, 0.4)).rem_euclid(360.0),
                (near.1 + random.between(-0.4, 0.4)).clamp(-89.9, 89.9),
            ),
        };
        cases.push(call(&mut random, (lon, lat)));
    }
    cases.push((
        "obscore_cone(10, 10, 180)".to_owned(),
        "1 = CONTAINS(POINT(s_ra, s_dec), CIRCLE(10, 10, 180))".to_owned(),
    ));
    cases.push((
        "obscore_overlaps(ARRAY[10, 10, 180])".to_owned(),
        "1 = INTERSECTS(s_region, CIRCLE(10, 10, 180))".to_owned(),
    ));
    let sql: Vec<String> = cases
        .iter()
        .enumerate()
        .map(|(n, (call, _))| format!("SELECT {n}, obs_publisher_did FROM ivoa.{call}"))
        .collect();
    let given = place.sql(&sql.join(";\n"));
    let (mut found, mut odd) = (0, 0);
    for (n, (call, condition)) in cases.iter().enumerate() {
        let begin = format!("{n}|");
        let mut given: Vec<&str> =
            given.lines().filter_map(|line| line.strip_prefix(begin.as_str())).collect();
        given.sort_unstable();
        // With --parity the service still tests regions whose s_region it does not show.
        let hidden = parity && condition.contains("s_region");
        let shown = if hidden { " AND s_dec IS NOT NULL" } else { "" };
        let adql = format!("{NUMBERS} ivoa.ObsCore WHERE {condition}{shown}");
        let answer =
            ask(service, &adql, &[]).await.unwrap_or_else(|wrong| panic!("{}", said(&wrong)));
        let mut wanted: Vec<String> =
            answer.rows.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect();
        wanted.sort_unstable();
        if call.contains("overlaps") {
            let rough = rough(place, &given, &wanted);
            odd += rough.len();
            given.retain(|one| !rough.contains(*one));
        }
        assert!(given == wanted, "{call}: {} rows in place of {}", given.len(), wanted.len());
        found += wanted.len();
    }
    println!("{} calls, {found} rows, {odd} by circles around regions", cases.len());
    assert!(found > count);
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_find_what_the_service_finds() {
    for (options, parity) in
        [(&[][..], false), (&["--regions", "ingest"][..], false), (&["--parity"][..], true)]
    {
        let place = Place::postgres();
        let file = mapping("search");
        place.apply_mapping(&file.display().to_string(), options).expect(0);
        let regions = if parity { RegionOptions::BUTLER } else { RegionOptions::default() };
        let root = &place.repository.root;
        let site = site_with(
            root,
            &file,
            parity,
            ("ivoa", "butler"),
            (regions, obscore_view::db::Options::default()),
        )
        .await;
        let service = Service::new(vec![site], regions).await.unwrap();
        same(&place, &service, parity, 50).await;
    }
}

/// Rows have the columns of the view, whatever the function computes them from.
#[test]
fn rows_are_those_of_the_view() {
    let place = Place::postgres();
    place.apply(&[]).expect(0);
    let differing = place.sql(
        "SELECT count(*) FROM (SELECT * FROM ivoa.obscore_overlaps(ARRAY[0, 0, 180]) EXCEPT ALL SELECT * FROM \
         ivoa.obscore) AS d; \
         SELECT count(*) FROM (SELECT * FROM ivoa.obscore WHERE s_region IS NOT NULL EXCEPT ALL SELECT * FROM \
         ivoa.obscore_overlaps(ARRAY[0, 0, 180])) AS d; \
         SELECT count(*) > 100 FROM ivoa.obscore_overlaps(ARRAY[0, 0, 180])",
    );
    assert_eq!(differing.trim(), "0\n0\nt");
}

/// Reading is for readers of the view, without any right on the registry.
#[test]
fn only_readers_of_the_view_may_call_them() {
    let place = Place::postgres();
    place.sql(
        "CREATE ROLE places_owner NOLOGIN; CREATE ROLE places_reader LOGIN; CREATE ROLE places_late LOGIN; \
         CREATE ROLE places_stranger LOGIN; GRANT USAGE ON SCHEMA embargo_repo TO places_owner; \
         GRANT SELECT ON ALL TABLES IN SCHEMA embargo_repo TO places_owner",
    );
    let options = ["--owner", "places_owner", "--grant-select", "places_reader"];
    place.apply(&options).expect(0);
    let again = place.apply(&options).expect(0);
    assert!(again.out.contains("nothing to change"), "{}", again.out);
    place.sql(
        "GRANT USAGE ON SCHEMA ivoa TO places_stranger, places_late; \
         GRANT EXECUTE ON FUNCTION ivoa.obscore_found(double precision[], boolean) TO places_late",
    );
    let database = place.database.as_ref().unwrap();
    let as_role = |role: &str, sql: &str| -> Result<String, String> {
        let mut psql: Command = Cluster::shared().psql_command(database);
        let done = psql.args(["-U", role, "-c", sql]).output().unwrap();
        match done.status.success() {
            true => Ok(String::from_utf8(done.stdout).unwrap().trim().to_owned()),
            false => Err(String::from_utf8(done.stderr).unwrap()),
        }
    };
    let calls = [
        "SELECT count(*) > 10 FROM ivoa.obscore_overlaps(ARRAY[0, 0, 180])",
        "SELECT count(*) > 10 FROM ivoa.obscore_cone(0, 0, 180)",
        "SELECT count(*) >= 0 FROM ivoa.obscore_at(0, 0)",
    ];
    let changed = place.changed(&[("obs_collection: TEST", "obs_collection: CHANGED")]);
    for _ in 0..2 {
        for call in calls {
            assert_eq!(as_role("places_reader", call).unwrap(), "t");
            assert_eq!(as_role("places_late", call).unwrap(), "t", "granted by hand");
            let denied = as_role("places_stranger", call).unwrap_err();
            assert!(denied.contains("permission denied for function obscore_found"), "{denied}");
        }
        let denied = as_role("places_reader", "SELECT 1 FROM embargo_repo.dataset").unwrap_err();
        assert!(denied.contains("permission denied for schema embargo_repo"), "{denied}");
        // Rights outlive a replacement.
        place.apply_mapping(&changed, &[]).expect(0);
    }
    // What a session sets does not reach into it.
    let hostile = "CREATE SCHEMA places_bad AUTHORIZATION places_reader";
    place.sql(hostile);
    let sql = "CREATE FUNCTION places_bad.abs(float8) RETURNS float8 LANGUAGE sql AS 'SELECT 0::float8'; \
               CREATE FUNCTION places_bad.array_agg(bigint) RETURNS bigint[] LANGUAGE sql AS 'SELECT NULL::bigint[]'; \
               SET search_path = places_bad, pg_catalog; SET enable_indexscan = off; \
               SELECT count(*) > 10 FROM ivoa.obscore_overlaps(ARRAY[0, 0, 180])";
    assert!(as_role("places_reader", sql).unwrap().ends_with('t'));
    place.drop(&[]).expect(0);
    let left = "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE nspname = 'ivoa'";
    assert_eq!(place.sql(left).trim(), "0");
}

#[test]
fn check_watches_them() {
    let place = Place::postgres();
    place.apply(&[]).expect(0);
    let mapping = place.mapping(deploy_support::MAPPING);
    let found = || codes(&place.check(&mapping, &["--quick", "--fail-on", "note"]).out);
    let before = found();
    assert!(!before.iter().any(|code| code.starts_with("D02")), "{before:?}");
    place.sql("DROP FUNCTION ivoa.obscore_at(double precision, double precision)");
    assert!(found().contains(&"D025".to_owned()));
    place.apply(&[]).expect(0);
    assert_eq!(found(), before);
    place.sql(
        "CREATE OR REPLACE FUNCTION ivoa.obscore_at(ra double precision, declination double precision) RETURNS \
         SETOF ivoa.obscore LANGUAGE sql STABLE AS 'SELECT * FROM ivoa.obscore'",
    );
    assert!(found().contains(&"D024".to_owned()));
    place.apply(&[]).expect(0);
    assert_eq!(found(), before);
    // A reader who lost the right.
    place.sql("CREATE ROLE places_checked LOGIN");
    let reader = ["--quick", "--grant-select", "places_checked", "--fail-on", "note"];
    assert!(codes(&place.check(&mapping, &reader).out).contains(&"D033".to_owned()));
    place.apply(&["--grant-select", "places_checked"]).expect(0);
    assert!(!codes(&place.check(&mapping, &reader).out).contains(&"D033".to_owned()));
    place.sql(
        "REVOKE EXECUTE ON FUNCTION ivoa.obscore_found(double precision[], boolean) FROM places_checked",
    );
    assert!(codes(&place.check(&mapping, &reader).out).contains(&"D033".to_owned()));
}

/// Without functions there are none, and what others build on them is in the way of `drop`.
#[test]
fn where_there_are_none() {
    let place = Place::postgres();
    place.apply(&["--regions", "inline"]).expect(0);
    let count = "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE nspname = 'ivoa'";
    assert_eq!(place.sql(count).trim(), "1", "obscore_dataset, which decodes nothing");
    place.apply(&[]).expect(0);
    place.sql("CREATE VIEW public.mine AS SELECT obs_id FROM ivoa.obscore_cone(0, 0, 1)");
    let refused = place.drop(&[]).expect(2);
    assert!(refused.err.contains("D006") && refused.err.contains("mine"), "{}", refused.err);
    place.sql("DROP VIEW public.mine");
    let sqlite = Place::sqlite();
    let script = finish(program().args([
        "generate",
        &sqlite.repo,
        "-m",
        &sqlite.mapping(deploy_support::MAPPING),
    ]));
    assert!(!script.expect(0).out.contains("obscore_cone"));
}

#[test]
fn a_dataset_is_found_by_an_index() {
    let place = Place::postgres();
    place.apply(&[]).expect(0);
    place.sql("ANALYZE");
    let wrong = place.sql(
        "SELECT count(*), count(*) FILTER (WHERE f.obs_publisher_did IS DISTINCT FROM v.obs_publisher_did) \
         FROM ivoa.obscore AS v CROSS JOIN LATERAL \
         ivoa.obscore_dataset(CAST(split_part(v.obs_publisher_did, '?', 2) AS uuid)) AS f; \
         SELECT count(*) FROM ivoa.obscore",
    );
    let counts: Vec<&str> = wrong.trim().split(['|', '\n']).collect();
    assert_eq!(counts[1], "0");
    assert_eq!(counts[0], counts[2]);
    let plan = place.sql(
        "SET enable_seqscan = off; EXPLAIN (COSTS OFF) SELECT * FROM \
         ivoa.obscore_dataset('00000000-0000-0000-0000-000000000000')",
    );
    assert!(plan.contains("Index Cond: (dataset_id = '00000000-"), "{plan}");
    assert!(!plan.contains("Function Scan"), "it is part of the query: {plan}");
}

/// Neither datasets nor trixels are read beyond what is asked for, and a column that nobody asks for is not
/// decoded.
#[test]
fn plans_use_indexes() {
    let place = Place::postgres();
    place.apply(&[]).expect(0);
    place.sql("ANALYZE");
    let plan = place.sql(
        "EXPLAIN (VERBOSE, COSTS OFF) SELECT obs_id FROM ivoa.obscore_cone(10, 10, 1) WHERE em_min > 0",
    );
    assert!(plan.contains("Function Scan on ivoa.obscore_found united"), "{plan}");
    assert!(!plan.contains("obscore_s_region"), "{plan}");
    let database = place.database.as_ref().unwrap();
    let mut psql = Cluster::shared().psql_command(database);
    let done = psql
        .args(["-c", "LOAD 'auto_explain'", "-c"])
        .arg("SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET client_min_messages = log")
        .args(["-c", "SELECT count(*) FROM ivoa.obscore_overlaps(ARRAY[10, 10, 180])"])
        .output()
        .unwrap();
    let plans = String::from_utf8(done.stderr).unwrap();
    let nodes: BTreeSet<&str> =
        plans.lines().filter(|line| line.contains(" Scan ")).map(str::trim).collect();
    assert!(nodes.iter().any(|node| node.contains("_skypix_overlap")), "{plans}");
    assert!(nodes.iter().any(|node| node.contains("dataset_tags_")), "{plans}");
    for node in nodes {
        let large = node.contains("dataset_tags_") || node.contains("_skypix_overlap");
        assert!(!(large && node.contains("Seq Scan")), "{node}");
    }
    let ranges = plans.lines().filter(|line| line.contains("skypix_index >= r.first"));
    assert!(ranges.clone().count() > 0, "{plans}");
    for range in ranges {
        assert!(range.contains("Index Cond"), "{range}");
    }
}
