//! apply and drop on SQLite and PostgreSQL: round trips, rights, and what is left alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod deploy_support;
mod support;

use deploy_support::{Place, run};

#[test]
fn apply_and_drop_make_a_round_trip() {
    for place in Place::both() {
        let untouched = place.state();
        let dry = place.apply(&["--dry-run"]).expect(0);
        assert!(dry.out.contains("+++ view"), "{}", dry.out);
        assert!(dry.out.contains("dry run: nothing was changed"));
        assert_eq!(place.state(), untouched, "a dry run changes nothing");

        let first = place.apply(&[]).expect(0);
        assert!(first.out.contains(&format!("create view {}\n", place.view())), "{}", first.out);
        let rows = place.sql(&format!("SELECT count(*) FROM {}", place.view()));
        assert!(rows.trim().parse::<u32>().unwrap() > 100, "{rows}");

        let applied = place.state();
        let second = place.apply(&[]).expect(0);
        assert_eq!(second.out, format!("{}: nothing to change\n", place.view()));
        assert_eq!(place.state(), applied, "a second apply changes nothing");

        let dry = place.drop(&["--dry-run"]).expect(0);
        assert!(dry.out.contains("dry run: nothing was changed"));
        assert_eq!(place.state(), applied);
        let dropped = place.drop(&[]).expect(0);
        assert!(
            dropped.out.starts_with(&format!("remove view {}\n", place.view()))
                || place.is_postgres()
        );
        assert_eq!(place.state(), untouched, "drop takes all that apply made");
        let nothing = place.drop(&[]).expect(0);
        assert_eq!(nothing.out, format!("{}: nothing of ours is there\n", place.view()));
    }
}

#[test]
fn a_changed_mapping_is_shown_and_applied() {
    for place in Place::both() {
        place.apply(&[]).expect(0);
        let before = place.state();
        let changed = place.changed(&[("obs_collection: TEST", "obs_collection: CHANGED")]);
        let dry = place.apply_mapping(&changed, &["--dry-run"]).expect(0);
        let removed =
            dry.out.lines().filter(|line| line.starts_with('-') && line.contains("'TEST'"));
        // On PostgreSQL in the function that finds rows by place, too.
        let places = if place.is_postgres() { 4 } else { 2 };
        assert_eq!(removed.count(), places, "{}", dry.out);
        let added =
            dry.out.lines().filter(|line| line.starts_with('+') && line.contains("'CHANGED'"));
        assert_eq!(added.count(), places, "{}", dry.out);
        assert!(!dry.out.contains("+++ view obscore_utc"), "only what changes: {}", dry.out);
        assert_eq!(place.state(), before);
        place.apply_mapping(&changed, &[]).expect(0);
        let value = place.sql(&format!("SELECT DISTINCT obs_collection FROM {}", place.view()));
        assert_eq!(value.trim(), "CHANGED");

        // A dataset type less: its view goes.
        let text = deploy_support::MAPPING.split("  visit_image:").next().unwrap();
        let out = place.apply_mapping(&place.mapping(text), &[]).expect(0).out;
        assert!(out.contains(&format!("remove view {}__visit_image\n", place.view())), "{out}");
        // A comment more: only the stamp changes.
        let out =
            place.apply_mapping(&place.mapping(&format!("# new\n{text}")), &["-n"]).expect(0).out;
        assert!(
            out.lines().all(|line| line.starts_with("stamp ") || line.starts_with("dry run")),
            "{out}"
        );
    }
}

#[test]
fn two_views_live_side_by_side() {
    for place in Place::both() {
        place.apply(&[]).expect(0);
        let first = place.state();
        place.apply(&["--view", "second"]).expect(0);
        let schema = if place.is_postgres() { "ivoa." } else { "" };
        let rows = |view: &str| place.sql(&format!("SELECT count(*) FROM {schema}{view}"));
        assert_eq!(rows("obscore"), rows("second"));
        place.drop(&["--view", "second"]).expect(0);
        assert_eq!(place.state(), first, "the other view is left as it was");
        place.drop(&[]).expect(0);
    }
}

#[test]
fn rights_of_others_outlive_a_replacement() {
    let place = Place::postgres();
    place.sql(
        "CREATE ROLE keeper NOLOGIN; CREATE ROLE reader NOLOGIN; CREATE ROLE clerk NOLOGIN; \
         CREATE ROLE stranger NOLOGIN; GRANT USAGE ON SCHEMA embargo_repo TO keeper; \
         GRANT SELECT ON ALL TABLES IN SCHEMA embargo_repo TO keeper",
    );
    place.apply(&["--owner", "keeper", "--grant-select", "reader"]).expect(0);
    let again = place.apply(&["--owner", "keeper", "--grant-select", "reader"]).expect(0);
    assert!(again.out.contains("nothing to change"), "{}", again.out);
    place.sql(
        "GRANT SELECT ON ivoa.obscore TO clerk WITH GRANT OPTION; \
         GRANT SELECT (obs_id) ON ivoa.obscore TO stranger; \
         GRANT INSERT ON ivoa.obscore__raw TO PUBLIC",
    );
    let rights = "SELECT c.relname, pg_get_userbyid(c.relowner), \
         (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(c.relacl) a), \
         (SELECT string_agg(t.attname || t.attacl::text, ' ') FROM pg_attribute t WHERE t.attrelid = c.oid) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'ivoa' AND c.relkind = 'v' ORDER BY 1";
    let before = place.sql(rights);
    assert!(before.contains("clerk=r*/keeper") && before.contains("stranger=r/keeper"), "{before}");
    let changed = place.changed(&[("obs_collection: TEST", "obs_collection: CHANGED")]);
    let out = place.apply_mapping(&changed, &[]).expect(0).out;
    assert!(out.contains("replace view"), "{out}");
    assert_eq!(place.sql(rights), before, "owner and grants stay, without being asked for");

    // A grant alone does not make anything anew.
    let oids = place.sql("SELECT oid FROM pg_class WHERE relname ~ '^obscore' ORDER BY 1");
    let out = place.apply_mapping(&changed, &["--grant-select", "clerk"]).expect(0).out;
    assert_eq!(out, "may read: clerk\n");
    assert_eq!(place.sql("SELECT oid FROM pg_class WHERE relname ~ '^obscore' ORDER BY 1"), oids);
    // So does a change of the owner.
    let out = place.apply_mapping(&changed, &["--owner", "postgres"]).expect(0).out;
    assert_eq!(out, "owner: postgres\n");
    place.drop(&[]).expect(0);
}

