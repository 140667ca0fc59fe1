//! ObsCore lints of a mapping.
//!
//! In: a mapping, and the registry's snapshot. Out: findings of family L that need no row of the
//! database. Rules are those of ObsCore 1.1 (with its errata) and of the IVOA's vocabularies.

use super::constants::{Source, deduplicated, key_span, source};
use super::ucd::{self, Flaw};
use super::{identifiers, spectrum};
use crate::diag::{Diagnostic, Severity, Span, nearest};
use crate::mapping::{DatasetTypeBlock, Mapping, Spanned};
use crate::registry::Snapshot;

/// ObsCore 1.1, section 3.3.1.
const DATAPRODUCT_TYPES: &[&str] =
    &["image", "cube", "spectrum", "sed", "timeseries", "visibility", "event", "measurements"];

/// ObsCore 1.1, section 4.23.1 (`pol_states`), in the order that it demands.
const POL_STATES: &[&str] =
    &["I", "Q", "U", "V", "RR", "LL", "RL", "LR", "XX", "YY", "XY", "YX", "POLI", "POLA"];

/// All of them.
pub fn lint(mapping: &Mapping, snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, block) in &mapping.dataset_types {
        block_lints(mapping, name, block, &mut found);
    }
    identifiers::lint(mapping, &mut found);
    spectrum::lint(mapping, &mut found);
    instruments(mapping, snapshot, &mut found);
    deduplicated(found)
}

/// A finding at a place of the mapping.
pub(super) fn at(
    mapping: &Mapping,
    code: &'static str,
    severity: Severity,
    message: String,
    span: Span,
) -> Diagnostic {
    let diagnostic = match severity {
        Severity::Error => Diagnostic::error(code, message),
        Severity::Warning => Diagnostic::warning(code, message),
        Severity::Note => Diagnostic::note(code, message),
    };
    diagnostic.at(&mapping.source, span, "")
}

fn block_lints(
    mapping: &Mapping,
    name: &str,
    block: &Spanned<DatasetTypeBlock>,
    found: &mut Vec<Diagnostic>,
) {
    let constant = |column: &str| {
        let (source, span) = source(mapping, block, column);
        source.text().map(|text| (text, span))
    };
    if let Some((kind, span)) = constant("dataproduct_type")
        && !DATAPRODUCT_TYPES.contains(&kind.as_str())
    {
        let message = format!("`{kind}` is not a dataproduct_type of ObsCore");
        let finding = at(mapping, "L001", Severity::Warning, message, span);
        found.push(suggest(finding, &kind, DATAPRODUCT_TYPES));
    }
    let level = &block.value.calib_level;
    if !(0..=4).contains(&level.value) {
        let message = format!("calib_level is 0 to 4, not {}", level.value);
        found.push(at(mapping, "L002", Severity::Error, message, level.span));
    }
    if let Some((ucd, span)) = constant("o_ucd") {
        found.extend(ucd::flaws(&ucd).into_iter().map(|flaw| of_ucd(mapping, &ucd, flaw, span)));
    }
    if let Some((states, span)) = constant("pol_states")
        && let Some(flaw) = pol_states(&states)
    {
        let message = format!("pol_states `{states}`: {flaw}");
        found.push(
            at(mapping, "L005", Severity::Warning, message, span)
                .help(format!("states between slashes, `/I/Q/`, out of {}", POL_STATES.join(" "))),
        );
    }
    if let Some((format, span)) = constant("access_format")
        && !is_media_type(&format)
    {
        let message = format!("access_format `{format}` is not a media type");
        found.push(
            at(mapping, "L008", Severity::Warning, message, span)
                .help("such as image/fits or application/x-votable+xml;content=datalink"),
        );
    }
    empty(mapping, name, block, found);
}

