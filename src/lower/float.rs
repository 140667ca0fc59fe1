//! Python's presentation types of doubles in SQL.
//!
//! In: a specification with one of `e f g n %` or none, and the expression of a number. Out: text.
//! The digits are exact ([`Dialect::rounded_digits`]); what is laid out here follows CPython's
//! `format_float_short`. `n` is that of the C locale, in which Butler runs.

use sea_query::Expr;

use super::format::{Pieces, assembled, signed};
use crate::sql::Dialect;
use crate::template::FormatSpec;

/// The exponent `x` as C writes it.
const EXPONENT: &str = "'e' || CASE WHEN x < 0 THEN '-' ELSE '+' END \
                        || CASE WHEN abs(x) < 10 THEN '0' ELSE '' END || CAST(abs(x) AS text)";

pub(super) struct Float<'a> {
    dialect: Dialect,
    spec: &'a FormatSpec,
}

impl<'a> Float<'a> {
    pub(super) fn new(dialect: Dialect, spec: &'a FormatSpec) -> Self {
        Self { dialect, spec }
    }

    /// The text of a number.
    pub(super) fn text(&self, value: &Expr) -> Expr {
        let spec = self.spec;
        let numbers = match (spec.kind, spec.precision) {
            (None, None) => self.shortest(value),
            (Some('e' | 'E'), precision) => self.exponential(value, precision.unwrap_or(6)),
            (Some('f' | 'F' | '%'), precision) => self.fixed(value, precision.unwrap_or(6)),
            (_, precision) => self.general(value, precision.unwrap_or(6).max(1)),
        };
        let upper = matches!(spec.kind, Some('E' | 'F' | 'G'));
        let infinite = self.dialect.infinite_to_text("w");
        let percent = if spec.kind == Some('%') { " || '%'" } else { "" };
        let rest = format!("rest{percent}");
        let rest = if upper { format!("upper({rest})") } else { format!("({rest})") };
        let pieces = Pieces { sign: "sign", prefix: "", digits: "digits", rest: Some("rest") };
        let text = assembled(self.dialect, &pieces, spec);
        let sign = signed(&self.dialect.has_sign("w"), spec);
        Expr::cust(format!(
            "(WITH RECURSIVE
  {numbers},
  number (sign, digits, rest) AS MATERIALIZED (
    SELECT {}, digits, {rest} FROM finite CROSS JOIN input
    UNION ALL
    SELECT {sign}, '', {rest} FROM (SELECT w, {infinite} AS rest FROM input) AS other
    WHERE coalesce(w - w <> 0, true) AND w IS NOT NULL
  )
  SELECT {text} FROM number)",
            match spec.no_negative_zero {
                true => signed(&format!("{} AND NOT zero", self.dialect.has_sign("w")), spec),
                false => sign.clone(),
            }
        ))
    }

    /// `digits || rest` as the shortest text that reads back as the same number.
    fn shortest(&self, value: &Expr) -> String {
        let dialect = self.dialect;
        let input = dialect.fill("CAST({0} AS double precision)", &[value]);
        let text = dialect.text(&dialect.double_to_text(&Expr::cust("abs(w)")));
        let point = match self.spec.alternate {
            true => "CASE WHEN t LIKE '%.%' THEN t ELSE replace(t, 'e', '.e') END",
            false => "t",
        };
        let end = dialect.position("replace(t, 'e', '.')", "'.'");
        format!(
            "input (w) AS (SELECT {}),
  plain (zero, t) AS MATERIALIZED (SELECT w = 0, {text} FROM input WHERE w - w = 0),
  finite (zero, digits, rest) AS MATERIALIZED (
    SELECT zero, substr(t, 1, {end} - 1), substr(t, {end})
    FROM (SELECT zero, {point} AS t FROM plain) AS pointed
  )",
            dialect.text(&input)
        )
    }

    fn point(&self) -> &'static str {
        if self.spec.alternate { "." } else { "" }
    }

    fn exponential(&self, value: &Expr, precision: usize) -> String {
        let rounded = self.significant(value, precision + 1);
        let fraction = match precision {
            0 => format!("'{}'", self.point()),
            _ => "'.' || substr(d, 2)".to_owned(),
        };
        format!(
            "{rounded},
  finite (zero, digits, rest) AS MATERIALIZED (
    SELECT zero, substr(d, 1, 1), {fraction} || {EXPONENT} FROM normal
  )"
        )
    }

    fn fixed(&self, value: &Expr, precision: usize) -> String {
        let percent = self.spec.kind == Some('%');
        let count = format!("length(s) + q + {precision}");
        let rounded = self.dialect.rounded_digits(value, percent, &count);
        let zeros = self.dialect.zeros(&format!("{precision} + 1 - length(d)"));
        let fraction = match precision {
            0 => format!("'{}'", self.point()),
            _ => format!("'.' || substr(d, length(d) - {precision} + 1)"),
        };
        format!(
            "{rounded},
  finite (zero, digits, rest) AS MATERIALIZED (
    SELECT ltrim(d, '0') = '', substr(d, 1, length(d) - {precision}), {fraction}
    FROM (SELECT {zeros} || d AS d FROM rounded) AS long
  )"
        )
    }

    /// The clauses up to `normal (zero, x, d)`: `count` digits and the exponent of the first.
    fn significant(&self, value: &Expr, count: usize) -> String {
        let rounded = self.dialect.rounded_digits(value, false, &count.to_string());
        format!(
            "{rounded},
  normal (zero, x, d) AS MATERIALIZED (
    SELECT ltrim(d, '0') = '', x + length(d) - n, substr(d, 1, n) FROM rounded
  )"
        )
    }

    fn general(&self, value: &Expr, count: usize) -> String {
        // Without a type there is always a digit after the point, or an exponent.
        let typed = self.spec.kind.is_some();
        let most = if typed { count } else { count - 1 };
        let normal = self.significant(value, count);
        let kept = if self.spec.alternate { "d" } else { "rtrim(d, '0')" };
        let point = self.point();
        let whole = if typed { point } else { ".0" };
        let zeros = self.dialect.zeros("- x - 1");
        format!(
            "{normal},
  laid (zero, x, exponent, digits, fraction) AS MATERIALIZED (
    SELECT zero, x, x < -4 OR x >= {most},
      CASE WHEN x < -4 OR x >= {most} THEN substr(d, 1, 1) WHEN x < 0 THEN '0'
        ELSE substr(d, 1, x + 1) END,
      CASE WHEN x < -4 OR x >= {most} THEN substr(kept, 2) WHEN x < 0 THEN {zeros} || kept
        ELSE substr(kept, x + 2) END
    FROM (SELECT zero, x, d, {kept} AS kept FROM normal) AS trimmed
  ),
  finite (zero, digits, rest) AS MATERIALIZED (
    SELECT zero, digits,
      CASE WHEN fraction <> '' THEN '.' || fraction WHEN exponent THEN '{point}' ELSE '{whole}' END
        || CASE WHEN exponent THEN {EXPONENT} ELSE '' END
    FROM laid
  )"
        )
    }
}
