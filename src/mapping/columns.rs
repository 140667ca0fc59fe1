//! Extra columns and the ObsCore columns of `obscore_view: columns`.

use indexmap::IndexMap;

use super::keys::{COLUMN, OBSCORE_COLUMNS};
use super::reader::Reader;
use super::yaml::{Node, Value};
use super::{Column, ColumnType, ExtraColumn, Spanned};
use crate::diag::{Diagnostic, Span, nearest};
use crate::value::Literal;

/// Columns by name.
pub(super) type Columns = IndexMap<String, Spanned<ExtraColumn>>;

/// Reads a block of columns with free names.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Columns {
    let mut columns = Columns::new();
    for (name, span, node) in reader.named(node) {
        let column = reader.within(&name.text, |reader| column(reader, node, span));
        if let Some(value) = column {
            columns.insert(name.text.clone(), Spanned { value, span });
        }
    }
    columns
}

/// Reads a block of columns whose names must be ObsCore's.
pub(super) fn read_obscore(reader: &mut Reader<'_>, node: &Node) -> Columns {
    let mut columns = read(reader, node);
    columns.retain(|name, column| {
        let known = OBSCORE_COLUMNS.contains(&name.as_str());
        if !known {
            let message = format!("`{}` is not a column to fill here", reader.path(name));
            let error = Diagnostic::error("M018", message);
            let error = match nearest(name, OBSCORE_COLUMNS.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(
                    "optional ObsCore columns and mandatory ones that Butler leaves empty are \
                     possible; any other column goes under `extra_columns`",
                ),
            };
            reader.report(error, column.span, "");
        }
        known
    });
    columns
}

fn column(reader: &mut Reader<'_>, node: &Node, place: Span) -> Option<ExtraColumn> {
    let constant = match &node.value {
        Value::Bool(value) => Literal::Bool(*value),
        Value::Int(value) => Literal::Int(*value),
        Value::Float(value) => Literal::Float(*value),
        Value::Text(text) => {
            if looks_like_template(&text.text) {
                let message = format!("`{}` is a constant text with braces", place_name(reader));
                let warning = Diagnostic::warning("M017", message)
                    .help("a template is written {template: \"…\"}");
                reader.report(warning, node.span, "stands in every row as it is");
            }
            Literal::String(text.text.clone())
        }
        Value::Map(_) => return template(reader, node, place).map(ExtraColumn::Template),
        _ => {
            reader.wrong_type(node, "a number, true or false, a text, or a block with `template`");
            return None;
        }
    };
    Some(ExtraColumn::Constant(constant))
}

fn place_name(reader: &Reader<'_>) -> String {
    reader.path("").trim_end_matches('.').to_owned()
}

fn looks_like_template(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && rest.contains('}')
    })
}

fn template(reader: &mut Reader<'_>, node: &Node, place: Span) -> Option<Column> {
    let fields = reader.open(node, &COLUMN, place)?;
    let template = reader.key(&fields, "template", Reader::template);
    let kind = match reader.choice(&fields, "type") {
        Some("bool") => ColumnType::Bool,
        Some("int") => ColumnType::Int,
        Some("float") => ColumnType::Float,
        _ => ColumnType::String,
    };
    let length = reader.key(&fields, "length", |reader, node| {
        let length = reader.integer(node)?;
        let fits = u32::try_from(length).ok().filter(|length| *length > 0);
        if fits.is_none() {
            let warning =
                Diagnostic::warning("M014", format!("a length of {length} is not possible"));
            reader.report(warning, node.span, "is ignored");
        }
        fits
    });
    let doc = reader.text_key(&fields, "doc");
    Some(Column { template: template?, kind, length, doc })
}