/// Columns that ObsCore wants filled, and that nothing fills.
fn empty(
    mapping: &Mapping,
    name: &str,
    block: &Spanned<DatasetTypeBlock>,
    found: &mut Vec<Diagnostic>,
) {
    for (column, key) in [
        ("obs_id", "obs_id_fmt"),
        ("obs_collection", "obs_collection"),
        ("obs_publisher_did", "obs_publisher_did_fmt"),
    ] {
        let (source, span) = source(mapping, block, column);
        let is_empty = match source {
            Source::Nothing => true,
            other => other.text().is_some_and(|text| text.is_empty()),
        };
        if !is_empty {
            continue;
        }
        let whole = column != "obs_id";
        let (message, span) = if whole {
            (format!("{column} is empty: nothing fills it"), key_span(mapping, "dataset_types"))
        } else {
            (format!("{column} of `{name}` is empty: nothing fills it"), span)
        };
        let finding = at(mapping, "L013", Severity::Error, message, span)
            .help(format!("ObsCore does not allow NULL there; give a `{key}`"));
        found.push(finding);
    }
}

fn suggest(finding: Diagnostic, word: &str, known: &[&str]) -> Diagnostic {
    match nearest(&word.to_lowercase(), known.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(format!("possible: {}", known.join(", "))),
    }
}

fn of_ucd(mapping: &Mapping, ucd: &str, flaw: Flaw, span: Span) -> Diagnostic {
    match flaw {
        Flaw::Syntax(why) => {
            at(mapping, "L003", Severity::Error, format!("`{ucd}` is not a UCD: {why}"), span)
                .help("words of atoms with points, `phot.flux.density;em.opt`")
        }
        Flaw::Unknown { word, near } => {
            let message = format!("`{word}` is not a word of UCD1+");
            let finding = at(mapping, "L004", Severity::Warning, message, span);
            match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("the list is at https://ivoa.net/documents/UCD1+/"),
            }
        }
        Flaw::Place { word, first } => {
            let message = if first {
                format!("UCD word `{word}` cannot be the first one")
            } else {
                format!("UCD word `{word}` can only be the first one")
            };
            at(mapping, "L004", Severity::Warning, message, span)
                .help("the first word says what is measured, the others qualify it")
        }
    }
}

fn pol_states(states: &str) -> Option<String> {
    let inner = states.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(inner) = inner.filter(|inner| !inner.is_empty()) else {
        return Some("it must begin and end with a slash".to_owned());
    };
    let mut last = None;
    for state in inner.split('/') {
        let Some(place) = POL_STATES.iter().position(|known| *known == state) else {
            return Some(format!("`{state}` is not a polarization state"));
        };
        if last.is_some_and(|last| place <= last) {
            return Some(format!("`{state}` is out of order"));
        }
        last = Some(place);
    }
    None
}

/// RFC 6838 names with RFC 2045 parameters.
fn is_media_type(text: &str) -> bool {
    let mut parts = text.split(';').map(str::trim);
    let name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.len() <= 127
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    let kind = parts.next().and_then(|kind| kind.split_once('/'));
    kind.is_some_and(|(kind, subtype)| name(kind) && name(subtype))
        && parts.all(|parameter| {
            parameter.split_once('=').is_some_and(|(key, value)| {
                let value = value.trim_matches('"');
                name(key) && !value.is_empty() && value.chars().all(|c| c.is_ascii_graphic())
            })
        })
}

fn instruments(mapping: &Mapping, snapshot: &Snapshot, found: &mut Vec<Diagnostic>) {
    let Some(known) = snapshot.governors.get("instrument") else { return };
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    let lacking = |name: &str| !known.contains(name);
    for name in mapping.facility_map.keys().filter(|name| lacking(name)) {
        let message =
            format!("facility_map names `{name}`, which is no instrument of the registry");
        let span = key_span(mapping, "facility_map");
        let finding = at(mapping, "L011", Severity::Warning, message, span);
        found.push(suggest(finding, name, &names));
    }
    if !mapping.facility_map.is_empty() {
        for name in known.iter().filter(|name| !mapping.facility_map.contains_key(*name)) {
            let facility = &mapping.facility_name;
            let message = format!("facility_map lacks `{name}`; its rows say `{facility}`");
            let span = key_span(mapping, "facility_map");
            found.push(at(mapping, "L011", Severity::Note, message, span));
        }
    }
    if let Some(name) = mapping.fallback_instrument.as_deref().filter(|name| lacking(name)) {
        let message = format!("fallback_instrument `{name}` is no instrument of the registry");
        let span = key_span(mapping, "fallback_instrument");
        let finding = at(mapping, "L012", Severity::Warning, message, span);
        found.push(suggest(finding, name, &names));
    }
}
