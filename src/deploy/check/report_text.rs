//! A report for people: findings grouped by severity, with counts.

use std::fmt::Write;

use super::report::Report;
use crate::diag::Severity;

pub(super) fn text(report: &Report, colour: bool) -> String {
    let mut out = format!("{} on {}\n\n", report.view, report.registry);
    for finding in report.active() {
        out.push_str(&finding.render(colour));
        out.push_str("\n\n");
    }
    for line in &report.left_out {
        let _ = writeln!(out, "left out: {line}");
    }
    let mut parts = Vec::new();
    for (severity, one, many) in [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Note, "note", "notes"),
    ] {
        match report.count(severity) {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            count => parts.push(format!("{count} {many}")),
        }
    }
    if parts.is_empty() {
        parts.push("in step, nothing found".to_owned());
    }
    if report.suppressed() > 0 {
        parts.push(format!("{} suppressed", report.suppressed()));
    }
    let _ = writeln!(out, "{}", parts.join(", "));
    if report.active().next().is_some() {
        out.push_str("`obscore-view explain CODE` tells more about each\n");
    }
    out
}
