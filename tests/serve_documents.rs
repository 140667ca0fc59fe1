//! Documents of the service by the official schemas, as STILTS judges them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;

use obscore_view::catalog::{Catalog, Column, ForeignKey, Schema, Table, TableKind, Type};
use obscore_view::serve::uws::{self, ErrorSummary, Instant, Job, JobResult, Parameter, Phase};
use obscore_view::serve::vosi::{
    Availability, Capabilities, Detail, Example, Function, Limit, OutputFormat, availability,
    capabilities, examples, table, tables,
};
use serve_support::invalidities;

/// Asserts that a document is valid, and that the judge is awake: with `broken` in place of the
/// first `sound` it must not be.
fn assert_valid(document: &str, sound: &str, broken: &str) {
    assert_eq!(invalidities(document), [""; 0], "{document}");
    assert!(document.contains(sound), "{sound} is not in {document}");
    let wrong = document.replacen(sound, broken, 1);
    assert!(!invalidities(&wrong).is_empty(), "not judged: {wrong}");
}

fn job(phase: Phase) -> Job {
    Job {
        id: "42".to_owned(),
        run_id: None,
        owner: None,
        phase,
        quote: None,
        created: Instant(1_700_000_000_123_000),
        started: None,
        ended: None,
        duration: 600,
        destruction: None,
        parameters: Vec::new(),
        results: Vec::new(),
        error: None,
    }
}

fn full_job() -> Job {
    let later = Some(Instant(1_700_000_100_123_000));
    let part = Parameter { by_reference: true, ..Parameter::new("a part", "") };
    Job {
        run_id: Some("<run> & \"co\"".to_owned()),
        owner: Some("me@example.org".to_owned()),
        quote: later,
        started: later,
        ended: later,
        destruction: later,
        parameters: vec![
            Parameter::new("QUERY", "SELECT * FROM t WHERE a < 'ü' AND b > '\u{1}'"),
            Parameter::new("UPLOAD", "t,param:a part"),
            part,
        ],
        results: vec![JobResult {
            id: "result".to_owned(),
            media_type: "application/x-votable+xml;serialization=BINARY2".to_owned(),
            size: 12,
            name: None,
        }],
        error: Some(ErrorSummary {
            message: "no & never".to_owned(),
            detail: String::new(),
            transient: true,
        }),
        ..job(Phase::Error)
    }
}

#[test]
fn jobs() {
    let url = "https://example.org/tap/async/42";
    let (full, bare) = (full_job(), job(Phase::Pending));
    let document = uws::job(&full, url);
    assert!(document.contains(&format!("{url}/parameters/a%20part")), "{document}");
    assert_valid(&document, "<uws:executionDuration>600", "<uws:executionDuration>soon");
    assert_valid(&uws::job(&bare, url), "<uws:startTime xsi:nil=\"true\"/>", "<uws:startTime/>");
    let list = uws::job_list(&[full.clone(), bare.clone()], "https://example.org/tap/async");
    assert_valid(&list, "<uws:phase>ERROR", "<uws:phase>FAILED");
    assert_eq!(invalidities(&uws::job_list(&[], "https://example.org/tap/async")), [""; 0]);
    assert_valid(&uws::parameters(&full.parameters, url), "id=\"QUERY\"", "name=\"QUERY\"");
    assert_valid(&uws::results(&full, url), "size=\"12\"", "size=\"much\"");
    assert_eq!(invalidities(&uws::results(&bare, url)), [""; 0]);
}

fn offered() -> Capabilities {
    let limit = |default, hard| Limit { default: Some(default), hard: Some(hard) };
    Capabilities {
        base: "https://example.org/tap".to_owned(),
        functions: vec![Function {
            form: "ivo_hasword(haystack TEXT, needle TEXT) -> INTEGER".to_owned(),
            description: "Whether <needle> is a word of haystack".to_owned(),
        }],
        formats: vec![
            OutputFormat {
                media_type: "application/x-votable+xml;serialization=BINARY2".to_owned(),
                aliases: vec!["votable".to_owned()],
                identifier: "ivo://ivoa.net/std/TAPRegExt#output-votable-binary2".to_owned(),
            },
            OutputFormat {
                media_type: "text/csv;header=present".to_owned(),
                aliases: vec!["csv".to_owned(), "text/csv".to_owned()],
                identifier: String::new(),
            },
        ],
        upload_by_url: true,
        retention: limit(172_800, 1_209_600),
        execution: limit(600, 3600),
        rows: limit(2000, 10_000_000),
        upload_bytes: limit(20_000_000, 20_000_000),
        examples: true,
        security: None,
    }
}

