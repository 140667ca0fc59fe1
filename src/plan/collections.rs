//! Where the datasets of a view come from.

/// The collection rule of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// An ordered list of collections of any type; chains are followed live and each data ID is
    /// taken from the first collection that has it (find-first).
    Path(Vec<String>),
    /// All RUN collections that satisfy one of the tests; no test means all runs.
    Runs(Vec<NameTest>),
    /// One TAGGED collection.
    Tagged(String),
}

/// A test on a collection's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameTest {
    /// The name itself.
    Exact(String),
    /// A pattern of `*`, `?` and `[…]`, case-sensitive (SQLite's GLOB).
    Glob(String),
    /// A POSIX advanced regular expression that is anchored at both ends (PostgreSQL's `~`).
    Regex(String),
    /// The names that matched when the view was made, for patterns that the database cannot test.
    Resolved {
        /// The pattern as written.
        pattern: String,
        /// The names that it matched.
        names: Vec<String>,
    },
}
