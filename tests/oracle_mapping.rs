//! Mappings against Butler's own models: the same files are accepted, with the same values.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::match_same_arms,
    missing_docs
)]

#[path = "support/ask.rs"]
mod ask;
#[path = "support/dump.rs"]
mod dump;

use ask::Dice;
use obscore_view::diag::{Diagnostic, Severity, Source};
use obscore_view::mapping;
use serde_json::{Value, json};

const FIXTURES: [&str; 6] = [
    include_str!("../fixtures/mappings/exporter-full.yaml"),
    include_str!("../fixtures/mappings/exporter-small.yaml"),
    include_str!("../fixtures/mappings/live-runs.yaml"),
    include_str!("../fixtures/mappings/live-tagged.yaml"),
    include_str!("../fixtures/mappings/loose-layout.yaml"),
    include_str!("../fixtures/mappings/lenient-types.yaml"),
];

const BASE: &str = "facility_name: F\ndataset_types: {}\ncollections: [c]\n";

/// Scalars and small structures of every kind, as YAML spells them in a flow context.
const VALUES: [&str; 96] = [
    "null",
    "~",
    "''",
    "x",
    "\"x\"",
    "'it''s'",
    "true",
    "Yes",
    "no",
    "on",
    "OFF",
    "y",
    "n",
    "0",
    "5",
    "-5",
    "+5",
    "05",
    "08",
    "0o7",
    "0x1F",
    "0b101",
    "1_000",
    "1__0",
    "1:30",
    "1:75",
    "-1:30",
    "190:20:30",
    "5.0",
    "5.5",
    "-5.",
    ".5",
    "-.5",
    "+.5",
    "1e3",
    "1e-9",
    "1.e3",
    "1.5e+3",
    "1.5e3",
    "1.0E-9",
    "1:30.5",
    ".inf",
    "-.INF",
    ".nan",
    "1_0.5_0",
    "\"5\"",
    "' 5 '",
    "\"5.0\"",
    "\"5.5\"",
    "\"1_0\"",
    "\"1__0\"",
    "\"_1\"",
    "\"1e-9\"",
    "\"nan\"",
    "\"-inf\"",
    "\"Infinity\"",
    "\"0x5\"",
    "\"5.\"",
    "\".5\"",
    "\"+5\"",
    "\"- 5\"",
    "2024-01-01",
    "2024-1-1",
    "2024-02-30",
    "2024-01-01 00:00:00",
    "2024-01-01T10:20:30.25Z",
    "2024-01-01 10:20:30 +02:30",
    "\"2024-01-01\"",
    "\"2024-01-01T00:00:00\"",
    "\"2024-13-01\"",
    "[]",
    "[a]",
    "[a, b]",
    "[1, 2]",
    "[1, 2, 3]",
    "[1.5, '2']",
    "[null, 1.0e-9]",
    "[\"1e-9\", true]",
    "[[1], 2]",
    "{}",
    "{a: 1}",
    "{a: b, c: d}",
    "{1: 2}",
    "{no: x}",
    "{template: x}",
    "{template: x, type: int}",
    "{template: x, type: Int}",
    "{template: 5}",
    "{template: x, length: 'a'}",
    "RUN",
    "=",
    "<<",
    "!!str 5",
    "!!int \"5\"",
    "!!float 5",
    "!unknown x",
];

/// A text with a value put into one of its places.
type Slot = Box<dyn Fn(&str) -> String>;

