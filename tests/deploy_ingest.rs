//! `--regions ingest`: side tables that triggers keep, with the real Butler at work.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod deploy_support;
mod live_support;
mod support;

use deploy_support::{MAPPING, Place, codes, only, run};
use live_support::butler;
use serde_json::json;
use support::postgres::Cluster;

const INGEST: [&str; 2] = ["--regions", "ingest"];

/// A registry with the view of functions as `plain` and that of side tables as `obscore`.
fn place() -> Place {
    let place = Place::postgres();
    place.apply(&["--view", "plain", "--regions", "functions"]).expect(0);
    let out = place.apply(&INGEST).expect(0).out;
    assert!(out.contains("fill table ivoa.obscore_regions_visit_detector_region: "), "{out}");
    place
}

/// Rows of both views that differ; the number of rows with a region in the other cell.
fn compare(place: &Place) -> (String, u32) {
    let columns = "obs_publisher_did, dataproduct_subtype, s_ra, s_dec, s_fov, s_region";
    let all = |view| format!("SELECT {columns} FROM ivoa.{view}");
    let (one, other) = (all("obscore"), all("plain"));
    let different = place
        .sql(&format!("(({one}) EXCEPT ALL ({other})) UNION ALL (({other}) EXCEPT ALL ({one}))"));
    let count = place.sql("SELECT count(s_region) FROM ivoa.obscore");
    (different, count.trim().parse().unwrap())
}

fn same(place: &Place) -> u32 {
    let (different, count) = compare(place);
    assert_eq!(different.trim(), "", "rows differ");
    count
}

fn kept(place: &Place, element: &str) -> u32 {
    let sql = format!("SELECT count(*) FROM ivoa.obscore_regions_{element}");
    place.sql(&sql).trim().parse().unwrap()
}

#[test]
fn side_tables_follow_butler() {
    let place = place();
    let before = same(&place);
    assert!(before > 50, "{before} rows with a region");
    let records = kept(&place, "visit_detector_region");
    let mut live = butler(&place.repository);
    live.line(); // what it can do
    let visit = |id: u32, exposure: u32| {
        json!({"do": "visit", "instrument": "SynthCam", "id": id, "exposures": [exposure],
               "ra": 11.0, "dec": -30.5, "half": 0.4})
    };
    let exposure = |id: u32| json!({"do": "exposure", "instrument": "SynthCam", "id": id});
    let put = |exposure: u32| {
        json!({"do": "put", "type": "raw", "run": "Survey/raw/all", "ids":
              [{"instrument": "SynthCam", "exposure": exposure, "detector": 0}]})
    };
    live.done(&exposure(900_001));
    live.done(&put(900_001));
    live.done(&visit(900_001, 900_001));
    assert_eq!(kept(&place, "visit_detector_region"), records + 3);
    assert_eq!(same(&place), before + 1, "a new visit's region shows");

    // What Butler takes back is not kept.
    live.done(&exposure(900_002));
    live.done(&json!({"do": "begin"}));
    live.done(&visit(900_002, 900_002));
    live.done(&json!({"do": "rollback"}));
    assert_eq!(kept(&place, "visit_detector_region"), records + 3);
    live.done(&json!({"do": "begin"}));
    live.done(&visit(900_002, 900_002));
    live.done(&json!({"do": "commit"}));
    assert_eq!(kept(&place, "visit_detector_region"), records + 6);
    same(&place);
    let out = place.check(&place.mapping(MAPPING), &INGEST).expect(0).out;
    assert!(!out.contains("D036"), "{out}");

    // Other options make other texts of the same regions: all are stale, and filled anew.
    place.apply(&["--view", "plain", "--regions", "functions", "--parity"]).expect(0);
    let out = place.apply(&["--regions", "ingest", "--parity"]).expect(0).out;
    assert!(out.contains("fill table ivoa.obscore_regions_visit_detector_region: "), "{out}");
    assert!(same(&place) > 0);
}

