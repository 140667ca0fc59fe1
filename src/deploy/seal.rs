//! The marks that `apply` leaves on what it makes.
//!
//! In: the SQL of an object and what the database says of it. Out: a [`Seal`], one line of a
//! comment next to the [`Stamp`]. The stamp says what an object was made from; the seal tells
//! later whether somebody changed it.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::lower::STAMP;

/// The word that a seal begins with.
pub const SEAL: &str = "obscore-view seal:";

/// What an object was right after it had been made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Digest of our own SQL.
    pub text: String,
    /// Digest of the definition as PostgreSQL writes it; empty on SQLite, which keeps our text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub definition: String,
    /// Major version of the server, which decides how it writes definitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub server: String,
}

impl Seal {
    /// One line of text.
    pub fn line(&self) -> String {
        format!("{SEAL} {}", serde_json::to_string(self).unwrap_or_default())
    }

    /// The seal in a comment or in the text of a view.
    pub fn find(text: &str) -> Option<Self> {
        let (_, after) = text.split_once(SEAL)?;
        serde_json::from_str(after.lines().next()?.trim()).ok()
    }
}

/// The first 20 hexadecimal digits of a SHA-256: enough to notice a change.
pub fn digest(text: &str) -> String {
    let mut digits = String::new();
    for byte in Sha256::digest(text.as_bytes()).iter().take(10) {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// `text` without the lines that are a stamp or a seal, and without what surrounds it.
pub fn bare(text: &str) -> String {
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.contains(STAMP) && !line.contains(SEAL)).collect();
    lines.join("\n").trim().trim_end_matches(';').trim_end().to_owned()
}

/// The SQL of a SQLite view with its seal, on the line after its stamp.
pub fn sealed(sql: &str, seal: &Seal) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in sql.lines() {
        lines.push(line.to_owned());
        if line.contains(STAMP) {
            lines.push(format!("-- {}", seal.line()));
        }
    }
    lines.join("\n")
}

/// Whether `made` is the version of a later tool than `own`.
pub fn is_newer(made: &str, own: &str) -> bool {
    let parts = |version: &str| -> Vec<u64> {
        let release = version.split(['-', '+']).next().unwrap_or_default();
        release.split('.').map(|part| part.parse().unwrap_or_default()).collect()
    };
    parts(made) > parts(own)
}
