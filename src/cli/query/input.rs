//! What comes with a question.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::adql::{Version, is_regular};
use crate::diag::{Diagnostic, Result, Source};
use crate::stream::engine::Upload;
use crate::votable::read::Limits;

/// The text of a query, of stdin for `-`, or of a file for `@FILE`.
pub fn query(given: &str) -> Result<Source> {
    let failed = |name: &str, error: std::io::Error| {
        Box::new(
            Diagnostic::error("Q070", format!("cannot read `{name}`: {error}"))
                .help("name a text file in UTF-8, or give the query on stdin"),
        )
    };
    if given == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| failed("stdin", error))?;
        return Ok(Source::new("stdin", text));
    }
    match given.strip_prefix('@') {
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|error| failed(file, error))?;
            Ok(Source::new(file, text))
        }
        None => Ok(Source::new("query", given)),
    }
}

/// The version that a value of TAP's LANG names.
pub fn version(lang: &str) -> Result<Version> {
    match lang.to_ascii_uppercase().as_str() {
        "ADQL" | "ADQL-2.1" | "2.1" => Ok(Version::V2_1),
        "ADQL-2.0" | "2.0" => Ok(Version::V2_0),
        _ => {
            let message = format!("there is no query language `{lang}`");
            Err(Box::new(Diagnostic::error("Q121", message).help("ADQL-2.1 and ADQL-2.0")))
        }
    }
}

/// Tables from `NAME=FILE`.
pub fn uploads(given: &[String]) -> Result<Vec<Upload>> {
    let mut uploads: Vec<Upload> = Vec::new();
    for pair in given {
        let wrong = |help: &str| {
            let message = format!("`{pair}` is no upload");
            Box::new(Diagnostic::error("Q122", message).help(help))
        };
        let Some((name, file)) = pair.split_once('=') else {
            return Err(wrong("write NAME=FILE, for instance targets=targets.vot"));
        };
        if !is_regular(name) {
            return Err(wrong("the name begins with a letter and is no word of ADQL"));
        }
        if uploads.iter().any(|other| other.name.eq_ignore_ascii_case(name)) {
            return Err(wrong("another upload has the same name"));
        }
        if !Path::new(file).is_file() {
            return Err(wrong("the file does not exist"));
        }
        uploads.push(Upload::open(name, PathBuf::from(file), &Limits::default())?);
    }
    Ok(uploads)
}
