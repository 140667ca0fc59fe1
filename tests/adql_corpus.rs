//! Every production of the grammar: legal queries are read, printed and read again; illegal ones
//! are refused with the code that the corpus names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "adql_support/corpus.rs"]
mod corpus;
#[path = "adql_support/suite.rs"]
mod suite;

use corpus::corpus;
use obscore_view::adql::{Version, format, lint, outline, parse_as, tokens};
use obscore_view::diag::{Diagnostic, Severity, Source};
use suite::validation_queries;

/// Reads and lints; the first error, when there is one.
fn judge(text: &str, version: Version) -> Result<(), Box<Diagnostic>> {
    let source = Source::new("query", text);
    let parsed = match parse_as(&source, version) {
        Ok(parsed) => parsed,
        Err(errors) => return Err(Box::new(errors.into_iter().next().unwrap())),
    };
    let further = ["udf_thing".to_owned()];
    let findings = lint(&parsed.query, &source, &further);
    match findings.into_iter().find(|finding| finding.severity == Severity::Error) {
        Some(error) => Err(Box::new(error)),
        None => Ok(()),
    }
}

fn legal(name: &str, version: Version, least: usize) {
    let queries = corpus(name);
    assert!(queries.len() >= least, "only {} queries", queries.len());
    for text in queries {
        if let Err(error) = judge(&text, version) {
            panic!("{text}\n{}", error.render(false));
        }
        let source = Source::new("query", text.as_str());
        let query = parse_as(&source, version).unwrap().query;
        for printed in [query.to_string(), format(&query)] {
            let again = parse_as(&Source::new("printed", printed.as_str()), version);
            let again = again.unwrap_or_else(|errors| {
                panic!("{text}\n{printed}\n{}", errors[0].render(false));
            });
            assert_eq!(query, again.query, "{text}\n{printed}");
            assert_eq!(format(&query), format(&again.query), "{text}");
        }
        assert!(outline(&query, &source).lines().count() > 3, "{text}");
        assert!(!tokens(&source).unwrap().is_empty());
    }
}

fn illegal(name: &str, version: Version, least: usize) {
    let queries = corpus(name);
    assert!(queries.len() >= least, "only {} queries", queries.len());
    let mut wrong = Vec::new();
    for line in queries {
        let (code, text) = line.split_once(' ').unwrap();
        match judge(text, version) {
            Ok(()) => wrong.push(format!("{text}\n  is taken for legal, not {code}")),
            Err(error) if error.code != code => {
                wrong.push(format!("{text}\n  {code} wanted\n{}", error.render(false)));
            }
            Err(error) => assert!(error.location().is_some(), "{text} has no place"),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn legal_queries_are_read_and_printed() {
    legal("legal", Version::V2_1, 300);
}

#[test]
fn illegal_queries_are_refused_with_their_code() {
    illegal("illegal", Version::V2_1, 200);
}

#[test]
fn legal_queries_of_adql_2_0_are_read_and_printed() {
    legal("legal-2.0", Version::V2_0, 15);
}

#[test]
fn illegal_queries_of_adql_2_0_are_refused_with_their_code() {
    illegal("illegal-2.0", Version::V2_0, 15);
}

#[test]
fn all_reserved_words_need_quotes() {
    let structure = ["NULL", "CASE"];
    for word in obscore_view::adql::RESERVED {
        let quoted = format!("SELECT \"{word}\" FROM \"{word}\" AS \"{word}\"");
        judge(&quoted, Version::V2_1).unwrap();
        for text in [
            format!("SELECT {word} FROM t"),
            format!("SELECT a FROM {word}"),
            format!("SELECT t.{word} FROM t"),
            format!("SELECT a AS {word} FROM t"),
        ] {
            if structure.contains(&word) && text.starts_with(&format!("SELECT {word} ")) {
                continue;
            }
            assert!(judge(&text, Version::V2_1).is_err(), "{text}");
        }
        let lower = word.to_lowercase();
        assert!(judge(&format!("SELECT t.{lower} FROM t"), Version::V2_1).is_err(), "{lower}");
    }
}

/// The IVOA's validation queries, in the folder that `ADQL_CONFORMANCE` names.
#[test]
#[ignore = "wants the folder src/adql/ivoa of the IVOA's lyonetia in ADQL_CONFORMANCE"]
fn validation_queries_are_judged_as_they_say() {
    let queries = validation_queries();
    for query in &queries {
        let judged = judge(&query.text, query.version);
        assert_eq!(judged.is_ok(), query.valid, "{}\n{}\n{judged:?}", query.file, query.text);
    }
    assert!(queries.len() > 100);
}
