//! What comes with a question.

use std::path::{Path, PathBuf};

use crate::adql::is_regular;
use crate::cli::written;
use crate::diag::{Diagnostic, Result, Source};
use crate::stream::engine::Upload;
use crate::votable::read::Limits;

/// The text of a query, of stdin for `-`, or of a file for `@FILE`.
pub fn query(given: &str) -> Result<Source> {
    match given.strip_prefix('@') {
        _ if given == "-" => written::stdin(),
        Some(file) => written::file(Path::new(file)),
        None => Ok(Source::new("query", given)),
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
