//! The test support itself: the oracle, the throw-away server and the comparison do what the other
//! tests rely on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod support;

use sha2::{Digest, Sha256};

use support::compare::{compare, equal};
use support::files::Files;
use support::postgres::{Cluster, SCRAM_PASSWORD, SCRAM_ROLE};
use support::survey::{Survey, mapping};
use support::table::Table;

#[test]
fn both_databases_hold_the_same_survey() {
    let cluster = Cluster::shared();
    let sqlite = Survey::newest().sqlite();
    let postgres = Survey::newest().postgres(cluster);
    let from_sqlite = sqlite.rows(&mapping("search"));
    let from_postgres = postgres.rows(&mapping("search"));
    assert!(from_sqlite.error.is_none(), "{:?}", from_sqlite.error);
    let report = compare(&from_sqlite, &from_postgres, &["obs_publisher_did"]);
    println!("Butler on SQLite against Butler on PostgreSQL: {report}");
    assert!(report.assert_equal("Butler against itself") > 50_000);
    let count = "SELECT count(*) FROM visit";
    let there = format!("SELECT count(*) FROM {}.visit", support::survey::NAMESPACE);
    assert_eq!(
        Table::of_sqlite(sqlite.database.as_ref(), count).rows,
        Table::of_postgres(&postgres.database, &there).rows
    );
}

#[test]
fn stored_files_are_where_butler_says_and_have_their_bytes() {
    let all = [Files::sqlite(), Files::chained(), Files::postgres(Cluster::shared())];
    for files in &all {
        let mut compared = 0;
        for stored in files.stored.iter().filter(|stored| stored.member.is_none()) {
            let content = std::fs::read(&stored.file);
            if ["deleted", "gone"].contains(&stored.state.as_str()) {
                assert!(content.is_err(), "{stored:?}");
                continue;
            }
            let content = content.unwrap_or_else(|error| panic!("{stored:?}: {error}"));
            assert_eq!(content.len() as u64, stored.size);
            assert_eq!(sha256(&content), stored.sha256, "{stored:?}");
            compared += 1;
        }
        assert_eq!(compared, 17);
        assert!(files.one("direct").file.starts_with(&files.outside));
        assert!(files.one("linked").file.is_symlink());
    }
    // The same datasets, whatever the database and the kind of datastore.
    let ids =
        |files: &Files| files.stored.iter().map(|stored| stored.id.clone()).collect::<Vec<_>>();
    assert!(ids(&all[0]) == ids(&all[1]) && ids(&all[0]) == ids(&all[2]));
    // Butler publishes all but what is outside of its collections.
    let rows = all[0].repository.rows(&all[0].mapping);
    assert!(rows.error.is_none(), "{:?}", rows.error);
    assert_eq!(rows.rows.len(), 19);
}

#[test]
fn the_comparison_sees_every_kind_of_difference() {
    let table = |rows: &str| {
        let count = rows.lines().count();
        Table::parse(&format!(
            "{{\"columns\":[[\"id\",\"string\"],[\"t_min\",\"double\"]]}}\n{rows}\n{{\"warnings\":[],\"rows\":{count}}}"
        ))
    };
    let base = table("{\"row\":[\"a\",1.0]}\n{\"row\":[\"b\",null]}");
    assert_eq!(compare(&base, &base, &["id"]).assert_equal("itself"), 4);
    for (other, count) in [
        ("{\"row\":[\"a\",1.00000001]}\n{\"row\":[\"b\",null]}", 1),
        ("{\"row\":[\"a\",1.0]}\n{\"row\":[\"b\",0.0]}", 1),
        ("{\"row\":[\"a\",1.0]}", 1),
        ("{\"row\":[\"a\",1.0]}\n{\"row\":[\"b\",null]}\n{\"row\":[\"b\",null]}", 1),
        ("{\"row\":[\"a\",1.0]}\n{\"row\":[\"c\",null]}", 2),
    ] {
        assert_eq!(compare(&base, &table(other), &["id"]).mismatches.len(), count, "{other}");
    }
}

#[test]
fn tolerances_are_those_of_the_columns() {
    let close = |name, a: f64, b: f64| equal(name, &a.into(), &b.into());
    assert!(close("s_ra", 359.999_999_999_9, 0.0));
    assert!(!close("s_dec", 1.0, 1.000_000_01));
    assert!(close("t_min", 60_000.0, 60_000.000_000_000_5));
    assert!(!close("em_min", 4.02e-7, 4.020_000_1e-7));
    assert!(equal("flag", &true.into(), &1.into()));
    assert!(!equal("text", &"1".into(), &1.into()));
}

#[test]
fn one_role_needs_its_password() {
    let cluster = Cluster::shared();
    let run = |password: &str| {
        let mut command = cluster.psql_command("postgres");
        command.args(["-w", "-U", SCRAM_ROLE, "-c", "SELECT 1"]).env("PGPASSWORD", password);
        command.output().expect("psql").status.success()
    };
    assert!(run(SCRAM_PASSWORD));
    assert!(!run("wrong"));
}

#[test]
fn the_extensions_are_there() {
    let cluster = Cluster::shared();
    let database = cluster.database();
    for name in ["pg_sphere", "postgis"] {
        cluster.extension(&database, name);
    }
    let inside = "SELECT spoint '(0.1,0.1)' <@ spoly '{(0,0),(0.2,0),(0.2,0.2),(0,0.2)}', \
                  (SELECT count(*) FROM pg_extension WHERE extname = 'pg_sphere')";
    assert_eq!(cluster.psql(&database, inside).trim(), "t|1");
}

#[test]
fn a_cluster_stops_with_its_owner() {
    let cluster = Cluster::start();
    let socket = cluster.socket().to_owned();
    drop(cluster);
    assert!(!socket.exists());
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
