//! The tree of a template.

use crate::diag::Span;

/// A parsed template: literal text and replacement fields in turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The template as written, unescaped from YAML.
    pub text: String,
    /// Its parts, in order; neighbouring literals are merged.
    pub parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text, with `{{` and `}}` already single.
    Literal(String),
    /// `{…}`.
    Field(Field),
}

/// A replacement field such as `{records[visit].timespan.begin.utc.isot}` or `{tract:05d}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The first name.
    pub name: String,
    /// `[item]` and `.attribute` accesses after it.
    pub path: Vec<Access>,
    /// `r`, `s` or `a` after `!`.
    pub conversion: Option<char>,
    /// What follows the colon; the default when nothing does.
    pub spec: FormatSpec,
    /// The field in the source file, braces included.
    pub span: Span,
}

/// One step of a field's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// `.name`
    Attribute(String),
    /// `[name]`
    Item(String),
}

/// Python's format mini-language: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormatSpec {
    /// The padding character; a space when `None`.
    pub fill: Option<char>,
    /// `<`, `>`, `^` or `=`.
    pub align: Option<Align>,
    /// `+`, `-` or a space.
    pub sign: Option<char>,
    /// `z`: a negative zero is written without its sign.
    pub no_negative_zero: bool,
    /// `#`.
    pub alternate: bool,
    /// `0` before the width.
    pub zero: bool,
    /// The minimal width in characters.
    pub width: Option<usize>,
    /// `,` or `_`.
    pub grouping: Option<char>,
    /// Digits after the point, or the maximal length of a string.
    pub precision: Option<usize>,
    /// The presentation type: `s`, `d`, `x`, `f`, `e`, `g`, …
    pub kind: Option<char>,
}

/// Where the padding goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`
    Centre,
    /// `=`: between sign and digits.
    AfterSign,
}

impl FormatSpec {
    /// Whether nothing was asked for, so that Python would call `str()`.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
