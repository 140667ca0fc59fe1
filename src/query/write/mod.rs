//! A checked query as SQL.
//!
//! In: a [`Checked`] query, for each of its tables where its rows are, a dialect. Out: one statement,
//! its parameters, and what to make of its rows. Every name in it is generated (`t3.c5`), texts and what
//! values are compared with are parameters, other numbers are written as they were understood: nothing
//! that a user wrote becomes SQL.

mod condition;
mod from;
mod set;
mod value;

pub use value::available;

use super::abilities::{handed_through, is_regional};
use super::tree::{Checked, Node, TableId, Truth};
use crate::catalog::Type;
use crate::lower::{Recipe, Wire};
use crate::plan::{Cover, RegionPart, Wish};
use crate::region::{RegionOptions, Winding};
use crate::sql::{Dialect, Parameters};
use crate::value::Cell;

/// Where the rows of one table of a query are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a common table expression: its SELECT, whose columns are called [`column`], [`encoded`] and
    /// [`fallback`].
    Select(String),
    /// As [`Place::Select`], to be computed once and kept where the database would not know that itself.
    Once(String),
    /// In a table of that name, whose columns are called [`column`].
    Table(String),
}

/// How a column that is computed from a region is handed through: which part of the region it is,
/// and whether there is a value for rows without a region.
pub type Regional = (RegionPart, bool);

/// Pairs of rows of two tables among which those are that some condition of the query allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs {
    /// A table with the numbers of rows in `a` and `b`, and an index on both.
    pub table: String,
    /// The numbers of the tables.
    pub sources: [usize; 2],
}

/// What a statement is written for.
pub struct Sql<'a> {
    /// The dialect.
    pub dialect: Dialect,
    /// A place for each of the query's sources.
    pub places: &'a [Place],
    /// What is known of pairs of rows.
    pub pairs: &'a [Pairs],
    /// Common table expressions that the places refer to: `name AS (…)`, with commas.
    pub preamble: &'a str,
    /// Which columns are computed from an encoded region, and how.
    pub regional: &'a (dyn Fn(TableId, usize) -> Option<Regional> + Sync),
    /// Of columns that are computed from an encoded region, the first with the same region.
    pub twin: &'a (dyn Fn(TableId, usize) -> Option<usize> + Sync),
    /// How regions are written as text.
    pub regions: RegionOptions,
    /// Whether regions of the result are decoded; otherwise they stay as Butler encodes them.
    pub decode: bool,
    /// The number of the table whose rows stand for as many as they say in [`DATASETS`](crate::lower::DATASETS).
    pub counted: Option<usize>,
    /// Most rows that are wanted; more may come where the database is slower with a limit.
    pub limit: Option<u64>,
}

/// A statement, and what to make of its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The statement.
    pub text: String,
    /// Its parameters, from the first.
    pub parameters: Vec<Cell>,
    /// The fields of each row.
    pub fields: Vec<Wire>,
    /// One for each column of the result.
    pub recipes: Vec<Recipe>,
}

/// The column at a position, computed.
pub fn column(position: usize) -> String {
    format!("c{position}")
}

/// The encoded region that the column at a position is computed from.
pub fn encoded(position: usize) -> String {
    format!("r{position}")
}

/// The value of the column at a position for rows without a region.
pub fn fallback(position: usize) -> String {
    format!("v{position}")
}

/// The columns of a source that a statement reads: computed, and as regions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Needs {
    /// Positions of columns whose values are read.
    pub values: Vec<usize>,
    /// Positions of columns that are handed through as encoded regions.
    pub regions: Vec<usize>,
    /// What its columns must be.
    pub wishes: Vec<Wish>,
    /// Where on the sky the rows must be.
    pub covers: Vec<Cover>,
    /// Whether a row may stand for several that are alike, and says for how many ([`counted`](super::counted)).
    pub is_counted: bool,
}

impl Needs {
    /// Whether nothing is known that its rows must be.
    pub fn is_about_all(&self) -> bool {
        self.wishes.is_empty() && self.covers.is_empty()
    }
}

