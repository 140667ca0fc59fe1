//! Findings of family D: what differs between view, mapping and registry, on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod deploy_support;
mod support;

use deploy_support::{MAPPING, Place, codes, only, run};
use obscore_view::deploy::check::leap_seconds;

/// The quick report of a check that finds something.
fn report(place: &Place, mapping: &str, more: &[&str]) -> String {
    let mut arguments = vec!["--quick"];
    arguments.extend(more);
    let run = place.check(mapping, &arguments);
    assert!(run.code < 2, "{}", run.err);
    assert_eq!(run.err, "");
    place.plain(&run.out)
}

/// One report per database, of which those of PostgreSQL are shown where they differ in names only.
fn snapshot(code: &str, reports: &[String]) -> String {
    reports.iter().map(|report| only(report, code)).collect::<Vec<String>>().join("\n\n")
}

#[test]
fn in_step() {
    for place in Place::both() {
        place.apply(&[]).expect(0);
        let mapping = place.mapping(MAPPING);
        let before = place.state();
        let run = place
            .check(&mapping, &["--suppress", "L011", "--suppress", "l020", "--suppress", "L023"]);
        let out = run.expect(0).out;
        assert!(out.ends_with("in step, nothing found, 3 suppressed\n"), "{out}");
        assert_eq!(place.state(), before, "check changes nothing");
        // Notes do not count unless they are asked for.
        place.check(&mapping, &["--quick"]).expect(0);
        place.check(&mapping, &["--quick", "--fail-on", "note"]).expect(1);
    }
}

#[test]
fn not_deployed() {
    let reports = Place::both().map(|place| {
        let mapping = place.mapping(MAPPING);
        place.check(&mapping, &["--quick"]).expect(1);
        report(&place, &mapping, &[])
    });
    insta::assert_snapshot!(snapshot("D020", &reports));
}

#[test]
fn something_in_the_way() {
    let place = Place::sqlite();
    place.sql("CREATE TABLE obscore (n)");
    let out = report(&place, &place.mapping(MAPPING), &[]);
    assert!(codes(&out).contains(&"D004".to_owned()), "{out}");
}

#[test]
fn another_mapping() {
    let reports = Place::both().map(|place| {
        place.apply(&[]).expect(0);
        let changed = place.changed(&[("obs_collection: TEST", "obs_collection: CHANGED")]);
        place.check(&changed, &["--quick"]).expect(1);
        report(&place, &changed, &[])
    });
    insta::assert_snapshot!(snapshot("D021", &reports));
}

#[test]
fn other_options() {
    for place in Place::both() {
        place.apply(&[]).expect(0);
        let out = report(&place, &place.mapping(MAPPING), &["--parity"]);
        assert!(only(&out, "D021").contains("the mapping is the same"), "{out}");
    }
}

#[test]
fn only_a_comment_of_the_mapping() {
    let reports = Place::both().map(|place| {
        place.apply(&[]).expect(0);
        let mapping = place.mapping(&format!("# a comment\n{MAPPING}"));
        place.check(&mapping, &["--quick"]).expect(0);
        report(&place, &mapping, &[])
    });
    let found = codes(&reports[1]);
    assert!(!found.contains(&"D021".to_owned()), "{found:?}");
    insta::assert_snapshot!(snapshot("D032", &reports));
}

