//! A report as JSON; `docs/check.md` describes it.

use serde_json::{Value, json};

use super::report::{Report, word};
use crate::diag::Severity;

pub(super) fn json(report: &Report) -> String {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|(finding, suppressed)| {
            let mut value = json!({
                "id": finding.code,
                "severity": word(finding.severity),
                "message": finding.message,
                "help": finding.help,
                "suppressed": suppressed.is_some(),
            });
            if let (Some(label), Some(object)) = (finding.labels.first(), value.as_object_mut()) {
                let (line, column) = label.source.line_column(label.span.start);
                object.insert("file".to_owned(), json!(label.source.name()));
                object.insert("line".to_owned(), json!(line));
                object.insert("column".to_owned(), json!(column));
            }
            value
        })
        .collect();
    let document = json!({
        "format": 1,
        "tool": env!("CARGO_PKG_VERSION"),
        "registry": report.registry,
        "mapping": report.mapping,
        "view": report.view,
        "counts": {
            "error": report.count(Severity::Error),
            "warning": report.count(Severity::Warning),
            "note": report.count(Severity::Note),
            "suppressed": report.suppressed(),
        },
        "left_out": report.left_out,
        "findings": findings,
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