/// What each source of a query must have.
pub fn needs(
    checked: &Checked,
    regional: &dyn Fn(TableId, usize) -> Option<Regional>,
) -> Vec<Needs> {
    let is = |table, column| regional(table, column).is_some();
    let mut needs = vec![Needs::default(); checked.sources.len()];
    let place = |id: usize| checked.sources.iter().position(|source| source.id == id);
    let mut handed: Vec<(usize, usize)> = Vec::new();
    for value in handed_through(checked) {
        if let Node::Column(id, column) = value.node
            && is_regional(checked, value, &is)
            && let Some(needs) = place(id).and_then(|at| needs.get_mut(at))
        {
            handed.push((id, column));
            if !needs.regions.contains(&column) {
                needs.regions.push(column);
            }
        }
    }
    // What is handed through and used elsewhere too is needed in both forms.
    let mut uses: Vec<(usize, usize)> = Vec::new();
    checked.each(&mut |value| {
        if let Node::Column(id, column) = value.node {
            uses.push((id, column));
        }
    });
    sorted_outputs(checked, &mut uses);
    for one in handed {
        if let Some(at) = uses.iter().position(|other| *other == one) {
            uses.swap_remove(at);
        }
    }
    for (id, column) in uses {
        if let Some(needs) = place(id).and_then(|at| needs.get_mut(at))
            && !needs.values.contains(&column)
        {
            needs.values.push(column);
        }
    }
    for one in &mut needs {
        one.values.sort_unstable();
        one.regions.sort_unstable();
    }
    needs
}

/// Columns that the order of the result reads besides showing them.
fn sorted_outputs(checked: &Checked, uses: &mut Vec<(usize, usize)>) {
    let super::tree::Set::Select(select) = &checked.body.set else { return };
    for sort in &checked.body.order {
        if let super::tree::SortKey::Output(at) = sort.key
            && let Some(Node::Column(id, column)) = select.outputs.get(at).map(|value| &value.node)
        {
            uses.push((*id, *column));
        }
    }
}

/// Writes the statement; `parameters` are those of the places.
pub fn write(checked: &Checked, sql: &Sql<'_>, parameters: Parameters) -> Written {
    let is = |table, column| (sql.regional)(table, column).is_some();
    let mut writer = Writer { checked, sql, parameters, handed: Vec::new() };
    for value in handed_through(checked) {
        if is_regional(checked, value, &is)
            && let Node::Column(id, column) = value.node
        {
            writer.handed.push((id, column));
        }
    }
    let with: Vec<String> = checked
        .with
        .iter()
        .enumerate()
        .map(|(at, rows)| format!("w{at} AS (\n{}\n)", writer.rows(rows, None)))
        .collect();
    let (outputs, fields, recipes) = writer.results();
    let body = writer.body(outputs.as_ref());
    let mut common: Vec<String> = Vec::new();
    if !sql.preamble.is_empty() {
        common.push(sql.preamble.to_owned());
    }
    for (source, place) in checked.sources.iter().zip(sql.places) {
        let (select, how) = match place {
            Place::Select(select) => (select, ""),
            Place::Once(select) => (select, "MATERIALIZED "),
            Place::Table(_) => continue,
        };
        common.push(format!("s{} AS {how}(\n{select}\n)", source.id));
    }
    common.extend(with);
    let with = if common.is_empty() {
        String::new()
    } else {
        // Without it, a common table expression cannot refer to itself; with it, nothing changes.
        format!("WITH RECURSIVE {}\n", common.join(",\n"))
    };
    let parameters = writer.parameters.into_cells();
    Written { text: format!("{with}{body}"), parameters, fields, recipes }
}

/// Writes conditions of a query, all of which must hold, one by one; of `sql` only the dialect and the columns
/// matter.
pub fn conditions(
    checked: &Checked,
    truths: &[&Truth],
    sql: &Sql<'_>,
    parameters: &mut Parameters,
) -> Vec<String> {
    let own = std::mem::replace(parameters, Parameters::new(sql.dialect));
    let mut writer = Writer { checked, sql, parameters: own, handed: Vec::new() };
    let texts = truths.iter().map(|truth| writer.truth(truth)).collect();
    *parameters = writer.parameters;
    texts
}

