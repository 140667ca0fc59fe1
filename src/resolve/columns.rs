//! The columns of the view.
//!
//! In: a mapping. Out: the mandatory columns in the standard's order, the optional ones that the
//! mapping fills, then extra columns in order of first appearance, then plugin columns.

use crate::mapping::{ColumnType as MappedType, DatasetTypeBlock, ExtraColumn, Mapping};
use crate::obscore::{self, ColumnType, MANDATORY, OPTIONAL, butler::EM_FILTER_NAME};
use crate::plan::{Origin, ViewColumn};
use crate::value::Literal;

/// All columns of the view that `mapping` describes.
pub fn columns(mapping: &Mapping) -> Vec<ViewColumn> {
    let extra = extra_columns(mapping);
    let optional = OPTIONAL.iter().filter(|column| {
        column.name == "dataproduct_subtype"
            || extra.iter().any(|(name, _)| *name == column.name)
            || own_key_fills(mapping, column.name)
    });
    let mut columns: Vec<ViewColumn> = MANDATORY
        .iter()
        .map(|column| of_standard(column, Origin::Mandatory))
        .chain(optional.map(|column| of_standard(column, Origin::Optional)))
        .collect();
    columns.push(of_standard(&EM_FILTER_NAME, Origin::Extra));
    for (name, column) in extra {
        if !columns.iter().any(|known| known.name == name) {
            columns.push(of_mapping(name, column));
        }
    }
    for plugin in &mapping.pgsphere {
        columns.push(plain(
            &plugin.value.region,
            ColumnType::SpherePolygon,
            "Region as a pgSphere polygon",
            Origin::Plugin,
        ));
        columns.push(plain(
            &plugin.value.position,
            ColumnType::SpherePoint,
            "Centre of the region as a pgSphere point",
            Origin::Plugin,
        ));
    }
    columns
}

/// Every extra column in order of first appearance, as Butler's `ObsCoreSchema` goes through them.
fn extra_columns(mapping: &Mapping) -> Vec<(&str, &ExtraColumn)> {
    let blocks = blocks(mapping).map(|block| &block.extra_columns);
    let mut found: Vec<(&str, &ExtraColumn)> = Vec::new();
    for columns in std::iter::once(&mapping.extra_columns).chain(blocks) {
        for (name, column) in columns {
            if !found.iter().any(|(known, _)| known == name) {
                found.push((name, &column.value));
            }
        }
    }
    found
}

fn blocks(mapping: &Mapping) -> impl Iterator<Item = &DatasetTypeBlock> {
    mapping.dataset_types.values().map(|block| &block.value)
}

fn own_key_fills(mapping: &Mapping, name: &str) -> bool {
    match name {
        "obs_creator_did" => {
            mapping.obs_creator_did_fmt.is_some()
                || blocks(mapping).any(|block| block.own.obs_creator_did_fmt.is_some())
        }
        "obs_release_date" => {
            mapping.deviations.obs_release_date.is_some()
                || blocks(mapping).any(|block| block.own.obs_release_date.is_some())
        }
        "obs_creation_date" => mapping.deviations.obs_creation_date,
        _ => {
            mapping.deviations.columns.contains_key(name)
                || blocks(mapping).any(|block| block.own.columns.contains_key(name))
        }
    }
}

fn of_standard(column: &obscore::Column, origin: Origin) -> ViewColumn {
    ViewColumn {
        name: column.name.to_owned(),
        kind: column.kind,
        unit: column.unit.to_owned(),
        ucd: column.ucd.to_owned(),
        utype: match column.utype {
            "" => String::new(),
            utype => format!("obscore:{utype}"),
        },
        description: column.description.to_owned(),
        origin,
    }
}

fn of_mapping(name: &str, column: &ExtraColumn) -> ViewColumn {
    let (kind, doc) = match column {
        ExtraColumn::Constant(Literal::Bool(_)) => (ColumnType::Boolean, None),
        ExtraColumn::Constant(Literal::Int(_)) => (ColumnType::BigInt, None),
        ExtraColumn::Constant(Literal::Float(_)) => (ColumnType::Double, None),
        ExtraColumn::Constant(Literal::String(_)) => (ColumnType::Text, None),
        ExtraColumn::Template(column) => {
            let kind = match column.kind {
                MappedType::Bool => ColumnType::Boolean,
                MappedType::Int => ColumnType::BigInt,
                MappedType::Float => ColumnType::Double,
                MappedType::String => ColumnType::Text,
            };
            (kind, column.doc.as_deref())
        }
    };
    plain(name, kind, doc.unwrap_or("Extra column of the mapping"), Origin::Extra)
}

/// A column that ObsCore knows nothing of.
fn plain(name: &str, kind: ColumnType, description: &str, origin: Origin) -> ViewColumn {
    ViewColumn {
        name: name.to_owned(),
        kind,
        unit: String::new(),
        ucd: String::new(),
        utype: String::new(),
        description: description.to_owned(),
        origin,
    }
}
