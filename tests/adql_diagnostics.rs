//! Every diagnostic of family Q, as a user sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use obscore_view::adql::{Version, lint, parse_as};
use obscore_view::diag::{CODES, Diagnostic, Source};

/// Several errors, several lines, and what the corpus of illegal queries cannot show.
const FURTHER: &[&str] = &[
    "SELECT TOP 10 DISTINCT size, date\nFROM ivoa.obscore o\n  JOIN butler.visit v\nWHERE CONTAINS(POINT(s_ra, s_dec), CIRCLE(10, 20))\n  AND o.name LIKE 'x' ESCAPE '!'\nLIMIT 10",
    "SELECT `a`, \u{201c}b\u{201d}\nFROM t\nWHERE c == 5 AND d = 0x10",
    "-- größer\nSELECT 'α', größe FROM t",
    "\tSELECT a FROM\tt WHERE\ta",
    "SELECT a FROM t;",
    "SELECT CASE WHEN a = 1 THEN 'x' END FROM t",
    "SELECT POINT('ICRS', 1, 2), CIRCLE('ICRS', 1, 2, 3), BOX(1, 2, 3, 4), COORDSYS(p) FROM t",
    "SELECT a FROM t WHERE a = NULL OR NULL <> b",
    "SELECT a FROM t WHERE CONTAINS(p, c) = 2 OR 'true' = INTERSECTS(p, c)",
    "SELECT POINT(-30, 150), CIRCLE(10, -90.5, 1), POLYGON(0, 0, 1, 91, 1, +92) FROM t",
    "SELECT a FROM t WHERE name LIKE \"NGC%\" OR name = \"M 31\" OR name = \"other\"",
    "SELECT ivo_healpix_indx(1, 2, 3), LN(a), CEIL(a), length(b), what(a) FROM t",
    "SELECT ivo_to_mjd(a, b), ivo_healpix_index(1) FROM t",
];

/// What is wrong with a query, errors and warnings.
fn findings(text: &str, version: Version) -> Vec<Diagnostic> {
    let source = Source::new("query.adql", text);
    match parse_as(&source, version) {
        Err(errors) => errors,
        Ok(parsed) => {
            let mut findings = parsed.warnings;
            findings.extend(lint(&parsed.query, &source, &[]));
            findings
        }
    }
}

/// The queries of a corpus by code, at most `most` of each.
fn corpus(name: &str, most: usize) -> BTreeMap<String, Vec<String>> {
    let path = format!("{}/fixtures/adql/{name}.adql", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut queries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with('Q')) {
        let (code, query) = line.split_once(' ').unwrap();
        let queries = queries.entry(code.to_owned()).or_default();
        if queries.len() < most {
            queries.push(query.replace("\\\\", "\\"));
        }
    }
    queries
}

fn long_queries() -> Vec<String> {
    let deep = format!("SELECT {}1{} FROM t", "(".repeat(200), ")".repeat(200));
    let chain = format!("SELECT 1{} FROM t", " + 1".repeat(500));
    let joins = format!("SELECT * FROM a{}", " NATURAL JOIN a".repeat(500));
    vec![deep, chain, joins]
}

