//! Whatever the text, the parsers answer; and a mapping is there exactly when nothing is an error.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    missing_docs
)]

use obscore_view::diag::{Severity, Source, SpanMap};
use obscore_view::{expression, mapping, template};
use proptest::prelude::*;

const FULL: &str = include_str!("../fixtures/mappings/exporter-full.yaml");

fn read(text: &str) {
    let (mapping, found) = mapping::read(Source::new("mapping.yaml", text));
    let failed = found.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    assert_eq!(mapping.is_none(), failed, "{text}");
    for diagnostic in &found {
        assert!(diagnostic.render(false).contains(diagnostic.code));
        let span = diagnostic.labels[0].span;
        assert!(span.start <= span.end && span.start <= text.len(), "{span:?} in {text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn templates(text in r"([{}\[\].:!a-z0-9<>é ]|\{\{|\}\}|\{visit:){0,20}") {
        let source = Source::new("template", text.as_str());
        let _ = template::parse(&text, &source, &SpanMap::verbatim(0, text.len()))
            .map_err(|error| error.render(false));
    }

    #[test]
    fn expressions(text in r"(visit|AND|OR|NOT|IN|T'|'|[(),:.0-9=<>+*/%-]|NULL|é|\n| ){0,40}") {
        let source = Source::new("where", text.as_str());
        let _ = expression::parse(&text, &source, &SpanMap::verbatim(0, text.len()), None)
            .map_err(|error| error.render(false));
    }

    #[test]
    fn any_text(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn yaml_like_text(text in r##"([a-z]{1,3}: |- |[\[\]{},&*!|>'"#%@~é]|\n {0,4}|<<: |\t|dataset_types:|where:){0,30}"##) {
        read(&text);
    }

    #[test]
    fn cut_and_pasted(from in 0..FULL.len(), length in 0..200_usize, to in 0..FULL.len()) {
        let piece: String = FULL.chars().skip(from).take(length).collect();
        let mut text: String = FULL.chars().take(to).collect();
        text.push_str(&piece);
        text.extend(FULL.chars().skip(to));
        read(&text);
    }
}

#[test]
fn hostile_files_are_refused_quickly() {
    let start = std::time::Instant::now();
    let bomb: String = (1..30)
        .map(|level| format!("a{level}: &a{level} [{}]\n", format!("*a{}, ", level - 1).repeat(10)))
        .collect();
    for text in [
        format!("a0: &a0 x\n{bomb}"),
        "[".repeat(100_000),
        "{a: ".repeat(50_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        "x".repeat(2 << 20),
        format!("facility_name: \"{}\"", "a\n".repeat(100_000)),
        format!("collections: [\n{}]\n", "a,\n".repeat(50_000)),
        format!("where: {{where: \"{}\"}}\n", "(".repeat(100_000)),
    ] {
        let (mapping, found) = mapping::read(Source::new("mapping.yaml", text));
        assert!(mapping.is_none() && !found.is_empty());
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
