//! What Debian's `sqlite3` computes when it reads an applied view: only what the query asks for, and
//! the same values whatever it asks for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod support;

use std::path::Path;
use std::process::Command;

use support::python::{newest_universe, output};
use support::survey::{Repository, Survey, mapping};

const MAPPINGS: [&str; 4] = ["search", "runs", "tagged_first", "tracking"];

/// A survey with a view of each mapping, named as it; `tracking` is `runs` with positions for
/// exposures that have no visit.
fn repository() -> Repository {
    let repository = Survey::new(newest_universe()).sqlite();
    for name in MAPPINGS {
        let mut file = mapping(name);
        if name == "tracking" {
            let text = std::fs::read_to_string(mapping("runs")).unwrap();
            file = repository.root.join("tracking.yaml");
            let own = "\nobscore_view: {visitless_position: tracking}\n";
            std::fs::write(&file, text + own).unwrap();
        }
        let program = env!("CARGO_BIN_EXE_obscore-view");
        let mut apply = Command::new(program);
        apply.arg("apply").arg(&repository.root).args(["--view", name, "-m"]).arg(file);
        output(&mut apply);
    }
    repository
}

fn sqlite3(file: &Path, sql: &str) -> String {
    output(Command::new("sqlite3").args(["-readonly", "-bail"]).arg(file).arg(sql))
}

/// The instructions of a query, one a line.
fn program(file: &Path, query: &str) -> String {
    sqlite3(file, &format!("EXPLAIN {query}"))
}

#[test]
fn regions_are_decoded_only_for_queries_that_use_them() {
    let repository = repository();
    let file = Path::new(&repository.database);
    for view in MAPPINGS {
        for (query, decodes) in [
            ("SELECT count(*) FROM", false),
            ("SELECT obs_id, t_min FROM", false),
            ("SELECT facility_name, max(t_max) FROM", false),
            ("SELECT s_ra FROM", true),
            ("SELECT max(s_region) FROM", true),
        ] {
            let program = program(file, &format!("{query} {view}"));
            assert_eq!(program.contains("pow(2)"), decodes, "{query} {view}");
        }
    }
}

#[test]
fn branches_are_read_one_by_one() {
    let repository = repository();
    let file = Path::new(&repository.database);
    for view in MAPPINGS {
        let plan = sqlite3(file, &format!("EXPLAIN QUERY PLAN SELECT * FROM {view}"));
        assert!(plan.starts_with("QUERY PLAN\n`--COMPOUND QUERY"), "{plan}");
        // A region that nobody asks for is not looked up.
        let one = format!("SELECT obs_id FROM {view}");
        let plan = sqlite3(file, &format!("EXPLAIN QUERY PLAN {one}"));
        assert!(!plan.contains("visit_detector_region") && !plan.contains("footprint"), "{plan}");
    }
}

#[test]
fn find_first_asks_for_one_data_id_in_each_collection() {
    let repository = repository();
    let plan = "EXPLAIN QUERY PLAN SELECT obs_id FROM search__raw";
    let plan = sqlite3(Path::new(&repository.database), plan);
    let line = plan.lines().find(|line| line.contains("earlier_t")).expect("a find-first search");
    for column in ["dataset_type_id", "instrument", "detector", "exposure"] {
        assert!(line.contains(&format!("{column}=?")), "{line}");
    }
}

/// Aggregates, groups, filters, orders and joins over the view answer as over a copy of it.
#[test]
fn every_way_of_asking_has_the_same_answer() {
    let repository = repository();
    let view = "search";
    let ask = |table: &str| {
        let queries = [
            "SELECT count(*), count(s_ra), min(s_ra), max(s_dec), sum(s_fov), max(s_region) FROM @",
            "SELECT instrument_name, dataproduct_subtype, count(*), min(s_region), max(s_fov) FROM @ \
             GROUP BY 1, 2 ORDER BY 1, 2",
            "SELECT obs_publisher_did, s_region FROM @ WHERE s_ra BETWEEN 10 AND 200 ORDER BY 1, 2",
            "SELECT DISTINCT s_ra, s_dec, s_region FROM @ ORDER BY 1, 2, 3",
            "SELECT s_region FROM @ WHERE s_region LIKE 'POLYGON%' ORDER BY s_ra DESC, 1 LIMIT 20",
            "SELECT a.obs_id, a.s_ra, b.s_ra FROM @ a JOIN @ b USING (obs_publisher_did) \
             WHERE a.s_dec < 0 ORDER BY 1, 2, 3 LIMIT 50",
            "SELECT a.x, b.obs_id, b.s_region FROM (SELECT 1 AS x) a LEFT JOIN @ b ON b.s_fov > 0.5 \
             ORDER BY 1, 2, 3",
        ];
        queries.map(|query| query.replace('@', table)).join(";\n")
    };
    let copy = format!("CREATE TEMP TABLE copy AS SELECT * FROM {view};\n");
    let copied = sqlite3(Path::new(&repository.database), &(copy + &ask("copy")));
    let viewed = sqlite3(Path::new(&repository.database), &ask(view));
    assert_eq!(viewed, copied, "{view}");
    let cells = viewed.matches(['|', '\n']).count();
    assert!(viewed.contains("POLYGON ICRS"), "{view} has regions");
    println!("{cells} equal cells");
}

/// What stands in for a region that is not there is not lost outside of the branches.
#[test]
fn exposures_without_a_visit_are_where_the_telescope_pointed() {
    let repository = repository();
    let ask = |sql: &str| sqlite3(Path::new(&repository.database), sql);
    let expected = ask("SELECT DISTINCT e.instrument, e.id, e.tracking_ra, e.tracking_dec \
         FROM exposure e JOIN runs r ON r.instrument_name = e.instrument AND r.lsst_exposure = e.id \
         WHERE r.s_region IS NULL AND e.tracking_ra IS NOT NULL ORDER BY 1, 2");
    let found = ask("SELECT DISTINCT instrument_name, lsst_exposure, s_ra, s_dec FROM tracking \
         WHERE s_region IS NULL AND s_ra IS NOT NULL AND s_fov IS NULL ORDER BY 1, 2");
    assert!(!expected.is_empty());
    assert_eq!(found, expected);
    let rest = "WHERE s_region IS NOT NULL ORDER BY dataset_uuid";
    let regions =
        |view: &str| ask(&format!("SELECT s_ra, s_dec, s_fov, s_region FROM {view} {rest}"));
    assert_eq!(regions("tracking"), regions("runs"));
}
