//! No question that users send reads a large table of the registry from end to end, unless it is about all of
//! it: PostgreSQL and SQLite say so themselves, of the statements that the service would run.
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
use std::process::Command;

use obscore_view::db::{Options, Prepare};
use obscore_view::stream::engine::Service;
use query_support::plans::{Indexes, indexes, reads};
use query_support::{REGIONS, ask, prepare, said, site_with};
use support::oracle_file;
use support::postgres::Cluster;
use support::python::{output, python};
use support::survey::{NAMESPACE, Repository, Survey};

/// A visit image that is there.
struct Place {
    did: String,
    obs_id: String,
    visit: i64,
    band: String,
    ra: f64,
    dec: f64,
    t_min: f64,
}

async fn place(service: &Service) -> Place {
    let adql = "SELECT obs_publisher_did, obs_id, lsst_visit, lsst_band, s_ra, s_dec, t_min FROM ivoa.ObsCore \
                WHERE lsst_visit = 2506200010 AND lsst_detector = 3 AND calib_level = 2";
    let answer = ask(service, adql, &[]).await.unwrap_or_else(|wrong| panic!("{}", said(&wrong)));
    let [row] = answer.rows.as_slice() else { panic!("{answer:?}") };
    let text = |at: usize| row[at].as_str().unwrap().to_owned();
    let number = |at: usize| row[at].as_f64().unwrap();
    Place {
        did: text(0),
        obs_id: text(1),
        visit: row[2].as_i64().unwrap(),
        band: text(3),
        ra: number(4),
        dec: number(5),
        t_min: number(6),
    }
}

/// A question, and the large tables that it is about from end to end, or whose conditions have no index in
/// Butler's schema.
struct Shape {
    name: &'static str,
    adql: String,
    whole: &'static [&'static str],
}

/// The questions of `scripts/bench_support/shapes.py`, and others like them.
fn shapes(place: &Place) -> Vec<Shape> {
    let Place { did, obs_id, visit, band, ra, dec, t_min } = place;
    let uuid = &did[did.len() - 36..];
    let night = format!("t_min >= {0} AND t_min < {0} + 1", t_min.floor());
    let cone =
        |radius: f64| format!("CONTAINS(POINT(s_ra, s_dec), CIRCLE({ra}, {dec}, {radius})) = 1");
    let polygon = [(-0.3, -0.2), (0.3, -0.25), (0.35, 0.25), (-0.25, 0.3)]
        .map(|(x, y)| format!("{:.6}, {:.6}", ra + x, dec + y))
        .join(", ");
    let shape = |name, adql: &str, whole| Shape { name, adql: adql.to_owned(), whole };
    let rows = |name, condition: &str, whole| {
        shape(name, &format!("SELECT * FROM ivoa.ObsCore WHERE {condition}"), whole)
    };
    let times = ["exposure", "visit"].as_slice();
    vec![
        rows("point", &format!("CONTAINS(POINT({ra}, {dec}), s_region) = 1"), &[]),
        // Regions whose centres may be outside of them are looked for in all of them.
        rows("cone 0.1", &cone(0.1), &["visit_detector_region"]),
        rows("cone 0.5", &cone(0.5), &["visit_detector_region"]),
        rows("overlap", &format!("INTERSECTS(s_region, CIRCLE({ra}, {dec}, 0.1)) = 1"), &[]),
        rows("polygon", &format!("INTERSECTS(s_region, POLYGON({polygon})) = 1"), &[]),
        rows("DID", &format!("obs_publisher_did = '{did}'"), &[]),
        rows(
            "DID in any case",
            &format!("LOWER(obs_publisher_did) = '{}'", did.to_lowercase()),
            &[],
        ),
        rows(
            "overlap of one of two",
            &format!(
                "INTERSECTS(s_region, REGION('UNION ICRS (CIRCLE ICRS {ra} {dec} 0.1 RANGE ICRS \
                 {ra} {ra} {dec} {dec})')) = 1"
            ),
            &[],
        ),
        rows("obs_id", &format!("obs_id = '{obs_id}'"), &[]),
        rows("visit", &format!("lsst_visit = {visit}"), &[]),
        rows("tract", "lsst_tract = 3 AND lsst_patch IN (5, 6)", &[]),
        rows("night", &night, times),
        rows(
            "night, cone, band",
            &format!("{night} AND {} AND lsst_band = '{band}'", cone(0.5)),
            &["exposure", "visit", "visit_detector_region"],
        ),
        shape("count", "SELECT COUNT(*) AS n FROM ivoa.ObsCore", &["dataset_tags"]),
        shape(
            "per night and band",
            "SELECT FLOOR(t_min) AS night, lsst_band, COUNT(*) AS n FROM ivoa.ObsCore GROUP BY \
             FLOOR(t_min), lsst_band",
            &["dataset_tags", "exposure", "visit"],
        ),
        shape(
            "newest 100",
            "SELECT TOP 100 * FROM ivoa.ObsCore WHERE t_min IS NOT NULL ORDER BY t_min DESC",
            times,
        ),
        shape("record", &format!("SELECT * FROM butler.visit WHERE id = {visit}"), &[]),
        shape(
            "name of a record",
            &format!("SELECT id FROM butler.visit WHERE name = '{visit}'"),
            &[],
        ),
        shape(
            "region of a record",
            &format!("SELECT * FROM butler.visit_detector_region WHERE visit = {visit}"),
            &[],
        ),
        shape("dataset", &format!("SELECT * FROM butler.dataset WHERE id = '{uuid}'"), &[]),
        shape(
            "datasets of a record",
            &format!(
                "SELECT o.obs_id, v.target_name FROM ivoa.ObsCore AS o JOIN butler.visit AS v ON \
                 o.instrument_name = v.instrument AND o.lsst_visit = v.id WHERE v.id = {visit}"
            ),
            &[],
        ),
        shape(
            "record of a dataset",
            &format!(
                "SELECT o.obs_id, d.ingest_date FROM ivoa.ObsCore AS o JOIN butler.dataset AS d ON \
                 o.obs_publisher_did LIKE '%' || d.id WHERE o.obs_publisher_did = '{did}' AND d.id = \
                 '{uuid}'"
            ),
            &[],
        ),
    ]
}

