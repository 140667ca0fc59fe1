//! A mapping as JSON, in the normal form of `tests/oracle/mapping_dump.py`.

use indexmap::IndexMap;
use obscore_view::mapping::{CollectionRule, ColumnType, ExtraColumn, Mapping, Spanned, WhereBind};
use obscore_view::template::Template;
use obscore_view::value::Literal;
use serde_json::{Map, Value, json};

fn float(value: f64) -> Value {
    let value = if value.is_nan() { f64::NAN.copysign(1.0) } else { value };
    json!({"bits": format!("{:016x}", value.to_bits())})
}

fn literal(value: &Literal) -> Value {
    match value {
        Literal::Bool(value) => json!(value),
        Literal::Int(value) => json!(value),
        Literal::Float(value) => float(*value),
        Literal::String(value) => json!(value),
    }
}

fn columns(columns: &IndexMap<String, Spanned<ExtraColumn>>) -> Value {
    let column = |column: &ExtraColumn| match column {
        ExtraColumn::Constant(value) => literal(value),
        ExtraColumn::Template(column) => json!({
            "template": column.template.value.text,
            "type": match column.kind {
                ColumnType::Bool => "bool",
                ColumnType::Int => "int",
                ColumnType::Float => "float",
                ColumnType::String => "string",
            },
            "length": column.length,
            "doc": column.doc,
        }),
    };
    columns
        .iter()
        .map(|(name, value)| (name.clone(), column(&value.value)))
        .collect::<Map<_, _>>()
        .into()
}

fn template(template: Option<&Spanned<Template>>) -> Value {
    json!(template.map(|template| &template.value.text))
}

fn constraint(constraint: &WhereBind) -> Value {
    let bind: Map<String, Value> = constraint
        .bind
        .iter()
        .map(|(name, values)| (name.clone(), values.iter().map(literal).collect()))
        .collect();
    let mut dimensions: Vec<&String> =
        constraint.extra_dims.iter().map(|name| &name.value).collect();
    dimensions.sort();
    dimensions.dedup();
    json!({"empty": constraint.expression.is_none(), "bind": bind, "extra_dims": dimensions})
}

/// The whole mapping.
pub fn dump(mapping: &Mapping) -> Value {
    let dataset_types: Map<String, Value> = mapping
        .dataset_types
        .iter()
        .map(|(name, block)| {
            let block = &block.value;
            let value = json!({
                "dataproduct_type": block.dataproduct_type.value,
                "dataproduct_subtype": block.dataproduct_subtype,
                "calib_level": block.calib_level.value,
                "o_ucd": block.o_ucd.as_ref().map(|ucd| &ucd.value),
                "access_format": block.access_format,
                "obs_id_fmt": template(block.obs_id_fmt.as_ref()),
                "datalink_url_fmt": template(block.datalink_url_fmt.as_ref()),
                "obs_collection": block.obs_collection,
                "s_xel": block.s_xel.map(|(x, y)| [x, y]),
                "extra_columns": columns(&block.extra_columns),
            });
            (name.clone(), value)
        })
        .collect();
    let ranges: Map<String, Value> = mapping
        .spectral_ranges
        .iter()
        .map(|(name, range)| (name.clone(), json!([range.min.map(float), range.max.map(float)])))
        .collect();
    let names: Vec<&String> = mapping.collections.names.iter().map(|name| &name.value).collect();
    let plugins: Vec<Value> = mapping
        .pgsphere
        .iter()
        .map(|columns| json!([columns.value.region, columns.value.position]))
        .collect();
    let constraints: Map<String, Value> = mapping
        .dataset_type_constraints
        .iter()
        .map(|(name, list)| (name.clone(), list.iter().map(constraint).collect()))
        .collect();
    let origin = mapping.origin.as_ref().map(|origin| {
        json!({
            "publisher": origin.publisher,
            "publication_date": origin.publication_date,
            "citation": origin.citation,
            "reference_url": origin.reference_url,
            "article": origin.article,
            "title": origin.title,
        })
    });
    let live = mapping.live.as_ref();
    json!({
        "collections": names,
        "dataset_types": dataset_types,
        "obs_collection": mapping.obs_collection,
        "facility_name": mapping.facility_name,
        "facility_map": mapping.facility_map,
        "extra_columns": columns(&mapping.extra_columns),
        "indices": mapping.indices,
        "spectral_ranges": ranges,
        "spatial_plugins": plugins,
        "fallback_instrument": mapping.fallback_instrument,
        "obs_publisher_did_fmt": template(mapping.obs_publisher_did_fmt.as_ref()),
        "where": constraint(&mapping.where_),
        "dataset_type_constraints": constraints,
        "batch_size": mapping.batch_size,
        "parquet_compression": mapping.parquet_compression,
        "csv_null_string": mapping.csv_null_string,
        "origin": origin,
        "namespace": live.map(|live| &live.namespace),
        "version": live.map(|live| live.version),
        "table_name": live.map(|live| &live.table_name),
        "collection_type": match mapping.collections.rule {
            CollectionRule::RunPatterns => "RUN",
            CollectionRule::Tagged => "TAGGED",
            CollectionRule::SearchPath => "",
        },
    })
}
