//! The columns of an export.
//!
//! In: a mapping and the columns of its view. Out: first Butler's columns, in its order and with
//! its types (`lsst.daf.butler.registry.obscore._schema`, as `ObscoreExporter._make_schema` turns
//! them into Arrow), then those that only keys of our own add.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::mapping::{AccessEstsize, ColumnType as MappedType, ExtraColumn, Mapping};
use crate::obscore::butler::{ExportType, SPATIAL, STATIC};
use crate::obscore::{ColumnType, standard};
use crate::plan::{Origin, ViewColumn};
use crate::value::Literal;

/// A column of an export.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputColumn {
    /// Its position among the columns of the plan.
    pub index: usize,
    /// What the view says about it.
    pub view: ViewColumn,
    /// Its type in the export.
    pub kind: DataType,
}

impl OutputColumn {
    /// The type that the database is asked for.
    pub fn fetched(&self) -> ColumnType {
        match self.kind {
            DataType::Int16 | DataType::Int32 | DataType::Int64 => ColumnType::BigInt,
            DataType::Float64 => ColumnType::Double,
            DataType::Boolean => ColumnType::Boolean,
            DataType::Timestamp(..) => ColumnType::Timestamp,
            _ => ColumnType::Text,
        }
    }
}

/// The columns of an export of the view with `columns` that `mapping` describes. pgSphere's
/// columns stay in the database.
pub fn export_columns(mapping: &Mapping, columns: &[ViewColumn]) -> Vec<OutputColumn> {
    let mut found: Vec<OutputColumn> = Vec::new();
    let mut push = |name: &str, kind: Option<DataType>| {
        if found.iter().any(|column| column.view.name == name) {
            return;
        }
        let at = columns.iter().position(|column| column.name == name);
        if let Some((index, view)) = at.and_then(|at| Some((at, columns.get(at)?))) {
            let kind = kind.unwrap_or_else(|| natural(view.kind));
            found.push(OutputColumn { index, view: view.clone(), kind });
        }
    };
    for (name, kind) in STATIC {
        push(name, Some(butler_type(*kind)));
    }
    let blocks = mapping.dataset_types.values().map(|block| &block.value.extra_columns);
    for (name, column) in std::iter::once(&mapping.extra_columns).chain(blocks).flatten() {
        if !SPATIAL.iter().any(|(spatial, _)| spatial == name) {
            push(name, Some(extra_type(&column.value)));
        }
    }
    for (name, kind) in SPATIAL {
        push(name, Some(butler_type(*kind)));
    }
    for column in columns {
        let kept = match column.origin {
            Origin::Mandatory => own_key_fills(mapping, &column.name),
            Origin::Optional | Origin::Extra => true,
            Origin::Plugin => false,
        };
        if kept {
            push(&column.name, None);
        }
    }
    found
}

/// The Arrow schema of these columns; every column can be NULL, as in Butler's.
pub fn schema(columns: &[OutputColumn]) -> SchemaRef {
    let fields: Vec<Field> = columns
        .iter()
        .map(|column| Field::new(&column.view.name, column.kind.clone(), true))
        .collect();
    Arc::new(Schema::new(fields))
}

/// Whether a key of our own gives a mandatory column that Butler's table lacks a value.
fn own_key_fills(mapping: &Mapping, name: &str) -> bool {
    debug_assert!(standard(name).is_some());
    let own = &mapping.deviations;
    own.columns.contains_key(name)
        || mapping.dataset_types.values().any(|block| block.value.own.columns.contains_key(name))
        || (name == "access_estsize" && own.access_estsize == AccessEstsize::Datastore)
}

fn butler_type(kind: ExportType) -> DataType {
    match kind {
        ExportType::String => DataType::Utf8,
        ExportType::Int16 => DataType::Int16,
        ExportType::Int32 => DataType::Int32,
        ExportType::Int64 => DataType::Int64,
        ExportType::Float64 => DataType::Float64,
        ExportType::Boolean => DataType::Boolean,
    }
}

/// The type that Butler gives an extra column, whatever the standard says of its name.
fn extra_type(column: &ExtraColumn) -> DataType {
    match column {
        ExtraColumn::Constant(Literal::Bool(_)) => DataType::Boolean,
        ExtraColumn::Constant(Literal::Int(_)) => DataType::Int64,
        ExtraColumn::Constant(Literal::Float(_)) => DataType::Float64,
        ExtraColumn::Constant(Literal::String(_)) => DataType::Utf8,
        ExtraColumn::Template(column) => match column.kind {
            MappedType::Bool => DataType::Boolean,
            MappedType::Int => DataType::Int64,
            MappedType::Float => DataType::Float64,
            MappedType::String => DataType::Utf8,
        },
    }
}

/// The Arrow type of a view column.
fn natural(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Integer => DataType::Int32,
        ColumnType::BigInt => DataType::Int64,
        ColumnType::Double => DataType::Float64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        ColumnType::Text | ColumnType::SpherePolygon | ColumnType::SpherePoint => DataType::Utf8,
    }
}
