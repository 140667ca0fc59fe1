//! The parameters of a request.
//!
//! In: a query string, or a body in one of the two encodings of HTML forms. Out: [`Parameters`]:
//! names in capitals with their values as they were sent, and the parts that are files. Follows
//! DALI 1.1 section 3 (names in any case, values verbatim, single-valued parameters once, unknown
//! ones ignored) and RFC 7578.

mod part;
mod read;
mod typed;
mod upload;

pub use part::{Content, Part};
pub use read::{Limits, MOST, from_query, read, read_into};
pub use upload::{Upload, UploadSource};

use crate::diag::{Diagnostic, Result};

/// What a client asked for.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    entries: Vec<(String, String)>,
    parts: Vec<Part>,
}

impl Parameters {
    /// Parameters with these names, in any case, and values.
    pub fn from_pairs<N: AsRef<str>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut parameters = Self::default();
        for (name, value) in pairs {
            parameters.push(name.as_ref(), value);
        }
        parameters
    }

    /// Adds a value.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.entries.push((name.trim().to_ascii_uppercase(), value.into()));
    }

    /// Adds a file.
    pub fn push_part(&mut self, part: Part) {
        self.parts.push(part);
    }

    /// Names in capitals and values, in the order in which they came.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The files.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// All values of a parameter whose name is given in capitals; those that are empty count as
    /// not given.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |(known, _): &(&str, &str)| *known == name;
        self.entries().filter(named).map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    /// The value of a parameter that has one at most.
    ///
    /// # Errors
    /// S010 when it was given more than once.
    pub fn single<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            let message = format!("the parameter {name} was given more than once");
            let error = Diagnostic::error("S010", message).help("send it once");
            return Err(Box::new(error));
        }
        Ok(first)
    }
}
