//! Tokens of a where-expression → [`Expression`].
//!
//! Follows Butler's grammar: OR, AND, NOT, comparisons (left to right), IN, `+ -`, `* / %`, signs.
//! Bind values, when given, take the place of their names here, as in Butler, where a name is
//! looked up in `bind` before anything else.

#![allow(clippy::unnecessary_box_returns, reason = "the error of diag::Result is boxed")]

mod condition;
mod value;

use indexmap::IndexMap;

use super::check;
use super::lex::{self, Kind, Token};
use super::tree::{BindValue, Expression, Node};
use crate::diag::{Diagnostic, Result, Source, Span, SpanMap, nearest};

/// Deepest nesting of parentheses, signs and NOT.
const NESTING: usize = 50;
/// Longest chain of operators; the tree of a chain is as deep as it is long.
const CHAIN: usize = 500;

/// Parses `text`, whose place in `source` is given by `map`. An empty text gives `None`, which
/// matches everything. With `binds`, bind names are replaced by their values and unknown ones are
/// errors; without, they stay [`Node::Bind`].
pub fn parse(
    text: &str,
    source: &Source,
    map: &SpanMap,
    binds: Option<&IndexMap<String, BindValue>>,
) -> Result<Option<Expression>> {
    let tokens = lex::tokens(text, source, map)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser =
        Parser { tokens, at: 0, length: text.len(), source, map, binds, depth: 0, operators: 0 };
    let expression = parser.either()?;
    if parser.peek().is_some() {
        return Err(parser.unexpected("the end or an operator"));
    }
    parser.predicate_wanted(&expression)?;
    Ok(Some(expression))
}

pub(super) struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    length: usize,
    source: &'a Source,
    map: &'a SpanMap,
    binds: Option<&'a IndexMap<String, BindValue>>,
    depth: usize,
    operators: usize,
}

fn node(node: Node, span: Span) -> Expression {
    Expression { node, span }
}

fn joined(left: &Expression, right: &Expression) -> Span {
    Span::new(left.span.start, right.span.end.max(left.span.start))
}

impl Parser<'_> {
    pub(super) fn error(
        &self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, message).at(self.source, span, ""))
    }

    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn peek_second(&self) -> Option<&Kind> {
        self.tokens.get(self.at + 1).map(|token| &token.kind)
    }

    /// Span of the token at the cursor; the end of the text when there is none.
    fn here(&self) -> Span {
        if let Some(token) = self.tokens.get(self.at) {
            self.map.span(token.start, token.end)
        } else {
            let end = self.tokens.last().map_or(self.length, |token| token.end);
            self.map.span(end.saturating_sub(1), end)
        }
    }

    fn before(&self) -> Span {
        let token = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        token.map_or_else(|| self.map.all(), |token| self.map.span(token.start, token.end))
    }

    fn take(&mut self, wanted: &Kind) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn mark(&mut self, mark: &'static str) -> bool {
        self.take(&Kind::Mark(mark))
    }

    fn close(&mut self) -> Result<()> {
        if self.mark(")") { Ok(()) } else { Err(self.unexpected("`)`")) }
    }

    fn unexpected(&self, wanted: &str) -> Box<Diagnostic> {
        let Some(kind) = self.peek() else {
            let message = format!("the where-expression ends where {wanted} is expected");
            return self.error("M102", self.here(), message);
        };
        let error =
            self.error("M102", self.here(), format!("{wanted} is expected in a where-expression"));
        let word = match kind {
            Kind::Name(names) => names.first().map(|name| name.to_ascii_uppercase()),
            Kind::Mark("=") => Some("==".to_owned()),
            Kind::Mark(">") => Some("<>".to_owned()),
            _ => None,
        };
        Box::new(match word.as_deref() {
            Some("==") => error.help("equality is written with one `=`"),
            Some("<>") => error.help("inequality is written `!=`"),
            Some("IS" | "ISNULL") => error.help("write `name = NULL` or `name != NULL`"),
            Some("BETWEEN") => error.help(
                "write `name >= low AND name <= high`, or `name IN (low..high)` for integers",
            ),
            Some("LIKE" | "ILIKE" | "REGEXP" | "SIMILAR") => {
                error.help("write `GLOB(name, 'pattern*')`")
            }
            _ => *error,
        })
    }

    fn count_operator(&mut self) -> Result<()> {
        self.operators += 1;
        if self.operators > CHAIN {
            return Err(Box::new(
                self.error(
                    "M108",
                    self.here(),
                    format!("a where-expression has more than {CHAIN} operators"),
                )
                .help("many values of one name fit into `name IN (…)`"),
            ));
        }
        Ok(())
    }

    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        if self.depth > NESTING {
            let message = format!("a where-expression is nested more than {NESTING} deep");
            return Err(self.error("M108", self.here(), message));
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn predicate_wanted(&self, expression: &Expression) -> Result<()> {
        check::predicate(expression).map_err(|message| {
            Box::new(self.error("M107", expression.span, message).help(
                "conditions are comparisons, IN, GLOB(…), boolean columns, and these with AND, \
                 OR, NOT",
            ))
        })
    }

    fn value_wanted(&self, expression: &Expression) -> Result<()> {
        check::value(expression).map_err(|message| self.error("M107", expression.span, message))
    }

    /// The value of a bind name; an error when `required` and unknown.
    fn bind_value(&self, name: &str, required: bool) -> Result<Option<BindValue>> {
        let Some(binds) = self.binds else { return Ok(None) };
        if let Some(value) = binds.get(name) {
            return Ok(Some(value.clone()));
        }
        if !required {
            return Ok(None);
        }
        let mut error = self.error("M105", self.before(), format!("`bind` has no `{name}`"));
        if let Some(near) = nearest(name, binds.keys().map(String::as_str)) {
            *error = error.help(format!("did you mean `:{near}`?"));
        } else if binds.is_empty() {
            *error = error.help(format!("add `bind: {{{name}: value}}` beside `where`"));
        }
        Err(error)
    }
}

fn plain_name(names: Vec<String>) -> Node {
    match names.as_slice() {
        [only] if only.eq_ignore_ascii_case("null") => Node::Null,
        _ => Node::Name(names),
    }
}
