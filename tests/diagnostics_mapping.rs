//! Every diagnostic of mapping files, where-expressions and templates, as a user sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::format_collect,
    missing_docs
)]

use std::collections::BTreeSet;

use obscore_view::diag::{CODES, Diagnostic, Source};
use obscore_view::mapping;

/// A mapping with what the case adds.
fn with(addition: &str) -> String {
    format!("facility_name: Observatory\ncollections: [runs/one]\ndataset_types: {{}}\n{addition}")
}

fn with_where(expression: &str) -> String {
    with(&format!("where:\n  where: {expression}\n"))
}

fn with_template(template: &str) -> String {
    with(&format!("obs_publisher_did_fmt: {template}\n"))
}

/// Name and text of each case; the name begins with the code that the case is about.
fn cases() -> Vec<(&'static str, String)> {
    let aliases: String = (1..8)
        .map(|level| {
            let inner = format!("*a{}, ", level - 1).repeat(9);
            format!("a{level}: &a{level} [{inner}]\n")
        })
        .collect();
    vec![
        ("M001_bracket_open", with("facility_map: {a: b\n")),
        ("M001_tab", with("facility_map:\n\ta: b\n")),
        ("M001_two_documents", with("---\nfacility_name: X\n")),
        ("M001_alias_in_its_anchor", with("indices: &a {x: *a}\n")),
        ("M001_unknown_alias", with("indices: *a\n")),
        ("M001_no_key", with(": 5\n")),
        ("M001_key_of_two_lines", with("facility_map: {a\n  b: c}\n")),
        ("M001_odd_beginning", with("facility_map: {a: |'b'}\n")),
        ("M002_aliases", with(&format!("a0: &a0 [x]\n{aliases}"))),
        ("M002_depth", with(&format!("indices: {}\n", "[".repeat(60)))),
        ("M003_no_such_date", with("origin: {publisher: P, publication_date: 2025-02-30}\n")),
        ("M003_tag", with("obs_collection: !name X\n")),
        ("M003_merge", with("facility_map: {<<: 5}\n")),
        ("M003_merge_as_value", with("facility_map: {a: <<}\n")),
        ("M003_list_as_key", with("facility_map: {[a]: b}\n")),
        ("M003_not_an_integer", with("batch_size: !!int many\n")),
        ("M004_twice", with("obs_collection: A\nobs_collection: B\n")),
        ("M005_misspelt", with("obs_colection: A\n")),
        ("M005_no_suggestion", with("qqqq: A\n")),
        ("M005_not_a_text", with("5: A\n")),
        ("M005_nested", with("obscore_view: {windings: dali}\n")),
        ("M006_tag", with("facility_map: !include map.yaml\n")),
        ("M006_key", with("includeConfigs: base.yaml\n")),
        ("M007_former", with("use_butler_uri: false\n")),
        ("M008_live_key", with("version: 1\n")),
        ("M008_exporter_key", with("collection_type: RUN\nversion: 1\nbatch_size: 5\n")),
        ("M009_no_collections", "facility_name: O\ndataset_types: {}\n".to_owned()),
        ("M010_empty_file", String::new()),
        ("M010_in_dataset_type", with("").replace("{}", "{raw: {dataproduct_type: image}}")),
        ("M010_version", with("collection_type: RUN\n")),
        ("M011_template_without_quotes", with_template("{visit}")),
        ("M011_number_for_text", with("obs_collection: 2025\n")),
        ("M011_text_for_list", with("").replace("[runs/one]", "runs/one")),
        ("M011_null", with("where: null\n")),
        ("M011_key_of_names", with("spectral_ranges: {no: [1.0e-9, 2.0e-9]}\n")),
        ("M011_not_a_block", "just text\n".to_owned()),
        ("M011_date", with("origin: {publisher: P, publication_date: soon}\n")),
        ("M011_column", with("extra_columns: {a: [1]}\n")),
        ("M011_switch", with("obscore_view: {one_row_per_dataset: 1}\n")),
        ("M011_empty_name", with("obscore_view: {view: {name: ''}}\n")),
        (
            "M011_infinite_delay",
            with("obscore_view: {obs_release_date: {from: ingest, delay_days: .inf}}\n"),
        ),
        ("M012_case", with("collection_type: run\nversion: 1\n")),
        ("M012_far_off", with("obscore_view: {regions: magic}\n")),
        ("M013_three", with("spectral_ranges: {g: [1.0e-9, 2.0e-9, 3.0e-9]}\n")),
        ("M014_nanometres", with("spectral_ranges: {g: [402, 552]}\n")),
        ("M014_reversed", with("spectral_ranges: {g: [552.0e-9, 402.0e-9]}\n")),
        (
            "M014_calib_level",
            with("").replace("{}", "{raw: {dataproduct_type: image, calib_level: 7}}"),
        ),
        ("M014_batch", with("batch_size: 0\n")),
        ("M014_length", with("extra_columns: {a: {template: x, length: 0}}\n")),
        ("M015_tagged", with("collection_type: TAGGED\nversion: 1\n").replace("runs/one", "a, b")),
        ("M016_plugin", with("spatial_plugins: {q: {cls: lsst.other.Q3CPlugin}}\n")),
        ("M017_braces", with("extra_columns: {obs_title: \"{visit} of {day_obs}\"}\n")),
        ("M018_misspelt", with("obscore_view: {columns: {data_right: public}}\n")),
        ("M018_own_column", with("obscore_view: {columns: {lsst_visit: 1}}\n")),
        ("M019_compression", with("parquet_compression: zip\n")),
        ("M020_date", with("where: {where: a > b, bind: {b: 2024-05-01}}\n")),
        ("M020_null", with("where: {where: a > b, bind: {b: null}}\n")),
        ("M020_mixed", with("where: {where: a IN (b), bind: {b: [1, x]}}\n")),
        ("M021_unused", with("where: {where: visit > 1, bind: {since: 5}}\n")),
        (
            "M022_not_mapped",
            with("dataset_type_constraints: {raws: []}\n")
                .replace("{}", "{raw: {dataproduct_type: image, calib_level: 1}}"),
        ),
        ("M101_double_quotes", with_where("'instrument = \"LSSTCam\"'")),
        ("M101_open_string", with_where("\"instrument = 'LSSTCam\"")),
        ("M101_character", with_where("visit = 5;")),
        ("M102_double_equals", with_where("visit == 5")),
        ("M102_sql_inequality", with_where("visit <> 5")),
        ("M102_is_null", with_where("physical_filter IS NULL")),
        ("M102_between", with_where("visit BETWEEN 1 AND 5")),
        ("M102_like", with_where("\"physical_filter LIKE 'g%'\"")),
        ("M102_end", with_where("visit = 5 AND")),
        ("M102_in", with_where("visit IN 5")),
        ("M103_integer", with_where("visit = 99999999999999999999")),
        ("M103_range", with_where("visit IN (1..99999999999999999999)")),
        ("M104_month", with_where("\"visit.timespan.begin > T'2024-13-01'\"")),
        ("M104_format", with_where("\"visit.timespan.begin > T'byear/2024.5'\"")),
        ("M104_scale", with_where("\"visit.timespan.begin > T'2024-01-01/tdb'\"")),
        ("M105_misspelt", with("where: {where: visit > :sinse, bind: {since: 5}}\n")),
        ("M105_none", with_where("visit > :since")),
        ("M106_misspelt", with_where("\"visit.region OVERLAPS CIRCEL(1, 2, 3)\"")),
        ("M106_database", with_where("lower(instrument) = band")),
        ("M107_or_value", with_where("visit = 1 OR 2")),
        ("M107_range", with_where("visit = 1..5")),
        ("M107_chain", with_where("10 < visit < 20")),
        ("M107_null", with_where("visit < NULL")),
        ("M107_list", with("where: {where: visit = all, bind: {all: [1, 2]}}\n")),
        ("M107_timespan", with_where("visit.timespan OVERLAPS (1, 2)")),
        ("M107_arithmetic", with_where("\"visit = 1 + 'a'\"")),
        ("M107_call_in_list", with_where("visit IN (POINT(1, 2))")),
        ("M108_deep", with_where(&format!("{}visit = 1{}", "(".repeat(60), ")".repeat(60)))),
        ("M108_long", with_where(&vec!["visit=1"; 502].join(" OR "))),
        ("M109_reversed", with_where("visit IN (20..10)")),
        ("M110_count", with_where("visit.region OVERLAPS CIRCLE(1, 2)")),
        ("M110_angle", with_where("visit.region OVERLAPS CIRCLE(visit, 2, 3)")),
        ("M110_glob", with_where("GLOB(instrument)")),
        ("M110_uuid", with_where("\"visit = UUID('x')\"")),
        ("T001_plain", with_template("a{visit")),
        ("T001_escaped", with_template("\"caf\\u00e9 \\\"{visit\"")),
        ("T002_single_quotes", with_template("'it''s visit}'")),
        ("T003_brace", with_template("\"{visit{detector}}\"")),
        ("T003_bracket", with_template("\"{records[visit]name}\"")),
        ("T003_empty", with_template("\"{visit.}\"")),
        ("T004_positional", with_template("\"{}-{0}\"")),
        ("T005_unknown", with_template("\"{tract!d}\"")),
        ("T005_more", with_template("\"{tract!sd}\"")),
        ("T006_type", with_template("\"{tract:05q}\"")),
        ("T006_literal_block", with_template("|\n  first line\n  {tract:5.}\n")),
        ("T006_folded_block", with_template(">-\n  first line\n  {tract:5.}\n")),
        ("T006_continued", with_template("\"first \\\n  {tract:,_d}\"")),
        ("T006_width", with_template("\"{tract:99999d}\"")),
        ("T007_nested", with_template("\"{tract:{visit}d}\"")),
    ]
}

