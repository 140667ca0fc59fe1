//! Which format specifications a value takes.
//!
//! In: a scalar, a conversion and a [`FormatSpec`]. Out: what is wrong with them, or nothing. The
//! rules are those of `str`, `int` and `float` in CPython (`formatter_unicode.c`), where Butler
//! would raise for every dataset; and one case that only Python can write.

use crate::plan::{Scalar, TimeForm, ValueKind};
use crate::template::{Align, FormatSpec};

/// Why a value cannot be formatted that way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What is possible instead.
    pub help: String,
}

fn refusal(message: impl Into<String>, help: impl Into<String>) -> Refusal {
    Refusal { message: message.into(), help: help.into() }
}

/// What is wrong with `!conversion` and `spec` for `value`; `None` when SQL can write it exactly as
/// Python does.
pub fn refused(value: &Scalar, conversion: Option<char>, spec: &FormatSpec) -> Option<Refusal> {
    if let Some(letter @ ('r' | 'a')) = conversion {
        let numpy = matches!(value, Scalar::Time { form: TimeForm::UtcMjd | TimeForm::TaiMjd, .. });
        if numpy || value.kind() == ValueKind::Timestamp {
            return Some(refusal(
                format!("`!{letter}` of a time depends on the version of NumPy"),
                "leave the conversion out, or write `!s`",
            ));
        }
    }
    if spec.is_default() {
        return None;
    }
    match (conversion, value, value.kind()) {
        (Some(_), _, _) => text(spec),
        (None, Scalar::DatasetId, _) => Some(refusal(
            "a UUID takes no format specification",
            "write it without a colon, or as text: `{id!s:…}`",
        )),
        (_, _, ValueKind::Timestamp) => {
            Some(refusal("a timestamp takes no format specification", "write it without a colon"))
        }
        (_, _, ValueKind::Text) => text(spec),
        (_, _, ValueKind::Int | ValueKind::Bool) => number(spec, "bcdoxXneEfFgG%", "an integer"),
        (_, _, ValueKind::Float) => number(spec, "eEfFgGn%", "a floating-point number"),
    }
}

fn text(spec: &FormatSpec) -> Option<Refusal> {
    if let Some(refusal) = unknown(spec, "s", "text") {
        return Some(refusal);
    }
    let part = if spec.sign.is_some() {
        "a sign"
    } else if spec.no_negative_zero {
        "`z`"
    } else if spec.alternate {
        "`#`"
    } else if spec.align == Some(Align::AfterSign) {
        "`=`"
    } else if spec.grouping.is_some() {
        "grouping"
    } else {
        return None;
    };
    Some(refusal(
        format!("{part} is for numbers, and this is text"),
        "possible here: a fill character, `<`, `>` or `^`, a width, `.` and the most characters",
    ))
}

fn number(spec: &FormatSpec, kinds: &str, name: &str) -> Option<Refusal> {
    if let Some(refusal) = unknown(spec, kinds, name) {
        return Some(refusal);
    }
    if name != "an integer" || spec.kind.is_some_and(|kind| "eEfFgG%".contains(kind)) {
        return None;
    }
    let part = if spec.precision.is_some() {
        "a precision"
    } else if spec.no_negative_zero {
        "`z`"
    } else {
        return None;
    };
    Some(refusal(
        format!("{part} is for floating-point formats, and this is an integer"),
        "add a type, such as `f`, or leave it out",
    ))
}

fn unknown(spec: &FormatSpec, kinds: &str, name: &str) -> Option<Refusal> {
    let letter = spec.kind.filter(|letter| !kinds.contains(*letter))?;
    let possible: Vec<String> = kinds.chars().map(|kind| format!("`{kind}`")).collect();
    Some(refusal(
        format!("{name} cannot be formatted as `{letter}`"),
        format!("possible here: {}", possible.join(", ")),
    ))
}