#[test]
fn a_dataset_type_that_is_registered_later() {
    let reports = Place::both().map(|place| {
        let block =
            "  later_type: {dataproduct_type: image, calib_level: 2, obs_id_fmt: \"{exposure}\"}\n";
        let mapping =
            place.changed(&[("spectral_ranges:\n", &format!("{block}spectral_ranges:\n"))]);
        place.apply_mapping(&mapping, &[]).expect(0);
        let before = report(&place, &mapping, &[]);
        assert!(codes(&before).contains(&"P001".to_owned()), "{before}");
        assert!(!codes(&before).iter().any(|code| code.starts_with('D')), "{before}");
        place.butler(
            "butler.registry.registerDatasetType(DatasetType('later_type', \
             ('instrument', 'exposure'), 'StructuredDataDict', universe=butler.dimensions))",
        );
        place.check(&mapping, &["--quick"]).expect(1);
        let out = report(&place, &mapping, &[]);
        let drift: Vec<String> =
            codes(&out).into_iter().filter(|code| code.starts_with('D')).collect();
        assert_eq!(drift, ["D022"], "{out}");
        place.apply_mapping(&mapping, &[]).expect(0);
        assert!(!report(&place, &mapping, &[]).contains("[D0"));
        out
    });
    insta::assert_snapshot!(snapshot("D022", &reports));
}

#[test]
fn runs_that_match_later() {
    // A back-reference is more than SQLite or PostgreSQL's regular expressions can test alike.
    let place = Place::sqlite();
    let mapping = place.changed(&[(
        "collections: [\"Survey/defaults\"]",
        "collection_type: RUN\nversion: 1\ncollections: ['Survey/runs/(?!2024B)20\\d\\d[A-Z].*']",
    )]);
    place.apply_mapping(&mapping, &[]).expect(0);
    place.butler("butler.collections.register('Survey/runs/2031Q')");
    place.butler("butler.collections.register('Elsewhere/2031Q')");
    let out = report(&place, &mapping, &[]);
    let drift: Vec<String> = codes(&out).into_iter().filter(|code| code.starts_with('D')).collect();
    assert_eq!(drift, ["D023"], "{out}");
    insta::assert_snapshot!(only(&out, "D023"));
    place.apply_mapping(&mapping, &[]).expect(0);
    assert!(!report(&place, &mapping, &[]).contains("[D0"));
}

#[test]
fn changed_by_hand() {
    let reports = Place::both().map(|place| {
        place.apply(&[]).expect(0);
        if place.is_postgres() {
            // As a DBA would: psql's \sv, an edit, and back.
            let text = place.sql("SELECT pg_get_viewdef('ivoa.obscore__raw'::regclass, true)");
            let text = text.replace("'TEST'", "'BY HAND'");
            place.sql(&format!("CREATE OR REPLACE VIEW ivoa.obscore__raw AS {text}"));
        } else {
            let text = place.sql("SELECT sql FROM sqlite_schema WHERE name = 'obscore__raw'");
            let text = text.replace("'TEST'", "'BY HAND'");
            place.sql(&format!("DROP VIEW obscore__raw; {text}"));
        }
        let mapping = place.mapping(MAPPING);
        place.check(&mapping, &["--quick"]).expect(1);
        let out = report(&place, &mapping, &[]);
        let dry = place.apply(&["-n"]).expect(0).out;
        assert!(dry.lines().any(|line| line.starts_with('-') && line.contains("BY HAND")), "{dry}");
        place.apply(&[]).expect(0);
        assert!(!report(&place, &mapping, &[]).contains("[D0"));
        out
    });
    insta::assert_snapshot!(snapshot("D024", &reports));
}

#[test]
fn parts_that_are_gone() {
    let reports = Place::both().map(|place| {
        place.apply(&[]).expect(0);
        let mapping = place.mapping(MAPPING);
        // PostgreSQL takes what reads it along.
        let cascade = if place.is_postgres() { "CASCADE" } else { "" };
        place.sql(&format!("DROP VIEW {}__raw {cascade}", place.view()));
        let out = report(&place, &mapping, &[]);
        place.apply(&[]).expect(0);
        assert!(!report(&place, &mapping, &[]).contains("[D0"));
        out
    });
    insta::assert_snapshot!(snapshot("D025", &reports));
}

