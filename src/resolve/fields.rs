//! Templates to scalars.
//!
//! In: a [`Template`] and the tables of a branch. Out: the scalar that equals what Python's
//! `str.format` yields in Butler's `RecordFactory`, `None` where it would raise `KeyError` (NULL in
//! an extra column, an error elsewhere), or a diagnostic for what it would refuse.

use std::collections::BTreeMap;

use super::formats::refused;
use super::tables::Tables;
use crate::diag::{Diagnostic, Source, nearest};
use crate::plan::{Bound, Scalar, TimeForm};
use crate::template::{Access, Field, Part, Template};
use crate::value::Literal;

/// What templates of a dataset type can name besides dimensions and records.
#[derive(Debug)]
pub struct Names<'a> {
    /// The mapping file.
    pub source: &'a Source,
    /// Name of the dataset type.
    pub dataset_type: &'a str,
    /// Columns set so far, which hide dimensions of the same name.
    pub set: BTreeMap<String, Scalar>,
}

/// The text of `template`; `None` when it names what this dataset type does not have.
pub fn text(
    template: &Template,
    tables: &mut Tables<'_>,
    names: &Names<'_>,
) -> Result<Option<Scalar>, Diagnostic> {
    let mut parts = Vec::new();
    for part in &template.parts {
        match part {
            Part::Literal(text) => {
                parts.push(Scalar::Literal(Literal::String(text.clone())));
            }
            Part::Field(field) => match value(field, tables, names)? {
                Some(value) => parts.push(formatted(field, value, names.source)?),
                None => return Ok(None),
            },
        }
    }
    let mut merged = merged(parts);
    Ok(Some(match merged.len() {
        1 => merged.remove(0),
        _ => Scalar::Concat(merged),
    }))
}

/// The parts of a text, with neighbouring constants made one.
fn merged(parts: Vec<Scalar>) -> Vec<Scalar> {
    let mut out: Vec<Scalar> = Vec::new();
    for part in parts.into_iter().flat_map(flat) {
        match (out.last_mut(), &part) {
            (
                Some(Scalar::Literal(Literal::String(last))),
                Scalar::Literal(Literal::String(more)),
            ) => {
                last.push_str(more);
            }
            _ => out.push(part),
        }
    }
    out
}

/// A part as the parts that it consists of: texts that are formatted without a specification.
fn flat(part: Scalar) -> Vec<Scalar> {
    match part {
        Scalar::Concat(parts) => merged(parts),
        Scalar::Format { value, spec, conversion } if spec.is_default() => match *value {
            Scalar::Literal(Literal::String(text)) if conversion.is_none_or(|c| c == 's') => {
                vec![Scalar::Literal(Literal::String(text))]
            }
            Scalar::Literal(Literal::Int(number)) => {
                vec![Scalar::Literal(Literal::String(number.to_string()))]
            }
            Scalar::Null if conversion.is_none_or(|c| c == 's') => {
                vec![Scalar::Literal(Literal::String("None".to_owned()))]
            }
            Scalar::DatasetId if conversion.is_none_or(|c| c == 's') => vec![Scalar::DatasetId],
            Scalar::Concat(parts) if conversion.is_none_or(|c| c == 's') => merged(parts),
            value => vec![Scalar::Format { value: Box::new(value), spec, conversion }],
        },
        other => vec![other],
    }
}

fn formatted(field: &Field, value: Scalar, source: &Source) -> Result<Scalar, Diagnostic> {
    if let Some(refusal) = refused(&value, field.conversion, &field.spec) {
        return Err(Diagnostic::error("P004", refusal.message)
            .at(source, field.span, "this format is not possible")
            .help(refusal.help));
    }
    let (spec, conversion) = (field.spec.clone(), field.conversion);
    Ok(Scalar::Format { value: Box::new(value), spec, conversion })
}

