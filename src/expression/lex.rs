//! Text of a where-expression → tokens.
//!
//! The tokens of Butler's own lexer, tried in its order: time literals, strings, ranges, numbers,
//! names with up to two dots, bind names, operators. Keywords in any case of letters.

#![allow(clippy::unnecessary_box_returns, reason = "the error of diag::Result is boxed")]

use crate::diag::{Diagnostic, Result, Source, SpanMap};

/// A token and its bytes in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Time(String),
    Text(String),
    Range {
        start: i64,
        stop: i64,
        stride: i64,
    },
    /// Digits as written, without sign.
    Number(String),
    /// One to three names.
    Name(Vec<String>),
    Bind(String),
    In,
    Or,
    And,
    Not,
    Overlaps,
    /// An operator or punctuation mark.
    Mark(&'static str),
}

const MARKS: [&str; 14] = ["!=", "<=", ">=", "(", ")", "=", "<", ">", "+", "-", "*", "/", "%", ","];

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    source: &'a Source,
    map: &'a SpanMap,
}

/// All tokens of `text`.
pub(super) fn tokens(text: &str, source: &Source, map: &SpanMap) -> Result<Vec<Token>> {
    let mut lexer = Lexer { text, at: 0, source, map };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
    } else {
        0
    }
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())
}

fn after(text: &str, length: usize) -> &str {
    text.get(length..).unwrap_or_default()
}

/// Length of `1`, `1.`, `1.5`, `.5`, each with an exponent or without.
fn number_length(text: &str) -> usize {
    let whole = digits(text);
    let mut length = whole;
    if let Some(fraction) = after(text, whole).strip_prefix('.') {
        let decimals = digits(fraction);
        if whole == 0 && decimals == 0 {
            return 0;
        }
        length += 1 + decimals;
    }
    if length > 0 && after(text, length).starts_with(['e', 'E']) {
        let sign = usize::from(after(text, length + 1).starts_with(['+', '-']));
        let exponent = digits(after(text, length + 1 + sign));
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

/// The pieces of `start..stop:stride` as text, and the whole length.
fn range(text: &str) -> Option<(&str, &str, Option<&str>, usize)> {
    let signed = |text: &str| {
        let sign = usize::from(text.starts_with('-'));
        let count = digits(after(text, sign));
        (count > 0).then_some(sign + count)
    };
    let blanks = |text: &str| text.len() - text.trim_start().len();
    let first = signed(text)?;
    let mut at = first + blanks(after(text, first));
    if !after(text, at).starts_with("..") {
        return None;
    }
    at += 2;
    at += blanks(after(text, at));
    let second = signed(after(text, at))?;
    let stop = text.get(at..at + second)?;
    at += second;
    let mut stride = None;
    let gap = at + blanks(after(text, at));
    if after(text, gap).starts_with(':') {
        let from = gap + 1 + blanks(after(text, gap + 1));
        let count = digits(after(text, from));
        if count > 0 && !after(text, from).starts_with('0') {
            stride = text.get(from..from + count);
            at = from + count;
        }
    }
    Some((text.get(..first)?, stop, stride, at))
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        after(self.text, self.at)
    }

    fn token(&mut self, kind: Kind, length: usize) -> Token {
        let start = self.at;
        self.at += length;
        Token { kind, start, end: self.at }
    }

    fn next(&mut self) -> Result<Option<Token>> {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t', '\n']).len();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let quote =
            rest.find('\'').filter(|at| *at == 0 || (*at == 1 && rest.starts_with(['t', 'T'])));
        if let Some(quote) = quote {
            let body = after(rest, quote + 1);
            let length = body
                .find(['\'', '\n'])
                .filter(|end| after(body, *end).starts_with('\''))
                .ok_or_else(|| self.unknown("a string is not closed", first))?;
            let text = body.get(..length).unwrap_or_default().to_owned();
            let kind = if quote == 1 { Kind::Time(text) } else { Kind::Text(text) };
            return Ok(Some(self.token(kind, quote + length + 2)));
        }
        if let Some((start, stop, stride, length)) = range(rest) {
            let bounds = (start.parse(), stop.parse(), stride.unwrap_or("1").parse());
            let (Ok(start), Ok(stop), Ok(stride)) = bounds else {
                return Err(self.too_large(length));
            };
            return Ok(Some(self.token(Kind::Range { start, stop, stride }, length)));
        }
        let length = number_length(rest);
        if length > 0 {
            let number = rest.get(..length).unwrap_or_default().to_owned();
            return Ok(Some(self.token(Kind::Number(number), length)));
        }
        if let Some((kind, length)) = name(rest) {
            return Ok(Some(self.token(kind, length)));
        }
        if let Some(bind) = rest.strip_prefix(':') {
            let length = name_length(bind);
            if length > 0 {
                let name = bind.get(..length).unwrap_or_default().to_owned();
                return Ok(Some(self.token(Kind::Bind(name), length + 1)));
            }
        }
        match MARKS.into_iter().find(|mark| rest.starts_with(mark)) {
            Some(mark) => Ok(Some(self.token(Kind::Mark(mark), mark.len()))),
            None => Err(self.unknown(&format!("`{first}` has no meaning"), first)),
        }
    }

    fn unknown(&self, message: &str, first: char) -> Box<Diagnostic> {
        let span = self.map.span(self.at, self.at + first.len_utf8());
        let error = Diagnostic::error("M101", format!("{message} in a where-expression")).at(
            self.source,
            span,
            "",
        );
        Box::new(match first {
            '"' => error.help("strings stand in single quotes: 'LSSTCam'"),
            '\'' | 't' | 'T' => error.help("a string cannot contain a quote or a line break"),
            ':' => error.help("a bind name is `:` and a name; a stride is at least one"),
            _ => error.help(
                "possible: names, numbers, 'text', T'time', 1..10:2, :bind, ( ) , and \
                 = != < <= > >= + - * / % IN NOT AND OR OVERLAPS",
            ),
        })
    }

    fn too_large(&self, length: usize) -> Box<Diagnostic> {
        Box::new(Diagnostic::error("M103", "a number does not fit into 64 bits").at(
            self.source,
            self.map.span(self.at, self.at + length),
            "",
        ))
    }
}

/// A name with up to two dots, or a keyword.
fn name(text: &str) -> Option<(Kind, usize)> {
    let mut length = name_length(text);
    if length == 0 {
        return None;
    }
    let mut names = vec![text.get(..length)?.to_owned()];
    while names.len() < 3
        && let Some(next) = after(text, length).strip_prefix('.')
    {
        let more = name_length(next);
        if more == 0 {
            break;
        }
        names.push(next.get(..more)?.to_owned());
        length += 1 + more;
    }
    let keyword = match names.as_slice() {
        [only] => match only.to_ascii_uppercase().as_str() {
            "IN" => Some(Kind::In),
            "OR" => Some(Kind::Or),
            "AND" => Some(Kind::And),
            "NOT" => Some(Kind::Not),
            "OVERLAPS" => Some(Kind::Overlaps),
            _ => None,
        },
        _ => None,
    };
    Some((keyword.unwrap_or(Kind::Name(names)), length))
}
