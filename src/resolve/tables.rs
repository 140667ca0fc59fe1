//! The registry tables that a branch reads.
//!
//! In: the dimensions of a dataset type. Out: joins, added as they are asked for, and the scalars
//! that read them. Foreign keys of the registry guarantee a row for every dimension record, so
//! those joins can be inner and left out when unused.

use std::collections::BTreeMap;

use crate::plan::{DATASET, Join, Multiplicity, On, RUN, Scalar, TAGS, ValueKind};
use crate::registry::{CollectionKey, Group, ScalarType, Snapshot};

/// The joins of one branch under construction.
#[derive(Debug)]
pub struct Tables<'a> {
    snapshot: &'a Snapshot,
    /// The dimensions of the dataset type.
    pub group: Group,
    /// What has been joined so far.
    pub joins: Vec<Join>,
    /// Dimensions beyond the data ID that joins which filter rows have brought.
    pub reached: BTreeMap<String, Place>,
}

/// An alias and a column of it.
pub type Place = (String, String);

impl<'a> Tables<'a> {
    /// No joins yet.
    pub fn new(snapshot: &'a Snapshot, group: Group) -> Self {
        Self { snapshot, group, joins: Vec::new(), reached: BTreeMap::new() }
    }

    /// Where the value of a dimension of the data ID is; `None` when the data ID does not have it.
    pub fn dimension_place(&mut self, dimension: &str) -> Option<Place> {
        if self.group.required.iter().any(|name| name == dimension) {
            return Some((TAGS.to_owned(), dimension.to_owned()));
        }
        if !self.group.implied.iter().any(|name| name == dimension) {
            return None;
        }
        let universe = &self.snapshot.universe;
        let element = self.group.elements.clone().into_iter().find(|name| {
            universe
                .elements
                .get(name)
                .is_some_and(|one| one.implies.iter().any(|i| i == dimension))
        })?;
        Some((self.element(&element)?, dimension.to_owned()))
    }

    /// The value of a dimension of the data ID.
    pub fn dimension(&mut self, dimension: &str) -> Option<Scalar> {
        let kind = self.dimension_kind(dimension);
        let (alias, column) = self.dimension_place(dimension)?;
        Some(Scalar::Column { alias, column, kind, nullable: false })
    }

    fn dimension_kind(&self, dimension: &str) -> ValueKind {
        let element = self.snapshot.universe.elements.get(dimension);
        element.and_then(|one| one.keys.first()).map_or(ValueKind::Int, |key| value_kind(key.kind))
    }

    /// Joins the table of an element of the group by its whole key; its alias is its name.
    pub fn element(&mut self, element: &str) -> Option<String> {
        if self.joins.iter().any(|join| join.alias == element) {
            return Some(element.to_owned());
        }
        let found = self.snapshot.universe.elements.get(element)?;
        let multiplicity =
            if found.is_dimension() { Multiplicity::ExactlyOne } else { Multiplicity::AtMostOne };
        let on = self.key_on(element)?;
        Some(self.push(element, element, on, multiplicity, false))
    }

    /// Own key column = where the data ID has it, for each required dimension of `element`.
    pub fn key_on(&mut self, element: &str) -> Option<Vec<(String, On)>> {
        let mut on = Vec::new();
        for dimension in self.snapshot.universe.required_columns(element) {
            let (alias, column) = self.dimension_place(&dimension)?;
            let own = self.snapshot.universe.key_column(element, &dimension).to_owned();
            on.push((own, On::Column { alias, column }));
        }
        Some(on)
    }

    /// Adds a join and returns its alias.
    pub fn push(
        &mut self,
        alias: &str,
        table: &str,
        on: Vec<(String, On)>,
        multiplicity: Multiplicity,
        filters: bool,
    ) -> String {
        self.joins.push(Join {
            alias: alias.to_owned(),
            table: table.to_owned(),
            on,
            multiplicity,
            filters,
        });
        alias.to_owned()
    }

    /// A column of an element's table: a key, a dimension that it depends on, or metadata.
    pub fn field(&mut self, element: &str, field: &str) -> Option<Scalar> {
        let universe = &self.snapshot.universe;
        let found = universe.elements.get(element)?;
        if !self.group.elements.iter().any(|name| name == element) {
            return None;
        }
        let key = found.keys.first().map(|key| key.name.clone());
        if key.as_deref() == Some(field) {
            return self.dimension(element);
        }
        let depends = universe.required_columns(element).iter().any(|name| name == field)
            || found.implies.iter().any(|name| name == field);
        if depends && field != element {
            return self.dimension(field);
        }
        let kind = value_kind(universe.field(element, field)?.kind);
        let alias = self.element(element)?;
        Some(Scalar::Column { alias, column: field.to_owned(), kind, nullable: true })
    }

    /// Whether the records of an element have a timespan.
    pub fn temporal(&self, element: &str) -> bool {
        self.snapshot.universe.elements.get(element).is_some_and(|found| found.temporal)
    }

    /// The names that [`Tables::field`] knows of an element.
    pub fn fields(&self, element: &str) -> Vec<String> {
        let universe = &self.snapshot.universe;
        let Some(found) = universe.elements.get(element) else { return Vec::new() };
        let columns = found.keys.iter().chain(&found.metadata).map(|key| key.name.clone());
        let mut fields: Vec<String> = columns.collect();
        fields
            .extend(universe.required_columns(element).into_iter().filter(|name| name != element));
        fields.extend(found.implies.iter().cloned());
        if found.temporal {
            fields.push("timespan.begin".to_owned());
            fields.push("timespan.end".to_owned());
        }
        fields
    }

    /// Joins the static `dataset` table.
    pub fn dataset(&mut self) {
        if !self.joins.iter().any(|join| join.alias == DATASET) {
            let id = On::Column { alias: TAGS.to_owned(), column: "dataset_id".to_owned() };
            let on = vec![("id".to_owned(), id)];
            self.push(DATASET, "dataset", on, Multiplicity::ExactlyOne, false);
        }
    }

    /// The name of the dataset's run.
    pub fn run(&mut self) -> Scalar {
        self.dataset();
        if self.snapshot.collection_key == CollectionKey::Name {
            return Scalar::Column {
                alias: DATASET.to_owned(),
                column: "run_name".to_owned(),
                kind: ValueKind::Text,
                nullable: false,
            };
        }
        if !self.joins.iter().any(|join| join.alias == RUN) {
            let id = On::Column { alias: DATASET.to_owned(), column: "run_id".to_owned() };
            let on = vec![("collection_id".to_owned(), id)];
            self.push(RUN, "collection", on, Multiplicity::ExactlyOne, false);
        }
        Scalar::Run
    }
}

/// How Python formats values of a column type.
pub fn value_kind(kind: ScalarType) -> ValueKind {
    match kind {
        ScalarType::Int => ValueKind::Int,
        ScalarType::Float => ValueKind::Float,
        ScalarType::Bool => ValueKind::Bool,
        ScalarType::String | ScalarType::Hash => ValueKind::Text,
    }
}
