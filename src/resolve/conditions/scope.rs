//! The tables of a condition.
//!
//! In: an expression. Out: values of the columns that it names, and its tables. Dimensions that the
//! dataset type lacks become a semi-join, since Butler makes the rows of its join distinct again;
//! except those that only a comparison of regions could bring.

use std::collections::BTreeSet;

use super::super::branch::Context;
use super::super::reach::{Reached, reach};
use super::super::tables::Tables;
use super::super::{footprint, tables};
use super::kinds::{DatasetField, Kind, Typed};
use super::names::{self, Reference};
use crate::diag::{Diagnostic, Result, Span};
use crate::expression::{Expression, Node};
use crate::mapping::Spanned;
use crate::plan::{
    COLLECTIONS, DATASET, Interval, Join, Multiplicity, On, Predicate, Scalar, ValueKind,
};
use crate::registry::{Group, IngestDate};

/// The tables and names of one condition.
#[derive(Debug)]
pub struct Scope<'c, 't, 's> {
    context: Context<'c>,
    name: &'c str,
    tables: &'t mut Tables<'s>,
    /// The dimensions in which bare names are looked up.
    group: Group,
    extra: &'c [Spanned<String>],
    reached: Reached,
    /// Keys of left joins whose row must be there.
    present: Vec<Scalar>,
}

impl<'c, 't, 's> Scope<'c, 't, 's> {
    /// The scope of a condition on dataset type `name`.
    pub fn new(
        context: Context<'c>,
        name: &'c str,
        tables: &'t mut Tables<'s>,
        extra: &'c [Spanned<String>],
    ) -> Result<Self> {
        let universe = &context.snapshot.universe;
        let source = &context.mapping.source;
        if let Some(unknown) = extra.iter().find(|one| !universe.is_dimension(&one.value)) {
            let message = format!("`{}` is not a dimension", unknown.value);
            return Err(Box::new(Diagnostic::error("W001", message).at(
                source,
                unknown.span,
                "unknown",
            )));
        }
        let all = tables.group.names.iter().chain(extra.iter().map(|one| &one.value));
        let group = universe.group(all.map(String::as_str));
        let group = group.unwrap_or_else(|_| tables.group.clone());
        let reached = Reached::default();
        Ok(Self { context, name, tables, group, extra, reached, present: Vec::new() })
    }

    /// How names are looked up.
    pub fn names<R>(&self, ask: impl FnOnce(names::Context<'_>) -> R) -> R {
        ask(names::Context {
            source: &self.context.mapping.source,
            universe: &self.context.snapshot.universe,
            group: &self.group,
            dataset_type: self.name,
            dataset_types: &self.context.snapshot.dataset_types,
        })
    }

    /// The mapping file.
    pub fn source(&self) -> &'c crate::diag::Source {
        &self.context.mapping.source
    }

    /// How ingest dates are stored.
    pub fn ingest_date(&self) -> IngestDate {
        self.context.snapshot.ingest_date
    }

    /// Finds the tables that the names of `expression` need.
    pub fn prepare(&mut self, expression: Option<&Expression>) -> Result<()> {
        let mut wanted: Vec<(String, Span)> =
            self.extra.iter().map(|one| (one.value.clone(), one.span)).collect();
        let mut read = BTreeSet::new();
        let mut found = Vec::new();
        if let Some(expression) = expression {
            references(expression, &mut found);
        }
        for (name, span) in found {
            let reference = self.names(|names| names.interpret(name, span))?;
            self.wants(reference, span, &mut wanted, &mut read);
        }
        let base: BTreeSet<&String> =
            self.tables.group.names.iter().chain(self.tables.reached.keys()).collect();
        let lacking: Vec<(String, Span)> =
            wanted.iter().filter(|(name, _)| !base.contains(name)).cloned().collect();
        let Some((first, span)) = lacking.first().cloned() else { return Ok(()) };
        let names: Vec<&str> = base
            .into_iter()
            .chain(lacking.iter().map(|(name, _)| name))
            .map(String::as_str)
            .collect();
        let universe = &self.context.snapshot.universe;
        let Ok(extended) = universe.group(names.iter().copied()) else { return Ok(()) };
        self.possible(&lacking, &extended)?;
        let known = self.tables.reached.clone();
        match reach(self.context.snapshot, self.tables, &known, &extended, &read) {
            Some(reached) => self.reached = reached,
            None => return Err(self.impossible(&first, span, "its tables are not known").into()),
        }
        Ok(())
    }

