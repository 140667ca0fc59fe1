//! Python's `format(value, spec)` in SQL.
//!
//! In: a scalar and a format specification that [`crate::resolve`] has found possible. Out: text.
//! NULL formats as `None` without a specification, as in Python; with one, where Python would raise
//! `TypeError`, it stays NULL. A number is a sign, a prefix, digits that can be grouped, and the
//! rest (fraction, exponent, percent sign); CPython's `formatter_unicode.c` has the rules.

use sea_query::Expr;

use super::Target;
use super::float::Float;
use crate::plan::{Scalar, ValueKind};
use crate::sql::Dialect;
use crate::template::{Align, FormatSpec};

/// The pieces of a number: names of columns, or expressions that are short.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    /// `-`, `+`, a space or nothing.
    pub(super) sign: &'a str,
    /// `0x` and the like, a constant.
    pub(super) prefix: &'a str,
    /// Digits before the point; nothing when the number is not finite.
    pub(super) digits: &'a str,
    /// What follows them; `None` is nothing.
    pub(super) rest: Option<&'a str>,
}

impl Target {
    pub(super) fn format(
        &self,
        scalar: &Scalar,
        spec: &FormatSpec,
        conversion: Option<char>,
    ) -> Expr {
        let value = self.scalar(scalar);
        let kind = scalar.kind();
        if let Some(letter) = conversion {
            let text = self.converted_text(scalar, &value, letter);
            return if spec.is_default() { text } else { self.padded_text(&text, spec) };
        }
        if spec.is_default() {
            return self.plain(scalar, &value, kind);
        }
        match kind {
            ValueKind::Int => self.integer(&value, spec),
            // A boolean is an integer as soon as something is asked for.
            ValueKind::Bool => {
                let case = "CASE {0} WHEN true THEN 1 WHEN false THEN 0 END";
                self.integer(&self.dialect.fill(case, &[&value]), spec)
            }
            ValueKind::Float => Float::new(self.dialect, spec).text(&value),
            _ => self.padded_text(&value, spec),
        }
    }

    /// `str(value)`.
    fn plain(&self, scalar: &Scalar, value: &Expr, kind: ValueKind) -> Expr {
        let text = match kind {
            ValueKind::Int => self.dialect.fill("CAST({0} AS text)", &[value]),
            ValueKind::Float => self.dialect.double_to_text(value),
            ValueKind::Bool => self
                .dialect
                .fill("CASE {0} WHEN true THEN 'True' WHEN false THEN 'False' END", &[value]),
            ValueKind::Text | ValueKind::Timestamp => value.clone(),
        };
        self.or_none(scalar, text)
    }

    /// `str(value)`, `repr(value)` or `ascii(value)`, for `s`, `r` and `a`.
    fn converted_text(&self, scalar: &Scalar, value: &Expr, letter: char) -> Expr {
        let kind = scalar.kind();
        match (scalar, letter) {
            (Scalar::DatasetId, 'r' | 'a') => {
                self.dialect.fill("('UUID(''' || {0} || ''')')", &[value])
            }
            (_, 'r' | 'a') if kind == ValueKind::Text => {
                self.or_none(scalar, self.dialect.quoted_text(value, letter == 'a'))
            }
            _ => self.plain(scalar, value, kind),
        }
    }

    fn or_none(&self, scalar: &Scalar, text: Expr) -> Expr {
        match scalar {
            Scalar::Column { nullable: true, .. } => {
                self.dialect.fill("coalesce({0}, 'None')", &[&text])
            }
            Scalar::Null => Expr::val("None"),
            _ => text,
        }
    }

