//! From a tree of names to one of positions and types.
//!
//! In: a query that [`adql::parse`] has read, what tables there are. Out: a [`Checked`] query, or the
//! first thing that is wrong with its meaning. Names follow ADQL 2.1 section 2.1, types section 3.5;
//! what ADQL leaves to services (arithmetic of integers, comparison of texts and timestamps) is
//! decided here once for all databases.

mod aggregate;
mod call;
mod condition;
mod function;
mod geometry;
mod name;
mod rows;
mod scope;
mod select;
mod table;
mod unify;
mod unit;
mod value;

pub use aggregate::aggregates;

use std::collections::BTreeSet;

use super::tree::{Checked, Node, Source as TableUse, TableId};
use crate::adql::{self, Identifier, Place, Query};
use crate::catalog::{Catalog, Column, Type};
use crate::diag::{Diagnostic, Result, Severity, Source};

/// An upload, by the name that queries give it in the schema `TAP_UPLOAD`.
#[derive(Debug, Clone, PartialEq)]
pub struct Uploaded {
    /// Name without the schema.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// Schema of the tables that a request brings along.
pub(super) const UPLOADS: &str = "TAP_UPLOAD";

/// Finds every name and gives every value a type.
///
/// # Errors
/// Family Q: what is unknown, ambiguous or of the wrong type, with its place in `source`.
pub fn check(
    query: &Query,
    source: &Source,
    catalog: &Catalog,
    uploads: &[Uploaded],
) -> Result<Checked> {
    let wrong = adql::lint(query, source, &[]).into_iter();
    if let Some(error) = wrong.into_iter().find(|one| one.severity == Severity::Error) {
        return Err(Box::new(error));
    }
    let mut checker =
        Checker { source, catalog, uploads, common: Vec::new(), sources: Vec::new(), next: 0 };
    let mut with = Vec::new();
    for table in &query.with {
        if let Some((known, _)) =
            checker.common.iter().find(|(known, _)| known.matches(&table.name.text))
        {
            let message = format!("two common tables are called `{}`", known.text);
            return Err(checker.wrong("Q114", message, table.name.place));
        }
        let rows = checker.rows(&table.query, None)?;
        checker.common.push((table.name.clone(), rows.columns.clone()));
        with.push(rows);
    }
    let body = checker.rows(&query.body, None)?;
    let mut checked = Checked { with, body, sources: checker.sources };
    note_uses(&mut checked);
    Ok(checked)
}

/// Tells each source which of its columns are read.
fn note_uses(checked: &mut Checked) {
    let mut used: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); checked.sources.len()];
    let places: Vec<usize> = checked.sources.iter().map(|source| source.id).collect();
    checked.each(&mut |value| {
        if let Node::Column(id, column) = value.node
            && let Some(at) = places.iter().position(|place| *place == id)
            && let Some(columns) = used.get_mut(at)
        {
            columns.insert(column);
        }
    });
    for (source, columns) in checked.sources.iter_mut().zip(used) {
        source.used = columns.into_iter().collect();
    }
}

/// What is known while a query is checked.
struct Checker<'a> {
    source: &'a Source,
    catalog: &'a Catalog,
    uploads: &'a [Uploaded],
    /// Common tables so far.
    common: Vec<(Identifier, Vec<Column>)>,
    /// References to tables so far.
    sources: Vec<TableUse>,
    /// The next number of a table.
    next: usize,
}

impl Checker<'_> {
    /// An error with its place in the query.
    fn wrong(
        &self,
        code: &'static str,
        message: impl Into<String>,
        place: Place,
    ) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, message).at(self.source, place.0, ""))
    }

    /// An error with its place, and what is possible instead.
    fn wrong_help(
        &self,
        code: &'static str,
        message: impl Into<String>,
        place: Place,
        help: impl Into<String>,
    ) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, message).at(self.source, place.0, "").help(help))
    }

    /// An argument of `what` that is of another kind than it takes.
    fn unfit(
        &self,
        what: &str,
        wanted: &str,
        kind: &Type,
        place: Place,
        help: impl Into<String>,
    ) -> Box<Diagnostic> {
        let message = format!("{what} wants {wanted}, this is {}", kind.title());
        self.wrong_help("Q105", message, place, help)
    }

    /// The next number of a table.
    fn number(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// A new reference to a table.
    fn refer(&mut self, table: TableId) -> (usize, usize) {
        let id = self.number();
        self.sources.push(TableUse { table, id, used: Vec::new() });
        (self.sources.len() - 1, id)
    }
}
