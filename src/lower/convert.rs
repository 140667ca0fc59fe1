//! Text to numbers, as Python's `int()`, `float()` and `bool(int())` read it.
//!
//! In: text expressions. Out: numbers; NULL where Python would raise `ValueError`, so that one odd
//! value cannot fail a whole query.

use sea_query::Expr;

use super::Target;
use crate::plan::ValueKind;
use crate::sql::Dialect;

impl Target {
    /// `text` as a number.
    pub(super) fn converted(&self, text: &Expr, to: ValueKind) -> Expr {
        let template = match (self.dialect, to) {
            (_, ValueKind::Text | ValueKind::Timestamp) => return text.clone(),
            (Dialect::Postgres, ValueKind::Int) => {
                r"CASE WHEN {0} ~ '^\s*[+-]?[0-9]{1,18}\s*$' THEN CAST({0} AS bigint) END"
            }
            (Dialect::Postgres, ValueKind::Bool) => {
                r"CASE WHEN {0} ~ '^\s*[+-]?[0-9]{1,18}\s*$' THEN CAST({0} AS bigint) <> 0 END"
            }
            (Dialect::Postgres, ValueKind::Float) => {
                r"CASE WHEN {0} ~ '^\s*[+-]?([0-9]{1,200}(\.[0-9]{0,200})?|\.[0-9]{1,200})([eE][+-]?[0-9]{1,2})?\s*$' THEN CAST({0} AS double precision) END"
            }
            (Dialect::Sqlite, ValueKind::Int) => {
                "CASE WHEN ltrim(trim({0}), '+-') GLOB '[0-9]*' AND NOT ltrim(trim({0}), '+-') \
                 GLOB '*[^0-9]*' AND length({0}) < 19 THEN CAST(trim({0}) AS integer) END"
            }
            (Dialect::Sqlite, ValueKind::Bool) => {
                "CASE WHEN ltrim(trim({0}), '+-') GLOB '[0-9]*' AND NOT ltrim(trim({0}), '+-') \
                 GLOB '*[^0-9]*' AND length({0}) < 19 THEN CAST(trim({0}) AS integer) <> 0 END"
            }
            (Dialect::Sqlite, ValueKind::Float) => {
                // json_valid knows the grammar of numbers; a leading sign or zeros are Python's own.
                "CASE WHEN json_valid(ltrim(trim({0}), '+-0') || '') AND ltrim(trim({0}), '+-') \
                 GLOB '[0-9]*' THEN CAST(trim({0}) AS real) WHEN ltrim(trim({0}), '+-0') IN ('', \
                 '.') AND trim({0}) GLOB '*0*' THEN 0.0 WHEN json_valid('0' || ltrim(trim({0}), \
                 '+-0')) THEN CAST(trim({0}) AS real) END"
            }
        };
        self.dialect.fill(template, &[text])
    }
}
