//! Every diagnostic of compiling a mapping against a registry (families P and W), as a person sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

use std::collections::BTreeSet;

use obscore_view::db::{self, Environment, Options};
use obscore_view::diag::{CODES, Diagnostic, Source};
use obscore_view::mapping;
use obscore_view::registry::Snapshot;
use obscore_view::resolve::{self, resolve};
use obscore_view::sql::Dialect;

/// The registry of the demo, which daf_butler made.
fn registry() -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gen3.sqlite3");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        db::restore(&file, include_str!("../fixtures/demo/registry.sql")).await.unwrap();
        let environment = Environment::new(folder.path(), Vec::<(String, String)>::new());
        let url = format!("sqlite:///{}", file.display());
        db::inspect(&url, &environment, &Options::default()).await.unwrap()
    })
}

/// What is said of `text`, whether it compiles or not.
fn said(text: &str, snapshot: &Snapshot) -> Vec<Diagnostic> {
    let (mapping, said) = mapping::read(Source::new("mapping.yaml", text));
    let mapping = mapping.unwrap_or_else(|| panic!("{text}: {said:?}"));
    let options = resolve::Options { dialect: Dialect::Sqlite, parity: false };
    match resolve(&mapping, snapshot, options) {
        Ok((_, said)) => said,
        Err(said) => said,
    }
}

/// A mapping of the demo's raw images with `more` lines, and `block` in the block of raw.
fn raw(more: &str, block: &str) -> String {
    let collections = if more.contains("collections:") { "" } else { "collections: [Demo/all]\n" };
    format!(
        "facility_name: Demo\n{collections}{more}dataset_types:\n  raw:\n    dataproduct_type: \
         image\n    calib_level: 1\n{block}"
    )
}

fn constrained(text: &str) -> String {
    raw(&format!("where: {{where: \"{text}\"}}\n"), "")
}

#[test]
fn every_diagnostic_says_what_is_wrong_and_where() {
    let snapshot = registry();
    let mut strange = snapshot.clone();
    strange.dataset_types.get_mut("raw").unwrap().required.push("planet".to_owned());
    let mut bare = snapshot.clone();
    bare.tables.remove("file_datastore_records");
    let cases = [
        (
            "P001_dataset_type",
            raw("", "  rawr: {dataproduct_type: image, calib_level: 1}\n"),
            &snapshot,
        ),
        ("P002_dimension", raw("", ""), &strange),
        ("P003_name", raw("", "    obs_id_fmt: \"{tract}-{visit}\"\n"), &snapshot),
        ("P003_field", raw("", "    obs_id_fmt: \"{records[exposure].obsid}\"\n"), &snapshot),
        ("P003_record", raw("", "    obs_id_fmt: \"{records[exposure]}\"\n"), &snapshot),
        (
            "P003_instant",
            raw("", "    obs_id_fmt: \"{records[exposure].timespan.middle}\"\n"),
            &snapshot,
        ),
        ("P003_attribute", raw("", "    obs_id_fmt: \"{exposure.obs_id}\"\n"), &snapshot),
        ("P004_format", raw("", "    obs_id_fmt: \"{exposure:s}\"\n"), &snapshot),
        ("P004_precision", raw("", "    obs_id_fmt: \"{exposure:.3}\"\n"), &snapshot),
        ("P004_text", raw("", "    obs_id_fmt: \"{instrument:+}\"\n"), &snapshot),
        (
            "P004_numpy",
            raw("", "    obs_id_fmt: \"{records[exposure].timespan.begin.mjd!r}\"\n"),
            &snapshot,
        ),
        ("P004_uuid", raw("obs_publisher_did_fmt: \"ivo://x?{id:>40}\"\n", ""), &snapshot),
        ("P005_records", raw("obscore_view: {access_estsize: datastore}\n", ""), &bare),
        ("P006_collection", raw("collections: [Demo/al]\n", ""), &snapshot),
        (
            "P007_tagged",
            raw("collections: [Demo/all]\ncollection_type: TAGGED\nversion: 1\n", ""),
            &snapshot,
        ),
        (
            "P008_pattern",
            raw("collections: [\"raw/(\"]\ncollection_type: RUN\nversion: 1\n", ""),
            &snapshot,
        ),
        (
            "P009_resolved",
            raw("collections: [\"DemoCam/(?=raw).*\"]\ncollection_type: RUN\nversion: 1\n", ""),
            &snapshot,
        ),
        ("W001_name", constrained("exposur = 1"), &snapshot),
        ("W001_field", constrained("exposure.exptime > 1"), &snapshot),
        ("W002_ambiguous", constrained("name = 'x'"), &snapshot),
        ("W003_kinds", constrained("instrument = 7"), &snapshot),
        ("W004_governor", constrained("exposure = 7"), &snapshot),
        ("W005_dimension", constrained("instrument = 'DemoCam' AND tract = 7"), &snapshot),
        (
            "W006_region",
            constrained("instrument = 'DemoCam' AND visit.region OVERLAPS POINT(1, 2)"),
            &snapshot,
        ),
        ("W007_condition", constrained("(exposure.can_see_sky) = 7"), &snapshot),
        ("W008_other", constrained("visit_image.run = 'x'"), &snapshot),
    ];
    let mut raised = BTreeSet::new();
    for (name, text, snapshot) in &cases {
        let said = said(text, snapshot);
        let code = &name[..4];
        let found: Vec<&Diagnostic> = said.iter().filter(|one| one.code == code).collect();
        assert!(!found.is_empty(), "{name}: {said:#?}");
        raised.insert(code.to_owned());
        let texts: Vec<String> = found.iter().map(|one| one.render(false)).collect();
        insta::assert_snapshot!(*name, texts.join("\n"));
    }
    let codes = CODES.iter().copied().flatten().map(|code| code.code.to_owned());
    let wanted: BTreeSet<String> = codes.filter(|code| code.starts_with(['P', 'W'])).collect();
    assert_eq!(raised, wanted, "every code of P and W is raised");
}