fn shown(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|found| found.render(false) + "\n").collect()
}

#[test]
fn every_diagnostic_is_shown_well_and_raised() {
    let mut raised = BTreeSet::new();
    for (name, text) in cases() {
        let (_, found) = mapping::read(Source::new("mapping.yaml", text));
        let code = name.split('_').next().unwrap();
        assert!(found.iter().any(|found| found.code == code), "{name}: {}", shown(&found));
        for diagnostic in &found {
            assert!(!diagnostic.message.ends_with('.'), "{name}: {}", diagnostic.message);
            assert!(diagnostic.location().is_some(), "{name} has no place");
            raised.insert(diagnostic.code);
        }
        let starts: Vec<usize> = found.iter().map(|found| found.labels[0].span.start).collect();
        assert!(starts.is_sorted(), "{name} is not in the order of the file");
        let about: Vec<Diagnostic> = found.into_iter().filter(|found| found.code == code).collect();
        insta::assert_snapshot!(name, shown(&about));
    }
    let known: BTreeSet<&str> = CODES
        .iter()
        .copied()
        .flatten()
        .map(|entry| entry.code)
        .filter(|code| code.starts_with('M') || (code.starts_with('T') && *code < "T1"))
        .collect();
    let missing: Vec<_> = known.difference(&raised).collect();
    assert!(missing.is_empty(), "no case raises {missing:?}");
}

