//! What the service keeps from one query for the next, and what it leaves out for the values that a query
//! wants, changes no row; and what Butler does shows in the next query.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod live_support;
mod query_support;
mod support;

use std::collections::BTreeSet;

use live_support::{Place, butler, oracle};
use obscore_view::region::RegionOptions;
use obscore_view::stream::engine::Service;
use query_support::answer::difference;
use query_support::{ask, said, service, service_of, service_with};
use serde_json::{Value as Json, json};
use support::postgres::Cluster;
use support::python::newest_universe;
use support::survey::{Repository, Survey, mapping};

type Rows = Vec<Vec<Json>>;
type Test<'t> = Box<dyn Fn(&str, &Json) -> bool + 't>;

const CAMERA: &str = "SynthCam";

async fn rows(service: &Service, adql: &str) -> Rows {
    ask(service, adql, &[]).await.unwrap_or_else(|wrong| panic!("{adql}: {}", said(&wrong))).rows
}

/// Conditions, and the same as functions of obs_publisher_did and calib_level.
fn conditions(dids: &[String]) -> Vec<(String, Test<'_>)> {
    let mut found: Vec<(String, Test<'_>)> = Vec::new();
    for did in dids {
        found.push((format!("obs_publisher_did = '{did}'"), Box::new(move |one, _| one == did)));
    }
    let (first, last) = (&dids[0], dids.last().unwrap());
    let shouted =
        format!("{}{}", &first[..first.len() - 36], first[first.len() - 36..].to_uppercase());
    assert_ne!(&shouted, first);
    let more: Vec<(String, Test<'_>)> = vec![
        (format!("'{first}' = obs_publisher_did"), Box::new(move |one, _| one == first)),
        (
            format!("obs_publisher_did IN ('{first}', 'nothing', '{last}')"),
            Box::new(move |one, _| one == first || one == last),
        ),
        (
            format!("obs_publisher_did IN ('{first}', '{last}') AND obs_publisher_did = '{last}'"),
            Box::new(move |one, _| one == last),
        ),
        (format!("obs_publisher_did = '{shouted}'"), Box::new(|_, _| false)),
        (
            format!("LOWER(obs_publisher_did) = '{}'", first.to_lowercase()),
            Box::new(move |one, _| one.eq_ignore_ascii_case(first)),
        ),
        (
            format!(
                "LOWER(obs_publisher_did) IN ('{}', 'nothing', '{}')",
                first.to_lowercase(),
                last.to_lowercase()
            ),
            Box::new(move |one, _| {
                one.eq_ignore_ascii_case(first) || one.eq_ignore_ascii_case(last)
            }),
        ),
        (
            format!("LOWER(obs_publisher_did) = '{}' OR calib_level = 3", last.to_lowercase()),
            Box::new(move |one, level| one.eq_ignore_ascii_case(last) || *level == json!(3)),
        ),
        (format!("LOWER(obs_publisher_did) = '{shouted}'"), Box::new(|_, _| false)),
        (
            format!("LOWER(obs_publisher_did) <> '{}'", first.to_lowercase()),
            Box::new(move |one, _| !one.eq_ignore_ascii_case(first)),
        ),
        ("obs_publisher_did = ''".to_owned(), Box::new(|_, _| false)),
        (format!("obs_publisher_did = '{}'", &first[1..]), Box::new(|_, _| false)),
        (format!("NOT obs_publisher_did = '{first}'"), Box::new(move |one, _| one != first)),
        (
            format!("obs_publisher_did = '{first}' OR calib_level = 3"),
            Box::new(move |one, level| one == first || *level == json!(3)),
        ),
        (
            format!("obs_publisher_did = '{first}' AND calib_level IN (0, 1, 2, 3)"),
            Box::new(move |one, level| one == first && !level.is_null()),
        ),
        ("calib_level = 2".to_owned(), Box::new(|_, level| *level == json!(2))),
        ("3 = calib_level".to_owned(), Box::new(|_, level| *level == json!(3))),
        (
            "calib_level IN (1, 3)".to_owned(),
            Box::new(|_, level| [json!(1), json!(3)].contains(level)),
        ),
        ("calib_level = 4 AND calib_level = 1".to_owned(), Box::new(|_, _| false)),
        ("dataproduct_type = 'no such type'".to_owned(), Box::new(|_, _| false)),
    ];
    found.extend(more);
    found
}

async fn choices(repository: &Repository) {
    let (asked, fresh) = (service(repository).await, service(repository).await);
    let columns = "obs_publisher_did, calib_level, obs_id, s_ra, s_dec, s_fov, s_region, t_min";
    let all = rows(&asked, &format!("SELECT {columns} FROM ivoa.ObsCore")).await;
    let step = all.len() / 7;
    let dids = all.iter().step_by(step).map(|row| row[0].as_str().unwrap().to_owned());
    let dids: Vec<String> = dids.collect();
    assert!(dids.len() >= 7 && all.iter().any(|row| row[6].is_string()));
    let mut counted = 0;
    for (condition, test) in conditions(&dids) {
        let adql = format!("SELECT {columns} FROM ivoa.ObsCore WHERE {condition}");
        let wanted: Rows =
            all.iter().filter(|row| test(row[0].as_str().unwrap(), &row[1])).cloned().collect();
        counted += wanted.len();
        // Written for it, kept from it, and written where nothing was kept.
        for service in [&asked, &asked, &fresh] {
            let found = rows(service, &adql).await;
            assert_eq!(difference(&found, &wanted, false), None, "{condition}");
        }
        let count = format!("SELECT COUNT(*) FROM ivoa.ObsCore WHERE {condition}");
        assert_eq!(rows(&asked, &count).await, [[json!(wanted.len())]], "{condition}");
    }
    assert!(counted > all.len());
    // A condition of an outer join takes no row away.
    let join = "SELECT a.obs_publisher_did, b.calib_level FROM ivoa.ObsCore AS a LEFT JOIN \
                ivoa.ObsCore AS b ON a.obs_publisher_did = b.obs_publisher_did AND \
                b.calib_level = 2";
    let joined = rows(&asked, join).await;
    assert!(joined.len() >= all.len() && joined.iter().any(|row| row[1].is_null()));
    // Columns of one region come from one field, whichever are asked for and in whatever order.
    for (list, at) in [
        ("s_dec", vec![4]),
        ("s_region, s_ra", vec![6, 3]),
        ("s_fov, obs_id, s_region, s_dec, s_region", vec![5, 2, 6, 4, 6]),
    ] {
        let wanted: Rows =
            all.iter().map(|row| at.iter().map(|at| row[*at].clone()).collect()).collect();
        let found = rows(&asked, &format!("SELECT {list} FROM ivoa.ObsCore")).await;
        assert_eq!(difference(&found, &wanted, false), None, "{list}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn choices_change_no_row() {
    let survey = Survey::new(newest_universe());
    choices(&survey.sqlite()).await;
    choices(&survey.postgres(Cluster::shared())).await;
}

fn put(kind: &str, run: &str, ids: &[Json]) -> Json {
    json!({"do": "put", "type": kind, "run": run, "ids": ids})
}

/// What Butler does; with it, collections come, go, and change what they hold.
fn changes() -> Vec<Json> {
    let exposure = |id: u32| json!({"instrument": CAMERA, "exposure": id, "detector": 0});
    let visit =
        |detector: u32| json!({"instrument": CAMERA, "visit": 910_001, "detector": detector});
    let chain =
        |name: &str, children: &[&str]| json!({"do": "chain", "name": name, "children": children});
    vec![
        chain("Live/defaults", &[]),
        json!({"do": "tag", "name": "Live/picked", "uuids": []}),
        json!({"do": "certify", "name": "Live/calib", "uuids": []}),
        json!({"do": "exposure", "instrument": CAMERA, "id": 910_001}),
        json!({"do": "visit", "instrument": CAMERA, "id": 910_001, "exposures": [910_001],
               "ra": 41.0, "dec": -5.0, "half": 0.4}),
        put("raw", "Live/raw", &[exposure(910_001)]),
        chain("Live/defaults", &["Live/raw"]),
        put("visit_image", "Live/run/1", &[visit(0), visit(1)]),
        json!({"do": "extend", "name": "Live/defaults", "children": ["Live/run/1"]}),
        put("visit_image", "Live/run/2", &[visit(0), visit(2)]),
        json!({"do": "prepend", "name": "Live/defaults", "children": ["Live/run/2"]}),
        chain("Live/inner", &["Live/run/2"]),
        chain("Live/defaults", &["Live/raw", "Live/run/1", "Live/inner"]),
        put(
            "deep_coadd",
            "Live/run/2",
            &[json!({"skymap": "rings_v1", "tract": 0, "patch": 0, "band": "g"})],
        ),
        put("visit_image", "Live/run/1", &[visit(2)]),
        chain("Live/inner", &["Live/raw"]),
        chain("Live/defaults", &["Live/run/2"]),
        chain("Live/defaults", &[]),
    ]
}

async fn every_change_shows(place: Place) {
    let repository = place.repository(&Survey::newest());
    let file = mapping("live_search");
    let service = service_of(&repository.root, &file, true).await;
    let (mut butler, mut oracle) = (butler(&repository), oracle(&repository));
    butler.line();
    let (mut sizes, mut few) = (BTreeSet::new(), BTreeSet::new());
    for (at, command) in changes().iter().enumerate() {
        butler.done(command);
        // Butler's answer needs all the collections of the search.
        if at < 2 {
            continue;
        }
        let told = rows(&service, "SELECT obs_publisher_did FROM ivoa.ObsCore").await;
        let mut shown: Vec<&str> = told.iter().map(|row| row[0].as_str().unwrap()).collect();
        let truth = oracle.truth(&file);
        assert!(truth.error.is_none(), "{command}: {:?}", truth.error);
        let column = truth.column("obs_publisher_did").unwrap();
        let mut wanted: Vec<&str> =
            truth.rows.iter().map(|row| row[column].as_str().unwrap()).collect();
        shown.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(shown, wanted, "{}: {command}", place.name());
        sizes.insert(shown.len());
        // Few rows, the first of which are told apart here.
        let visits = truth.column("lsst_visit").unwrap();
        let of_visit = truth.rows.iter().filter(|row| row[visits] == json!(910_001));
        let mut wanted: Vec<&str> = of_visit.map(|row| row[column].as_str().unwrap()).collect();
        let adql = "SELECT obs_publisher_did FROM ivoa.ObsCore WHERE lsst_visit = 910001";
        let told = rows(&service, adql).await;
        let mut shown: Vec<&str> = told.iter().map(|row| row[0].as_str().unwrap()).collect();
        shown.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(shown, wanted, "{}: {command}", place.name());
        few.insert(shown.len());
    }
    assert!(few.len() >= 3, "{few:?}");
    assert!(sizes.len() >= 5, "{sizes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_change_shows_on_sqlite() {
    every_change_shows(Place::Wal).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_change_shows_on_postgres() {
    every_change_shows(Place::Server).await;
}

/// A region that is no convex polygon need not have its centre, nor need its trixels: it is found as soon as
/// it is there, and no longer than it is there.
async fn centres_show(place: Place) {
    let repository = place.repository(&Survey::newest());
    let regions = RegionOptions::default();
    let service = service_with(&repository.root, &mapping("live_all"), false, regions).await;
    let mut butler = butler(&repository);
    butler.line();
    for command in [
        json!({"do": "exposure", "instrument": CAMERA, "id": 910_001}),
        json!({"do": "visit", "instrument": CAMERA, "id": 910_001, "exposures": [910_001],
               "ra": 41.0, "dec": -5.0, "half": 0.4}),
        put("visit_summary", "Live/run/1", &[json!({"instrument": CAMERA, "visit": 910_001})]),
    ] {
        butler.done(&command);
    }
    let one = "SELECT s_ra, s_dec FROM ivoa.ObsCore WHERE lsst_visit = 910001";
    let near = |ra: f64, dec: f64| {
        format!(
            "SELECT lsst_visit FROM ivoa.ObsCore WHERE \
             CONTAINS(POINT(s_ra, s_dec), CIRCLE({ra}, {dec}, 0.01)) = 1 AND lsst_visit > 900000"
        )
    };
    let mut before: Option<(f64, f64)> = None;
    for (ra, beside) in [(41.0, 0.0), (44.0, 3.0), (46.0, 2.5), (41.5, 0.0), (44.0, 3.0)] {
        let dec = -5.0;
        butler.done(&json!({"do": "region", "instrument": CAMERA, "visit": 910_001, "ra": ra,
                            "dec": dec, "half": 0.3, "beside": beside}));
        let told = rows(&service, one).await;
        let (lon, lat) = (told[0][0].as_f64().unwrap(), told[0][1].as_f64().unwrap());
        assert!((lon - ra).abs() < 0.1 && (lat - dec).abs() < 0.1, "{lon} {lat}");
        // The second time from what is known.
        for _ in 0..2 {
            assert_eq!(rows(&service, &near(lon, lat)).await, [[json!(910_001)]], "{ra} {beside}");
        }
        if let Some((lon, lat)) = before.replace((lon, lat)) {
            assert!(rows(&service, &near(lon, lat)).await.is_empty(), "{ra} {beside}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn centres_show_on_sqlite() {
    centres_show(Place::Wal).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn centres_show_on_postgres() {
    centres_show(Place::Server).await;
}