#[test]
fn capabilities_with_and_without() {
    let document = capabilities(&offered());
    assert_valid(&document, "unit=\"row\"", "units=\"row\"");
    let closed = Capabilities {
        functions: Vec::new(),
        upload_by_url: false,
        retention: Limit::default(),
        examples: false,
        security: Some("ivo://ivoa.net/sso#OAuth".to_owned()),
        ..offered()
    };
    let document = capabilities(&closed);
    assert!(document.contains("ivo://ivoa.net/sso#OAuth") && !document.contains("examples"));
    assert_eq!(invalidities(&document), [""; 0], "{document}");
}

#[test]
fn availabilities() {
    let up = Availability {
        available: true,
        up_since: Some(Instant(1_700_000_000_000_000)),
        notes: vec!["<well>".to_owned(), "& so on".to_owned()],
    };
    assert_valid(&availability(&up), ">true<", ">perhaps<");
    let down = Availability { available: false, up_since: None, notes: Vec::new() };
    assert_eq!(invalidities(&availability(&down)), [""; 0]);
}

fn catalog() -> Catalog {
    let column = |name: &str, kind| Column {
        unit: "d".to_owned(),
        ucd: "time.start".to_owned(),
        utype: "obscore:x".to_owned(),
        description: "a < b".to_owned(),
        indexed: true,
        principal: true,
        std: true,
        ..Column::new(name, kind)
    };
    let table = |name: &str, kind, columns, keys| Table {
        name: name.to_owned(),
        kind,
        description: format!("Table {name} & co"),
        utype: String::new(),
        columns,
        keys,
    };
    let key = ForeignKey {
        target: "ivoa.ObsCore".to_owned(),
        columns: vec![("size".to_owned(), "t_min".to_owned())],
        description: "why".to_owned(),
    };
    let columns = vec![
        column("t_min", Type::Double),
        column("s_region", Type::Polygon),
        column("day", Type::Timestamp),
    ];
    let schema = |name: &str, tables| Schema {
        name: name.to_owned(),
        description: "things".to_owned(),
        utype: "a:b".to_owned(),
        tables,
    };
    Catalog {
        schemas: vec![
            schema("ivoa", vec![table("ObsCore", TableKind::View, columns, vec![])]),
            schema(
                "odd schema",
                vec![table(
                    "b\"c",
                    TableKind::Table,
                    vec![Column::new("size", Type::Long)],
                    vec![key],
                )],
            ),
        ],
    }
}

#[test]
fn tables_of_all_kinds() {
    let catalog = catalog();
    let full = tables(&catalog, Detail::Max);
    assert_valid(&full, "<flag>indexed</flag>", "<flags>indexed</flags>");
    for said in [
        "<name>\"odd schema\".\"b\"\"c\"</name>",
        "<fromColumn>\"size\"</fromColumn>",
        "arraysize=\"*\" extendedType=\"polygon\">double",
        "<table type=\"view\">",
    ] {
        assert!(full.replace("&quot;", "\"").contains(said), "{said} is not in {full}");
    }
    let short = tables(&catalog, Detail::Min);
    assert_eq!(invalidities(&short), [""; 0]);
    assert!(!short.contains("<column") && short.contains("ivoa.ObsCore"));
    let one = table(&catalog, "ivoa.ObsCore").unwrap();
    assert_valid(&one, "xsi:type=\"vs:VOTableType\"", "xsi:type=\"vs:Votable\"");
    assert_eq!(table(&catalog, "\"odd schema\".\"b\"\"c\""), table(&catalog, "odd schema.b\"c"));
    assert!(table(&catalog, "odd schema.b\"c").is_some());
    assert_eq!(table(&catalog, "ivoa.nothing"), None);
}

#[test]
fn examples_are_well_formed() {
    let page = examples(
        "Examples <of> queries",
        &[Example {
            id: "one".to_owned(),
            name: "A & B".to_owned(),
            description: String::new(),
            query: "SELECT *\nFROM ivoa.ObsCore\nWHERE t_min < 60000".to_owned(),
            tables: vec!["ivoa.ObsCore".to_owned()],
        }],
    );
    let mut reader = quick_xml::Reader::from_str(&page);
    let mut vocabularies = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) => {
                vocabularies += usize::from(tag.try_get_attribute("vocab").unwrap().is_some());
                let about = tag.try_get_attribute("property").unwrap().is_some();
                assert!(!about || tag.try_get_attribute("href").unwrap().is_none());
            }
            _ => {}
        }
    }
    assert_eq!(vocabularies, 1);
}
