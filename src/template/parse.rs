//! Text of a template → [`Template`].
//!
//! Accepts what `str.format` accepts with keyword arguments: positional fields, fields nested in
//! format specifications and unknown conversions are refused here, because Butler would fail on
//! them for every dataset (or, for nested fields, because SQL has no counterpart).

#![allow(clippy::unnecessary_box_returns, reason = "the error of diag::Result is boxed")]

use super::spec;
use super::tree::{Access, Field, Part, Template};
use crate::diag::{Diagnostic, Result, Source, SpanMap};

/// Parses `text`, whose place in `source` is given by `map`.
pub fn parse(text: &str, source: &Source, map: &SpanMap) -> Result<Template> {
    let parser = Parser { text, source, map };
    let parts = parser.parts()?;
    Ok(Template { text: text.to_owned(), parts })
}

struct Parser<'a> {
    text: &'a str,
    source: &'a Source,
    map: &'a SpanMap,
}

/// The first text of a replacement field, between its braces, cut at `!` and `:`.
struct Markup {
    /// End of the field name.
    name_end: usize,
    conversion: Option<(usize, char)>,
    /// Bounds of the format specification.
    spec: (usize, usize),
    /// Offset after the closing brace.
    end: usize,
}

impl Parser<'_> {
    fn char_at(&self, offset: usize) -> Option<char> {
        self.text.get(offset..).and_then(|rest| rest.chars().next())
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn error(
        &self,
        code: &'static str,
        (start, end): (usize, usize),
        message: impl Into<String>,
        label: &str,
    ) -> Diagnostic {
        let end = match self.char_at(start) {
            Some(first) => end.max(start + first.len_utf8()),
            None => end,
        };
        Diagnostic::error(code, message).at(self.source, self.map.span(start, end), label)
    }

    fn parts(&self) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut at = 0;
        while let Some(c) = self.char_at(at) {
            let next = at + c.len_utf8();
            match c {
                '{' | '}' if self.char_at(next) == Some(c) => {
                    literal.push(c);
                    at = next + 1;
                }
                '}' => {
                    return Err(Box::new(
                        self.error(
                            "T002",
                            (at, next),
                            "`}` without `{` in a template",
                            "opens nowhere",
                        )
                        .help("write `}}` for a brace in the text"),
                    ));
                }
                '{' => {
                    if !literal.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut literal)));
                    }
                    let markup = self.markup(at)?;
                    parts.push(Part::Field(self.field(at, &markup)?));
                    at = markup.end;
                }
                _ => {
                    literal.push(c);
                    at = next;
                }
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(parts)
    }

    /// Cuts the field whose `{` is at `open`, as CPython does: brackets hide `!`, `:` and `}` in
    /// the name, and braces are counted in the specification.
    fn markup(&self, open: usize) -> Result<Markup> {
        let unclosed = || {
            Box::new(
                self.error(
                    "T001",
                    (open, open + 1),
                    "`{` is not closed in a template",
                    "opened here",
                )
                .help("write `{{` for a brace in the text"),
            )
        };
        let mut at = open + 1;
        let stop = loop {
            let c = self.char_at(at).ok_or_else(unclosed)?;
            match c {
                '{' => {
                    return Err(Box::new(
                        self.error(
                            "T003",
                            (at, at + 1),
                            "`{` inside a field name",
                            "not possible here",
                        )
                        .help("a field is one name with `.attribute` and `[item]` after it"),
                    ));
                }
                '[' => {
                    let rest = self.text.get(at..).unwrap_or_default();
                    at += rest.find(']').ok_or_else(unclosed)?;
                }
                '}' | ':' | '!' => break c,
                _ => at += c.len_utf8(),
            }
        };
        let name_end = at;
        at += 1;
        let mut conversion = None;
        match stop {
            '}' => return Ok(Markup { name_end, conversion, spec: (at, at), end: at }),
            '!' => {
                let c = self.char_at(at).ok_or_else(unclosed)?;
                conversion = Some((at, c));
                at += c.len_utf8();
                match self.char_at(at) {
                    Some('}') => {
                        return Ok(Markup { name_end, conversion, spec: (at, at), end: at + 1 });
                    }
                    Some(':') => at += 1,
                    Some(_) if c == '}' => return Err(self.unknown_conversion(at - 1, c)),
                    Some(_) => {
                        return Err(Box::new(
                            self.error(
                                "T005",
                                (at, at + 1),
                                "only `:` or `}` can follow a conversion",
                                "",
                            )
                            .help("a conversion is one letter: `!s`, `!r` or `!a`"),
                        ));
                    }
                    None => return Err(unclosed()),
                }
            }
            _ => {}
        }
        let start = at;
        let mut depth = 1;
        while let Some(c) = self.char_at(at) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(Markup { name_end, conversion, spec: (start, at), end: at + 1 });
            }
            at += c.len_utf8();
        }
        Err(unclosed())
    }

    fn unknown_conversion(&self, at: usize, c: char) -> Box<Diagnostic> {
        Box::new(
            self.error("T005", (at, at + c.len_utf8()), format!("unknown conversion `!{c}`"), "")
                .help("the conversions are `!s`, `!r` and `!a`"),
        )
    }

    fn field(&self, open: usize, markup: &Markup) -> Result<Field> {
        let start = open + 1;
        let head = self.slice(start, markup.name_end);
        let first = head.find(['.', '[']).unwrap_or(head.len());
        let name = head.get(..first).unwrap_or_default();
        if name.is_empty() || name.chars().all(|c| c.is_ascii_digit()) {
            return Err(Box::new(
                self.error(
                    "T004",
                    (open, markup.end),
                    "a template has no positional arguments",
                    "needs a name",
                )
                .help("name a dimension (`{visit}`), a record (`{records[visit].name}`) or `{id}`")
                .help("write `{{` and `}}` for braces in the text"),
            ));
        }
        let path = self.path(start + first, markup.name_end)?;
        if let Some((at, c)) = markup.conversion.filter(|(_, c)| !matches!(c, 'r' | 's' | 'a')) {
            return Err(self.unknown_conversion(at, c));
        }
        let (spec_start, spec_end) = markup.spec;
        let spec_text = self.slice(spec_start, spec_end);
        if spec_text.contains('{') {
            let at = spec_start + spec_text.find('{').unwrap_or_default();
            return Err(Box::new(
                self.error("T007", (at, spec_end), "a field inside a format specification", "")
                    .help("give width and precision as numbers, as in `{tract:05d}`"),
            ));
        }
        let spec = spec::parse(spec_text).map_err(|wrong| {
            let at = (spec_start + wrong.start, spec_start + wrong.end);
            Box::new(
                self.error(
                    "T006",
                    at,
                    format!("wrong format specification: {}", wrong.message),
                    "",
                )
                .help(
                    "the form is [[fill]align][sign][z][#][0][width][,|_][.precision][type], \
                         as in `05d`, `.3f`, `>8`",
                ),
            )
        })?;
        Ok(Field {
            name: name.to_owned(),
            path,
            conversion: markup.conversion.map(|(_, c)| c),
            spec,
            span: self.map.span(open, markup.end),
        })
    }

    /// The accesses between `at` and `end`.
    fn path(&self, mut at: usize, end: usize) -> Result<Vec<Access>> {
        let mut path = Vec::new();
        while at < end {
            let rest = self.slice(at, end);
            let (access, length) = if let Some(item) = rest.strip_prefix('[') {
                let close = item.find(']').ok_or_else(|| {
                    Box::new(self.error("T003", (at, end), "`[` is not closed by `]`", ""))
                })?;
                (Access::Item(item.get(..close).unwrap_or_default().to_owned()), close + 2)
            } else if let Some(attribute) = rest.strip_prefix('.') {
                let stop = attribute.find(['.', '[']).unwrap_or(attribute.len());
                (Access::Attribute(attribute.get(..stop).unwrap_or_default().to_owned()), stop + 1)
            } else {
                return Err(Box::new(
                    self.error("T003", (at, at + 1), "only `.` or `[` can follow `]`", "")
                        .help("as in `{records[visit].name}`"),
                ));
            };
            let (Access::Item(name) | Access::Attribute(name)) = &access;
            if name.is_empty() {
                return Err(Box::new(self.error(
                    "T003",
                    (at, at + length),
                    "a name is missing here",
                    "",
                )));
            }
            path.push(access);
            at += length;
        }
        Ok(path)
    }
}
