//! Every diagnostic about the meaning of queries, as a user sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod query_support;
mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use obscore_view::adql::Version;
use obscore_view::diag::{CODES, Diagnostic, Source};
use obscore_view::stream::engine::{Limits, Service};
use query_support::{REGIONS, ask, ask_within, prepare, site};
use support::survey::{Repository, Survey, mapping};

/// Code, query.
const WRONG: &[(&str, &str)] = &[
    ("Q101", "SELECT obs_id\nFROM ivoa.obscor"),
    ("Q101", "SELECT * FROM butlr.visit"),
    ("Q101", "SELECT * FROM TAP_UPLOAD.mine"),
    ("Q101", "SELECT v.id FROM butler.visit AS w"),
    ("Q101", "SELECT v.* FROM butler.visit AS w"),
    ("Q101", "SELECT id FROM butler.visit WHERE EXISTS (SELECT 1 FROM a_table_far_from_any_name)"),
    ("Q102", "SELECT COUNT(*) FROM obscore"),
    ("Q103", "SELECT obs_idd FROM ivoa.obscore"),
    ("Q103", "SELECT \"Obs_Id\" FROM ivoa.obscore"),
    ("Q103", "SELECT o.nothing_like_it FROM ivoa.obscore AS o"),
    ("Q103", "SELECT t_min AS t FROM ivoa.obscore WHERE t > 5"),
    ("Q103", "SELECT * FROM butler.visit JOIN butler.tract USING (tract)"),
    ("Q104", "SELECT id FROM butler.visit, butler.exposure"),
    ("Q104", "SELECT butler.visit.id FROM butler.visit, butler.exposure WHERE id = 3"),
    ("Q105", "SELECT ABS('12') FROM ivoa.obscore"),
    ("Q105", "SELECT lsst_band + 1 FROM ivoa.obscore"),
    ("Q105", "SELECT AREA(s_ra) FROM ivoa.obscore"),
    ("Q105", "SELECT COORD1(s_region) FROM ivoa.obscore"),
    ("Q105", "SELECT LOWER(t_min) FROM ivoa.obscore"),
    ("Q105", "SELECT s_region FROM ivoa.obscore ORDER BY s_region"),
    ("Q105", "SELECT CASE WHEN t_min > 1 THEN 1 ELSE 'x' END AS a FROM ivoa.obscore"),
    ("Q105", "SELECT CAST(t_min AS TIMESTAMP) FROM ivoa.obscore"),
    ("Q105", "SELECT COUNT(*) FROM butler.dataset WHERE ingest_date > 'yesterday'"),
    ("Q105", "SELECT ivo_to_mjd(t_min) FROM ivoa.obscore"),
    ("Q105", "SELECT 'a\0b' FROM ivoa.obscore"),
    ("Q106", "SELECT * FROM ivoa.obscore WHERE calib_level = '2'"),
    ("Q106", "SELECT * FROM ivoa.obscore WHERE s_region = CIRCLE(10, 20, 1)"),
    ("Q106", "SELECT * FROM ivoa.obscore WHERE lsst_band IN (1, 2)"),
    ("Q106", "SELECT * FROM butler.exposure WHERE has_simulated = 'perhaps'"),
    ("Q106", "SELECT * FROM ivoa.obscore WHERE obs_id IN (SELECT id FROM butler.visit)"),
    ("Q108", "SELECT lsst_band FROM ivoa.obscore WHERE COUNT(*) > 5 GROUP BY lsst_band"),
    ("Q108", "SELECT MAX(COUNT(*)) FROM ivoa.obscore"),
    ("Q108", "SELECT COUNT(*) FROM butler.visit AS a JOIN butler.visit AS b ON MAX(a.id) = b.id"),
    ("Q109", "SELECT lsst_band, t_min FROM ivoa.obscore GROUP BY lsst_band"),
    ("Q109", "SELECT COUNT(*), t_min FROM ivoa.obscore"),
    (
        "Q109",
        "SELECT v.instrument FROM butler.visit AS v GROUP BY v.instrument HAVING EXISTS (SELECT 1 FROM butler.instrument AS i WHERE i.name = v.name)",
    ),
    ("Q110", "SELECT id FROM butler.visit UNION SELECT name FROM butler.visit"),
    ("Q111", "SELECT * FROM butler.visit WHERE id IN (SELECT id, name FROM butler.visit)"),
    ("Q112", "SELECT IN_UNIT(t_exptime, 'm') FROM ivoa.obscore"),
    ("Q112", "SELECT IN_UNIT(t_exptime, 'fortnight') FROM ivoa.obscore"),
    ("Q112", "SELECT IN_UNIT(lsst_visit, 's') FROM ivoa.obscore"),
    ("Q113", "SELECT ivo_simbadpoint('M31') FROM ivoa.obscore"),
    ("Q114", "SELECT * FROM butler.visit, butler.visit"),
    (
        "Q114",
        "WITH a AS (SELECT id FROM butler.visit), a AS (SELECT id FROM butler.visit) SELECT * FROM a",
    ),
    ("Q115", "SELECT 1e999 FROM ivoa.obscore"),
    ("Q116", "SELECT DISTINCT lsst_band FROM ivoa.obscore ORDER BY t_min"),
    ("Q116", "SELECT id FROM butler.visit UNION SELECT id FROM butler.exposure ORDER BY name"),
];