    fn integer(&self, value: &Expr, spec: &FormatSpec) -> Expr {
        let dialect = self.dialect;
        let (digits, cheap) = match spec.kind {
            None | Some('d' | 'n') => (dialect.decimal(value), true),
            Some('x') => (dialect.hexadecimal(value), true),
            Some('X') => (dialect.fill("upper({0})", &[&dialect.hexadecimal(value)]), true),
            Some('o') => (dialect.octal_or_binary(value, 3), false),
            Some('b') => (dialect.octal_or_binary(value, 1), false),
            Some('c') => (dialect.character(value), true),
            Some(_) => return Float::new(dialect, spec).text(value),
        };
        let prefix = match spec.kind {
            Some('x') if spec.alternate => "0x",
            Some('X') if spec.alternate => "0X",
            Some('o') if spec.alternate => "0o",
            Some('b') if spec.alternate => "0b",
            _ => "",
        };
        let sign = match spec.kind {
            Some('c') => "''".to_owned(),
            _ => signed(&format!("{} < 0", dialect.text(value)), spec),
        };
        let digits = dialect.text(&digits);
        if cheap {
            let pieces = Pieces { sign: &sign, prefix, digits: &digits, rest: None };
            return Expr::cust(assembled(dialect, &pieces, spec));
        }
        let pieces = Pieces { sign: "sign", prefix, digits: "digits", rest: None };
        let text = assembled(dialect, &pieces, spec);
        Expr::cust(format!(
            "(WITH number (sign, digits) AS MATERIALIZED (SELECT {sign}, {digits}) SELECT {text} \
             FROM number)"
        ))
    }

    fn padded_text(&self, text: &Expr, spec: &FormatSpec) -> Expr {
        let cut = match spec.precision {
            Some(length) => self.dialect.fill(&format!("substr({{0}}, 1, {length})"), &[text]),
            None => text.clone(),
        };
        Expr::cust(aligned(self.dialect, &self.dialect.text(&cut), spec, Align::Left))
    }
}

/// The sign of a number that is negative where `test` holds.
pub(super) fn signed(test: &str, spec: &FormatSpec) -> String {
    let positive = match spec.sign {
        Some('+') => "'+'",
        Some(' ') => "' '",
        _ => "''",
    };
    format!("CASE WHEN {test} THEN '-' ELSE {positive} END")
}

/// The pieces with grouping and padding.
pub(super) fn assembled(dialect: Dialect, pieces: &Pieces<'_>, spec: &FormatSpec) -> String {
    let Pieces { sign, prefix, digits, rest } = *pieces;
    let rest = rest.map_or_else(String::new, |rest| format!(" || {rest}"));
    let prefix = match prefix {
        "" => String::new(),
        prefix => format!(" || '{prefix}'"),
    };
    let fill = fill(spec);
    let after_sign = spec.align == Some(Align::AfterSign) || (spec.zero && spec.align.is_none());
    let digits = match spec.grouping {
        None => digits.to_owned(),
        Some(separator) => {
            let size = if spec.kind.is_some_and(|kind| "boxX".contains(kind)) { 4 } else { 3 };
            // Padding with zeros belongs to the digits, and is grouped with them.
            let padded = match spec.width.filter(|_| after_sign && fill == '0') {
                None => digits.to_owned(),
                Some(width) => {
                    let room = format!("({width} - length({sign}{prefix}{rest}))");
                    let zeros = dialect
                        .zeros(&format!("{room} - ({room} - 1) / {} - length({digits})", size + 1));
                    format!("CASE WHEN {digits} = '' THEN '' ELSE {zeros} || {digits} END")
                }
            };
            dialect.grouped(&padded, separator, size)
        }
    };
    let Some(width) = spec.width else { return format!("({sign}{prefix} || {digits}{rest})") };
    if after_sign {
        let taken = format!("length({sign}{prefix} || {digits}{rest})");
        let padding = dialect.padding(fill, width, &taken);
        return format!("({sign}{prefix} || {padding} || {digits}{rest})");
    }
    aligned(dialect, &format!("({sign}{prefix} || {digits}{rest})"), spec, Align::Right)
}

fn fill(spec: &FormatSpec) -> char {
    spec.fill.unwrap_or(if spec.zero { '0' } else { ' ' })
}

fn aligned(dialect: Dialect, text: &str, spec: &FormatSpec, default: Align) -> String {
    let Some(width) = spec.width else { return text.to_owned() };
    let padding = |taken: &str| dialect.padding(fill(spec), width, taken);
    let taken = format!("length({text})");
    match spec.align.unwrap_or(default) {
        Align::Left => format!("({text} || {})", padding(&taken)),
        Align::Right | Align::AfterSign => format!("({} || {text})", padding(&taken)),
        Align::Centre => {
            // Python puts the odd character on the right.
            let left = padding(&format!("({width} + {taken} + 1) / 2"));
            let right = padding(&format!("({width} + {taken}) / 2"));
            format!("({left} || {text} || {right})")
        }
    }
}
