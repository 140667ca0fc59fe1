//! Looking at tokens, taking them, and saying what is wrong with them.

use super::super::reserved;
use super::super::token::{Token, TokenKind};
use super::super::tree::{Identifier, Place};
use super::{CHAIN, NESTING, Parse, Parser, Stop, Version, hint};
use crate::diag::{Diagnostic, Span};

impl Parser<'_> {
    pub(super) fn peek_at(&self, ahead: usize) -> Option<TokenKind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    pub(super) fn peek(&self) -> Option<TokenKind> {
        self.peek_at(0)
    }

    /// The text of a token ahead; empty behind the end.
    pub(super) fn text_at(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |token| self.text(token.span))
    }

    pub(super) fn text(&self, span: Span) -> &str {
        self.source.text().get(span.start..span.end).unwrap_or_default()
    }

    /// The place of the next token; the end of the last one when there is none.
    pub(super) fn here(&self) -> Span {
        match self.tokens.get(self.at) {
            Some(token) => token.span,
            None => self
                .tokens
                .last()
                .map_or(Span::default(), |last| Span::new(last.span.end, last.span.end)),
        }
    }

    /// From a place to the end of the token before.
    pub(super) fn since(&self, start: Span) -> Place {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let end = before.map_or(start.end, |token| token.span.end);
        Place(Span::new(start.start, end.max(start.start)))
    }

    pub(super) fn keyword_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.peek_at(ahead), Some(TokenKind::Keyword(found)) if found == word)
    }

    pub(super) fn is_keyword(&self, word: &str) -> bool {
        self.keyword_at(0, word)
    }

    pub(super) fn symbol_at(&self, ahead: usize, symbol: &str) -> bool {
        matches!(self.peek_at(ahead), Some(TokenKind::Symbol(found)) if found == symbol)
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        self.symbol_at(0, symbol)
    }

    /// Whether a word that is not reserved comes next, in any case of letters.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.peek() == Some(TokenKind::Identifier) && self.text_at(0).eq_ignore_ascii_case(word)
    }

    pub(super) fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).copied();
        self.at += usize::from(token.is_some());
        token
    }

    pub(super) fn take_keyword(&mut self, word: &str) -> bool {
        let found = self.is_keyword(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    pub(super) fn open(&mut self, after: &str) -> Parse<()> {
        if self.take_symbol("(") { Ok(()) } else { self.expected(&format!("`(` after {after}")) }
    }

    pub(super) fn close(&mut self, opened: Span) -> Parse<()> {
        if self.take_symbol(")") {
            return Ok(());
        }
        let error = self.unexpected("`)`");
        let error = error.at(self.source, opened, "opened here");
        self.report(error);
        Err(Stop)
    }

    /// Whether a token can be a name here: words that ADQL 2.1 newly reserves can in 2.0.
    pub(super) fn name_at(&self, ahead: usize) -> bool {
        match self.peek_at(ahead) {
            Some(TokenKind::Identifier | TokenKind::Delimited) => true,
            Some(TokenKind::Keyword(word)) => {
                self.version == Version::V2_0 && reserved::NEW.contains(&word)
            }
            _ => false,
        }
    }

    /// A name; a reserved word is reported and taken for one.
    pub(super) fn name(&mut self, wanted: &str) -> Parse<Identifier> {
        if self.name_at(0) {
            return self.identifier();
        }
        match self.peek() {
            Some(TokenKind::Keyword(word)) if !hint::STRUCTURE.contains(&word) => {
                self.reserved_name();
                self.identifier()
            }
            _ => self.expected(wanted),
        }
    }

    /// Reports that the word here is reserved.
    pub(super) fn reserved_name(&mut self) {
        let word = self.text_at(0).to_owned();
        self.complain(
            "Q013",
            self.here(),
            format!("`{word}` is a reserved word and cannot be a name"),
            format!("in double quotes it can be one: \"{word}\""),
        );
    }

    fn identifier(&mut self) -> Parse<Identifier> {
        let Some(token) = self.take() else { return self.expected("a name") };
        let written = self.text(token.span);
        let delimited = token.kind == TokenKind::Delimited;
        let text = if delimited { unquote(written, '"') } else { written.to_owned() };
        Ok(Identifier { text, delimited, place: Place(token.span) })
    }

    /// A string literal, when one comes next.
    pub(super) fn take_text(&mut self) -> Option<String> {
        if self.peek() != Some(TokenKind::Text) {
            return None;
        }
        let token = self.take()?;
        Some(unquote(self.text(token.span), '\''))
    }

    pub(super) fn error(
        &self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, message).at(self.source, span, "")
    }

    pub(super) fn report(&mut self, error: Diagnostic) {
        self.errors.push(error);
    }

    /// Reports an error with a line of help. Apart from the callers, whose frames stay small: many
    /// of them are on the stack at a time.
    #[inline(never)]
    pub(super) fn complain(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let error = self.error(code, span, message).help(help);
        self.report(error);
    }

    /// What is to be said when something else comes next than what is wanted.
    pub(super) fn unexpected(&self, wanted: &str) -> Diagnostic {
        let here = self.here();
        let error = if self.peek().is_none() {
            self.error("Q011", here, format!("the query ends where {wanted} is expected"))
        } else {
            let found = self.text(here);
            let shown = match found.char_indices().nth(40) {
                Some((end, _)) => format!("{}…", found.get(..end).unwrap_or_default()),
                None => found.to_owned(),
            };
            self.error("Q010", here, format!("{wanted} is expected, not `{shown}`"))
        };
        hint::unexpected(self, error)
    }

    /// Reports that something else comes next than what is wanted.
    pub(super) fn expected<T>(&mut self, wanted: &str) -> Parse<T> {
        let error = self.unexpected(wanted);
        self.report(error);
        Err(Stop)
    }

    /// Reports that ADQL 2.0 does not have something, when that is the language.
    pub(super) fn since_2_1(&mut self, span: Span, what: &str) {
        if self.version == Version::V2_0 {
            self.complain(
                "Q041",
                span,
                format!("{what} came with ADQL 2.1, and this is ADQL 2.0"),
                "ask for ADQL-2.1, or write the query without it",
            );
        }
    }

    /// Goes one level deeper.
    pub(super) fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= NESTING {
            let message = format!("the query is nested more than {NESTING} deep");
            return self.too_deep(message);
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Counts a join or a set operator.
    pub(super) fn link(&mut self) -> Parse<()> {
        self.links += 1;
        if self.links > CHAIN {
            return self.too_deep(format!("the query has more than {CHAIN} joins and operators"));
        }
        Ok(())
    }

    /// Counts a level of a value that has others of that height inside.
    pub(super) fn above(&mut self, height: usize) -> Parse<usize> {
        let height = height + 1;
        self.tallest = self.tallest.max(height);
        if height > CHAIN {
            return self.too_deep(format!("a value has more than {CHAIN} operators in a row"));
        }
        Ok(height)
    }

    fn too_deep<T>(&mut self, message: String) -> Parse<T> {
        self.complain(
            "Q050",
            self.here(),
            message,
            "lists of values are best written with IN, which has no such limit",
        );
        Err(Stop)
    }
}

/// The text between quotes, doubled ones undone.
fn unquote(text: &str, quote: char) -> String {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    let mut doubled = [0; 4];
    let single = quote.encode_utf8(&mut doubled);
    inner.replace(&single.repeat(2), single)
}