/// Queries that fail while they run.
const FAILING: &[(&str, &str)] = &[
    (
        "Q117",
        "SELECT POINT(s_ra, s_dec) FROM ivoa.obscore WHERE 1 = CONTAINS(POINT(0, calib_level * 0 + 100), CIRCLE(0, 0, 1))",
    ),
    (
        "Q117",
        "SELECT CAST('obs_' || dataproduct_type AS INTEGER) FROM ivoa.obscore WHERE dataproduct_type = 'image'",
    ),
    ("Q117", "SELECT id * 9223372036854775807 FROM butler.visit"),
];

/// Two ObsCore tables of one repository, in two schemas.
async fn two() -> (Service, Repository) {
    let repository = Survey::new(8).sqlite();
    let file = mapping("search");
    let (one, _) = site(&repository.root, &file, true, "ivoa", "butler").await;
    let (other, _) = site(&repository.root, &file, true, "other", "other_butler").await;
    (Service::new(vec![one, other], REGIONS).await.unwrap(), repository)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn diagnostics_look_like_this() {
    let (service, _repository) = two().await;
    let mut raised: BTreeSet<&str> = BTreeSet::new();
    let mut album = String::new();
    let mut show = |code: &str, adql: &str, wrong: &[Diagnostic]| {
        let [wrong] = wrong else { panic!("{adql}: {} diagnostics", wrong.len()) };
        let text = wrong.render(false);
        assert_eq!(wrong.code, code, "{adql}\n{text}");
        assert!(!wrong.message.ends_with('.'), "{}", wrong.message);
        raised.insert(wrong.code);
        album.push_str(text.trim_end());
        album.push_str("\n\n");
    };
    for (code, adql) in WRONG {
        let wrong = prepare(&service, adql, &[]).expect_err(adql);
        assert!(wrong[0].location().is_some(), "{adql} has no place");
        show(code, adql, &wrong);
    }
    for (code, adql) in FAILING {
        show(code, adql, &ask(&service, adql, &[]).await.expect_err(adql));
    }
    let endless =
        "SELECT COUNT(*) FROM butler.dataset AS a, butler.dataset AS b WHERE a.id || 'x' < b.id";
    let limits = Limits { time: Some(Duration::from_millis(200)), ..Limits::default() };
    let stopped = ask_within(&service, endless, &[], None, limits, std::future::pending()).await;
    show("Q118", endless, &stopped.unwrap_err());
    let far = "SELECT COUNT(a.obs_id), COUNT(b.obs_id) FROM ivoa.obscore AS a JOIN other.obscore AS b USING (dataset_uuid)";
    let limits = Limits { staged_rows: 1000, ..Limits::default() };
    let refused = ask_within(&service, far, &[], None, limits, std::future::pending()).await;
    show("Q119", far, &refused.unwrap_err());
    let tables =
        (0..70).map(|n| format!("butler.instrument AS t{n}")).collect::<Vec<_>>().join(", ");
    let large = format!("SELECT COUNT(*) FROM {tables} WHERE t0.name = 'x'");
    show("Q120", &large, &ask(&service, &large, &[]).await.unwrap_err());
    insta::assert_snapshot!("query", album);
    let codes = CODES.iter().copied().flatten().map(|code| code.code);
    // Q121 and Q122 are the command line's: `the_command_line_is_told`.
    let known: BTreeSet<&str> = codes.filter(|code| *code > "Q100" && *code < "Q121").collect();
    assert_eq!(raised, known, "every code is raised");
}

/// Queries of the IVOA's validator suite are about tables that are not here: that is what is said.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn other_peoples_tables_are_unknown() {
    let (service, _repository) = two().await;
    let corpus =
        std::fs::read_to_string(support::package().join("fixtures/adql/legal.adql")).unwrap();
    let mut unknown = 0;
    for adql in corpus.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let source = Source::new("query", adql);
        let Err(wrong) = service.prepare(&source, Version::V2_1, &[]) else { continue };
        for one in &wrong {
            let place = one.location();
            assert!(place.is_some(), "{adql}\n{}", one.render(false));
        }
        if wrong[0].code == "Q101" {
            let text = wrong[0].render(false);
            let name = wrong[0].message.split('`').nth(1).unwrap();
            assert!(adql.contains(name) || adql.contains('\\'), "{text}");
            unknown += 1;
        }
    }
    assert!(unknown > 150, "{unknown}");
}

#[test]
fn the_command_line_is_told() {
    let said = |arguments: &[&str]| {
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_obscore-view"))
            .args(["query", "/nowhere", "-m", "/nowhere.yaml", "SELECT 1 FROM t"])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(2));
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(said(&["--lang", "PQL"]).contains("error[Q121]: there is no query language `PQL`"));
    assert!(said(&["--upload", "targets"]).contains("error[Q122]: `targets` is no upload"));
    assert!(said(&["--upload", "select=x.vot"]).contains("error[Q122]"));
}
