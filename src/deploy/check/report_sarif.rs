//! A report as SARIF 2.1.0 (OASIS Standard, 27 March 2020).
//!
//! Rules are the codes, results the findings. A finding about the database has no place of its own
//! and points at the start of the mapping file, as code hosts show only what has a place.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::report::{Report, Suppressed, word};
use crate::diag::{Code, Diagnostic, explain};

pub(super) fn sarif(report: &Report) -> String {
    let mut rules: Vec<&'static Code> =
        report.findings.iter().filter_map(|(finding, _)| explain(finding.code)).collect();
    rules.sort_by_key(|code| code.code);
    rules.dedup_by_key(|code| code.code);
    let results: Vec<Value> =
        report.findings.iter().map(|(one, why)| result(report, &rules, one, *why)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "obscore-view",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|code| rule(code)).collect::<Vec<Value>>(),
            }},
            "artifacts": [{"location": {"uri": uri(&report.mapping)}}],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.code,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.text},
        "help": {"text": code.text},
    })
}

fn result(
    report: &Report,
    rules: &[&'static Code],
    finding: &Diagnostic,
    suppressed: Option<Suppressed>,
) -> Value {
    let mut text = finding.message.clone();
    for help in &finding.help {
        text.push('\n');
        text.push_str(help);
    }
    let mut value = Map::new();
    value.insert("ruleId".to_owned(), json!(finding.code));
    if let Some(index) = rules.iter().position(|rule| rule.code == finding.code) {
        value.insert("ruleIndex".to_owned(), json!(index));
    }
    value.insert("level".to_owned(), json!(word(finding.severity)));
    value.insert("message".to_owned(), json!({"text": text}));
    value.insert("locations".to_owned(), json!([location(report, finding)]));
    // Lines move; what is said and where it belongs stays.
    let fingerprint = super::super::seal::digest(&format!("{}\n{}", finding.code, finding.message));
    value.insert("partialFingerprints".to_owned(), json!({"codeAndMessage/v1": fingerprint}));
    if let Some(why) = suppressed {
        let kind = match why {
            Suppressed::InSource => "inSource",
            Suppressed::External => "external",
        };
        value.insert("suppressions".to_owned(), json!([{"kind": kind}]));
    }
    Value::Object(value)
}

fn location(report: &Report, finding: &Diagnostic) -> Value {
    let Some(label) = finding.labels.first() else {
        return json!({
            "physicalLocation": {
                "artifactLocation": {"uri": uri(&report.mapping)},
                "region": {"startLine": 1},
            },
            "logicalLocations": [{"fullyQualifiedName": report.view, "kind": "resource"}],
        });
    };
    let (start_line, start_column) = label.source.line_column(label.span.start);
    let (end_line, end_column) = label.source.line_column(label.span.end.max(label.span.start));
    json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(label.source.name())},
            "region": {
                "startLine": start_line,
                "startColumn": start_column,
                "endLine": end_line,
                "endColumn": end_column,
            },
        },
    })
}

/// A file name as a URI reference (RFC 3986): relative where the name is.
fn uri(file: &str) -> String {
    let mut out = String::new();
    if file.starts_with('/') {
        out.push_str("file://");
    }
    for byte in file.strip_prefix("./").unwrap_or(file).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
