//! Lines that YAML 1.1 lets begin further left than YAML 1.2.
//!
//! PyYAML takes brackets, braces and quoted texts whose later lines are not indented, and people
//! write them so (a `]` under its key). The parser follows YAML 1.2 and refuses; then the line is
//! given a margin, which means nothing there, and the text is read again.

use std::collections::BTreeSet;

/// Most lines that get a margin.
const MAX_LINES: usize = 300;
/// The margin, wider than any nesting that is allowed.
const MARGIN: &str = "                                                                ";

/// Where the parser found too little indentation, as a byte offset of the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum TooFarLeft {
    /// On the line of that byte, inside brackets or braces.
    Line(usize),
    /// On a later line of the quoted text that begins there.
    Quoted(usize),
}

impl TooFarLeft {
    /// Takes the parser's message, which is the only sign there is.
    pub(super) fn of(message: &str, at: usize) -> Option<Self> {
        match message {
            "invalid indentation" | "invalid indentation in flow construct" => Some(Self::Line(at)),
            "invalid indentation in quoted scalar" => Some(Self::Quoted(at)),
            _ => None,
        }
    }
}

/// The starts of the lines that get a margin.
#[derive(Debug, Default)]
pub(super) struct Margins {
    lines: BTreeSet<usize>,
}

impl Margins {
    /// Notes the lines; false when that changes nothing or there are too many.
    pub(super) fn add(&mut self, text: &str, place: TooFarLeft) -> bool {
        let before = self.lines.len();
        match place {
            TooFarLeft::Line(at) => {
                let start =
                    text.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |end| end + 1);
                self.lines.insert(start);
            }
            TooFarLeft::Quoted(at) => {
                let quoted = text.get(at..).unwrap_or_default();
                let breaks = quoted.match_indices('\n').map(|(end, _)| end);
                let length = quoted_length(quoted);
                self.lines.extend(breaks.take_while(|end| *end < length).map(|end| at + end + 1));
            }
        }
        self.lines.len() > before && self.lines.len() <= MAX_LINES
    }

    /// The text with margins and without byte order mark, and the byte in the file of each of its
    /// characters, one more than there are.
    pub(super) fn widen(&self, text: &str) -> (String, Vec<usize>) {
        let mut wide = String::with_capacity(text.len());
        let mut offsets = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            if at == 0 && c == '\u{feff}' {
                continue;
            }
            if self.lines.contains(&at) {
                wide.push_str(MARGIN);
                offsets.extend(std::iter::repeat_n(at, MARGIN.len()));
            }
            wide.push(c);
            offsets.push(at);
        }
        offsets.push(text.len());
        (wide, offsets)
    }
}

/// The length of a quoted text with its quotes.
fn quoted_length(text: &str) -> usize {
    let mut characters = text.char_indices();
    let Some((_, quote)) = characters.next() else { return 0 };
    let mut escaped = false;
    for (at, c) in characters {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            // A doubled single quote looks like an end and a beginning; one of them is enough.
            c if c == quote
                && !text
                    .get(at + 1..)
                    .is_some_and(|rest| quote == '\'' && rest.starts_with('\'')) =>
            {
                return at + 1;
            }
            c if c == quote => escaped = true,
            _ => {}
        }
    }
    text.len()
}
