//! Queries from files and stdin, and the language they are in.

use std::io::Read;
use std::path::Path;

use crate::adql::Version;
use crate::diag::{Diagnostic, Result, Source};

/// The query in a file.
///
/// # Errors
/// Q070 where it cannot be read as text.
pub fn file(path: &Path) -> Result<Source> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&name, &error))?;
    Ok(Source::new(name, text))
}

/// The query on stdin.
///
/// # Errors
/// Q070 where it cannot be read as text.
pub fn stdin() -> Result<Source> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| unreadable("stdin", &error))?;
    Ok(Source::new("stdin", text))
}

/// The version that a value of TAP's LANG names, or its number alone.
///
/// # Errors
/// Q121 where there is no such language.
pub fn version(lang: &str) -> Result<Version> {
    let found = Version::named(lang).or_else(|| Version::named(&format!("ADQL-{lang}")));
    found.ok_or_else(|| {
        let message = format!("there is no query language `{lang}`");
        let help = format!("possible: {}", Version::NAMES);
        Box::new(Diagnostic::error("Q121", message).help(help))
    })
}

fn unreadable(name: &str, error: &std::io::Error) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error("Q070", format!("cannot read `{name}`: {error}"))
            .help("name a text file in UTF-8, or give the query on stdin"),
    )
}
