//! Where products and diagnostics go.

use std::io::{IsTerminal, Write};
use std::path::Path;

use crate::diag::{Diagnostic, Result};

/// The process's output streams.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    colour: bool,
}

impl Terminal {
    /// Colours where stderr is a terminal that can show them (`NO_COLOR`, `CLICOLOR_FORCE`).
    pub fn new() -> Self {
        let choice = anstream::AutoStream::choice(&std::io::stderr());
        Self { colour: choice != anstream::ColorChoice::Never }
    }

    /// Writes a diagnostic to stderr.
    pub fn say(self, diagnostic: &Diagnostic) {
        // There is nobody to tell when stderr is closed.
        let _ = writeln!(std::io::stderr(), "{}\n", diagnostic.render(self.colour));
    }

    /// Writes a line to stderr.
    pub fn note(self, line: &str) {
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    /// Whether a person watches stderr.
    pub fn is_watched(self) -> bool {
        std::io::stderr().is_terminal()
    }
}

/// Writes a product to a file, or to stdout; a reader that has left is not an error.
pub fn product(text: &str, file: Option<&Path>) -> Result<()> {
    match file {
        Some(path) if path != Path::new("-") => std::fs::write(path, text).map_err(|error| {
            Box::new(
                Diagnostic::error("D001", format!("cannot write `{}`: {error}", path.display()))
                    .help("name a file in a folder that exists and may be written to"),
            )
        }),
        _ => match std::io::stdout().write_all(text.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Box::new(Diagnostic::error("D001", format!("cannot write to stdout: {error}"))))
            }
            _ => Ok(()),
        },
    }
}