/// Places in a mapping where a value can stand.
fn slots() -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for key in [
        "collections",
        "obs_collection",
        "facility_map",
        "extra_columns",
        "indices",
        "spectral_ranges",
        "spatial_plugins",
        "fallback_instrument",
        "obs_publisher_did_fmt",
        "where",
        "dataset_type_constraints",
        "batch_size",
        "parquet_compression",
        "csv_null_string",
        "origin",
        "version",
        "namespace",
    ] {
        slots.push(Box::new(move |value| {
            let base =
                if key == "collections" { "facility_name: F\ndataset_types: {}\n" } else { BASE };
            format!("{base}{key}: {value}\n")
        }));
    }
    for (key, open, close) in [
        ("facility_map", "{a: ", "}"),
        ("extra_columns", "{a: ", "}"),
        ("indices", "{a: ", "}"),
        ("indices", "{a: [", "]}"),
        ("spectral_ranges", "{a: ", "}"),
        ("spectral_ranges", "{a: [", ", 1]}"),
        ("spatial_plugins", "{a: ", "}"),
        (
            "spatial_plugins",
            "{a: {cls: lsst.daf.butler.registry.obscore.default_spatial.DefaultSpatialObsCorePlugin, config: ",
            "}}",
        ),
        ("where", "{where: ", "}"),
        ("where", "{bind: {a: ", "}}"),
        ("where", "{bind: ", "}"),
        ("where", "{extra_dims: ", "}"),
        ("where", "{extra_dims: [", "]}"),
        ("dataset_type_constraints", "{a: ", "}"),
        ("dataset_type_constraints", "{a: [", "]}"),
        ("origin", "{publisher: p, publication_date: ", "}"),
        ("origin", "{publication_date: 2024-01-01, publisher: ", "}"),
        ("origin", "{publisher: p, publication_date: 2024-01-01, title: ", "}"),
        ("extra_columns", "{a: {template: x, type: ", "}}"),
        ("extra_columns", "{a: {template: x, length: ", "}}"),
        ("extra_columns", "{a: {template: x, doc: ", "}}"),
        ("collection_type", "RUN\nversion: ", ""),
        ("collection_type", "TAGGED\nversion: ", ""),
        ("version", "1\ncollection_type: ", ""),
        ("collection_type", "RUN\nversion: 1\ntable_name: ", ""),
        ("collection_type", "RUN\nversion: 1\nnamespace: ", ""),
    ] {
        slots.push(Box::new(move |value| format!("{BASE}{key}: {open}{value}{close}\n")));
    }
    slots.push(Box::new(|value| {
        format!("facility_name: F\ndataset_types: {{}}\nversion: 1\ncollection_type: TAGGED\ncollections: {value}\n")
    }));
    slots.push(Box::new(|value| format!("dataset_types: {{}}\nfacility_name: {value}\n")));
    slots.push(Box::new(|value| format!("facility_name: F\ndataset_types: {value}\n")));
    slots.push(Box::new(|value| format!("facility_name: F\ndataset_types: {{a: {value}}}\n")));
    for key in [
        "dataproduct_type",
        "dataproduct_subtype",
        "calib_level",
        "o_ucd",
        "access_format",
        "obs_id_fmt",
        "datalink_url_fmt",
        "obs_collection",
        "s_xel",
        "extra_columns",
    ] {
        slots.push(Box::new(move |value| {
            let required = match key {
                "dataproduct_type" => "calib_level: 1",
                "calib_level" => "dataproduct_type: image",
                _ => "dataproduct_type: image, calib_level: 1",
            };
            format!("facility_name: F\ndataset_types: {{a: {{{required}, {key}: {value}}}}}\n")
        }));
    }
    slots.push(Box::new(|value| format!("{value}\n")));
    slots.push(Box::new(|value| format!("{BASE}? {value}\n: x\n")));
    slots
}

/// Errors that pydantic does not look for, because Butler fails later, or never reads the key.
fn beyond_pydantic(error: &Diagnostic) -> bool {
    let message = error.message.as_str();
    match error.code {
        // Templates, expressions, plugins: Butler fails when it uses them.
        code if code.starts_with('T') || code.starts_with("M1") => true,
        "M016" | "M020" => true,
        // Limits, and includes that would read other files.
        "M002" | "M006" => true,
        // Integers beyond 64 bits are integers in Python.
        "M011" if message.contains("64-bit") => true,
        // pydantic takes a number for seconds since 1970.
        "M011" if message.contains("publication_date") => true,
        // The configuration of the default plugin and names of columns are not looked at.
        "M011" if message.contains("spatial_plugins") && message.contains(".config") => true,
        // Own keys.
        _ => message.contains("obscore_view"),
    }
}

/// Compares one text; true when both accept it.
fn compare(text: &str, answer: &Value) -> Result<bool, String> {
    let (mapping, found) = mapping::read(Source::new("mapping.yaml", text));
    let errors: Vec<&Diagnostic> =
        found.iter().filter(|found| found.severity == Severity::Error).collect();
    match (mapping, answer.get("error")) {
        (Some(mapping), None) => {
            let ours = dump::dump(&mapping);
            for (key, theirs) in answer.as_object().unwrap() {
                // An empty batch is warned about, and the default taken.
                let no_batch = key == "batch_size" && theirs.as_i64().is_some_and(|size| size < 1);
                if ours.get(key) != Some(theirs) && !no_batch {
                    let ours = ours.get(key).cloned().unwrap_or_default();
                    return Err(format!("{text}\n{key} here: {ours}\n{key} in Butler: {theirs}"));
                }
            }
            Ok(true)
        }
        (Some(_), Some(error)) => Err(format!("{text}\naccepted here, Butler: {error}")),
        (None, Some(_)) => Ok(false),
        (None, None) if errors.iter().all(|error| beyond_pydantic(error)) => Ok(false),
        (None, None) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Err(format!("{text}\naccepted by Butler, here: {}", errors.join("; ")))
        }
    }
}