#[test]
fn default_privileges_do_not_widen_a_replacement() {
    let place = Place::postgres();
    place.apply(&[]).expect(0);
    place.sql("ALTER DEFAULT PRIVILEGES IN SCHEMA ivoa GRANT SELECT ON TABLES TO PUBLIC");
    let changed = place.changed(&[("obs_collection: TEST", "obs_collection: CHANGED")]);
    place.apply_mapping(&changed, &[]).expect(0);
    let public = "SELECT has_table_privilege('public', 'ivoa.obscore', 'SELECT')";
    assert_eq!(place.sql(public).trim(), "f");
}

#[test]
fn a_schema_that_was_there_stays() {
    let place = Place::postgres();
    place.sql("CREATE SCHEMA ivoa; COMMENT ON SCHEMA ivoa IS 'ours for years'");
    let before = place.state();
    place.apply(&[]).expect(0);
    place.drop(&[]).expect(0);
    assert_eq!(place.state(), before);
    // And one of ours stays while somebody else has something in it.
    place.apply(&["--schema", "made"]).expect(0);
    place.sql("CREATE TABLE made.theirs (n integer)");
    place.drop(&["--schema", "made"]).expect(0);
    assert_eq!(place.sql("SELECT count(*) FROM made.theirs").trim(), "0");
    place.sql("DROP TABLE made.theirs");
    let out = place.drop(&["--schema", "made"]).expect(0).out;
    assert_eq!(out, "remove schema made\n");
}

#[test]
fn a_role_with_the_least_privileges_is_enough() {
    let place = Place::postgres();
    place.sql(
        "CREATE ROLE installer LOGIN; CREATE SCHEMA ivoa AUTHORIZATION installer; \
         GRANT USAGE ON SCHEMA embargo_repo TO installer; \
         GRANT SELECT ON ALL TABLES IN SCHEMA embargo_repo TO installer",
    );
    let mapping = place.mapping(deploy_support::MAPPING);
    let repo = place.as_role("installer");
    run(&["apply", &repo, "-m", &mapping]).expect(0);
    assert!(run(&["apply", &repo, "-m", &mapping]).expect(0).out.contains("nothing to change"));
    run(&["drop", &repo]).expect(0);
}

#[test]
fn sql_installed_by_hand_is_taken_over() {
    for place in Place::both() {
        let mapping = place.mapping(deploy_support::MAPPING);
        let script = run(&["generate", &place.repo, "-m", &mapping]).expect(0).out;
        place.sql(&script);
        let out = place.apply(&[]).expect(0).out;
        assert!(out.contains("replace view"), "{out}");
        assert!(place.apply(&[]).expect(0).out.contains("nothing to change"));
        place.drop(&[]).expect(0);
    }
}

/// The roles of `docs/operations.md`.
#[test]
fn the_documented_roles_work() {
    let place = Place::postgres();
    place.sql(
        "CREATE ROLE ivoa_owner NOLOGIN; CREATE ROLE ivoa_admin LOGIN IN ROLE ivoa_owner; \
         CREATE ROLE tap LOGIN; CREATE ROLE auditor LOGIN; \
         CREATE SCHEMA ivoa AUTHORIZATION ivoa_owner; \
         GRANT USAGE ON SCHEMA embargo_repo TO ivoa_owner, auditor; \
         GRANT SELECT ON ALL TABLES IN SCHEMA embargo_repo TO ivoa_owner, auditor",
    );
    let rights = ["--owner", "ivoa_owner", "--grant-select", "tap"];
    let (admin, auditor) = (place.as_role("ivoa_admin"), place.as_role("auditor"));
    for text in ["obs_collection: TEST", "obs_collection: CHANGED"] {
        let mapping = place.changed(&[("obs_collection: TEST", text)]);
        let with_rights = |command: &str, repo: &str| {
            let mut arguments =
                vec![command.to_owned(), repo.to_owned(), "-m".into(), mapping.clone()];
            arguments.extend(rights.map(str::to_owned));
            arguments
        };
        let apply = with_rights("apply", &admin);
        let apply: Vec<&str> = apply.iter().map(String::as_str).collect();
        assert!(run(&apply).expect(0).out.contains("view ivoa.obscore__raw\n"));
        assert!(run(&apply).expect(0).out.contains("nothing to change"));
        let check = with_rights("check", &auditor);
        let check: Vec<&str> = check.iter().map(String::as_str).collect();
        assert!(!run(&check).expect(0).out.contains("[D0"));
        let rows = place.sql("SET ROLE tap; SELECT count(*) > 100 FROM ivoa.obscore");
        assert_eq!(rows.trim(), "t");
        let registry = "SELECT has_schema_privilege('tap', 'embargo_repo', 'USAGE')";
        assert_eq!(place.sql(registry).trim(), "f");
    }
    run(&["drop", &admin]).expect(0);
}
