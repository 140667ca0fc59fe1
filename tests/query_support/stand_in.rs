//! Tables for queries about any tables: what a query reads and no registry has is uploaded with it.
//!
//! The rules, the same for every query:
//! 1. A table of a schema of the service stays what it is. Every other becomes `TAP_UPLOAD.x`, where x is
//!    the last part of its name, in FROM and before columns.
//! 2. A column that the service misses becomes one of the first upload with which it is missed no longer.
//!    An upload that lacks none has one column, the same for all.
//! 3. Columns are doubles; where the service says that a type cannot be, the first other type of
//!    [`KINDS`] with which the query is understood, or else fails elsewhere.
//! 4. A column inside IN_UNIT has the unit that is asked for, in degrees where that is radians.
//!
//! The rows of a column are a permutation of the same values, so that joins find partners.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use obscore_view::adql::{
    Column, ColumnReference, Columns, Condition, Expression, Identifier, JoinCondition, Node,
    Predicate, Rewriter, Select, TableName, TableReference, Version, Visitor, parse, rewrite, walk,
};
use obscore_view::diag::{Diagnostic, Source};
use obscore_view::stream::engine::{Service, Upload};
use quick_xml::escape::escape;

use super::upload;

/// Schemas of the service.
const OURS: [&str; 3] = ["ivoa", "butler", "TAP_SCHEMA"];

/// The column of a table of which no column is asked for.
const ONLY: &str = "shared_by_all";

/// How a FIELD says the types.
const KINDS: [&str; 7] = [
    "datatype=\"double\"",
    "datatype=\"char\" arraysize=\"*\"",
    "datatype=\"int\"",
    "datatype=\"char\" arraysize=\"*\" xtype=\"timestamp\"",
    "datatype=\"double\" arraysize=\"2\" xtype=\"point\"",
    "datatype=\"double\" arraysize=\"3\" xtype=\"circle\"",
    "datatype=\"double\" arraysize=\"*\" xtype=\"polygon\"",
];

const TEXTS: [&str; 12] = [
    "M31", "NGC 1", "ngc 224", "", "a_star", "Vega", "12.5", "it's", "100%", "größer", "Star/x",
    "x",
];

/// How many rows an upload has.
const ROWS: usize = TEXTS.len() + 1;

