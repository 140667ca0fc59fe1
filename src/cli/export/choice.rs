//! What a user chooses: format, dataset types, collections, condition.

use std::path::Path;

use super::Arguments;
use crate::diag::{Diagnostic, Result, Source, Span, SpanMap, nearest};
use crate::expression;
use crate::mapping::{CollectionRule, Collections, Mapping, Spanned, WhereBind};

/// The formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Apache Parquet, compressed as the mapping says.
    Parquet,
    /// Comma-separated values with `\N` for NULL.
    Csv,
    /// VOTable 1.5 (TABLEDATA).
    Votable,
    /// VOTable 1.5 (BINARY2).
    Binary2,
}

/// The format that was asked for, or that the file's name ends in.
pub fn format(asked: Option<Format>, file: &Path) -> Result<Format> {
    let stdout = file == Path::new("-");
    let ending = file.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    let by_name = match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("parquet" | "pq") => Some(Format::Parquet),
        Some("csv") => Some(Format::Csv),
        Some("xml" | "vot" | "votable") => Some(Format::Votable),
        _ => None,
    };
    match asked.or(by_name) {
        Some(Format::Parquet) if stdout => {
            Err(unclear("Parquet cannot be written to standard output", "name a file after -o"))
        }
        Some(format) => Ok(format),
        None => Err(unclear(
            &format!("the name `{}` does not tell a format", file.display()),
            "--format parquet, csv, votable or binary2",
        )),
    }
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
fn unclear(message: &str, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("X005", message).help(help))
}

/// Replaces parts of the mapping by what the command line says, as `butler obscore export` does.
pub fn narrow(mapping: &mut Mapping, arguments: &Arguments) -> Result<()> {
    if arguments.parity {
        mapping.switch_deviations_off();
    }
    let wanted = &arguments.dataset_type;
    if let Some(unknown) = wanted.iter().find(|name| !mapping.dataset_types.contains_key(*name)) {
        let names: Vec<&str> = mapping.dataset_types.keys().map(String::as_str).collect();
        let message = format!("the mapping has no dataset type `{unknown}`");
        let diagnostic = Diagnostic::error("X006", message);
        return Err(Box::new(match nearest(unknown, names.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("it has: {}", names.join(", "))),
        }));
    }
    if !wanted.is_empty() {
        mapping.dataset_types.retain(|name, _| wanted.contains(name));
    }
    if !arguments.collections.is_empty() {
        let names = arguments.collections.iter();
        let names = names.map(|name| place(mapping, "--collections ", name)).collect();
        mapping.collections = Collections { rule: CollectionRule::SearchPath, names };
    }
    if let Some(text) = &arguments.where_ {
        let Spanned { span, .. } = place(mapping, "--where ", text);
        let map = SpanMap::verbatim(span.start, text.len());
        let parsed = expression::parse(text, &mapping.source, &map, None)?;
        let expression = parsed.map(|value| Spanned { value, span });
        mapping.where_ = WhereBind { expression, ..WhereBind::default() };
    }
    Ok(())
}

/// Gives a word of the command line a place after the end of the mapping file, so that whatever is
/// wrong with it can be pointed at.
fn place(mapping: &mut Mapping, option: &str, word: &str) -> Spanned<String> {
    let mut text = mapping.source.text().to_owned();
    text.push('\n');
    text.push_str(option);
    let start = text.len();
    text.push_str(word);
    let name = mapping.source.name().to_owned();
    mapping.source = Source::new(name, text);
    Spanned { value: word.to_owned(), span: Span::new(start, start + word.len()) }
}