/// Changes the stamp of the view behind everybody's back.
fn restamp(place: &Place, old: &str, new: &str) {
    if place.is_postgres() {
        place.sql(&format!(
            "DO $$ DECLARE c text; BEGIN \
             c := replace(obj_description('ivoa.obscore'::regclass), '{old}', '{new}'); \
             EXECUTE format('COMMENT ON VIEW ivoa.obscore IS %L', c); END $$"
        ));
    } else {
        place.sql(&format!(
            "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, '{old}', '{new}') \
             WHERE name = 'obscore'"
        ));
    }
}

#[test]
fn versions_of_the_tool_and_of_the_registry() {
    let reports = Place::both().map(|place| {
        let mapping = place.mapping(MAPPING);
        let mut reports = Vec::new();
        for (old, new) in [
            ("\"tool\":\"", "\"tool\":\"99."),
            ("\"tool\":\"", "\"tool\":\"0.0."),
            ("\"universe\":8", "\"universe\":7"),
            ("\"managers\":\"", "\"managers\":\"0"),
        ] {
            place.apply(&["--force"]).expect(0);
            restamp(&place, old, new);
            reports.push(report(&place, &mapping, &[]));
        }
        reports
    });
    let text =
        |report: &str, code: &str| only(report, code).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    for of_database in &reports {
        insta::assert_snapshot!("newer_tool", text(&of_database[0], "D026"));
        insta::assert_snapshot!("older_tool", text(&of_database[1], "D027"));
        insta::assert_snapshot!("other_universe", text(&of_database[2], "D028"));
        insta::assert_snapshot!("other_managers", text(&of_database[3], "D028"));
    }
}

#[test]
fn a_migration_under_way() {
    for place in Place::both() {
        place.sql(&format!(
            "ALTER TABLE {} RENAME COLUMN day_obs TO day_of_obs",
            place.table("visit")
        ));
        let mapping = place.mapping(MAPPING);
        let run = place.check(&mapping, &[]).expect(1);
        insta::assert_snapshot!("migration", only(&run.out, "D029"));
        place.apply(&[]).expect(2);
    }
}

#[test]
fn leap_seconds_near_their_end() {
    const DAY: i64 = 86_400;
    let expiry = 1_814_140_800; // date -ud 2027-06-28 +%s
    assert!(leap_seconds(expiry - 61 * DAY).is_none());
    let near = leap_seconds(expiry - 59 * DAY).unwrap().render(false);
    let past = leap_seconds(expiry).unwrap().render(false);
    insta::assert_snapshot!(format!("{near}\n\n{past}"));
}

#[test]
fn installed_without_apply() {
    let place = Place::postgres();
    let mapping = place.mapping(MAPPING);
    place.sql(&run(&["generate", &place.repo, "-m", &mapping]).expect(0).out);
    place.check(&mapping, &["--quick"]).expect(0);
    insta::assert_snapshot!(only(&report(&place, &mapping, &[]), "D031"));
}

#[test]
fn rights_that_are_not_there() {
    let place = Place::postgres();
    place.sql("CREATE ROLE science NOLOGIN; CREATE ROLE boss NOLOGIN");
    place.apply(&[]).expect(0);
    let mapping = place.mapping(MAPPING);
    let out = report(&place, &mapping, &["--grant-select", "science", "--owner", "boss"]);
    insta::assert_snapshot!(only(&out, "D033"));
    place.apply(&["--grant-select", "science"]).expect(0);
    let out = report(&place, &mapping, &["--grant-select", "science"]);
    assert!(!out.contains("[D0"), "{out}");
}

#[test]
fn suppressions() {
    let place = Place::sqlite();
    let text = format!("{MAPPING}obscore_view:\n  suppress: [L011, D020, L20]\n");
    let mapping = place.mapping(&text);
    let out = report(&place, &mapping, &["--suppress", "nonsense"]);
    assert!(!codes(&out).contains(&"D020".to_owned()), "{out}");
    assert!(out.contains("2 suppressed"), "{out}");
    insta::assert_snapshot!(only(&out, "D034"));
}