/// A query with the tables that it reads.
pub struct Standing {
    pub adql: String,
    pub uploads: Vec<Upload>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Field {
    name: String,
    kind: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Table {
    name: String,
    fields: Vec<Field>,
}

/// The query as the service can be asked it, with tables below `folder`.
pub fn stand_in(service: &Service, text: &str, folder: &Path) -> Standing {
    let mut query = parse(&Source::new("query", text)).expect("it is legal");
    let mut renamer = Renamer::default();
    renamer.common.extend(query.with.iter().map(|table| table.name.clone()));
    renamer.query(&mut query);
    let adql = query.to_string();
    let mut seen = Seen::default();
    seen.query(&parse(&Source::new("query", adql.as_str())).expect("it is legal"));
    let tables = renamer.tables.iter().map(|name| Table { name: name.clone(), fields: Vec::new() });
    let mut trial = Trial { service, adql, seen, folder, asked: HashSet::new() };
    let tables = trial.furnish(tables.collect());
    let uploads = trial.uploads(&tables);
    Standing { adql: trial.adql, uploads }
}

/// Applies the first rule.
#[derive(Default)]
struct Renamer {
    common: Vec<Identifier>,
    tables: Vec<String>,
}

impl Renamer {
    fn name(&mut self, name: &mut TableName, is_read: bool) {
        let ours = |schema: &Identifier| OURS.iter().any(|ours| schema.matches(ours));
        let is_common = || self.common.iter().any(|known| known.matches(&name.table.text));
        let stays = match &name.schema {
            Some(schema) => ours(schema),
            // Before a column it may be an alias as well.
            None => !is_read || is_common(),
        };
        if stays {
            return;
        }
        if is_read && !self.tables.iter().any(|known| name.table.matches(known)) {
            self.tables.push(name.table.text.clone());
        }
        (name.catalog, name.schema) = (None, Some(Identifier::new("TAP_UPLOAD")));
    }

    fn column(&mut self, reference: &mut ColumnReference) {
        if let Some(qualifier) = &mut reference.qualifier {
            self.name(qualifier, false);
        }
    }
}

impl Rewriter for Renamer {
    fn select(&mut self, select: &mut Select) {
        if let Columns::Some(columns) = &mut select.columns {
            for column in columns {
                if let Column::AllOf(name) = column {
                    self.name(name, false);
                }
            }
        }
        rewrite::select(self, select);
    }

    fn table(&mut self, table: &mut TableReference) {
        if let TableReference::Table { name, .. } = table {
            self.name(name, true);
        }
        rewrite::table(self, table);
    }

    fn condition(&mut self, condition: &mut Condition) {
        if let Predicate::IsNull { column, .. } = &mut condition.node {
            self.column(column);
        }
        rewrite::condition(self, condition);
    }

    fn expression(&mut self, expression: &mut Expression) {
        if let Node::Column(column) = &mut expression.node {
            self.column(column);
        }
        rewrite::expression(self, expression);
    }
}

/// What stands where in a query.
#[derive(Default)]
struct Seen {
    /// The names of columns by their places.
    columns: BTreeMap<usize, String>,
    /// The units of columns.
    units: BTreeMap<String, String>,
    /// The unit that IN_UNIT around here asks for.
    wanted: Option<String>,
}

impl Seen {
    fn column(&mut self, reference: &ColumnReference) {
        let name = &reference.column.text;
        self.columns.insert(reference.place.0.start, name.clone());
        if let Some(unit) = &self.wanted {
            self.units.insert(name.to_lowercase(), unit.replace("rad", "deg"));
        }
    }

    /// The columns that an error is about.
    fn within(&self, wrong: &Diagnostic) -> Vec<&str> {
        let span = wrong.labels.first().map_or(0..0, |label| label.span.start..label.span.end);
        self.columns.range(span).map(|(_, name)| name.as_str()).collect()
    }
}

impl Visitor for Seen {
    fn table(&mut self, table: &TableReference) {
        if let TableReference::Join(join) = table
            && let JoinCondition::Using(names) = &join.condition
        {
            self.columns.extend(names.iter().map(|name| (name.place.0.start, name.text.clone())));
        }
        walk::table(self, table);
    }

    fn condition(&mut self, condition: &Condition) {
        if let Predicate::IsNull { column, .. } = &condition.node {
            self.column(column);
        }
        walk::condition(self, condition);
    }

    fn expression(&mut self, expression: &Expression) {
        let outer = self.wanted.clone();
        match &expression.node {
            Node::Column(column) => self.column(column),
            Node::InUnit(_, unit) => self.wanted = Some(unit.clone()),
            _ => {}
        }
        walk::expression(self, expression);
        self.wanted = outer;
    }
}

/// Asks the service what it makes of a query with these tables or those.
struct Trial<'t> {
    service: &'t Service,
    adql: String,
    seen: Seen,
    folder: &'t Path,
    asked: HashSet<Vec<Table>>,
}

impl Trial<'_> {
    /// Adds columns and changes types until the service understands the query, or nothing helps.
    fn furnish(&mut self, mut tables: Vec<Table>) -> Vec<Table> {
        while let Some(wrong) = self.wrong(&tables) {
            let mut next = self.others(&tables, &wrong);
            next.retain(|other| self.asked.insert(other.clone()));
            let outcomes: Vec<_> =
                next.into_iter().map(|other| (self.wrong(&other), other)).collect();
            let understood = outcomes.iter().position(|(found, _)| found.is_none());
            let moves =
                |found: &Option<Diagnostic>| found.as_ref().is_some_and(|it| !same(it, &wrong));
            let moved = || outcomes.iter().position(|(found, _)| moves(found));
            match understood.or_else(moved) {
                Some(best) => tables.clone_from(&outcomes[best].1),
                None => break,
            }
        }
        tables
    }

