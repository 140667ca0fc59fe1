//! What apply and drop refuse, with what words; the database is unchanged after each.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod deploy_support;
mod support;

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use deploy_support::{MAPPING, Place, finish, program, run};
use support::postgres::Cluster;

/// Runs `attempt`, which must fail with `code` and change nothing; returns what it said.
fn refused(place: &Place, code: &str, attempt: impl FnOnce() -> deploy_support::Run) -> String {
    let before = place.state();
    let run = attempt().expect(2);
    assert!(run.err.contains(&format!("[{code}]")), "{}", run.err);
    assert!(run.out.is_empty(), "{}", run.out);
    assert_eq!(place.state(), before, "nothing may change");
    place.plain(&run.err)
}

#[test]
fn a_table_in_the_way() {
    let mut said = Vec::new();
    for place in Place::both() {
        let schema = if place.is_postgres() { "CREATE SCHEMA ivoa; " } else { "" };
        place.sql(&format!("{schema}CREATE TABLE {} (n integer)", place.view()));
        said.push(refused(&place, "D004", || place.apply(&[])));
        // drop leaves alone what is not ours, too.
        let before = place.state();
        place.drop(&[]).expect(0);
        assert_eq!(place.state(), before);
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_view_without_our_stamp_in_the_way() {
    for place in Place::both() {
        let schema = if place.is_postgres() { "CREATE SCHEMA ivoa; " } else { "" };
        place.sql(&format!("{schema}CREATE VIEW {}__raw AS SELECT 1 AS n", place.view()));
        refused(&place, "D004", || place.apply(&[]));
    }
}

#[test]
fn the_view_of_another_mapping_in_the_way() {
    for place in Place::both() {
        place.apply(&["--view", "a"]).expect(0);
        // Its helper is called a_utc.
        let said = refused(&place, "D004", || place.apply(&["--view", "a_utc"]));
        assert!(said.contains("belongs to the view"), "{said}");
    }
}

#[test]
fn foreign_dependants() {
    let place = Place::postgres();
    place.apply(&[]).expect(0);
    place.sql(
        "CREATE SCHEMA science; \
         CREATE VIEW science.images AS SELECT * FROM ivoa.obscore; \
         CREATE MATERIALIZED VIEW science.kept AS SELECT obs_id FROM ivoa.obscore__raw WITH NO DATA; \
         CREATE FUNCTION science.one(ivoa.obscore) RETURNS text LANGUAGE sql AS 'SELECT $1.obs_id'",
    );
    let changed = place.changed(&[("obs_collection: TEST", "obs_collection: CHANGED")]);
    let said = refused(&place, "D006", || place.apply_mapping(&changed, &[]));
    insta::assert_snapshot!(said);
    assert_eq!(refused(&place, "D006", || place.drop(&[])), said);
    // What is in step needs no replacement.
    place.apply(&[]).expect(0);
}

#[test]
fn foreign_dependants_in_sqlite() {
    let place = Place::sqlite();
    place.apply(&[]).expect(0);
    place.sql("CREATE VIEW images AS SELECT * FROM obscore -- all");
    let changed = place.changed(&[("obs_collection: TEST", "obs_collection: CHANGED")]);
    // SQLite binds names when a view is used: a replacement does not disturb this one.
    place.apply_mapping(&changed, &[]).expect(0);
    let said = refused(&place, "D006", || place.drop(&[]));
    assert!(said.contains("depends on the view: view images"), "{said}");
    place.sql(
        "DROP VIEW images; \
         CREATE TRIGGER guard INSTEAD OF DELETE ON obscore BEGIN SELECT 1; END",
    );
    let said = refused(&place, "D006", || place.apply(&[]));
    assert!(said.contains("depends on the view: trigger guard"), "{said}");
}

#[test]
fn a_newer_tool() {
    for place in Place::both() {
        place.apply(&[]).expect(0);
        if place.is_postgres() {
            place.sql(
                "DO $$ DECLARE c text; BEGIN \
                 c := replace(obj_description('ivoa.obscore'::regclass), '\"tool\":\"', '\"tool\":\"99.'); \
                 EXECUTE format('COMMENT ON VIEW ivoa.obscore IS %L', c); END $$",
            );
        } else {
            place.sql(
                "PRAGMA writable_schema = 1; UPDATE sqlite_schema \
                 SET sql = replace(sql, '\"tool\":\"', '\"tool\":\"99.') WHERE name = 'obscore'",
            );
        }
        let said = refused(&place, "D005", || place.apply(&[]));
        if place.is_postgres() {
            insta::assert_snapshot!(said.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
        }
        place.apply(&["--force"]).expect(0);
        assert!(place.apply(&[]).expect(0).out.contains("nothing to change"));
    }
}

#[test]
fn a_snapshot_is_no_database() {
    let place = Place::sqlite();
    let file = place.repository.root.join("snapshot.json").display().to_string();
    run(&["inspect", &place.repo, "-o", &file]).expect(0);
    let mapping = place.mapping(MAPPING);
    let said = run(&["apply", &file, "-m", &mapping]).expect(2).err;
    insta::assert_snapshot!(said);
    let said = run(&["drop", &file]).expect(2).err;
    assert!(said.contains("[D003]"), "{said}");
}

#[test]
fn the_pgsphere_plugin_without_the_extension() {
    let place = Place::postgres();
    let text = format!(
        "{MAPPING}spatial_plugins:\n  sphere:\n    cls: \
         lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin\n"
    );
    let mapping = place.mapping(&text);
    insta::assert_snapshot!(refused(&place, "D007", || place.apply_mapping(&mapping, &[])));
}

#[test]
fn functions_that_readers_must_load() {
    let place = Place::sqlite();
    let said = place.apply(&["--regions", "functions"]).expect(0).err;
    insta::assert_snapshot!(said);
}

#[test]
fn an_owner_who_cannot_read_the_registry() {
    let place = Place::postgres();
    place.sql("CREATE ROLE pauper NOLOGIN");
    insta::assert_snapshot!(refused(&place, "D009", || place.apply(&["--owner", "pauper"])));
}

#[test]
fn a_role_that_may_only_read() {
    let place = Place::postgres();
    place.sql(
        "CREATE ROLE only_reads LOGIN; GRANT USAGE ON SCHEMA embargo_repo TO only_reads; \
         GRANT SELECT ON ALL TABLES IN SCHEMA embargo_repo TO only_reads",
    );
    let repo = place.as_role("only_reads");
    let mapping = place.mapping(MAPPING);
    let said = refused(&place, "R028", || run(&["apply", &repo, "-m", &mapping]));
    assert!(said.contains("nothing was changed"), "{said}");
    place.apply(&[]).expect(0);
    refused(&place, "R028", || run(&["drop", &repo]));
    place.sql("ALTER ROLE only_reads SET default_transaction_read_only = on");
    refused(&place, "R028", || run(&["drop", &repo]));
}

#[test]
fn a_file_that_may_only_be_read() {
    let place = Place::sqlite();
    // Root may write everything, so the program runs as somebody else.
    let root = &place.repository.root;
    let folder = root.parent().unwrap();
    for (path, mode) in [(folder, 0o755), (root.as_path(), 0o555)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let file = std::path::Path::new(&place.repository.database);
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o444)).unwrap();
    let mapping = root.parent().unwrap().join("mapping.yaml");
    std::fs::write(&mapping, MAPPING).unwrap();
    let copy = root.parent().unwrap().join("program");
    std::fs::copy(env!("CARGO_BIN_EXE_obscore-view"), &copy).unwrap();
    let said = refused(&place, "R028", || {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(&copy).args(["apply", &place.repo, "-m"]).arg(&mapping).current_dir("/");
        command.env("HOME", "/nonexistent").env("NO_COLOR", "1");
        finish(&mut command)
    });
    assert!(said.contains("nothing was changed") || said.contains("cannot be written"), "{said}");
}

/// A psql session that holds a transaction open.
struct Holder(std::process::Child);

impl Holder {
    fn new(place: &Place, sql: &str) -> Self {
        use std::io::{BufRead, BufReader, Write};
        let database = place.database.as_ref().unwrap();
        let mut child = Cluster::shared()
            .psql_command(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.as_mut().unwrap();
        writeln!(input, "BEGIN; {sql};\n\\echo held").unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "held"));
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn a_long_query_is_not_waited_for_forever() {
    let place = Place::postgres();
    place.apply(&[]).expect(0);
    let changed = place.changed(&[("obs_collection: TEST", "obs_collection: CHANGED")]);
    let holder = Holder::new(&place, "SELECT count(*) FROM ivoa.obscore");
    let start = Instant::now();
    let said = refused(&place, "R027", || place.apply_mapping(&changed, &[]));
    assert!(said.contains("another session holds the lock"), "{said}");
    assert!(start.elapsed() < Duration::from_secs(20));
    drop(holder);
    place.apply_mapping(&changed, &[]).expect(0);
}

#[test]
fn killed_in_the_middle() {
    let place = Place::postgres();
    place.apply(&[]).expect(0);
    let before = place.state();
    let changed = place.changed(&[("obs_collection: TEST", "obs_collection: CHANGED")]);
    // A reader of a helper view: apply holds locks on the others when it comes to wait for it.
    let holder = Holder::new(&place, "SELECT count(*) FROM ivoa.obscore_utc");
    let mut child = program()
        .args(["apply", &place.repo, "-m", &changed])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'obscore-view' \
                   AND wait_event_type = 'Lock' AND datname = current_database()";
    let start = Instant::now();
    while place.sql(waiting).trim() == "0" {
        assert!(start.elapsed() < Duration::from_secs(20), "apply did not come to wait");
    }
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    drop(holder);
    while place.sql(&waiting.replace("AND wait_event_type = 'Lock'", "")).trim() != "0" {
        assert!(start.elapsed() < Duration::from_mins(1), "the server holds on to it");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(place.state(), before);
    place.apply_mapping(&changed, &[]).expect(0);
}

#[test]
fn killed_at_any_time_in_sqlite() {
    let place = Place::sqlite();
    place.apply(&[]).expect(0);
    let texts = [MAPPING.to_owned(), MAPPING.replace("obs_collection: TEST", "obs_collection: X")];
    let mapping = |index: usize| place.mapping(&texts[index]);
    let old = place.state();
    place.apply_mapping(&mapping(1), &[]).expect(0);
    let new = place.state();
    place.apply_mapping(&mapping(0), &[]).expect(0);
    let names = |state: &str| {
        let mut lines: Vec<String> = state.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let (old, new) = (names(&old), names(&new));
    let mut killed = 0;
    for pause in 0..30 {
        let mut child = program()
            .args(["apply", &place.repo, "-m", &mapping(1)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(pause * 3));
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        let state = names(&place.state());
        assert!(state == old || state == new, "neither the old view nor the new one");
        place.apply_mapping(&mapping(0), &[]).expect(0);
    }
    assert!(killed > 3, "only {killed} were killed in time");
}

#[test]
fn two_at_once() {
    for place in Place::both() {
        let mapping = place.mapping(MAPPING);
        let runs: Vec<_> = (0..4)
            .map(|_| {
                program()
                    .args(["apply", &place.repo, "-m", &mapping])
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let mut nothing = 0;
        for run in runs {
            let done = run.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(done.status.success(), "{said}");
            nothing +=
                u32::from(String::from_utf8_lossy(&done.stdout).contains("nothing to change"));
        }
        assert_eq!(nothing, 3, "one makes it, the others find it in place");
    }
}
