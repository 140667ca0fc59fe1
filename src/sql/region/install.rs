//! Statements that install and remove the functions of the strategy `functions`.
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

/// The statements that create what [`column`](super::column) calls, in order, without semicolons
/// at their ends. Empty where nothing is to be installed: `inline`, and SQLite, whose functions
/// live in the process or in the loadable extension.
pub fn prelude(dialect: Dialect, strategy: Strategy, schema: Option<&str>) -> Vec<String> {
    let schema = quoted(schema);
    templates(dialect, strategy)
        .map(|template| {
            let template =
                if schema.contains("$$") { template.replace("$$", "$obscore$") } else { template };
            template.replace("{schema}", &schema)
        })
        .collect()
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
    let wanted = dialect == Dialect::Postgres && strategy == Strategy::Functions;
    let files = if wanted { &FILES[..] } else { &[] };
    files
        .iter()
        .flat_map(|file| file.split("\n$$;\n"))
        .filter(|statement| !statement.trim().is_empty())
        .map(|statement| format!("{}\n$$", statement.trim()))
}

/// The name of a template's function.
fn name(template: &str) -> Option<&str> {
    let (_, rest) = template.split_once("FUNCTION {schema}.")?;
    rest.split_once('(').map(|(name, _)| name)
}