    /// What might help.
    fn others(&self, tables: &[Table], wrong: &Diagnostic) -> Vec<Vec<Table>> {
        let mut others = Vec::new();
        match wrong.code {
            "Q103" => {
                let Some(name) = self.seen.columns.get(&start(wrong)) else { return others };
                // Blanks around a name in a VOTable are no part of it.
                if name.trim() != name {
                    return others;
                }
                for (t, table) in tables.iter().enumerate() {
                    if table.fields.iter().any(|field| field.name == *name) {
                        continue;
                    }
                    let mut other = tables.to_vec();
                    other[t].fields.push(Field { name: name.clone(), kind: 0 });
                    others.push(other);
                }
            }
            "Q105" | "Q106" | "Q110" => {
                let near = self.seen.within(wrong);
                let is_near =
                    |field: &Field| near.is_empty() || near.contains(&field.name.as_str());
                for (t, table) in tables.iter().enumerate() {
                    let fields = table.fields.iter().enumerate();
                    for (f, _) in fields.filter(|(_, field)| is_near(field)) {
                        for kind in 0..KINDS.len() {
                            let mut other = tables.to_vec();
                            other[t].fields[f].kind = kind;
                            others.push(other);
                        }
                    }
                }
            }
            _ => {}
        }
        others
    }

    fn wrong(&self, tables: &[Table]) -> Option<Diagnostic> {
        let source = Source::new("query", self.adql.as_str());
        let prepared = self.service.prepare(&source, Version::V2_1, &self.uploads(tables));
        prepared.err().map(|mut wrong| wrong.remove(0))
    }

    fn uploads(&self, tables: &[Table]) -> Vec<Upload> {
        let written = tables.iter().enumerate().map(|(at, table)| {
            let path = self.folder.join(format!("{at}.vot"));
            std::fs::write(&path, document(table, &self.seen.units)).expect("a file");
            upload(&table.name, &path)
        });
        written.collect()
    }
}

/// Where an error is.
fn start(wrong: &Diagnostic) -> usize {
    wrong.labels.first().map_or(0, |label| label.span.start)
}

/// Whether two errors are the same; a column may be missing on either side of a join.
fn same(one: &Diagnostic, other: &Diagnostic) -> bool {
    (one.code, start(one)) == (other.code, start(other))
        && (one.code != "Q103" || one.message == other.message)
}

/// A table as a VOTable.
fn document(table: &Table, units: &BTreeMap<String, String>) -> String {
    let only = [Field { name: ONLY.to_owned(), kind: 0 }];
    let fields = if table.fields.is_empty() { &only[..] } else { &table.fields };
    let mut text =
        "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\"><RESOURCE><TABLE>"
            .to_owned();
    for field in fields {
        let unit = units.get(&field.name.to_lowercase()).map_or("", String::as_str);
        let (name, kind) = (escape(&field.name), KINDS[field.kind]);
        let _ = write!(text, "<FIELD name=\"{name}\" {kind} unit=\"{}\"/>", escape(unit));
    }
    text.push_str("<DATA><TABLEDATA>");
    for row in 0..ROWS {
        text.push_str("<TR>");
        for field in fields {
            let _ = write!(text, "<TD>{}</TD>", escape(value(field, row)));
        }
        text.push_str("</TR>");
    }
    text.push_str("</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>");
    text
}

/// The value of a column in a row; one is empty.
fn value(field: &Field, row: usize) -> String {
    let shift: usize = field.name.to_lowercase().bytes().map(usize::from).sum();
    // 13 rows are a prime number of rows: each factor below it permutes them.
    let step = (row * (1 + shift % (ROWS - 1)) + shift) % ROWS;
    let Some(text) = TEXTS.get(step) else { return String::new() };
    let step = i32::try_from(step).expect("few rows");
    let (x, y) = (3.5 * f64::from(step), 2.25 * f64::from(step) - 10.0);
    match field.kind {
        0 => format!("{y}"),
        1 => (*text).to_owned(),
        2 => format!("{}", step - 3),
        3 => format!("2024-02-{:02}T12:00:00", step + 10),
        4 => format!("{x} {y}"),
        5 => format!("{x} {y} 2.5"),
        _ => format!("{x} {y} {} {y} {x} {}", x + 4.0, y + 5.0),
    }
}
