//! Errors about kinds of values in where-expressions.

use super::compare::Converter;
use super::kinds::{Kind, Typed};
use crate::diag::Diagnostic;
use crate::expression::{Expression, Node};

fn named(expression: &Expression) -> String {
    match &expression.node {
        Node::Name(names) => format!("`{}`", names.join(".")),
        _ => "the other side".to_owned(),
    }
}

impl Converter<'_, '_, '_> {
    /// Two operands whose kinds do not agree; the caret is at the one that is no column.
    pub(super) fn mismatch(
        &self,
        left: &Expression,
        first: &Typed,
        right: &Expression,
        second: &Typed,
    ) -> Diagnostic {
        let swap = matches!(right.node, Node::Name(_)) && !matches!(left.node, Node::Name(_));
        let (column, expected, odd, found) =
            if swap { (right, second, left, first) } else { (left, first, right, second) };
        let word = |typed: &Typed| typed.kind().map_or("NULL".to_owned(), |kind| kind.to_string());
        let (expected, found) = (word(expected), word(found));
        let error = Diagnostic::error("W003", "the kinds of values do not agree")
            .at(self.source(), odd.span, format!("this is {found}"))
            .help(format!("{} is {expected}", named(column)));
        match (expected.as_str(), &odd.node) {
            ("a time" | "an ingest date" | "a timespan", Node::Literal(_)) => {
                error.help("times are written T'2024-05-01T12:00:00'")
            }
            _ => error,
        }
    }

    /// An operand that must be of another kind.
    pub(super) fn disagree(
        &self,
        place: &Expression,
        typed: &Typed,
        other: &Expression,
        wanted: &str,
    ) -> Diagnostic {
        let found = typed.kind().map_or("NULL".to_owned(), |kind| kind.to_string());

        Diagnostic::error("W003", format!("this takes {wanted} only"))
            .at(self.source(), other.span, "")
            .help(format!("{} is {found}", named(place)))
    }

    pub(super) fn not_numbers(&self, place: &Expression, typed: &Typed) -> Diagnostic {
        let found = typed.kind().map_or("NULL".to_owned(), |kind| kind.to_string());
        Diagnostic::error("W003", "arithmetic takes numbers only").at(
            self.source(),
            place.span,
            format!("this is {found}"),
        )
    }

    /// A kind of value that the operator cannot compare.
    pub(super) fn unordered(&self, left: (&Expression, &Typed), kind: Kind) -> Diagnostic {
        let error = Diagnostic::error("W003", format!("{kind} cannot be compared in this way")).at(
            self.source(),
            left.0.span,
            format!("this is {kind}"),
        );
        match kind {
            Kind::Timespan => error.help("possible: OVERLAPS, `= NULL`, `.begin < T'…'`"),
            Kind::Uuid | Kind::Hash => error.help("possible: `=` and `!=`"),
            _ => error.help("OVERLAPS takes timespans, and times beside a timespan"),
        }
    }

    /// A boolean column that is used as a value.
    pub(super) fn boolean(&self, place: &Expression) -> Diagnostic {
        Diagnostic::error("W007", "a condition cannot be compared")
            .at(self.source(), place.span, "this is true or false by itself")
            .help("write it alone, or with NOT before it")
    }

    pub(super) fn regions(&self, place: &Expression) -> Diagnostic {
        Diagnostic::error("W006", "regions cannot be compared in a view")
            .at(self.source(), place.span, "a region")
            .help("possible: `visit.region = NULL`, `visit.region != NULL`")
            .help("select by position when you query the view: s_region, s_ra, s_dec")
    }
}
