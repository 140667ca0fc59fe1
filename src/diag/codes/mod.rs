//! The codes of all diagnostics, a family a file, each with its long form for `explain CODE`.

mod adql;
mod deploy;
mod expression;
mod lint;
mod mapping;
mod plan;
mod registry;
mod template;

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
/// and credentials, D generate/apply/check/drop, L ObsCore lints, Q ADQL.
pub const CODES: &[&[Code]] = &[
    mapping::CODES,
    expression::CODES,
    template::CODES,
    plan::CODES,
    registry::CODES,
    deploy::CODES,
    lint::CODES,
    adql::CODES,
];

/// The code with that name, in any case of letters.
pub fn explain(code: &str) -> Option<&'static Code> {
    CODES.iter().copied().flatten().find(|entry| entry.code.eq_ignore_ascii_case(code))
}

/// What `explain CODE` prints; nothing for an unknown code.
pub fn explanation(code: &str) -> Option<String> {
    let entry = explain(code)?;
    Some(format!("{}: {}\n\n{}\n", entry.code, entry.title, entry.text.trim_end()))
}

/// All codes with their titles, a line each.
pub fn summary() -> String {
    let codes = CODES.iter().copied().flatten();
    codes.map(|entry| format!("{}  {}\n", entry.code, entry.title)).collect()
}
