//! Python's format specification mini-language → [`FormatSpec`].
//!
//! The same steps as CPython's own parser, so that the same texts are accepted; presentation types
//! are those of strings, integers and floats together, since the value's type is not known here.

use super::tree::{Align, FormatSpec};

/// The widest padding and the most digits accepted; a wider one is a slip.
const LIMIT: usize = 1000;

/// What is wrong, and between which bytes of the specification.
pub(super) struct Wrong {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) message: String,
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let c = self.peek().filter(|c| wanted(*c))?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn wrong(&self, start: usize, message: impl Into<String>) -> Wrong {
        Wrong { start, end: self.at.max(start), message: message.into() }
    }

    fn integer(&mut self) -> Result<Option<usize>, Wrong> {
        let start = self.at;
        while self.take(|c| c.is_ascii_digit()).is_some() {}
        if self.at == start {
            return Ok(None);
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        match digits.parse() {
            Ok(number) if number <= LIMIT => Ok(Some(number)),
            _ => Err(self.wrong(start, format!("{digits} is more than {LIMIT}"))),
        }
    }
}

fn align(c: char) -> Option<Align> {
    match c {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Centre),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}

pub(super) fn parse(text: &str) -> Result<FormatSpec, Wrong> {
    let mut spec = FormatSpec::default();
    let mut cursor = Cursor { text, at: 0 };
    let mut first_two = text.chars();
    match (first_two.next(), first_two.next().and_then(align)) {
        (Some(fill), Some(found)) => {
            spec.fill = Some(fill);
            spec.align = Some(found);
            cursor.at = fill.len_utf8() + 1;
        }
        (Some(c), None) => {
            spec.align = align(c);
            cursor.at = usize::from(spec.align.is_some());
        }
        _ => {}
    }
    spec.sign = cursor.take(|c| matches!(c, '+' | '-' | ' '));
    spec.no_negative_zero = cursor.take(|c| c == 'z').is_some();
    spec.alternate = cursor.take(|c| c == '#').is_some();
    // After an explicit fill a `0` only belongs to the width, as in CPython.
    spec.zero = spec.fill.is_none() && cursor.take(|c| c == '0').is_some();
    spec.width = cursor.integer()?;
    let start = cursor.at;
    spec.grouping = cursor.take(|c| matches!(c, ',' | '_'));
    if let Some(first) = spec.grouping
        && cursor.take(|c| matches!(c, ',' | '_') && c != first).is_some()
    {
        return Err(cursor.wrong(start, "`,` and `_` exclude each other"));
    }
    let point = cursor.at;
    if cursor.take(|c| c == '.').is_some() {
        spec.precision = cursor.integer()?;
        if spec.precision.is_none() {
            return Err(cursor.wrong(point, "digits are missing after `.`"));
        }
    }
    let start = cursor.at;
    let Some(kind) = cursor.take(|_| true) else { return Ok(spec) };
    if cursor.peek().is_some() {
        cursor.at = text.len();
        let rest = text.get(start..).unwrap_or_default();
        return Err(cursor.wrong(start, format!("`{rest}` is not understood")));
    }
    if !"bcdeEfFgGnosxX%".contains(kind) {
        return Err(cursor.wrong(start, format!("`{kind}` is not a presentation type")));
    }
    match spec.grouping {
        Some(',') if "boxXcns".contains(kind) => {
            Err(cursor.wrong(start, format!("`,` cannot stand with `{kind}`")))
        }
        Some('_') if "cns".contains(kind) => {
            Err(cursor.wrong(start, format!("`_` cannot stand with `{kind}`")))
        }
        _ => {
            spec.kind = Some(kind);
            match excluded(&spec, kind) {
                Some(part) => {
                    Err(cursor.wrong(start, format!("{part} cannot stand with `{kind}`")))
                }
                None => Ok(spec),
            }
        }
    }
}

/// What no value allows together with the presentation type.
fn excluded(spec: &FormatSpec, kind: char) -> Option<&'static str> {
    let integer = "bcdoxX".contains(kind);
    let text = kind == 's';
    if spec.precision.is_some() && integer {
        return Some("a precision");
    }
    if spec.no_negative_zero && (integer || text) {
        return Some("`z`");
    }
    if spec.sign.is_some() && (text || kind == 'c') {
        return Some("a sign");
    }
    if spec.alternate && (text || kind == 'c') {
        return Some("`#`");
    }
    (spec.align == Some(Align::AfterSign) && text).then_some("`=`")
}
