//! Butler's own tables.
//!
//! Dimension elements as the universe describes them, timespans as MJD in UTC, regions as s_region; and
//! dataset types, collections and datasets with names in place of their numbers.

use super::{keys, metadata};
use crate::catalog::{Column, ForeignKey, Frame, Table, TableKind, Type};
use crate::plan::{
    Bound, DATASET, Join, Multiplicity, On, RUN, RegionPart, Scalar, TimeForm, ValueKind,
};
use crate::registry::{CollectionKey, Element, Key, ScalarType, Snapshot};

/// A table of the registry as clients see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Native {
    /// As clients see it.
    pub table: Table,
    /// The registry's table.
    pub from: String,
    /// Its alias in the values.
    pub alias: String,
    /// Further tables, each after those it depends on.
    pub joins: Vec<Join>,
    /// One value for each column.
    pub values: Vec<Scalar>,
    /// The registry's columns that are the primary key of a dimension element; none for others.
    pub keys: Vec<String>,
    /// The function that finds rows by place; none for the registry's own tables.
    pub found: Option<String>,
}

/// The registry's tables, for the schema of that name.
pub fn native(snapshot: &Snapshot, schema: &str) -> Vec<Native> {
    let mut tables = Vec::new();
    for (name, element) in &snapshot.universe.elements {
        if element.has_table() && snapshot.tables.contains_key(name) {
            tables.push(dimension(snapshot, schema, name, element));
        }
    }
    tables.push(dataset_types(schema));
    tables.push(collections());
    tables.push(datasets(snapshot, schema));
    tables
}

fn dimension(snapshot: &Snapshot, schema: &str, name: &str, element: &Element) -> Native {
    let universe = &snapshot.universe;
    let mut made = Native::new(name, &element.doc, name, name);
    for dimension in universe.required_columns(name) {
        let column = universe.key_column(name, &dimension).to_owned();
        let own = universe.elements.get(&dimension).and_then(|one| one.keys.first());
        let doc = if dimension == *name { String::new() } else { format!("Key of {dimension}") };
        made.push(&column, own, &doc, true);
        made.keys.push(column);
    }
    for dimension in &element.implies {
        let own = universe.elements.get(dimension).and_then(|one| one.keys.first());
        made.push(dimension, own, &format!("Key of {dimension}"), false);
    }
    for field in element.keys.iter().skip(1).chain(&element.metadata) {
        made.push(&field.name.clone(), Some(field), "", false);
    }
    if element.temporal {
        for (column, bound, ucd, says) in [
            ("t_min", Bound::Begin, "time.start", "Begin of the timespan, MJD (UTC)"),
            ("t_max", Bound::End, "time.end", "End of the timespan, MJD (UTC)"),
        ] {
            let mut column = Column::new(column, Type::Double);
            "d".clone_into(&mut column.unit);
            ucd.clone_into(&mut column.ucd);
            says.clone_into(&mut column.description);
            column.frame = Some(Frame::Mjd);
            column.principal = true;
            let alias = name.to_owned();
            made.add(column, Scalar::Time { alias, bound, form: TimeForm::UtcMjd });
        }
    }
    if element.spatial {
        let mut column = Column::new("s_region", Type::Region);
        "pos.outline".clone_into(&mut column.ucd);
        "Region of the sky, ICRS".clone_into(&mut column.description);
        column.frame = Some(Frame::Sky);
        column.principal = true;
        made.add(column, Scalar::Region { alias: name.to_owned(), part: RegionPart::Region });
    }
    made.table.keys = keys::of_element(snapshot, name, schema);
    made
}

fn dataset_types(schema: &str) -> Native {
    let _ = schema;
    let mut made =
        Native::new("dataset_type", "Registered dataset types", "dataset_type", "dataset_type");
    made.text("name", "meta.id;meta.main", "Name of the dataset type", true);
    made.text("storage_class", "meta.code.class", "Name of the storage class", false);
    made.integer("id", "meta.id", "Number of the dataset type in the registry");
    made
}

fn collections() -> Native {
    let mut made = Native::new("collection", "Collections of datasets", "collection", "collection");
    made.text("name", "meta.id;meta.main", "Name of the collection", true);
    made.integer("type", "meta.code", "1 RUN, 2 TAGGED, 3 CHAINED, 4 CALIBRATION");
    made.text("doc", "meta.note", "What people should know about it", false);
    made
}

