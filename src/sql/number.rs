//! Texts as numbers, as Python reads them, in either dialect.
//!
//! In: text expressions. Out: numbers; NULL where Python would raise.

use sea_query::Expr;

use super::Dialect;

impl Dialect {
    /// Python's `int(text)`; NULL where it would raise `ValueError`, so that one odd value cannot
    /// fail a whole query. At most 18 digits.
    pub fn text_to_integer(self, text: &Expr) -> Expr {
        self.fill(
            match self {
                Self::Postgres => {
                    r"CASE WHEN {0} ~ '^\s*[+-]?[0-9]{1,18}\s*$' THEN CAST({0} AS bigint) END"
                }
                Self::Sqlite => {
                    "CASE WHEN ltrim(trim({0}), '+-') GLOB '[0-9]*' AND NOT ltrim(trim({0}), \
                     '+-') GLOB '*[^0-9]*' AND length({0}) < 19 THEN CAST(trim({0}) AS integer) \
                     END"
                }
            },
            &[text],
        )
    }

    /// Python's `float(text)`; NULL where it would raise `ValueError`, and for infinities.
    pub fn text_to_double(self, text: &Expr) -> Expr {
        self.fill(
            match self {
                Self::Postgres => {
                    r"CASE WHEN {0} ~ '^\s*[+-]?([0-9]{1,200}(\.[0-9]{0,200})?|\.[0-9]{1,200})([eE][+-]?[0-9]{1,2})?\s*$' THEN CAST({0} AS double precision) END"
                }
                // json_valid knows the grammar of numbers; sign, leading zeros and an open point
                // are Python's own.
                Self::Sqlite => {
                    "CASE WHEN json_valid(ltrim(trim({0}), '+-0') || '') AND ltrim(trim({0}), \
                     '+-') GLOB '[0-9]*' THEN CAST(trim({0}) AS real) WHEN ltrim(trim({0}), \
                     '+-0') IN ('', '.') AND trim({0}) GLOB '*0*' THEN 0.0 WHEN json_valid('0' \
                     || ltrim(trim({0}), '+-0')) THEN CAST(trim({0}) AS real) END"
                }
            },
            &[text],
        )
    }
}
