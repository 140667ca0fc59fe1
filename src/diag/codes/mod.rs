//! The codes of all diagnostics, a family a file, each with its long form for `explain CODE`.

mod adql;
mod cutout;
mod deploy;
mod export;
mod expression;
mod formats;
mod lint;
mod mapping;
mod plan;
mod query;
mod registry;
mod serve;
mod template;
mod votable;

/// A diagnostic's code and what there is to say about it.
#[derive(Debug)]
pub struct Code {
    /// Family letter and three digits.
    pub code: &'static str,
    /// One line.
    pub title: &'static str,
    /// What it means, why it matters, what to do; plain text, an example where one helps.
    pub text: &'static str,
}

/// All codes, family by family: M mapping and where-expressions, T templates, R registry, database
/// and credentials, D generate/apply/check/drop, X export, L ObsCore lints, P compiling a mapping,
/// W what where-expressions mean, V uploaded VOTables, Q ADQL, F output
/// formats of services.
/// W what where-expressions mean, V uploaded VOTables, Q ADQL, S the service, C cutouts.
pub const CODES: &[&[Code]] = &[
    mapping::CODES,
    expression::CODES,
    expression::MEANING,
    template::CODES,
    plan::CODES,
    registry::CODES,
    deploy::CODES,
    export::CODES,
    lint::CODES,
    votable::CODES,
    adql::CODES,
    query::CODES,
    formats::CODES,
    serve::CODES,
    cutout::CODES,
];

/// The code with that name, in any case of letters.
pub fn explain(code: &str) -> Option<&'static Code> {
    CODES.iter().copied().flatten().find(|entry| entry.code.eq_ignore_ascii_case(code))
}
