//! Errors before their place is known.

#![expect(clippy::unnecessary_box_returns, reason = "what diag::Result holds")]

use crate::diag::{Diagnostic, Source, Span};

/// A diagnostic without a place.
#[derive(Debug)]
pub struct Problem {
    code: &'static str,
    message: String,
    label: String,
    help: Vec<String>,
}

/// An error with code `code`.
pub fn problem(code: &'static str, message: impl Into<String>) -> Problem {
    Problem { code, message: message.into(), label: String::new(), help: Vec::new() }
}

impl Problem {
    /// Says something beside the caret.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Adds a line of help.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// The diagnostic at its place.
    pub fn at(self, source: &Source, span: Span) -> Box<Diagnostic> {
        let mut diagnostic =
            Diagnostic::error(self.code, self.message).at(source, span, self.label);
        diagnostic.help = self.help;
        Box::new(diagnostic)
    }
}