/// The value that a field names, unformatted.
fn value(
    field: &Field,
    tables: &mut Tables<'_>,
    names: &Names<'_>,
) -> Result<Option<Scalar>, Diagnostic> {
    if field.name == "records" && !names.set.contains_key("records") {
        return record(field, tables, names);
    }
    let simple = names.set.get(&field.name).cloned().or_else(|| match field.name.as_str() {
        "id" => Some(Scalar::DatasetId),
        "run" => Some(tables.run()),
        "dataset_type" => Some(Scalar::Literal(Literal::String(names.dataset_type.to_owned()))),
        // Butler calls an exposure a visit where the data ID has no visit.
        "visit" => tables.dimension("visit").or_else(|| tables.dimension("exposure")),
        name => tables.dimension(name),
    });
    if simple.is_some() && !field.path.is_empty() {
        return Err(Diagnostic::error("P003", format!("`{}` has no attributes", field.name))
            .at(names.source, field.span, "a plain value")
            .help(format!("write `{{{0}}}`, or `{{records[{0}].…}}` for its record", field.name)));
    }
    Ok(simple)
}

/// `records[element].field`, `records[element].timespan.begin.utc.isot`.
fn record(
    field: &Field,
    tables: &mut Tables<'_>,
    names: &Names<'_>,
) -> Result<Option<Scalar>, Diagnostic> {
    let wrong = |message: String, text: &str| {
        Diagnostic::error("P003", message).at(names.source, field.span, text)
    };
    let Some((Access::Item(element), path)) = field.path.split_first() else {
        return Err(wrong("`records` needs a dimension in brackets".to_owned(), "here")
            .help("for example `{records[visit].name}`"));
    };
    if !tables.group.elements.iter().any(|name| name == element) {
        return Ok(None);
    }
    let path: Vec<&str> = path
        .iter()
        .map(|step| match step {
            Access::Attribute(name) | Access::Item(name) => name.as_str(),
        })
        .collect();
    match path.as_slice() {
        [] => Err(wrong(format!("`records[{element}]` is a whole record"), "not a value")
            .help(format!("name a field of it: `{{records[{element}].…}}`"))),
        ["timespan", rest @ ..] if tables.temporal(element) => {
            let Some((bound, form)) = instant(rest) else {
                return Err(wrong("not an instant of a timespan".to_owned(), "here").help(
                    "possible: `.timespan.begin` or `.end`, then `.utc` or `.tai`, then `.isot`, \
                     `.iso` or `.mjd`",
                ));
            };
            let alias = tables.element(element);
            Ok(alias.map(|alias| Scalar::Time { alias, bound, form }))
        }
        [name] => match tables.field(element, name) {
            Some(value) => Ok(Some(value)),
            None => {
                let fields = tables.fields(element);
                let near = nearest(name, fields.iter().map(String::as_str));
                let error = wrong(
                    format!("the record of `{element}` has no field `{name}`"),
                    "no such field",
                );
                Err(match near {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help(format!("its fields: {}", fields.join(", "))),
                })
            }
        },
        [name, ..] => Err(wrong(format!("`{name}` of `{element}` has no attributes"), "too deep")),
    }
}

fn instant(path: &[&str]) -> Option<(Bound, TimeForm)> {
    let (bound, rest) = match path {
        ["begin", rest @ ..] => (Bound::Begin, rest),
        ["end", rest @ ..] => (Bound::End, rest),
        _ => return None,
    };
    let form = match rest {
        ["utc", "mjd"] => TimeForm::UtcMjd,
        ["utc", "isot"] => TimeForm::UtcIsot,
        ["utc", "iso"] => TimeForm::UtcIso,
        // Butler's times are TAI until they are asked for another scale.
        ["tai", "mjd"] | ["mjd"] => TimeForm::TaiMjd,
        ["tai", "isot"] | ["isot"] => TimeForm::TaiIsot,
        ["tai", "iso"] | ["iso"] => TimeForm::TaiIso,
        _ => return None,
    };
    Some((bound, form))
}
