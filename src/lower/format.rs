//! Python's `format(value, spec)` in SQL.
//!
//! In: a scalar and a format specification that [`crate::resolve`] has found possible. Out: text.
//! NULL formats as `None` without a specification, as in Python; with one, where Python would raise
//! `TypeError`, it stays NULL.

use sea_query::Expr;

use super::Target;
use crate::plan::{Scalar, ValueKind};
use crate::template::{Align, FormatSpec};

impl Target {
    pub(super) fn format(
        &self,
        scalar: &Scalar,
        spec: &FormatSpec,
        conversion: Option<char>,
    ) -> Expr {
        let value = self.scalar(scalar);
        let kind = scalar.kind();
        if conversion.is_some() {
            let text = self.plain(scalar, &value, kind);
            return if spec.is_default() { text } else { self.padded_text(&text, spec) };
        }
        if spec.is_default() {
            return self.plain(scalar, &value, kind);
        }
        let text = match kind {
            ValueKind::Int => self.integer(&value, spec),
            ValueKind::Float => self.float(&value, spec),
            _ => self.padded_text(&value, spec),
        };
        match scalar {
            // SQLite's printf writes NULL as zero.
            Scalar::Column { nullable: true, .. } if kind != ValueKind::Text => {
                self.dialect.fill("CASE WHEN {0} IS NOT NULL THEN {1} END", &[&value, &text])
            }
            _ => text,
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
        let nullable = match scalar {
            Scalar::Column { nullable, .. } => *nullable,
            Scalar::Null => return Expr::val("None"),
            _ => false,
        };
        if nullable { self.dialect.fill("coalesce({0}, 'None')", &[&text]) } else { text }
    }

    fn integer(&self, value: &Expr, spec: &FormatSpec) -> Expr {
        let magnitude = self.dialect.fill("abs({0})", &[value]);
        let body = match spec.kind {
            None | Some('d') => match spec.grouping {
                None => self.dialect.fill("CAST({0} AS text)", &[&magnitude]),
                Some(separator) => self.grouped(&magnitude, separator),
            },
            Some('x' | 'X') => {
                let hex = self.dialect.hexadecimal(&magnitude);
                match spec.kind {
                    Some('X') => self.dialect.fill("upper({0})", &[&hex]),
                    _ => hex,
                }
            }
            Some(_) => {
                let value = self.dialect.fill("CAST({0} AS double precision)", &[value]);
                return self.float(&value, spec);
            }
        };
        self.signed(value, &body, spec)
    }

    fn grouped(&self, magnitude: &Expr, separator: char) -> Expr {
        let text = self.dialect.with_commas(magnitude);
        match separator {
            ',' => text,
            other => self.dialect.fill(&format!("replace({{0}}, ',', '{other}')"), &[&text]),
        }
    }

    fn float(&self, value: &Expr, spec: &FormatSpec) -> Expr {
        let magnitude = match spec.kind {
            Some('%') => self.dialect.fill("(abs({0}) * 100)", &[value]),
            _ => self.dialect.fill("abs({0})", &[value]),
        };
        let precision = spec.precision.unwrap_or(6);
        let body = match spec.kind {
            None => self.dialect.double_to_text(&magnitude),
            Some('e' | 'E') => self.dialect.exponential(&magnitude, precision),
            Some(_) => self.dialect.fixed_point(&magnitude, precision),
        };
        let body = match spec.kind {
            Some('E') => self.dialect.fill("upper({0})", &[&body]),
            Some('%') => self.dialect.fill("{0} || '%'", &[&body]),
            _ => body,
        };
        self.signed(value, &body, spec)
    }

    /// Sign and padding of a number.
    fn signed(&self, value: &Expr, body: &Expr, spec: &FormatSpec) -> Expr {
        let positive = match spec.sign {
            Some('+') => "'+'",
            Some(' ') => "' '",
            _ => "''",
        };
        let sign = self
            .dialect
            .fill(&format!("CASE WHEN {{0}} < 0 THEN '-' ELSE {positive} END"), &[value]);
        let zero = spec.zero && spec.align.is_none();
        if zero || spec.align == Some(Align::AfterSign) {
            let fill = spec.fill.unwrap_or(if spec.zero { '0' } else { ' ' });
            let taken = self.dialect.fill("length({0} || {1})", &[&sign, body]);
            let padding = self.dialect.padding(fill, spec.width.unwrap_or(0), &taken);
            return self.dialect.fill("({0} || {1} || {2})", &[&sign, &padding, body]);
        }
        let text = self.dialect.fill("({0} || {1})", &[&sign, body]);
        self.aligned(&text, spec, Align::Right)
    }

    fn padded_text(&self, text: &Expr, spec: &FormatSpec) -> Expr {
        let cut = match spec.precision {
            Some(length) => self.dialect.fill(&format!("substr({{0}}, 1, {length})"), &[text]),
            None => text.clone(),
        };
        self.aligned(&cut, spec, Align::Left)
    }

    fn aligned(&self, text: &Expr, spec: &FormatSpec, default: Align) -> Expr {
        let Some(width) = spec.width else { return text.clone() };
        let fill = spec.fill.unwrap_or(if spec.zero { '0' } else { ' ' });
        let taken = self.dialect.fill("length({0})", &[text]);
        match spec.align.unwrap_or(default) {
            Align::Left => {
                let padding = self.dialect.padding(fill, width, &taken);
                self.dialect.fill("({0} || {1})", &[text, &padding])
            }
            Align::Right | Align::AfterSign => {
                let padding = self.dialect.padding(fill, width, &taken);
                self.dialect.fill("({0} || {1})", &[&padding, text])
            }
            Align::Centre => {
                // Python puts the odd character on the right.
                let taken_left =
                    self.dialect.fill(&format!("({width} + {{0}} + 1) / 2"), &[&taken]);
                let taken_right = self.dialect.fill(&format!("({width} + {{0}}) / 2"), &[&taken]);
                let left = self.dialect.padding(fill, width, &taken_left);
                let right = self.dialect.padding(fill, width, &taken_right);
                self.dialect.fill("({0} || {1} || {2})", &[&left, text, &right])
            }
        }
    }
}
