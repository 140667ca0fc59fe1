//! `where`, `bind` and `extra_dims`.

use indexmap::IndexMap;

use super::keys::WHERE;
use super::reader::Reader;
use super::yaml::{Node, Value};
use super::{Spanned, WhereBind, convert};
use crate::diag::{Diagnostic, Span};
use crate::expression::{self, BindValue};
use crate::value::Literal;

/// Reads a block of [`WHERE`]; `place` is its key.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, place: Span) -> Option<WhereBind> {
    let fields = reader.open(node, &WHERE, place)?;
    let mut constraint = WhereBind {
        extra_dims: reader.key(&fields, "extra_dims", Reader::texts).unwrap_or_default(),
        ..WhereBind::default()
    };
    let mut values = IndexMap::new();
    let mut places = Vec::new();
    if let Some(binds) = fields.get("bind") {
        reader.within("bind", |reader| {
            for (name, span, node) in reader.named(binds) {
                places.push((name.text.clone(), span));
                reader.within(&name.text, |reader| {
                    if let Some((value, literals)) = bind_value(reader, node) {
                        values.insert(name.text.clone(), value);
                        constraint.bind.insert(name.text.clone(), literals);
                    }
                });
            }
        });
    }
    let complete = values.len() == places.len();
    let text = reader.key(&fields, "where", |reader, node| Some((reader.text(node)?, node.span)));
    let Some((text, span)) = text else { return Some(constraint) };
    let binds = complete.then_some(&values);
    match expression::parse(&text.text, reader.source, &text.map, binds) {
        Ok(value) => constraint.expression = value.map(|value| Spanned { value, span }),
        Err(error) => {
            reader.found.push(*error);
            return None;
        }
    }
    let words: Vec<&str> =
        text.text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').collect();
    for (name, span) in places {
        if !words.contains(&name.as_str()) {
            let warning = Diagnostic::warning(
                "M021",
                format!("`{}` is not used by the expression", reader.path(&format!("bind.{name}"))),
            );
            reader.report(warning, span, "");
        }
    }
    Some(constraint)
}

/// The value of a bind name for the expression, and as plain literals.
fn bind_value(reader: &mut Reader<'_>, node: &Node) -> Option<(BindValue, Vec<Literal>)> {
    let Value::List(items) = &node.value else {
        let (value, literal) = scalar(reader, node)?;
        return Some((BindValue::Scalar(value), vec![literal]));
    };
    let mut nodes = Vec::new();
    let mut literals = Vec::new();
    for item in items {
        let (value, literal) = scalar(reader, item)?;
        nodes.push(value);
        literals.push(literal);
    }
    let kinds: Vec<&str> = items.iter().map(|item| item.value.kind()).collect();
    if let Some(odd) = kinds.iter().position(|kind| kinds.first() != Some(kind)) {
        let span = items.get(odd).map_or(node.span, |item| item.span);
        let kind = kinds.first().copied().unwrap_or_default();
        let error = Diagnostic::error("M020", "the values of a bind list differ in kind")
            .help(format!("the first value is {kind}; all must be"));
        reader.report(error, span, "");
        return None;
    }
    Some((BindValue::List(nodes), literals))
}

fn scalar(reader: &mut Reader<'_>, node: &Node) -> Option<(expression::Node, Literal)> {
    let literal = match &node.value {
        Value::Text(text) => Literal::String(text.text.clone()),
        Value::Int(number) => Literal::Int(*number),
        Value::Float(number) => Literal::Float(*number),
        Value::Bool(flag) => Literal::Bool(*flag),
        Value::Time(moment) => {
            if let Some(text) = convert::utc_text(moment) {
                return Some((expression::Node::Time(text.clone()), Literal::String(text)));
            }
            let error = Diagnostic::error("M020", "a bind value cannot be a date without a time")
                .help("add a time of day, as in 2024-05-01T00:00:00");
            reader.report(error, node.span, "");
            return None;
        }
        Value::Null | Value::BigInt | Value::List(_) | Value::Map(_) => {
            let message = format!("a bind value cannot be {}", node.value.kind());
            let error = Diagnostic::error("M020", message)
                .help("possible: a text, a 64-bit integer, a number, a timestamp, a list of these");
            reader.report(error, node.span, "");
            return None;
        }
    };
    Some((expression::Node::Literal(literal.clone()), literal))
}