fn datasets(snapshot: &Snapshot, schema: &str) -> Native {
    let mut made = Native::new("dataset", "All datasets of the registry", "dataset", DATASET);
    let mut id = Column::new("id", Type::Text);
    "meta.id;meta.main".clone_into(&mut id.ucd);
    "UUID of the dataset".clone_into(&mut id.description);
    id.indexed = true;
    id.principal = true;
    made.add(id, Scalar::Identifier { alias: DATASET.to_owned() });
    let own = |column: &str| On::Column { alias: DATASET.to_owned(), column: column.to_owned() };
    made.joins.push(Join {
        alias: "dataset_type".to_owned(),
        table: "dataset_type".to_owned(),
        on: vec![("id".to_owned(), own("dataset_type_id"))],
        multiplicity: Multiplicity::ExactlyOne,
        filters: false,
    });
    let mut kind = Column::new("dataset_type", Type::Unicode);
    "meta.code.class".clone_into(&mut kind.ucd);
    "Name of the dataset type".clone_into(&mut kind.description);
    kind.principal = true;
    made.add(kind, text_of("dataset_type", "name"));
    let mut run = Column::new("run", Type::Unicode);
    "meta.id".clone_into(&mut run.ucd);
    "Name of the RUN collection that holds the dataset".clone_into(&mut run.description);
    run.principal = true;
    match snapshot.collection_key {
        CollectionKey::Name => made.add(run, text_of(DATASET, "run_name")),
        CollectionKey::Integer => {
            made.joins.push(Join {
                alias: RUN.to_owned(),
                table: "collection".to_owned(),
                on: vec![("collection_id".to_owned(), own("run_id"))],
                multiplicity: Multiplicity::ExactlyOne,
                filters: false,
            });
            made.add(run, Scalar::Run);
        }
    }
    let mut date = Column::new("ingest_date", Type::Timestamp);
    "time.creation".clone_into(&mut date.ucd);
    "When the dataset was put into the registry, UTC".clone_into(&mut date.description);
    date.frame = Some(Frame::Utc);
    made.add(date, Scalar::IngestDate);
    for (column, table, says) in [
        ("dataset_type", "dataset_type", "The type of the dataset"),
        ("run", "collection", "The run of the dataset"),
    ] {
        made.table.keys.push(ForeignKey {
            target: format!("{schema}.{table}"),
            columns: vec![(column.to_owned(), "name".to_owned())],
            description: says.to_owned(),
        });
    }
    made
}

pub(super) fn text_of(alias: &str, column: &str) -> Scalar {
    let (alias, column) = (alias.to_owned(), column.to_owned());
    Scalar::Column { alias, column, kind: ValueKind::Text, nullable: true }
}

impl Native {
    pub(super) fn new(name: &str, description: &str, from: &str, alias: &str) -> Self {
        Self {
            table: Table {
                name: name.to_owned(),
                kind: TableKind::Table,
                description: metadata::line(description),
                utype: String::new(),
                columns: Vec::new(),
                keys: Vec::new(),
            },
            from: from.to_owned(),
            alias: alias.to_owned(),
            joins: Vec::new(),
            values: Vec::new(),
            keys: Vec::new(),
            found: None,
        }
    }

    pub(super) fn add(&mut self, column: Column, value: Scalar) {
        self.table.columns.push(column);
        self.values.push(value);
    }

    /// A column of the table itself, described by the universe.
    fn push(&mut self, name: &str, field: Option<&Key>, doc: &str, key: bool) {
        let scalar = field.map_or(ScalarType::Int, |field| field.kind);
        let kind = match scalar {
            ScalarType::Int => Type::Long,
            ScalarType::Float => Type::Double,
            ScalarType::Bool => Type::Boolean,
            ScalarType::String | ScalarType::Hash => Type::Unicode,
        };
        let own = field.map_or("", |field| field.doc.as_str());
        let mut column = Column::new(name, kind);
        column.description = metadata::line(if doc.is_empty() { own } else { doc });
        if column.description.is_empty() {
            column.description = name.replace('_', " ");
        }
        metadata::describe(&mut column);
        column.indexed = key;
        column.principal = key;
        let value = Scalar::Column {
            alias: self.alias.clone(),
            column: name.to_owned(),
            kind: crate::resolve::tables::value_kind(scalar),
            nullable: !key,
        };
        self.add(column, value);
    }

    fn text(&mut self, name: &str, ucd: &str, says: &str, key: bool) {
        let mut column = Column::new(name, Type::Unicode);
        ucd.clone_into(&mut column.ucd);
        says.clone_into(&mut column.description);
        column.indexed = key;
        column.principal = true;
        let value = text_of(&self.alias, name);
        self.add(column, value);
    }

    fn integer(&mut self, name: &str, ucd: &str, says: &str) {
        let mut column = Column::new(name, Type::Long);
        ucd.clone_into(&mut column.ucd);
        says.clone_into(&mut column.description);
        let value = Scalar::Column {
            alias: self.alias.clone(),
            column: name.to_owned(),
            kind: ValueKind::Int,
            nullable: false,
        };
        self.add(column, value);
    }
}