#[test]
fn updates_deletions_and_corrupt_regions_follow() {
    let place = place();
    let table = place.table("visit_detector_region");
    let kept_table = "ivoa.obscore_regions_visit_detector_region";
    // A region of its own, as a replacement; by a statement of many rows.
    place.sql(&format!(
        "UPDATE {table} SET region = (SELECT max(region) FROM {table}) WHERE detector = 1"
    ));
    let before = same(&place);
    // Text that is no region is stored, and kept as one without geometry.
    let records = kept(&place, "visit_detector_region");
    place.sql(&format!("UPDATE {table} SET region = 'no region' WHERE detector = 1"));
    let without = place.sql(&format!("SELECT count(*) FROM {kept_table} WHERE s_region IS NULL"));
    assert!(without.trim().parse::<u32>().unwrap() > 0);
    assert_eq!(kept(&place, "visit_detector_region"), records);
    assert!(same(&place) < before);
    // Nor is there anything left of NULL, of what was deleted, and of keys that changed.
    place.sql(&format!("UPDATE {table} SET region = NULL WHERE detector = 1"));
    let null = kept(&place, "visit_detector_region");
    assert!(null < records);
    same(&place);
    place.sql(&format!("DELETE FROM {table} WHERE detector = 1"));
    assert_eq!(kept(&place, "visit_detector_region"), null);
    let count =
        |table: &str| place.sql(&format!("SELECT count(*) FROM {table} WHERE region IS NOT NULL"));
    place.sql(&format!("UPDATE {table} SET detector = 1 WHERE detector = 2"));
    place.sql(&format!("DELETE FROM {table} WHERE detector = 0 AND visit % 2 = 0"));
    assert_eq!(count(&table).trim(), kept(&place, "visit_detector_region").to_string());
    same(&place);
    let mapping = place.mapping(MAPPING);
    assert!(!place.check(&mapping, &INGEST).out.contains("D036"));
    place.sql(&format!("TRUNCATE {table}"));
    assert_eq!(kept(&place, "visit_detector_region"), 0);
    same(&place);
}

#[test]
fn apply_is_idempotent_and_drop_leaves_nothing() {
    let place = Place::postgres();
    let triggers = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal";
    let untouched = (place.state(), place.sql(triggers));
    let dry = place.apply(&["--regions", "ingest", "-n"]).expect(0).out;
    assert!(dry.contains("CREATE TRIGGER") && dry.contains("create table"), "{dry}");
    assert_eq!((place.state(), place.sql(triggers)), untouched, "a dry run changes nothing");
    place.apply(&INGEST).expect(0);
    let applied = (place.state(), place.sql(triggers));
    let again = place.apply(&INGEST).expect(0).out;
    assert_eq!(again, "ivoa.obscore: nothing to change\n");
    assert_eq!((place.state(), place.sql(triggers)), applied);
    // The text for a DBA does the same by itself.
    let mapping = place.mapping(MAPPING);
    let sql = run(&["generate", &place.repo, "-m", &mapping, "--regions", "ingest"]).expect(0).out;
    let rows =
        place.sql("SELECT * FROM ivoa.obscore_regions_visit_detector_region ORDER BY 1, 2, 3");
    place.drop(&[]).expect(0);
    place.sql(&sql);
    let by_hand =
        place.sql("SELECT * FROM ivoa.obscore_regions_visit_detector_region ORDER BY 1, 2, 3");
    assert_eq!(by_hand, rows);
    assert_eq!(place.sql(triggers), applied.1);
    place.drop(&[]).expect(0);
    place.sql("DROP SCHEMA ivoa");
    place.apply(&INGEST).expect(0);
    let applied = (place.state(), place.sql(triggers));
    // Another view of its own; and the way back to functions.
    place.apply(&["--regions", "ingest", "--view", "second"]).expect(0);
    place.drop(&["--view", "second"]).expect(0);
    assert_eq!((place.state(), place.sql(triggers)), applied);
    let out = place.apply(&["--regions", "functions"]).expect(0).out;
    assert!(out.contains("remove table ivoa.obscore_regions_visit_detector_region"), "{out}");
    assert_eq!(place.sql(triggers), untouched.1);
    place.apply(&INGEST).expect(0);
    place.drop(&[]).expect(0);
    assert_eq!((place.state(), place.sql(triggers)), untouched);
}

