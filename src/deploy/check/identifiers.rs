//! Lints of obs_publisher_did (IVOA Identifiers 2.0, ObsCore 1.1 section 3.3.6).

use super::constants::source;
use super::lint::at;
use crate::diag::{Diagnostic, Severity, Span};
use crate::mapping::{DatasetTypeBlock, Mapping, Spanned};
use crate::template::{Part, Template};

/// Findings on the templates of publisher dataset identifiers.
pub(super) fn lint(mapping: &Mapping, found: &mut Vec<Diagnostic>) {
    for block in mapping.dataset_types.values() {
        let (super::constants::Source::Template(template), span) =
            source(mapping, block, "obs_publisher_did")
        else {
            continue;
        };
        if !has_id(template) {
            let message = "obs_publisher_did has no {id}: datasets share it".to_owned();
            found
                .push(at(mapping, "L009", Severity::Warning, message, span).help(
                    "{id} is the dataset's UUID, which makes the identifier unique for good",
                ));
        }
        if let Some(flaw) = ivoid(template) {
            found.push(not_ivoid(mapping, &template.text, &flaw, span));
        }
    }
}

fn not_ivoid(mapping: &Mapping, text: &str, flaw: &str, span: Span) -> Diagnostic {
    let message = format!("`{text}` does not make an IVOA identifier: {flaw}");
    at(mapping, "L010", Severity::Warning, message, span)
        .help("ivo://AUTHORITY/RESOURCE?LOCAL, such as ivo://example.org/survey?{id}")
}

/// Whether every dataset gets an identifier of its own.
pub(super) fn is_unique(mapping: &Mapping, block: &Spanned<DatasetTypeBlock>) -> bool {
    match source(mapping, block, "obs_publisher_did").0 {
        super::constants::Source::Template(template) => has_id(template),
        _ => false,
    }
}

fn has_id(template: &Template) -> bool {
    template.parts.iter().any(|part| match part {
        Part::Field(field) => {
            field.name == "id" && field.path.is_empty() && field.spec.precision.is_none()
        }
        Part::Literal(_) => false,
    })
}

/// What is wrong with the identifiers that `template` makes, fields standing for legal text.
fn ivoid(template: &Template) -> Option<String> {
    let text: String = template
        .parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            Part::Field(_) => "xxx",
        })
        .collect();
    let scheme = text.get(..6).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("ivo://") {
        return Some("it does not begin with ivo://".to_owned());
    }
    let rest = text.get(6..).unwrap_or_default();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, local) = rest.split_at(end);
    let legal = authority.len() >= 3
        && authority.starts_with(|c: char| c.is_ascii_alphanumeric())
        && authority.chars().all(|c| c.is_ascii_alphanumeric() || "-_.!~*'()+=".contains(c));
    if !legal {
        return Some(format!("`{authority}` is not an authority"));
    }
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:@/?%#".contains(c);
    local
        .chars()
        .find(|c| !unreserved(*c))
        .map(|c| format!("`{c}` has to be written with percent signs"))
}
