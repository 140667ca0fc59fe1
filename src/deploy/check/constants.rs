//! What a mapping says of each column, whatever the registry holds.
//!
//! In: a mapping. Out: per dataset type and column the constant or template that decides, with
//! its place. The order of precedence is that of `crate::resolve`.

use crate::diag::{Diagnostic, Span};
use crate::mapping::{DatasetTypeBlock, ExtraColumn, Mapping, Spanned};
use crate::template::Template;
use crate::value::Literal;

/// What decides a column.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A constant text.
    Text(&'a str),
    /// A constant of any type.
    Literal(&'a Literal),
    /// A template.
    Template(&'a Template),
    /// Nothing: it is NULL, unless the data ID fills it.
    Nothing,
}

impl Source<'_> {
    /// The constant as text.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some((*text).to_owned()),
            Self::Literal(Literal::String(text)) => Some(text.clone()),
            Self::Literal(Literal::Int(number)) => Some(number.to_string()),
            Self::Literal(Literal::Float(number)) => Some(number.to_string()),
            Self::Literal(Literal::Bool(value)) => Some(value.to_string()),
            Self::Template(template) => {
                let literal = template
                    .parts
                    .iter()
                    .all(|part| matches!(part, crate::template::Part::Literal(_)));
                literal.then(|| template.text.clone())
            }
            Self::Nothing => None,
        }
    }
}

/// What decides `column` of a dataset type, and where that stands.
pub fn source<'a>(
    mapping: &'a Mapping,
    block: &'a Spanned<DatasetTypeBlock>,
    column: &str,
) -> (Source<'a>, Span) {
    let extra = |columns: &'a indexmap::IndexMap<String, Spanned<ExtraColumn>>| {
        columns.get(column).map(|one| (of(&one.value), one.span))
    };
    let block_span = block.span;
    let block = &block.value;
    extra(&block.extra_columns)
        .or_else(|| extra(&mapping.extra_columns))
        .or_else(|| plain(mapping, block, column, block_span))
        .or_else(|| extra(&block.own.columns))
        .or_else(|| extra(&mapping.deviations.columns))
        .unwrap_or((Source::Nothing, block_span))
}

fn of(column: &ExtraColumn) -> Source<'_> {
    match column {
        ExtraColumn::Constant(value) => Source::Literal(value),
        ExtraColumn::Template(column) => Source::Template(&column.template.value),
    }
}

fn plain<'a>(
    mapping: &'a Mapping,
    block: &'a DatasetTypeBlock,
    column: &str,
    span: Span,
) -> Option<(Source<'a>, Span)> {
    let text = |text: &'a Option<String>| text.as_deref().map(|text| (Source::Text(text), span));
    let template = |template: &'a Option<Spanned<Template>>| {
        template.as_ref().map(|one| (Source::Template(&one.value), one.span))
    };
    match column {
        "dataproduct_type" => {
            let value = &block.dataproduct_type;
            Some((Source::Text(&value.value), value.span))
        }
        "o_ucd" => block.o_ucd.as_ref().map(|one| (Source::Text(&one.value), one.span)),
        "access_format" => text(&block.access_format),
        "obs_collection" => text(&block.obs_collection).or_else(|| text(&mapping.obs_collection)),
        "obs_id" => template(&block.obs_id_fmt),
        "access_url" => template(&block.datalink_url_fmt),
        "obs_publisher_did" => template(&mapping.obs_publisher_did_fmt),
        _ => None,
    }
}

/// The place of a key at the top of the file, for values whose own place is not kept.
pub fn key_span(mapping: &Mapping, key: &str) -> Span {
    let mut offset = 0;
    for line in mapping.source.text().split_inclusive('\n') {
        if line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')) {
            return Span::new(offset, offset + key.len());
        }
        offset += line.len();
    }
    Span::default()
}

/// Keeps one finding per code, message and place: an anchor (`<<: *block`) repeats what it says.
pub fn deduplicated(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        let same = |other: &Diagnostic| {
            other.code == finding.code
                && other.message == finding.message
                && other.location() == finding.location()
        };
        if !kept.iter().any(same) {
            kept.push(finding);
        }
    }
    kept
}
