//! Tokens: the words of a query with their places.

use std::fmt;

use crate::diag::Span;

/// A token and its bytes in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A reserved word, in capitals.
    Keyword(&'static str),
    /// A regular identifier.
    Identifier,
    /// An identifier in double quotes.
    Delimited,
    /// A string literal in single quotes.
    Text,
    /// A numeric literal of digits only.
    Integer,
    /// Any other numeric literal.
    Number,
    /// An operator or a punctuation mark.
    Symbol(&'static str),
    /// `--` and what follows it on the line.
    Comment,
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyword(_) => "keyword",
            Self::Identifier => "identifier",
            Self::Delimited => "delimited",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Symbol(_) => "symbol",
            Self::Comment => "comment",
        })
    }
}
