//! Doubles as Python's `repr` writes them: the shortest digits that read back as the same number.

use sea_query::Expr;

use super::Target;
use crate::sql::Dialect;

impl Target {
    /// `repr(x)` of a double.
    pub(super) fn float_text(&self, value: &Expr) -> Expr {
        match self.dialect {
            // PostgreSQL writes the shortest digits too, but no `.0`, and turns to an exponent at
            // 1e15 where Python does at 1e16.
            Dialect::Postgres => self.dialect.fill(
                "CASE WHEN abs({0}) >= 1e16::double precision OR (abs({0}) < \
                 1e-4::double precision AND {0} <> 0) THEN {0}::text WHEN {0} = floor({0}) THEN \
                 {0}::text::numeric::text || '.0' ELSE {0}::text END",
                &[value],
            ),
            // The fewest of 15, 16 or 17 digits that read back as the same number.
            Dialect::Sqlite => {
                let digits = self.dialect.fill(
                    "CASE WHEN CAST(printf('%.15g', {0}) AS real) = {0} THEN printf('%.15g', {0}) \
                     WHEN CAST(printf('%.16g', {0}) AS real) = {0} THEN printf('%.16g', {0}) ELSE \
                     printf('%!.17g', {0}) END",
                    &[value],
                );
                self.dialect.fill(
                    "CASE WHEN {0} IS NULL THEN NULL WHEN abs({0}) >= 1e16 OR (abs({0}) < 1e-4 AND \
                     {0} <> 0) THEN {1} WHEN {0} = CAST({0} AS integer) THEN CAST({0} AS integer) || '.0' ELSE {1} END",
                    &[value, &digits],
                )
            }
        }
    }
}
