//! Names of queries against names that are known.
//!
//! In: an identifier as it is written, and candidates. Out: which one it means. Follows ADQL 2.1
//! section 2.1.3: a regular identifier matches whatever the case, one in double quotes exactly.

use crate::adql::is_regular;

/// A name as a query has to write it: in double quotes where it needs them.
pub fn written(name: &str) -> String {
    if is_regular(name) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// `schema.table` as a query has to write it. Names of schemas have no dots.
pub fn written_table(qualified: &str) -> String {
    qualified.splitn(2, '.').map(written).collect::<Vec<_>>().join(".")
}

/// What an identifier can mean among several names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    /// None of them.
    Nothing,
    /// The one at this place.
    One(usize),
    /// More than one, which differ in case only.
    Several,
}

/// Finds identifiers among names.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a, T> {
    candidates: &'a [T],
    name: fn(&T) -> &str,
}

impl<'a, T> Known<'a, T> {
    /// `name` tells the name of a candidate.
    pub fn new(candidates: &'a [T], name: fn(&T) -> &str) -> Self {
        Self { candidates, name }
    }

    /// What `text` means; `exact` when it stands in double quotes.
    pub fn find(&self, text: &str, exact: bool) -> Matched {
        let same = |candidate: &T| (self.name)(candidate) == text;
        if let Some(at) = self.candidates.iter().position(same) {
            let others = self.candidates.iter().filter(|one| (self.name)(one) == text).count();
            return if others == 1 { Matched::One(at) } else { Matched::Several };
        }
        if exact {
            return Matched::Nothing;
        }
        let alike = |(_, one): &(usize, &T)| (self.name)(one).eq_ignore_ascii_case(text);
        let mut found = self.candidates.iter().enumerate().filter(alike).map(|(at, _)| at);
        match (found.next(), found.next()) {
            (None, _) => Matched::Nothing,
            (Some(at), None) => Matched::One(at),
            (Some(_), Some(_)) => Matched::Several,
        }
    }
}