    /// What only a comparison of regions or validity ranges could bring, a view cannot have.
    fn possible(&self, lacking: &[(String, Span)], extended: &Group) -> Result<()> {
        let universe = &self.context.snapshot.universe;
        if let Some((name, span)) =
            lacking.iter().find(|(name, _)| universe.skypix_level(name).is_some())
        {
            return Err(self.impossible(name, *span, "it is joined by regions on the sky").into());
        }
        let mut spatial = self.tables.group.spatial.clone();
        let all = || extended.names.iter().map(String::as_str);
        // Butler reaches the region of an exposure through its visit.
        let whole = if footprint::is_derived(self.tables) {
            universe.group(all().chain(["visit"])).unwrap_or_else(|_| extended.clone())
        } else {
            extended.clone()
        };
        if spatial.is_empty() && whole.spatial.len() == 1 {
            spatial.clone_from(&whole.spatial);
        }
        if whole.spatial.len() > 1 && whole.spatial != spatial {
            let brings = |name: &String| {
                universe.group([name.as_str()]).is_ok_and(|group| {
                    group.spatial.iter().any(|one| !self.tables.group.spatial.contains(one))
                })
            };
            let culprit = lacking.iter().find(|(name, _)| brings(name)).or(lacking.first());
            if let Some((name, span)) = culprit {
                return Err(self
                    .impossible(name, *span, "it is joined by regions on the sky")
                    .into());
            }
        }
        let temporal = extended.temporal.iter().any(|one| !self.group.temporal.contains(one));
        let calibration = self.context.snapshot.dataset_types.get(self.name);
        if temporal
            && calibration.is_some_and(|one| one.calibs_table.is_some())
            && let Some((name, span)) = lacking.first()
        {
            return Err(self.impossible(name, *span, "it is joined by validity ranges").into());
        }
        Ok(())
    }

    fn impossible(&self, dimension: &str, span: Span, why: &str) -> Diagnostic {
        let message = format!("`{}` has no dimension `{dimension}`", self.name);
        Diagnostic::error("W005", message)
            .at(self.source(), span, why)
            .help(format!("a view can use: {}", self.tables.group.names.join(", ")))
            .help("conditions on one dataset type stand under dataset_type_constraints")
    }

    /// Adds the dimensions of a reference, and the element whose field it reads.
    fn wants(
        &self,
        reference: Reference,
        span: Span,
        wanted: &mut Vec<(String, Span)>,
        read: &mut BTreeSet<String>,
    ) {
        match reference {
            Reference::Key(dimension) => wanted.push((dimension, span)),
            Reference::Field(element, _) => {
                let universe = &self.context.snapshot.universe;
                if let Some(found) = universe.elements.get(&element) {
                    let required = universe.required_columns(&element);
                    wanted.extend(
                        required.into_iter().chain(found.implies.clone()).map(|name| (name, span)),
                    );
                } else {
                    wanted.push((element.clone(), span));
                }
                read.insert(element);
            }
            Reference::Dataset(_) => {}
            Reference::Edge(base, _) => self.wants(*base, span, wanted, read),
        }
    }

    /// The value of a column.
    pub fn typed(&mut self, reference: &Reference, span: Span) -> Result<Typed> {
        let kind = self.names(|names| names.kind(reference));
        match reference {
            Reference::Key(dimension) => {
                let scalar = self.dimension(dimension, kind);
                let scalar = scalar.ok_or_else(|| self.impossible(dimension, span, "not here"))?;
                Ok(Typed::Value { scalar, kind, column: true })
            }
            Reference::Field(element, field) => {
                let alias = self.element(element);
                let alias = alias.ok_or_else(|| self.impossible(element, span, "not here"))?;
                if kind == Kind::Timespan {
                    return Ok(Typed::Timespan(Interval::Stored(alias)));
                }
                let scalar = Scalar::Column {
                    alias,
                    column: field.clone(),
                    kind: value_kind(kind),
                    nullable: true,
                };
                Ok(match kind {
                    Kind::Boolean => {
                        Typed::Condition(Predicate::Holds(scalar.clone()), Some(scalar))
                    }
                    _ => Typed::Value { scalar, kind, column: true },
                })
            }
            Reference::Dataset(field) => {
                let scalar = match field {
                    DatasetField::Run => self.tables.run(),
                    DatasetField::Collection => text_column(COLLECTIONS, "name"),
                    DatasetField::Id => self.dataset("id", ValueKind::Text),
                    DatasetField::IngestDate => self.dataset("ingest_date", ValueKind::Timestamp),
                    DatasetField::Timespan => {
                        return Err(Box::new(
                            Diagnostic::error("W006", "validity ranges cannot be compared")
                                .at(self.source(), span, "the validity range of a calibration")
                                .help("a view shows a calibration whatever its validity range is"),
                        ));
                    }
                };
                Ok(Typed::Value { scalar, kind, column: true })
            }
            Reference::Edge(base, bound) => match self.typed(base, span)? {
                Typed::Timespan(Interval::Stored(alias)) => {
                    let stand_ins = self.context.options.parity;
                    let scalar = Scalar::Edge { alias, bound: *bound, stand_ins };
                    Ok(Typed::Value { scalar, kind, column: false })
                }
                other => Ok(other),
            },
        }
    }