/// Tables of so many rows that reading all of one is a loss.
const LARGE: [&str; 9] = [
    "dataset",
    "dataset_tags",
    "exposure",
    "patch_skypix_overlap",
    "visit",
    "visit_definition",
    "visit_detector_region",
    "visit_detector_region_skypix_overlap",
    "visit_skypix_overlap",
];

/// The large tables that the statements of a question read from end to end, each with a line of a plan.
async fn whole(service: &Service, adql: &str, indexes: &Indexes) -> BTreeMap<String, String> {
    let prepared = prepare(service, adql, &[]).unwrap_or_else(|wrong| panic!("{}", said(&wrong)));
    let statements = service.statements(&prepared, &[], None, true).await.unwrap();
    let mut found = BTreeMap::new();
    for statement in &statements {
        let reads = reads(statement, indexes).into_iter();
        for one in reads.filter(|one| one.is_whole && LARGE.contains(&one.table.as_str())) {
            let line = format!("{}: {}", statement.purpose, one.line);
            found.entry(one.table).or_insert(line);
        }
    }
    found
}

/// Asks for the plans of all shapes; some tables may be read from end to end by all.
async fn look(service: &Service, indexes: &Indexes, what: &str, spared: &[&str]) {
    let place = place(service).await;
    let mut wrong = Vec::new();
    for Shape { name, adql, whole: needed } in shapes(&place) {
        let found = whole(service, &adql, indexes).await;
        let fine = |table: &&str| needed.contains(table) || spared.contains(table);
        let needless = found.iter().filter(|(table, _)| !fine(&table.as_str()));
        wrong.extend(needless.map(|(table, line)| format!("{name}: all of {table}: {line}")));
    }
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
    // The same without any condition that can be turned around; so that the plans are understood here.
    let Place { did, obs_id, visit, ra, dec, t_min, .. } = place;
    for condition in [
        format!("lsst_visit + 0 = {visit}"),
        format!("obs_id || '' = '{obs_id}'"),
        format!("obs_publisher_did || '' = '{did}'"),
        format!("t_min + 0 = {t_min}"),
        format!("0 <> INTERSECTS(s_region, CIRCLE({ra}, {dec}, 0.1))"),
    ] {
        let adql = format!("SELECT * FROM ivoa.ObsCore WHERE {condition}");
        let found = whole(service, &adql, indexes).await;
        assert!(!found.is_empty(), "{what}, {condition}: {found:?}");
    }
}

fn registry() -> Survey {
    Survey::of_script("bench_registry.py", &["--visits", "1000", "--detectors", "6", "--all-sky"])
}

async fn service(repository: &Repository, prepare: Prepare) -> Service {
    let (root, file) = (&repository.root, oracle_file("mappings/bench.yaml"));
    let options = Options { prepare, ..Options::default() };
    let site = site_with(root, &file, false, ("ivoa", "butler"), (REGIONS, options)).await;
    Service::new(vec![site], REGIONS).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    let repository = registry().sqlite();
    let none = Indexes::new();
    // Several ranges of trixels are one search only where SQLite knows that it is worth while.
    let several = ["patch_skypix_overlap", "visit_detector_region_skypix_overlap"];
    look(&service(&repository, Prepare::Never).await, &none, "without statistics", &several).await;
    let analyze = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('ANALYZE')";
    output(Command::new(python()).args(["-c", analyze, &repository.database]));
    look(&service(&repository, Prepare::Never).await, &none, "with statistics", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let cluster = Cluster::shared();
    let repository = registry().postgres(cluster);
    let (_, database) = repository.database.rsplit_once('/').unwrap();
    let tables = format!("FROM pg_class WHERE relnamespace = '{NAMESPACE}'::regnamespace");
    // Tables take ten times their pages, so that plans are those of a registry of ten times the size.
    let names = cluster.psql(database, &format!("SELECT oid::regclass {tables} AND relkind = 'r'"));
    for name in names.lines() {
        cluster.psql(database, &format!("ALTER TABLE {name} SET (fillfactor = 10)"));
        cluster.psql(database, &format!("VACUUM (FULL, ANALYZE) {name}"));
    }
    let pages = format!("SELECT relname, relpages {tables} AND relpages > 60 AND relkind = 'r'");
    let pages = cluster.psql(database, &pages);
    for table in LARGE {
        assert!(pages.contains(table), "{table} is not large:\n{pages}");
    }
    // As for solid-state discs.
    cluster.psql("postgres", &format!("ALTER DATABASE {database} SET random_page_cost = 1.1"));
    let listed = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname =";
    let indexes = indexes(&cluster.psql(database, &format!("{listed} '{NAMESPACE}'")));
    let once = service(&repository, Prepare::Never).await;
    look(&once, &indexes, "planned for its parameters", &[]).await;
    let kept = service(&repository, Prepare::Always).await;
    look(&kept, &indexes, "planned for any parameters", &[]).await;
}