#[test]
fn carets_stand_inside_the_scalar() {
    let marked = |text: String| {
        let (_, found) = mapping::read(Source::new("mapping.yaml", text.clone()));
        let span = found[0].labels[0].span;
        text[span.start..span.end].to_owned()
    };
    for quoted in [
        "'it''s {x:5.}'",
        "\"\\x41\\u00e9\\U0001F52D \\\"{x:5.}\"",
        "plain {x:5.}",
        "|\n  one\n\n  two {x:5.}\n",
        "|2-\n    one\n   {x:5.}\n",
        ">\n  one\n  two\n\n  {x:5.}\n",
        "\"folded\n  text {x:5.}\"",
        "\"folded \\\n   text\n\n  {x:5.}\"",
        "'folded\n  it''s {x:5.}'",
        "plain\n  text {x:5.}",
    ] {
        assert_eq!(marked(with_template(quoted)), ".", "{quoted}");
    }
    assert_eq!(marked(format!("\u{feff}{}", with_template("é {x:5.}"))), ".");
    assert_eq!(marked(with_where("\"caf\\u00e9 <= 5\"")), "\\u00e9");
}

/// Rendering once looked at the whole file for every error, so that thousands of errors took minutes.
#[test]
fn showing_an_error_takes_no_longer_in_a_long_file() {
    let time = |rest: &str| {
        let (_, found) = mapping::read(Source::new("long.yaml", format!("unknown: 1\n{rest}")));
        assert!(found[0].render(false).contains("long.yaml:1:1"));
        let begun = std::time::Instant::now();
        (0..50).for_each(|_| assert!(!found[0].render(false).is_empty()));
        begun.elapsed()
    };
    let (short, long) = (time(""), time(&"# nothing\n".repeat(100_000)));
    assert!(long < short * 50, "{short:?} and {long:?}");
}

/// Of a long line only what is near is looked at; the place is still that in the file.
#[test]
fn errors_in_a_long_line_have_their_place() {
    let text = format!("{{{}unknown: 1}}\n", " ".repeat(50_000));
    let (_, found) = mapping::read(Source::new("long.yaml", text));
    let shown: Vec<_> = found.iter().map(|diagnostic| diagnostic.render(false)).collect();
    let error = shown.iter().find(|text| text.contains("unknown: 1")).unwrap();
    assert!(error.contains("long.yaml:1:50002"), "{error}");
}