    fn dataset(&mut self, column: &str, kind: ValueKind) -> Scalar {
        self.tables.dataset();
        Scalar::Column {
            alias: DATASET.to_owned(),
            column: column.to_owned(),
            kind,
            nullable: false,
        }
    }

    fn dimension(&mut self, dimension: &str, kind: Kind) -> Option<Scalar> {
        let place = self.place(dimension)?;
        let kind = value_kind(kind);
        Some(Scalar::Column { alias: place.0, column: place.1, kind, nullable: false })
    }

    fn place(&mut self, dimension: &str) -> Option<tables::Place> {
        self.tables
            .dimension_place(dimension)
            .or_else(|| self.reached.places.get(dimension).cloned())
            .or_else(|| self.tables.reached.get(dimension).cloned())
    }

    /// The alias of the table of an element, joined when it is not yet.
    fn element(&mut self, element: &str) -> Option<String> {
        if self.reached.joins.iter().any(|join| join.alias == element) {
            return Some(element.to_owned());
        }
        let found = self.context.snapshot.universe.elements.get(element)?;
        let own = self.tables.group.elements.iter().any(|name| name == element);
        let alias = match own {
            true => self.tables.element(element)?,
            false if self.tables.joins.iter().any(|join| join.alias == element) => {
                return Some(element.to_owned());
            }
            false => {
                let mut on = Vec::new();
                for dimension in self.context.snapshot.universe.required_columns(element) {
                    let (alias, column) = self.place(&dimension)?;
                    let key = self.context.snapshot.universe.key_column(element, &dimension);
                    on.push((key.to_owned(), On::Column { alias, column }));
                }
                self.tables.push(element, element, on, Multiplicity::AtMostOne, false)
            }
        };
        if !found.is_dimension() {
            // Butler joins these by an inner join, whatever the expression says.
            let key = self.context.snapshot.universe.required_columns(element).pop()?;
            let present = text_column(&alias, &key);
            if !self.present.contains(&present) {
                self.present.push(present);
            }
        }
        Some(alias)
    }

    /// The condition with its semi-join; what does not read the joined tables stays outside of it.
    pub fn finished(self, predicate: Predicate) -> Predicate {
        let mut parts: Vec<Predicate> = self
            .present
            .into_iter()
            .map(|key| Predicate::Not(Box::new(Predicate::IsNull(key))))
            .collect();
        let joins: Vec<Join> = self.reached.joins;
        let mut inner = Vec::new();
        for part in conjuncts(predicate) {
            let mut aliases = Vec::new();
            part.aliases(&mut aliases);
            let within = joins.iter().any(|join| aliases.contains(&join.alias.as_str()));
            if within { inner.push(part) } else { parts.push(part) }
        }
        if !joins.is_empty() {
            let condition = Box::new(joined(inner));
            parts.push(Predicate::Exists { joins, condition });
        }
        joined(parts)
    }
}

fn conjuncts(predicate: Predicate) -> Vec<Predicate> {
    match predicate {
        Predicate::And(parts) => parts.into_iter().flat_map(conjuncts).collect(),
        Predicate::Constant(true) => Vec::new(),
        other => vec![other],
    }
}

fn joined(mut parts: Vec<Predicate>) -> Predicate {
    match parts.len() {
        0 => Predicate::Constant(true),
        1 => parts.remove(0),
        _ => Predicate::And(parts),
    }
}

fn text_column(alias: &str, column: &str) -> Scalar {
    Scalar::Column {
        alias: alias.to_owned(),
        column: column.to_owned(),
        kind: ValueKind::Text,
        nullable: false,
    }
}

fn value_kind(kind: Kind) -> ValueKind {
    match kind {
        Kind::Integer | Kind::Time => ValueKind::Int,
        Kind::Float => ValueKind::Float,
        Kind::Boolean => ValueKind::Bool,
        Kind::IngestDate => ValueKind::Timestamp,
        _ => ValueKind::Text,
    }
}

/// The names in an expression with their places.
fn references<'e>(expression: &'e Expression, found: &mut Vec<(&'e [String], Span)>) {
    match &expression.node {
        Node::Name(names) => found.push((names, expression.span)),
        Node::And(left, right)
        | Node::Or(left, right)
        | Node::Compare(left, _, right)
        | Node::Arithmetic(left, _, right)
        | Node::Timespan(left, right) => {
            references(left, found);
            references(right, found);
        }
        Node::Not(inner) | Node::Negative(inner) | Node::Glob { value: inner, .. } => {
            references(inner, found);
        }
        Node::In { value, items, .. } => {
            references(value, found);
            for item in items {
                references(item, found);
            }
        }
        Node::List(_)
        | Node::Bind(_)
        | Node::Literal(_)
        | Node::Time(_)
        | Node::Range(_)
        | Node::Null
        | Node::Shape(_)
        | Node::Region(_)
        | Node::Uuid(_) => {}
    }
}
