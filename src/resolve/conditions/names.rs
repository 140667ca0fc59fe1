//! What a name of a where-expression refers to.
//!
//! In: one to three words. Out: a [`Reference`]. Follows `interpret_identifier` of
//! `lsst.daf.butler.queries._identifiers`: dimensions first, then fields that are unambiguous among
//! the dimensions of the query and the dataset.

use std::collections::BTreeMap;

use super::kinds::{DatasetField, Kind};
use crate::diag::{Diagnostic, Source, Span, nearest};
use crate::plan::Bound;
use crate::registry::{DatasetType, Group, Universe};

/// A column of the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// The primary key of a dimension.
    Key(String),
    /// Another column of an element's records.
    Field(String, String),
    /// A column of the dataset.
    Dataset(DatasetField),
    /// An end of a timespan.
    Edge(Box<Reference>, Bound),
}

/// Where names are looked up.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The mapping file.
    pub source: &'a Source,
    /// All dimensions.
    pub universe: &'a Universe,
    /// The dimensions of the query.
    pub group: &'a Group,
    /// The dataset type of the query.
    pub dataset_type: &'a str,
    /// The registered dataset types.
    pub dataset_types: &'a BTreeMap<String, DatasetType>,
}

type Result<T> = crate::diag::Result<T>;

impl Context<'_> {
    /// What `names`, which stand at `span`, refer to.
    pub fn interpret(&self, names: &[String], span: Span) -> Result<Reference> {
        match names {
            [name] => self.one(name, span),
            [first, second] => self.two(first, second, span),
            [first, second, third] => {
                let base = self.two(first, second, span)?;
                self.end(base, third, span)
            }
            _ => Err(self.unknown("this name", span, &[]).into()),
        }
    }

    fn end(&self, base: Reference, word: &str, span: Span) -> Result<Reference> {
        let bound = match word {
            "begin" => Bound::Begin,
            "end" => Bound::End,
            _ => return Err(self.unknown(&format!("`{word}`"), span, &["begin", "end"]).into()),
        };
        match base {
            Reference::Field(_, ref field) if field == "timespan" => {}
            Reference::Dataset(DatasetField::Timespan) => {}
            _ => {
                return Err(Box::new(
                    Diagnostic::error("W003", format!("only a timespan has a `{word}`"))
                        .at(self.source, span, "not a timespan")
                        .help("as in `visit.timespan.begin`"),
                ));
            }
        }
        Ok(Reference::Edge(Box::new(base), bound))
    }

    fn one(&self, name: &str, span: Span) -> Result<Reference> {
        if self.universe.is_dimension(name) {
            return Ok(Reference::Key(name.to_owned()));
        }
        let elements = self.group.elements.iter();
        let mut matches: Vec<String> =
            elements.filter(|element| self.has(element, name)).cloned().collect();
        let of_dataset = DatasetField::named(name);
        if of_dataset.is_some() {
            matches.push(self.dataset_type.to_owned());
        }
        match (matches.as_slice(), of_dataset) {
            ([_], Some(field)) => Ok(Reference::Dataset(field)),
            ([element], None) => Ok(self.field(element, name)),
            ([], _) => {
                let possible: Vec<&str> = self
                    .group
                    .names
                    .iter()
                    .map(String::as_str)
                    .chain(["ingest_date", "run", "collection", "dataset_id"])
                    .collect();
                Err(self.unknown(&format!("`{name}`"), span, &possible).into())
            }
            _ => {
                matches.sort();
                let choices: Vec<String> =
                    matches.iter().map(|element| format!("`{element}.{name}`")).collect();
                Err(Box::new(
                    Diagnostic::error("W002", format!("`{name}` can mean several columns"))
                        .at(self.source, span, "ambiguous")
                        .help(format!("write {}", choices.join(" or "))),
                ))
            }
        }
    }

    fn two(&self, first: &str, second: &str, span: Span) -> Result<Reference> {
        let skypix = self.universe.skypix_level(first).is_some();
        if self.universe.elements.contains_key(first) || skypix {
            if self.has(first, second) {
                return Ok(self.field(first, second));
            }
            let fields = self.columns(first);
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let what = format!("the field `{second}` of `{first}`");
            return Err(self.unknown(&what, span, &fields).into());
        }
        if let Some(field) = DatasetField::named(second) {
            if first == self.dataset_type {
                return Ok(Reference::Dataset(field));
            }
            let message = if self.dataset_types.contains_key(first) {
                format!("`{first}` is not the dataset type of this condition")
            } else {
                format!("`{first}` is neither a dimension nor a dataset type")
            };
            return Err(Box::new(
                Diagnostic::error("W008", message)
                    .at(self.source, span, format!("the condition is on `{}`", self.dataset_type))
                    .help(format!(
                        "write `{}.{second}`, or put the condition under dataset_type_constraints",
                        self.dataset_type
                    )),
            ));
        }
        if first == "timespan" {
            let base = self.one(first, span)?;
            return self.end(base, second, span);
        }
        let elements = self.universe.elements.keys().map(String::as_str);
        let possible: Vec<&str> = elements.chain([self.dataset_type]).collect();
        Err(self.unknown(&format!("`{first}`"), span, &possible).into())
    }

    /// A column of an element: a dimension is a key wherever it stands.
    fn field(&self, element: &str, name: &str) -> Reference {
        let own = self.universe.key_column(element, element);
        if self.universe.is_dimension(element) && (name == own || name == "id" && own == element) {
            return Reference::Key(element.to_owned());
        }
        if self.universe.is_dimension(name) {
            return Reference::Key(name.to_owned());
        }
        Reference::Field(element.to_owned(), name.to_owned())
    }

    fn has(&self, element: &str, name: &str) -> bool {
        self.columns(element).iter().any(|column| column == name)
    }

    /// The columns of an element's records.
    fn columns(&self, element: &str) -> Vec<String> {
        let Some(found) = self.universe.elements.get(element) else {
            return vec!["id".to_owned(), "region".to_owned()];
        };
        let required = self.universe.required_columns(element);
        let mut columns: Vec<String> = required
            .iter()
            .map(|dimension| self.universe.key_column(element, dimension).to_owned())
            .chain(found.implies.iter().cloned())
            .chain(found.keys.iter().skip(1).chain(&found.metadata).map(|key| key.name.clone()))
            .collect();
        columns.extend(found.spatial.then(|| "region".to_owned()));
        columns.extend(found.temporal.then(|| "timespan".to_owned()));
        columns
    }

    fn unknown(&self, what: &str, span: Span, possible: &[&str]) -> Diagnostic {
        let error = Diagnostic::error("W001", format!("the registry does not know {what}")).at(
            self.source,
            span,
            "unknown",
        );
        let word = what.split('`').nth(1).unwrap_or_default();
        match nearest(word, possible.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if possible.is_empty() => error,
            None => error.help(format!("possible: {}", possible.join(", "))),
        }
    }

    /// The kind of value that a reference has.
    pub fn kind(&self, reference: &Reference) -> Kind {
        match reference {
            Reference::Key(dimension) => {
                let element = self.universe.elements.get(dimension);
                element
                    .and_then(|one| one.keys.first())
                    .map_or(Kind::Integer, |key| Kind::of_column(key.kind))
            }
            Reference::Field(_, field) if field == "region" => Kind::Region,
            Reference::Field(_, field) if field == "timespan" => Kind::Timespan,
            Reference::Field(element, field) => self
                .universe
                .field(element, field)
                .map_or(Kind::Text, |found| Kind::of_column(found.kind)),
            Reference::Dataset(field) => field.kind(),
            Reference::Edge(..) => Kind::Time,
        }
    }
}
