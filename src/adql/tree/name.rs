//! Names: identifiers, tables, columns, and where a node stands in the text.
//!
//! Follows ADQL 2.1 section 2.1 (identifiers) and the grammar's `table_name`, `column_reference`.

use std::fmt;

use crate::adql::reserved;
use crate::diag::Span;

/// The bytes of the query text that a node was read from; empty for a node made by a program.
///
/// All places are equal, so that trees compare by what they say and not by where they say it.
#[derive(Clone, Copy, Default)]
pub struct Place(pub Span);

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Place {}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.0.start, self.0.end)
    }
}

/// An identifier. A regular one matches a name in any case of letters, a delimited one exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// The name as written, without quotes, doubled quotes undone.
    pub text: String,
    /// Whether it stands in double quotes.
    pub delimited: bool,
    /// Where it stands.
    pub place: Place,
}

impl Identifier {
    /// An identifier without quotes where the text can be one, with quotes otherwise.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let delimited = !reserved::is_regular(&text);
        Self { text, delimited, place: Place::default() }
    }

    /// An identifier in double quotes: it matches this spelling only.
    pub fn delimited(text: impl Into<String>) -> Self {
        Self { text: text.into(), delimited: true, place: Place::default() }
    }

    /// Whether the identifier names `stored`, by ADQL's rules of case.
    pub fn matches(&self, stored: &str) -> bool {
        if self.delimited { self.text == stored } else { self.text.eq_ignore_ascii_case(stored) }
    }
}

/// A table, or in front of a column also the alias of one: `[[catalog.]schema.]table`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    /// The catalog, only ever together with a schema.
    pub catalog: Option<Identifier>,
    /// The schema.
    pub schema: Option<Identifier>,
    /// The table.
    pub table: Identifier,
    /// Where the whole name stands.
    pub place: Place,
}

impl TableName {
    /// A table without a schema, or an alias.
    pub fn new(table: impl Into<String>) -> Self {
        let table = Identifier::new(table);
        Self { catalog: None, schema: None, table, place: Place::default() }
    }

    /// A table of a schema.
    pub fn in_schema(schema: impl Into<String>, table: impl Into<String>) -> Self {
        Self { schema: Some(Identifier::new(schema)), ..Self::new(table) }
    }

    /// The parts that are there, from catalog to table.
    pub fn parts(&self) -> impl Iterator<Item = &Identifier> {
        self.catalog.iter().chain(&self.schema).chain([&self.table])
    }
}

/// A column: `[qualifier.]column`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnReference {
    /// The table or alias it belongs to.
    pub qualifier: Option<Box<TableName>>,
    /// The column.
    pub column: Identifier,
    /// Where the whole reference stands.
    pub place: Place,
}

impl ColumnReference {
    /// A column without a qualifier.
    pub fn new(column: impl Into<String>) -> Self {
        Self { qualifier: None, column: Identifier::new(column), place: Place::default() }
    }

    /// A column of a table or alias.
    pub fn of(qualifier: impl Into<String>, column: impl Into<String>) -> Self {
        Self { qualifier: Some(Box::new(TableName::new(qualifier))), ..Self::new(column) }
    }
}