/// A statement under construction.
pub(super) struct Writer<'a> {
    checked: &'a Checked,
    sql: &'a Sql<'a>,
    parameters: Parameters,
    /// Columns that the result computes from their regions.
    handed: Vec<(usize, usize)>,
}

impl Writer<'_> {
    /// The outputs of the whole query as SQL, what they are, and what the columns are made of.
    fn results(&mut self) -> (Option<Vec<String>>, Vec<Wire>, Vec<Recipe>) {
        let (mut texts, mut fields, mut recipes) = (Vec::new(), Vec::new(), Vec::new());
        let mut regions = Vec::new();
        let plain = match &self.checked.body.set {
            super::tree::Set::Select(select) => Some(select),
            _ => None,
        };
        for (at, column) in self.checked.body.columns.iter().enumerate() {
            let value = plain.and_then(|select| select.outputs.get(at));
            if let Some(value) = value
                && let Node::Column(id, position) = value.node
                && self.handed.contains(&(id, position))
                && let Some((part, has_fallback)) = self.regional(id, position)
            {
                let known = self.region_of(id, position, &mut regions, fields.len());
                if known == fields.len() {
                    texts.push(format!("t{id}.{}", encoded(position)));
                    fields.push(Wire::Text);
                }
                let region = Recipe::Region(known, part);
                if has_fallback {
                    texts.push(format!("t{id}.{}", fallback(position)));
                    recipes.push(Recipe::Coalesce(vec![region, Recipe::Field(fields.len())]));
                    fields.push(Wire::Float);
                } else {
                    recipes.push(region);
                }
                continue;
            }
            let mut field = fields.len();
            if let Some(value) = value
                && let Node::Column(id, position) = value.node
                && column.kind == Type::Region
                && plain.is_some()
            {
                field = self.region_of(id, position, &mut regions, field);
            }
            if field < fields.len() {
                recipes.push(self.region_recipe(field, &column.kind));
                continue;
            }
            if let Some(value) = value {
                let text = self.output(value, &column.kind);
                texts.push(text);
            }
            fields.push(self.wire(&column.kind));
            recipes.push(self.region_recipe(field, &column.kind));
        }
        (plain.is_some().then_some(texts), fields, recipes)
    }

    fn region_recipe(&self, field: usize, kind: &Type) -> Recipe {
        match kind {
            Type::Region if self.sql.decode => Recipe::Region(field, RegionPart::Region),
            _ => Recipe::Field(field),
        }
    }

    /// The field that has the region of a column: one of those `known`, or else `new`, which is noted.
    fn region_of(
        &self,
        id: usize,
        position: usize,
        known: &mut Vec<((usize, usize), usize)>,
        new: usize,
    ) -> usize {
        let source = self.checked.sources.iter().find(|source| source.id == id);
        let twin = source.and_then(|source| (self.sql.twin)(source.table, position));
        let Some(twin) = twin else { return new };
        if let Some((_, field)) = known.iter().find(|(region, _)| *region == (id, twin)) {
            return *field;
        }
        known.push(((id, twin), new));
        new
    }

    fn regional(&self, id: usize, position: usize) -> Option<Regional> {
        let source = self.checked.sources.iter().find(|source| source.id == id)?;
        (self.sql.regional)(source.table, position)
    }

    fn wire(&self, kind: &Type) -> Wire {
        match kind {
            Type::Boolean => Wire::Bool,
            Type::Short | Type::Integer | Type::Long => Wire::Int,
            Type::Real | Type::Double => Wire::Float,
            Type::Timestamp if self.sql.dialect.has_rich_types() => Wire::Timestamp,
            Type::Timestamp => Wire::TimestampText,
            _ => Wire::Text,
        }
    }

    /// Whether polygons turn as DALI wants it, and whether all kinds of regions have a text.
    fn region_flags(&self) -> (&'static str, &'static str) {
        let dialect = self.sql.dialect;
        let all = dialect.boolean(self.sql.regions.all_region_types);
        (all, dialect.boolean(self.sql.regions.winding == Winding::Dali))
    }
}