fn program(arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_obscore-view"))
        .arg("adql")
        .args(arguments)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn diagnostics_look_like_this() {
    let mut shown = 0;
    let mut raised = BTreeSet::new();
    let mut show = |album: &mut String, text: &str, version| {
        let findings = findings(text, version);
        assert!(!findings.is_empty(), "{text}");
        for finding in findings {
            assert!(!finding.message.ends_with('.'), "{}", finding.message);
            assert!(finding.location().is_some(), "{}", finding.message);
            raised.insert(finding.code);
            shown += 1;
            album.push_str(finding.render(false).trim_end());
            album.push_str("\n\n");
        }
    };
    for (corpus, version) in
        [(corpus("illegal", 5), Version::V2_1), (corpus("illegal-2.0", 30), Version::V2_0)]
    {
        for (code, queries) in corpus {
            let mut album = String::new();
            for query in queries {
                show(&mut album, &query, version);
            }
            let name = if version == Version::V2_0 { format!("2.0_{code}") } else { code };
            insta::assert_snapshot!(name, album);
        }
    }
    let mut album = String::new();
    for query in FURTHER {
        show(&mut album, query, Version::V2_1);
    }
    insta::assert_snapshot!("further", album);
    assert!(shown >= 60, "{shown}");
    for query in long_queries() {
        let findings = findings(&query, Version::V2_1);
        assert_eq!(findings[0].code, "Q050");
        raised.insert(findings[0].code);
    }
    // The two that only the program raises.
    let (status, _, errors) = program(&["/nowhere/at/all.adql"], b"");
    assert_eq!(status, Some(2));
    assert!(errors.contains("Q070"), "{errors}");
    let (status, _, errors) = program(&[], b"SELECT a -- the first\nFROM t -- here");
    assert_eq!(status, Some(0));
    assert!(errors.contains("Q066"), "{errors}");
    raised.extend(["Q070", "Q066"]);
    let codes = CODES.iter().copied().flatten().map(|code| code.code);
    // From Q101 on they are about meaning: tests/diagnostics_query.rs.
    let known: BTreeSet<&str> =
        codes.filter(|code| code.starts_with('Q') && *code < "Q100").collect();
    assert_eq!(raised, known);
}

#[test]
fn the_program_judges_and_lays_out() {
    let query = b"select top 5 a,b from t where a=1 and b>2";
    let (status, output, errors) = program(&[], query);
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    assert_eq!(output, "SELECT TOP 5 a, b\nFROM t\nWHERE a = 1 AND b > 2\n");
    let (status, output, _) = program(&["-"], b"select from t");
    assert_eq!((status, output.as_str()), (Some(1), ""));
    let (status, output, _) = program(&["--stage", "tokens"], b"SELECT a\n FROM \"t\"");
    assert_eq!(status, Some(0));
    assert_eq!(
        output,
        "1:1\tkeyword\tSELECT\n1:8\tidentifier\ta\n2:2\tkeyword\tFROM\n2:7\tdelimited\t\"t\"\n"
    );
    let (status, output, _) = program(&["--stage", "ast"], query);
    assert_eq!(status, Some(0));
    insta::assert_snapshot!("program_ast", output);
    let (status, _, errors) = program(&[], b"SELECT a\xff FROM t");
    assert_eq!(status, Some(2));
    assert!(errors.contains("UTF-8"), "{errors}");
}

#[test]
fn the_program_knows_versions_functions_and_strictness() {
    let offset = b"SELECT a FROM t OFFSET 5";
    assert_eq!(program(&[], offset).0, Some(0));
    assert_eq!(program(&["--lang", "ADQL-2.1"], offset).0, Some(0));
    assert_eq!(program(&["--lang", "adql-2.0"], offset).0, Some(1));
    let call = b"SELECT gavo_thing(a) FROM t";
    assert_eq!(program(&[], call).0, Some(1));
    assert_eq!(program(&["--udf", "GAVO_thing"], call).0, Some(0));
    let semicolon = b"SELECT a FROM t;";
    let (status, _, errors) = program(&[], semicolon);
    assert_eq!(status, Some(0));
    assert!(errors.contains("warning[Q060]"), "{errors}");
    assert_eq!(program(&["--strict"], semicolon).0, Some(1));
}

#[test]
fn layouts_look_like_this() {
    let queries = [
        "select * from t",
        "select top 100 obs_id, access_url, access_format, s_ra, s_dec, t_min, t_max, em_min, em_max from ivoa.obscore where dataproduct_type = 'image' and calib_level >= 2 and 1 = intersects(s_region, circle(53.1, -27.8, 0.3)) and (t_min between 60000 and 60400 or t_max is null) order by t_min desc, obs_id offset 10",
        "with visits as (select * from butler.visit where exposure_time > 10), near as (select * from visits) select n.id, count(*) as number from near as n left outer join ivoa.obscore as o on o.lsst_visit = n.id and o.dataproduct_subtype = 'lsst.visit_image' natural join other group by n.id having count(*) > 5 order by 2",
        "(select top 5 a from t order by b) union all select a from u intersect select a from v",
        "select a from t where a in (1000000, 2000000, 3000000, 4000000, 5000000, 6000000, 7000000, 8000000, 9000000, 10000000, 11000000) and not (b = 'a long text to fill the line' or c = 'another long text to fill the line' or d is null)",
        "select a from (select b, c from (select b, c, d, e, f, g, h, i, j, k, l from some_schema.some_table where b > 1) as q where q.c = 'text') as r, (a join b using (id)) where exists (select * from ivoa.obscore where ivoa.obscore.obs_id = r.b and ivoa.obscore.calib_level = 3)",
    ];
    let mut album = String::new();
    for query in queries {
        let source = Source::new("query", query);
        let parsed = parse_as(&source, Version::V2_1).unwrap();
        album.push_str(&obscore_view::adql::format(&parsed.query));
        album.push('\n');
    }
    insta::assert_snapshot!("layouts", album);
}
