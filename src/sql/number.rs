//! Numbers and their texts, as Python reads and writes them, in either dialect.

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

    /// Python's `repr` of a double: the shortest digits that read back as the same number.
    pub fn double_to_text(self, value: &Expr) -> Expr {
        match self {
            // PostgreSQL writes the shortest digits too, but no `.0`, and turns to an exponent at
            // 1e15 where Python does at 1e16.
            Self::Postgres => self.fill(
                "CASE WHEN abs({0}) >= 1e16::double precision OR (abs({0}) < \
                 1e-4::double precision AND {0} <> 0) THEN {0}::text WHEN {0} = floor({0}) THEN \
                 {0}::text::numeric::text || '.0' ELSE {0}::text END",
                &[value],
            ),
            // The fewest of 15, 16 or 17 digits that read back as the same number.
            Self::Sqlite => {
                let digits = self.fill(
                    "CASE WHEN CAST(printf('%.15g', {0}) AS real) = {0} THEN printf('%.15g', {0}) \
                     WHEN CAST(printf('%.16g', {0}) AS real) = {0} THEN printf('%.16g', {0}) ELSE \
                     printf('%!.17g', {0}) END",
                    &[value],
                );
                self.fill(
                    "CASE WHEN {0} IS NULL THEN NULL WHEN abs({0}) >= 1e16 OR (abs({0}) < 1e-4 AND \
                     {0} <> 0) THEN {1} WHEN {0} = CAST({0} AS integer) THEN CAST({0} AS integer) || '.0' ELSE {1} END",
                    &[value, &digits],
                )
            }
        }
    }

    /// Hexadecimal digits of an integer that is not negative.
    pub fn hexadecimal(self, magnitude: &Expr) -> Expr {
        match self {
            Self::Postgres => self.fill("to_hex({0})", &[magnitude]),
            Self::Sqlite => self.fill("printf('%x', {0})", &[magnitude]),
        }
    }

    /// Digits of an integer that is not negative, with commas between thousands.
    pub fn with_commas(self, magnitude: &Expr) -> Expr {
        match self {
            Self::Postgres => {
                self.fill("to_char({0}, 'FM9,999,999,999,999,999,990')", &[magnitude])
            }
            Self::Sqlite => self.fill("printf('%,d', {0})", &[magnitude]),
        }
    }

    /// A double that is not negative, with `precision` digits after the point.
    pub fn fixed_point(self, magnitude: &Expr, precision: usize) -> Expr {
        match self {
            Self::Postgres => {
                let (whole, point) = ("9".repeat(20), if precision > 0 { "." } else { "" });
                let digits = "0".repeat(precision);
                self.fill(&format!("to_char({{0}}, 'FM{whole}0{point}{digits}')"), &[magnitude])
            }
            Self::Sqlite => self.fill(&format!("printf('%.{precision}f', {{0}})"), &[magnitude]),
        }
    }

    /// A double that is not negative as mantissa and exponent.
    pub fn exponential(self, magnitude: &Expr, precision: usize) -> Expr {
        match self {
            Self::Postgres => {
                let (digits, point) = ("9".repeat(precision), if precision > 0 { "." } else { "" });
                // EEEE takes no FM, so there is a blank for the sign.
                let form = format!("ltrim(to_char({{0}}, '9{point}{digits}EEEE'))");
                self.fill(&form, &[magnitude])
            }
            Self::Sqlite => self.fill(&format!("printf('%.{precision}e', {{0}})"), &[magnitude]),
        }
    }

    /// The character `fill`, `width - taken` times, or nothing.
    pub fn padding(self, fill: char, width: usize, taken: &Expr) -> Expr {
        match self {
            Self::Postgres => {
                let fill = self.quote(&fill.to_string());
                self.fill(&format!("repeat({fill}, {width} - ({{0}}))"), &[taken])
            }
            Self::Sqlite => {
                let fill = self.quote(&fill.to_string().repeat(width));
                self.fill(&format!("substr({fill}, 1, max(0, {width} - ({{0}})))"), &[taken])
            }
        }
    }
}
