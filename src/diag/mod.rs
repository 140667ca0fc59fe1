//! Diagnostics: what is wrong, where, and what is possible instead.
//!
//! In: a message with a [`Span`] of a [`Source`] text. Out: the source line with a caret, as rustc
//! prints it ([`Diagnostic::render`]), and the long form of each code ([`explain`]).
//! Every error of the library that a user can cause is a [`Diagnostic`].

mod codes;
mod map;
mod render;
mod span;

pub use codes::{CODES, Code, explain};
pub use map::SpanMap;
pub use span::{Source, Span};

use std::fmt;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not what was meant; the work goes on.
    Warning,
    /// The work cannot go on.
    Error,
}

/// A place in a source text, with what is to be said there.
#[derive(Debug, Clone)]
pub struct Label {
    /// The text that the span points into.
    pub source: Source,
    /// The bytes it points at.
    pub span: Span,
    /// Said beside the caret; may be empty.
    pub text: String,
}

/// One finding: a code, a message, places, and help.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The code, for `explain`; one of [`CODES`].
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in one line without a full stop.
    pub message: String,
    /// Where; the first label is the primary one.
    pub labels: Vec<Label>,
    /// What is possible instead.
    pub help: Vec<String>,
}

/// The result of work that ends in a [`Diagnostic`] when it fails.
pub type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;

impl Diagnostic {
    /// An error with code `code`.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning with code `code`.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A note with code `code`.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        debug_assert!(explain(code).is_some(), "{code} is not in diag::CODES");
        Self { code, severity, message: message.into(), labels: Vec::new(), help: Vec::new() }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, source: &Source, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { source: source.clone(), span, text: text.into() });
        self
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// `file:line:column` of the primary place, lines and columns from one.
    pub fn location(&self) -> Option<String> {
        let label = self.labels.first()?;
        let (line, column) = label.source.line_column(label.span.start);
        Some(format!("{}:{line}:{column}", label.source.name()))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = self.location() {
            write!(f, "{location}: ")?;
        }
        write!(f, "{} [{}]", self.message, self.code)
    }
}

impl std::error::Error for Diagnostic {}

/// The candidate nearest to `word` in spelling, when one is near enough to be what was meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The candidates, the nearest to `word` in spelling first.
pub fn by_nearness<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let score = |candidate: &'a str| (strsim::jaro_winkler(word, candidate), candidate);
    let mut scored: Vec<(f64, &str)> = candidates.into_iter().map(score).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}
