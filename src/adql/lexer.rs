//! Text of a query → tokens.
//!
//! Follows ADQL 2.1 section 2.1 and the grammar's `token`: as in SQL-92, a number and a word that
//! follow each other want a separator between them. Hexadecimal literals and comments other than
//! `--` are not in the language.

use super::token::{Token, TokenKind};
use super::{lexer_error as error, reserved};
use crate::diag::{Diagnostic, Source, Span};

/// Bytes that a query may have at most.
pub(super) const LONGEST: usize = 2 << 20;

/// Errors after which no more are looked for.
const PATIENCE: usize = 20;

/// Comparisons and `||`, longer ones first.
const SYMBOLS: [&str; 8] = ["<>", "!=", "<=", ">=", "||", "=", "<", ">"];

/// All tokens of a query, comments among them, or what is wrong with its characters.
pub fn tokens(source: &Source) -> Result<Vec<Token>, Vec<Diagnostic>> {
    let text = source.text();
    if text.len() > LONGEST {
        return Err(vec![error::too_long(source)]);
    }
    let mut tokens = Vec::new();
    let mut errors = Vec::new();
    // A byte order mark, which some editors write.
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        at += rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else { break };
        let length = match lex(trimmed, first) {
            Ok((kind, length)) => {
                tokens.push(Token { kind, span: Span::new(at, at + length) });
                length
            }
            Err(fault) => {
                let span = Span::new(at, at + fault.length());
                errors.push(error::diagnose(source, &fault, span));
                if errors.len() >= PATIENCE {
                    break;
                }
                fault.length()
            }
        };
        at += length;
    }
    if errors.is_empty() { Ok(tokens) } else { Err(errors) }
}

/// What cannot be a token, with its length in bytes.
pub(super) enum Fault {
    /// A string without its closing quote.
    OpenText(usize),
    /// A delimited identifier without its closing quote.
    OpenName(usize),
    /// `""`
    EmptyName,
    /// A number with letters or dots behind it.
    Number(usize),
    /// A word with characters that need quotes.
    Word(usize),
    /// `/* … */`
    Comment(usize),
    /// An operator of another language.
    Foreign(&'static str),
    /// Any other character.
    Character(char),
}

impl Fault {
    fn length(&self) -> usize {
        match self {
            Self::OpenText(length)
            | Self::OpenName(length)
            | Self::Number(length)
            | Self::Word(length)
            | Self::Comment(length) => *length,
            Self::EmptyName => 2,
            Self::Foreign(operator) => operator.len(),
            Self::Character(character) => character.len_utf8(),
        }
    }
}

/// Operators of other languages, longer ones first.
const FOREIGN: [&str; 17] = [
    "<=>", "!==", "===", "==", "&&", "::", ":=", "!~", "=~", "%", "&", "^", "~", "|", "!", "?", ":",
];

fn lex(text: &str, first: char) -> Result<(TokenKind, usize), Fault> {
    match first {
        '\'' => quoted(text, '\'')
            .map_or(Err(Fault::OpenText(text.len())), |length| Ok((TokenKind::Text, length))),
        '"' => match quoted(text, '"') {
            None => Err(Fault::OpenName(text.len())),
            Some(2) => Err(Fault::EmptyName),
            Some(length) => Ok((TokenKind::Delimited, length)),
        },
        '0'..='9' => number(text),
        '.' if text.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) => {
            number(text)
        }
        _ if first.is_alphabetic() || matches!(first, '_' | '$' | '@' | '#') => word(text, first),
        '-' if text.starts_with("--") => {
            Ok((TokenKind::Comment, text.find(['\n', '\r']).unwrap_or(text.len())))
        }
        '/' if text.starts_with("/*") => {
            Err(Fault::Comment(text.find("*/").map_or(text.len(), |end| end + 2)))
        }
        _ => symbol(text, first),
    }
}

/// An operator or punctuation mark: the longest that fits, of ADQL or of other languages.
fn symbol(text: &str, first: char) -> Result<(TokenKind, usize), Fault> {
    let alone = match first {
        '(' => "(",
        ')' => ")",
        ',' => ",",
        '.' => ".",
        '*' => "*",
        '+' => "+",
        '-' => "-",
        '/' => "/",
        ';' => ";",
        _ => "",
    };
    if !alone.is_empty() {
        return Ok((TokenKind::Symbol(alone), 1));
    }
    let starts = |operator: &&'static str| text.starts_with(*operator);
    let symbol = SYMBOLS.into_iter().find(starts);
    let foreign = FOREIGN.into_iter().find(starts);
    match (symbol, foreign) {
        (Some(symbol), Some(foreign)) if foreign.len() > symbol.len() => {
            Err(Fault::Foreign(foreign))
        }
        (Some(symbol), _) => Ok((TokenKind::Symbol(symbol), symbol.len())),
        (None, Some(foreign)) => Err(Fault::Foreign(foreign)),
        (None, None) => Err(Fault::Character(first)),
    }
}

/// Length of a text in quotes, where a doubled quote does not end it.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text.get(at..)?.find(quote)? + 1;
        if !text.get(at..)?.starts_with(quote) {
            return Some(at);
        }
        at += 1;
    }
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())
}

fn number(text: &str) -> Result<(TokenKind, usize), Fault> {
    let after = |at: usize| text.get(at..).unwrap_or_default();
    let mut length = digits(text);
    let mut kind = TokenKind::Integer;
    if after(length).starts_with('.') {
        length += 1;
        length += digits(after(length));
        kind = TokenKind::Number;
    }
    if after(length).starts_with(['e', 'E']) {
        let sign = usize::from(after(length + 1).starts_with(['+', '-']));
        let exponent = digits(after(length + 1 + sign));
        if exponent > 0 {
            length += 1 + sign + exponent;
            kind = TokenKind::Number;
        }
    }
    let fused = after(length).find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.');
    match fused.unwrap_or(after(length).len()) {
        0 => Ok((kind, length)),
        more => Err(Fault::Number(length + more)),
    }
}

fn word(text: &str, first: char) -> Result<(TokenKind, usize), Fault> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '@' | '#');
    let length = text.find(|c: char| !inside(c)).unwrap_or(text.len());
    let word = text.get(..length).unwrap_or_default();
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !plain || !first.is_ascii_alphabetic() {
        return Err(Fault::Word(length));
    }
    Ok((reserved::keyword(word).map_or(TokenKind::Identifier, TokenKind::Keyword), length))
}