#[test]
fn check_finds_what_triggers_missed() {
    let place = place();
    let mapping = place.mapping(MAPPING);
    let table = place.table("visit_detector_region");
    place.sql(&format!(
        "SET session_replication_role = replica; \
         UPDATE {table} SET region = (SELECT max(region) FROM {table}) WHERE detector = 1; \
         UPDATE {table} SET region = NULL WHERE detector = 2; \
         DELETE FROM ivoa.obscore_regions_visit_detector_region WHERE detector = 0"
    ));
    let report = place.check(&mapping, &INGEST).expect(1).out;
    let finding = only(&report, "D036");
    for what in ["missing", "stale", "superfluous", "visit_detector_region"] {
        assert!(finding.contains(what), "{finding}");
    }
    insta::assert_snapshot!("out_of_step", place.plain(&finding));
    let out = place.apply(&INGEST).expect(0).out;
    assert!(out.starts_with("fill table ivoa.obscore_regions_visit_detector_region: "), "{out}");
    same(&place);
    // A trigger that somebody disabled is a change by hand, and apply undoes it.
    place.sql(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL"));
    let report = place.check(&mapping, &INGEST).expect(1).out;
    assert!(codes(&report).contains(&"D024".to_owned()), "{report}");
    place.sql(&format!("DELETE FROM {table} WHERE detector = 1"));
    place.apply(&INGEST).expect(0);
    let report = place.check(&mapping, &INGEST);
    assert!(!report.out.contains("D024") && !report.out.contains("D036"), "{}", report.out);
    same(&place);
}

#[test]
fn pgsphere_columns_are_indexed_and_found() {
    let place = Place::postgres();
    Cluster::shared().extension(place.database.as_deref().unwrap(), "pg_sphere");
    let plugin = "spatial_plugins:\n  pgsphere:\n    cls: \
                  lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin\n    config: \
                  {region_column: pgs_region, position_column: pgs_center}\n";
    let mapping = place.mapping(&format!("{MAPPING}\n{plugin}"));
    place.apply_mapping(&mapping, &["--view", "plain"]).expect(0);
    place.apply_mapping(&mapping, &INGEST).expect(0);
    same(&place);
    let rows = |view: &str| {
        place.sql(&format!(
            "SELECT count(*), count(pgs_center) FROM ivoa.{view} v, \
             (SELECT pgs_center AS c FROM ivoa.{view} WHERE pgs_center IS NOT NULL \
              ORDER BY obs_publisher_did LIMIT 1) one \
             WHERE v.pgs_region && scircle(one.c, radians(0.2))"
        ))
    };
    let found = rows("obscore");
    assert_eq!(found, rows("plain"));
    assert!(!found.starts_with("0|"), "{found}");
    let plan = place.sql(
        "SET enable_seqscan = off; EXPLAIN SELECT obs_id FROM ivoa.obscore \
         WHERE pgs_region && scircle '<(11d,-30d),0.2d>'",
    );
    assert!(plan.contains("obscore_regions_visit_detector_region_pgs_region_idx"), "{plan}");
    // pgSphere refuses a polygon; Butler's insert goes on.
    let table = place.table("visit_detector_region");
    place.sql(&format!(
        "UPDATE {table} SET region = encode('\\x70'::bytea || float8send(1) || float8send(0) || float8send(0), \
         'base64') WHERE detector = 0"
    ));
    same(&place);
}

#[test]
fn rights_are_few() {
    let place = Place::postgres();
    place.sql(
        "CREATE ROLE side_owner LOGIN; CREATE ROLE side_writer LOGIN; CREATE ROLE side_other LOGIN; \
         GRANT USAGE ON SCHEMA embargo_repo TO side_owner, side_writer; \
         GRANT SELECT ON ALL TABLES IN SCHEMA embargo_repo TO side_owner; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA embargo_repo TO side_writer; \
         CREATE SCHEMA ivoa AUTHORIZATION side_owner",
    );
    let (repo, mapping) = (place.as_role("side_owner"), place.mapping(MAPPING));
    let apply = ["apply", &repo, "-m", &mapping, "--regions", "ingest"];
    let state = place.state();
    let refused = run(&apply).expect(2).err;
    assert!(refused.contains("GRANT TRIGGER ON embargo_repo.visit"), "{refused}");
    assert_eq!(place.state(), state, "nothing is half applied");
    place.sql("GRANT TRIGGER ON ALL TABLES IN SCHEMA embargo_repo TO side_owner");
    run(&apply).expect(0);
    // Butler's writer needs nothing new, not even to see the schema.
    let before = kept(&place, "visit_detector_region");
    let table = place.table("visit_detector_region");
    let deleted = place.sql(&format!(
        "SET ROLE side_writer; WITH gone AS (DELETE FROM {table} WHERE detector = 0 RETURNING region) \
         SELECT count(region) FROM gone"
    ));
    let deleted: u32 = deleted.trim().lines().last().unwrap().parse().unwrap();
    assert!(deleted > 0);
    assert_eq!(kept(&place, "visit_detector_region"), before - deleted);
    // Nobody else makes the function a trigger of another table.
    let right = place.sql(
        "SELECT has_function_privilege('side_other', 'ivoa.obscore_regions_visit_detector_region()', 'EXECUTE')",
    );
    assert_eq!(right.trim(), "f");
    place.sql(
        "GRANT USAGE ON SCHEMA embargo_repo, ivoa TO side_other; \
         GRANT SELECT ON ALL TABLES IN SCHEMA embargo_repo TO side_other",
    );
    let reader = place.as_role("side_other");
    let report = run(&["check", &reader, "-m", &mapping, "--regions", "ingest"]).out;
    insta::assert_snapshot!("may_not_be_read", place.plain(&only(&report, "D037")));
    run(&["drop", &repo]).expect(0);
    let triggers = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal";
    assert_eq!(place.sql(triggers).trim(), "0");
}

#[test]
fn what_cannot_be_is_said() {
    let place = Place::sqlite();
    let refused = place.apply(&INGEST).expect(2).err;
    insta::assert_snapshot!("ingest_on_sqlite", place.plain(&refused));
    let refused = place.apply(&["--regions", "service"]).expect(2).err;
    insta::assert_snapshot!("service_is_no_strategy_of_views", place.plain(&refused));
}
