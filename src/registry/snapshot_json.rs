//! A snapshot as a JSON file.
//!
//! In: a [`Snapshot`], or the text of a file that `inspect` wrote. Out: text in a stable order, two
//! spaces of indentation, so that two snapshots compare line by line; or a snapshot.

use super::Snapshot;
use super::universe_json::{error_text, offset};
use crate::diag::{Diagnostic, Result, Source, Span};

/// The version of the format that is written, and the only one that is read.
pub const FORMAT: u32 = 1;

impl Snapshot {
    /// The snapshot as JSON, with a newline at the end.
    ///
    /// # Errors
    /// None that a snapshot can cause; the serializer's own are passed on.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// R007 when it is no snapshot, with the place; R008 when its format is another one.
    pub fn from_json(source: &Source) -> Result<Self> {
        let text = source.text();
        let header: serde_json::Value =
            serde_json::from_str(text).map_err(|error| malformed(source, &error))?;
        let Some(format) = header.get("format") else {
            return Err(Box::new(
                Diagnostic::error("R007", "this JSON file is not a registry snapshot")
                    .at(source, Span::new(0, 1), "has no `format`")
                    .help("`obscore-view inspect REPO -o FILE` writes one"),
            ));
        };
        if format.as_u64() != Some(u64::from(FORMAT)) {
            let start = text.find("\"format\"").unwrap_or(0);
            return Err(Box::new(
                Diagnostic::error("R008", format!("snapshot format {format} is unknown"))
                    .at(source, Span::new(start, start + 8), format!("only {FORMAT} is known"))
                    .help("write the snapshot anew with this version of `obscore-view inspect`"),
            ));
        }
        serde_json::from_str(text).map_err(|error| malformed(source, &error))
    }
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
fn malformed(source: &Source, error: &serde_json::Error) -> Box<Diagnostic> {
    let start = offset(source.text(), error.line(), error.column());
    Box::new(
        Diagnostic::error("R007", "the registry snapshot cannot be read")
            .at(source, Span::new(start, start + 1), error_text(error))
            .help("`obscore-view inspect REPO -o FILE` writes one"),
    )
}
