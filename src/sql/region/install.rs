//! Statements that install the functions of the strategies `functions` and `ingest`.
//!
//! In: the schema. Out: the statements of `sql/postgres/*.sql`, one each, with the comments before
//! them and the schema's name in place of `{schema}`.

use super::Strategy;
use crate::sql::Dialect;

const FILES: [&str; 4] = [
    include_str!("../../../sql/postgres/10_numbers.sql"),
    include_str!("../../../sql/postgres/20_circles.sql"),
    include_str!("../../../sql/postgres/30_texts.sql"),
    include_str!("../../../sql/postgres/40_columns.sql"),
];

/// What `ingest` needs besides.
const KEPT: &str = include_str!("../../../sql/postgres/50_kept.sql");

/// The same for the types of pgSphere.
const KEPT_SPHERE: &str = include_str!("../../../sql/postgres/60_kept_sphere.sql");

/// What finds images by place, and what an index of places is made of.
const SKY: [&str; 2] = [
    include_str!("../../../sql/postgres/70_sky.sql"),
    include_str!("../../../sql/postgres/80_bounds.sql"),
];

/// The statements that create what [`column`](super::column) calls, in order, without semicolons
/// at their ends. Empty where nothing is to be installed: `inline`, and SQLite, whose functions
/// live in the process or in the loadable extension.
pub fn prelude(dialect: Dialect, strategy: Strategy, schema: Option<&str>) -> Vec<String> {
    templates(dialect, strategy).map(|template| filled(template, schema)).collect()
}

/// Names and statements of the functions that places on the sky are compared with, on top of those of
/// [`prelude`]; none where that has none.
pub fn sky_functions(
    dialect: Dialect,
    strategy: Strategy,
    schema: Option<&str>,
) -> Vec<(String, String)> {
    match (dialect, strategy) {
        (Dialect::Postgres, Strategy::Functions | Strategy::Ingest) => SKY
            .iter()
            .flat_map(|file| statements(file))
            .map(|one| (name(&one).unwrap_or_default().to_owned(), filled(one, schema)))
            .collect(),
        _ => Vec::new(),
    }
}

/// Name and statement of the function that gives what `ingest` keeps in types of pgSphere, whose
/// extension must be there.
pub fn sphere_function(schema: Option<&str>) -> (String, String) {
    let template = KEPT_SPHERE.trim().trim_end_matches(';').to_owned();
    (name(&template).unwrap_or_default().to_owned(), filled(template, schema))
}

/// The template with the schema's name.
fn filled(template: String, schema: Option<&str>) -> String {
    let schema = quoted(schema);
    let template =
        if schema.contains("$$") { template.replace("$$", "$obscore$") } else { template };
    template.replace("{schema}", &schema)
}

/// Names of the functions that [`prelude`] creates, without schema, in order.
pub fn function_names(dialect: Dialect, strategy: Strategy) -> Vec<String> {
    templates(dialect, strategy).filter_map(|t| name(&t).map(str::to_owned)).collect()
}

/// The schema as an SQL identifier.
pub(super) fn quoted(schema: Option<&str>) -> String {
    format!("\"{}\"", schema.unwrap_or("public").replace('"', "\"\""))
}

fn templates(dialect: Dialect, strategy: Strategy) -> impl Iterator<Item = String> {
    let files: &[&str] = match (dialect, strategy) {
        (Dialect::Postgres, Strategy::Functions | Strategy::Ingest) => &FILES,
        _ => &[],
    };
    let kept = (dialect == Dialect::Postgres && strategy == Strategy::Ingest).then_some(&KEPT);
    files.iter().chain(kept).flat_map(|file| statements(file))
}

/// The statements of a file, without semicolons.
fn statements(file: &str) -> impl Iterator<Item = String> {
    file.split("\n$$;\n")
        .filter(|statement| !statement.trim().is_empty())
        .map(|statement| format!("{}\n$$", statement.trim()))
}

/// The name of a template's function.
fn name(template: &str) -> Option<&str> {
    let (_, rest) = template.split_once("FUNCTION {schema}.")?;
    rest.split_once('(').map(|(name, _)| name)
}