/// Whether the two sides differ about the syntax of YAML only: PyYAML reads YAML 1.1, our parser 1.2.
fn about_syntax(difference: &str) -> bool {
    difference.contains("accepted here, Butler: \"ScannerError")
        || difference.contains("accepted here, Butler: \"ParserError")
        || (difference.contains("accepted by Butler, here:") && difference.contains("[M001]"))
}

fn compare_all(texts: &[String]) -> (usize, usize) {
    let answers = ask::ask("mapping_dump.py", &json!(texts));
    let mut accepted = 0;
    let mut wrong = Vec::new();
    for (text, answer) in texts.iter().zip(answers.as_array().unwrap()) {
        match compare(text, answer) {
            Ok(both) => accepted += usize::from(both),
            Err(difference) => wrong.push(difference),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(25)].join("\n---\n")
    );
    (accepted, texts.len() - accepted)
}

#[test]
fn fixtures_mean_the_same() {
    let texts: Vec<String> = FIXTURES.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(compare_all(&texts), (FIXTURES.len(), 0));
}

#[test]
fn every_kind_of_value_in_every_place() {
    let texts: Vec<String> =
        slots().iter().flat_map(|slot| VALUES.iter().map(|value| slot(value))).collect();
    let (accepted, refused) = compare_all(&texts);
    println!("{accepted} texts with the same values, {refused} refused by both");
    assert!(accepted > 700 && refused > 2500);
}

#[test]
fn plain_scalars_are_those_of_pyyaml() {
    const PIECES: [&str; 22] = [
        "0", "1", "7", "9", "12", "59", "60", "_", ".", "-", "+", ":", "e", "E", "x", "b", "o",
        "T", "Z", "2024", "-01", "5",
    ];
    let mut dice = Dice::new(99);
    let mut texts = Vec::new();
    for _ in 0..6000 {
        let count = 1 + dice.roll(7);
        let scalar: String = (0..count).map(|_| dice.pick(&PIECES)).collect();
        if !scalar.ends_with(':') && !scalar.starts_with("- ") {
            texts.push(format!("{BASE}extra_columns: {{a: 1, b: {{template: t, doc: d}}}}\nobs_collection: x\nspectral_ranges: {{g: [{scalar}, 1]}}\n"));
            texts.push(format!("{BASE}extra_columns:\n  a: {scalar}\n"));
        }
    }
    let (accepted, refused) = compare_all(&texts);
    println!("{accepted} scalars with the same value, {refused} refused by both");
    assert!(accepted > 4000);
}

/// Random edits of the fixtures: what PyYAML and pydantic refuse is refused here, and the other
/// way round.
#[test]
fn damaged_files_are_judged_alike() {
    const INSERTS: [&str; 20] = [
        ":", "-", " ", "\n", "\t", "\"", "'", "{", "}", "[", "]", ",", "#", "&a ", "*a", "null",
        "1", "|", "? ", "é",
    ];
    let mut dice = Dice::new(4242);
    let mut texts = Vec::new();
    for _ in 0..5000 {
        let mut characters: Vec<char> = FIXTURES[dice.roll(FIXTURES.len())].chars().collect();
        for _ in 0..=dice.roll(2) {
            let at = dice.roll(characters.len());
            match dice.roll(4) {
                0 => {
                    characters.remove(at);
                }
                1 => {
                    let end = (at + 1 + dice.roll(12)).min(characters.len());
                    characters.drain(at..end);
                }
                2 => {
                    let other = dice.roll(characters.len());
                    characters.swap(at, other);
                }
                _ => {
                    let insert: Vec<char> = dice.pick(&INSERTS).chars().collect();
                    characters.splice(at..at, insert);
                }
            }
        }
        texts.push(characters.into_iter().collect::<String>());
    }
    let answers = ask::ask("mapping_dump.py", &json!(texts));
    let (mut accepted, mut syntax) = (0, 0);
    for (text, answer) in texts.iter().zip(answers.as_array().unwrap()) {
        match compare(text, answer) {
            Ok(both) => accepted += usize::from(both),
            Err(difference) if about_syntax(&difference) => syntax += 1,
            Err(difference) => panic!("{difference}"),
        }
    }
    let refused = texts.len() - accepted - syntax;
    println!(
        "{accepted} damaged files with the same values, {refused} refused by both, {syntax} on \
         whose syntax YAML 1.1 and 1.2 differ"
    );
    // Corners such as a comment right after a closing quote; two in a thousand are too many.
    assert!(accepted > 1000 && refused > 1000 && syntax <= texts.len() / 500);
}
