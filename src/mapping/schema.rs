//! The JSON Schema (2020-12) of a mapping, from the key table.
//!
//! Editors complete keys and show their descriptions with it. It is for writing, so it refuses
//! unknown keys and null where a value is meant, and asks for the plain YAML types; `read` is more
//! lenient where pydantic is.

use serde_json::{Map, Value, json};

use super::keys::{COLUMN, FORMER, Key, Kind, OBSCORE_COLUMNS, ROOT, Table};

/// The schema as JSON text, with a line break at its end.
pub fn schema() -> String {
    let mut definitions = Map::new();
    let root = table(&ROOT, &mut definitions);
    let mut document = Map::new();
    document.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    document.insert("title".into(), json!("obscore-view mapping"));
    if let Value::Object(root) = root {
        document.extend(root);
    }
    if let Some(Value::Object(properties)) = document.get_mut("properties") {
        for (name, why) in FORMER {
            properties.insert((*name).into(), json!({"deprecated": true, "description": why}));
        }
    }
    document.insert("dependentRequired".into(), json!({"collection_type": ["version"]}));
    document.insert("$defs".into(), Value::Object(definitions));
    let mut text = serde_json::to_string_pretty(&Value::Object(document)).unwrap_or_default();
    text.push('\n');
    text
}

fn table(table: &Table, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for key in table.keys {
        properties.insert(key.name.into(), property(key, definitions));
    }
    let required: Vec<&str> =
        table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut result = json!({
        "description": table.doc,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if let (Value::Object(result), false) = (&mut result, required.is_empty()) {
        result.insert("required".into(), json!(required));
    }
    result
}

fn property(key: &Key, definitions: &mut Map<String, Value>) -> Value {
    let value = kind(&key.kind, definitions);
    let mut result = Map::new();
    result.insert("description".into(), json!(key.doc));
    if !key.default.is_empty()
        && let Ok(default) = serde_json::from_str(key.default)
    {
        result.insert("default".into(), default);
    }
    if key.nullable {
        result.insert("anyOf".into(), json!([value, {"type": "null"}]));
    } else if let Value::Object(value) = value {
        result.extend(value);
    }
    Value::Object(result)
}

fn reference(inner: &'static Table, definitions: &mut Map<String, Value>) -> Value {
    if !definitions.contains_key(inner.name) {
        definitions.insert(inner.name.into(), Value::Null);
        let definition = table(inner, definitions);
        definitions.insert(inner.name.into(), definition);
    }
    json!({"$ref": format!("#/$defs/{}", inner.name)})
}

fn kind(kind_of: &Kind, definitions: &mut Map<String, Value>) -> Value {
    let pair = |items: Value| {
        json!({"type": "array", "prefixItems": [items, items], "items": false,
               "minItems": 2})
    };
    match kind_of {
        Kind::Text | Kind::Template | Kind::Where => json!({"type": "string"}),
        Kind::Integer => json!({"type": "integer"}),
        Kind::Number => json!({"type": "number"}),
        Kind::Switch => json!({"type": "boolean"}),
        // YAML readers give dates as they are spelled.
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Choice(choices) => json!({"enum": choices}),
        Kind::Texts => json!({"type": "array", "items": {"type": "string"}}),
        Kind::OneOrMoreTexts => json!({"anyOf": [
            {"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
        Kind::IntegerPair => pair(json!({"type": "integer"})),
        // `1e-9` without a point is a text in YAML 1.1, and is read as a number all the same.
        Kind::NumberPair => pair(json!({"type": ["number", "string", "null"]})),
        Kind::Column => json!({"anyOf": [
            {"type": ["number", "boolean", "string"]}, reference(&COLUMN, definitions)]}),
        Kind::Any => json!({}),
        Kind::Block(inner) => reference(inner, definitions),
        Kind::Blocks(inner) => {
            json!({"type": "array", "items": reference(inner, definitions)})
        }
        Kind::Named(inner) => {
            json!({"type": "object", "additionalProperties": kind(inner, definitions)})
        }
        Kind::ObsCoreColumns => {
            let column = kind(&Kind::Column, definitions);
            let columns: Map<String, Value> =
                OBSCORE_COLUMNS.iter().map(|name| ((*name).to_owned(), column.clone())).collect();
            json!({"type": "object", "additionalProperties": false, "properties": columns})
        }
    }
}