#[test]
fn no_time() {
    let place = Place::postgres();
    let mapping = place.mapping(MAPPING);
    let database = place.database.clone().unwrap();
    let mut holder = support::postgres::Cluster::shared()
        .psql_command(&database)
        .args([
            "-c",
            "BEGIN; LOCK TABLE embargo_repo.visit_detector_region IN ACCESS EXCLUSIVE MODE; \
                SELECT pg_sleep(60)",
        ])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND \
                relation = 'embargo_repo.visit_detector_region'::regclass";
    while place.sql(held).trim() == "0" {}
    let run = place.check(&mapping, &["--timeout", "1"]).expect(1);
    insta::assert_snapshot!(only(&run.out, "D035"));
    holder.kill().unwrap();
    holder.wait().unwrap();
    place.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()");
}

#[test]
fn a_role_that_may_only_read_can_check() {
    let place = Place::postgres();
    place.sql(
        "CREATE ROLE auditor LOGIN; GRANT USAGE ON SCHEMA embargo_repo TO auditor; \
         GRANT SELECT ON ALL TABLES IN SCHEMA embargo_repo TO auditor",
    );
    place.apply(&[]).expect(0);
    let mapping = place.mapping(MAPPING);
    let run = run(&["check", &place.as_role("auditor"), "-m", &mapping]).expect(0);
    assert!(!run.out.contains("[D0"), "{}", run.out);
}

#[test]
fn what_keeps_check_from_running_is_no_finding() {
    let place = Place::sqlite();
    let mapping = place.mapping(MAPPING);
    run(&["check", "/nonexistent", "-m", &mapping]).expect(2);
    run(&["check", &place.repo, "-m", "/nonexistent.yaml"]).expect(2);
    let bad = place.changed(&[("{instrument}:{records[visit].name}", "{records[visit].nom}")]);
    let said = place.check(&bad, &[]).expect(2);
    assert!(said.err.contains("error[") && said.out.is_empty(), "{}", said.err);
    let mapping = place.mapping(MAPPING);
    let said = place.check(&mapping, &["--quick", "-o", "/nonexistent/report"]).expect(2).err;
    insta::assert_snapshot!("cannot_write", said);
    let said = run(&["explain", "D999"]).expect(2).err;
    insta::assert_snapshot!("no_such_code", said);
}

#[test]
fn a_snapshot_can_be_linted() {
    let place = Place::sqlite();
    let file = place.repository.root.join("snapshot.json").display().to_string();
    run(&["inspect", &place.repo, "-o", &file]).expect(0);
    let mapping = place.changed(&[("phot.flux.density", "phot.flux_density")]);
    let out = run(&["check", &file, "-m", &mapping]).expect(1).out;
    assert!(out.contains("[L004]") && out.contains("left out: the deployed view"), "{out}");
    assert!(!out.contains("[D0"), "{out}");
}

#[test]
fn both_databases_give_the_same_findings() {
    let mapping = support::survey::mapping("search").display().to_string();
    let found = Place::both().map(|place| {
        let run = place.check(&mapping, &["--format", "json"]).expect(1);
        let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let mut findings: Vec<String> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["id"] != "D020")
            .map(|finding| format!("{} {}", finding["id"], finding["message"]))
            .collect();
        findings.sort();
        findings
    });
    assert!(found[0].len() > 8, "{found:?}");
    assert_eq!(found[0], found[1]);
}

#[test]
fn regions_without_trixels() {
    let reports = Place::both().map(|place| {
        place.apply(&[]).expect(0);
        let mapping = place.mapping(MAPPING);
        let whole = place.check(&mapping, &[]);
        assert!(!whole.out.contains("D038"), "{}", whole.out);
        let table = place.table("visit_detector_region_skypix_overlap");
        place.sql(&format!("DELETE FROM {table} WHERE detector = 2"));
        let lacking = place.check(&mapping, &[]);
        place.check(&mapping, &["--fail-on", "warning"]).expect(1);
        place.plain(&lacking.out)
    });
    insta::assert_snapshot!(snapshot("D038", &reports));
}
