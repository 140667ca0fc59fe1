//! Findings, ready to be written.

use crate::diag::{CODES, Diagnostic, Severity, nearest};
use crate::mapping::Mapping;

use super::{report_json, report_sarif, report_text};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people; `true` with colour.
    Text(bool),
    /// `docs/check.md` describes it.
    Json,
    /// SARIF 2.1.0 (OASIS), as code hosts show it.
    Sarif,
}

/// Why a finding does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suppressed {
    /// By `obscore_view: suppress` in the mapping.
    InSource,
    /// By an option of the command.
    External,
}

/// Everything that was found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The registry, without password.
    pub registry: String,
    /// The mapping file.
    pub mapping: String,
    /// The view.
    pub view: String,
    /// Findings, the worst first, with why they do not count.
    pub findings: Vec<(Diagnostic, Option<Suppressed>)>,
    /// What was left out and why, for people.
    pub left_out: Vec<String>,
}

impl Report {
    /// Sorts findings and sees which of them are suppressed: by codes in the mapping or in `codes`.
    /// A code that does not exist is a finding itself.
    pub fn new(
        registry: String,
        view: String,
        mapping: &Mapping,
        codes: &[String],
        findings: Vec<Diagnostic>,
    ) -> Self {
        let own = &mapping.deviations.suppress;
        let mut all = findings;
        for code in own {
            all.extend(unknown(&code.value).map(|one| one.at(&mapping.source, code.span, "")));
        }
        all.extend(codes.iter().filter_map(|code| unknown(code)));
        let mut findings: Vec<(Diagnostic, Option<Suppressed>)> = all
            .into_iter()
            .map(|finding| {
                let is = |code: &str| code.eq_ignore_ascii_case(finding.code);
                let suppressed = if own.iter().any(|code| is(&code.value)) {
                    Some(Suppressed::InSource)
                } else {
                    codes.iter().any(|code| is(code)).then_some(Suppressed::External)
                };
                (finding, suppressed)
            })
            .collect();
        let start = |one: &Diagnostic| one.labels.first().map_or(0, |label| label.span.start);
        findings.sort_by(|(a, _), (b, _)| {
            let order = b.severity.cmp(&a.severity).then(a.code.cmp(b.code));
            order.then(start(a).cmp(&start(b)))
        });
        let mapping = mapping.source.name().to_owned();
        Self { registry, mapping, view, findings, left_out: Vec::new() }
    }

    /// The findings that count.
    pub fn active(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|(_, suppressed)| suppressed.is_none()).map(|(one, _)| one)
    }

    /// Number of findings that count, of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.active().filter(|one| one.severity == severity).count()
    }

    /// Number of findings that do not count.
    pub fn suppressed(&self) -> usize {
        self.findings.len() - self.active().count()
    }

    /// Whether a finding that counts is at least as bad as `severity`.
    pub fn fails(&self, severity: Severity) -> bool {
        self.active().any(|one| one.severity >= severity)
    }

    /// The report as text of a format.
    pub fn write(&self, format: Format) -> String {
        match format {
            Format::Text(colour) => report_text::text(self, colour),
            Format::Json => report_json::json(self),
            Format::Sarif => report_sarif::sarif(self),
        }
    }
}

/// The word for a severity.
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn unknown(code: &str) -> Option<Diagnostic> {
    let mut known = CODES.iter().copied().flatten().map(|one| one.code);
    if known.any(|one| one.eq_ignore_ascii_case(code)) {
        return None;
    }
    let finding = Diagnostic::warning("D034", format!("`{code}` is suppressed, and is no code"));
    let known = CODES.iter().copied().flatten().map(|one| one.code);
    Some(match nearest(&code.to_uppercase(), known) {
        Some(near) => finding.help(format!("did you mean {near}?")),
        None => finding.help("`obscore-view explain` lists all codes"),
    })
}
