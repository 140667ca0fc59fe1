//! Tokens of a where-expression → [`Expression`].
//!
//! Follows Butler's grammar: OR, AND, NOT, comparisons (left to right), IN, `+ -`, `* / %`, signs.
//! Bind values, when given, take the place of their names here, as in Butler, where a name is
//! looked up in `bind` before anything else.

#![allow(clippy::unnecessary_box_returns, reason = "the error of diag::Result is boxed")]

use indexmap::IndexMap;

use super::call;
use super::check;
use super::lex::{self, Kind, Token};
use super::time::time_literal;
use super::tree::{BindValue, Comparison, Expression, Node, Operator, Range};
use crate::diag::{Diagnostic, Result, Source, Span, SpanMap, nearest};
use crate::value::Literal;

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

    fn either(&mut self) -> Result<Expression> {
        let mut left = self.both()?;
        while self.take(&Kind::Or) {
            self.count_operator()?;
            let right = self.both()?;
            self.predicate_wanted(&left)?;
            self.predicate_wanted(&right)?;
            let span = joined(&left, &right);
            left = node(Node::Or(Box::new(left), Box::new(right)), span);
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expression> {
        let mut left = self.negation()?;
        while self.take(&Kind::And) {
            self.count_operator()?;
            let right = self.negation()?;
            self.predicate_wanted(&left)?;
            self.predicate_wanted(&right)?;
            let span = joined(&left, &right);
            left = node(Node::And(Box::new(left), Box::new(right)), span);
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expression> {
        let start = self.here();
        if !self.take(&Kind::Not) {
            return self.comparison();
        }
        let inner = self.nested(Self::negation)?;
        self.predicate_wanted(&inner)?;
        let span = Span::new(start.start, inner.span.end);
        Ok(node(Node::Not(Box::new(inner)), span))
    }

    fn comparison(&mut self) -> Result<Expression> {
        let mut left = self.membership()?;
        loop {
            let operator = match self.peek() {
                Some(Kind::Mark("=")) => Comparison::Equal,
                Some(Kind::Mark("!=")) => Comparison::NotEqual,
                Some(Kind::Mark("<")) => Comparison::Less,
                Some(Kind::Mark("<=")) => Comparison::LessOrEqual,
                Some(Kind::Mark(">")) => Comparison::Greater,
                Some(Kind::Mark(">=")) => Comparison::GreaterOrEqual,
                Some(Kind::Overlaps) => Comparison::Overlaps,
                _ => return Ok(left),
            };
            self.at += 1;
            self.count_operator()?;
            let right = self.membership()?;
            let span = joined(&left, &right);
            check::comparison(&left, operator, &right).map_err(|(message, place)| {
                let error = self.error("M107", place, message);
                match left.node {
                    Node::Compare(..) => {
                        Box::new(error.help("join two comparisons by AND: `a > 10 AND a < 20`"))
                    }
                    _ => error,
                }
            })?;
            left = node(Node::Compare(Box::new(left), operator, Box::new(right)), span);
        }
    }

    fn membership(&mut self) -> Result<Expression> {
        let value = self.sum()?;
        let negated = self.peek() == Some(&Kind::Not) && self.peek_second() == Some(&Kind::In);
        if !negated && self.peek() != Some(&Kind::In) {
            return Ok(value);
        }
        self.at += 1 + usize::from(negated);
        self.value_wanted(&value)?;
        if !self.mark("(") {
            return Err(self.unexpected("`(` after IN"));
        }
        let mut items = Vec::new();
        loop {
            self.item(&mut items)?;
            if !self.mark(",") {
                break;
            }
        }
        self.close()?;
        let span = Span::new(value.span.start, self.before().end);
        Ok(node(Node::In { value: Box::new(value), items, negated }, span))
    }

    /// One item of an IN list; a bind name of a list is one item.
    fn item(&mut self, items: &mut Vec<Expression>) -> Result<()> {
        let span = self.here();
        let sign = matches!(self.peek(), Some(Kind::Mark("+" | "-")));
        match (self.peek().cloned(), self.peek_second()) {
            (Some(Kind::Name(names)), Some(Kind::Mark("("))) if names.len() == 1 => {
                let call = self.nested(Self::call)?;
                if !matches!(call.node, Node::Uuid(_)) {
                    let message = "only UUID('…') can be called inside IN";
                    return Err(self.error("M107", call.span, message));
                }
                items.push(call);
            }
            (Some(Kind::Name(names)), _) => {
                if names.len() > 1 {
                    let error =
                        self.unexpected("a literal, a range or a name without dots inside IN");
                    return Err(error);
                }
                self.at += 1;
                match self.bind_value(&names.join("."), false)? {
                    Some(value) => spread(value, span, items),
                    None => items.push(node(plain_name(names), span)),
                }
            }
            (Some(Kind::Bind(name)), _) => {
                self.at += 1;
                match self.bind_value(&name, true)? {
                    Some(value) => spread(value, span, items),
                    None => items.push(node(Node::Bind(name), span)),
                }
            }
            (Some(Kind::Range { start, stop, stride }), _) => {
                self.at += 1;
                if stop < start {
                    let message = format!("the range {start}..{stop} ends before it begins");
                    return Err(self.error("M109", span, message));
                }
                items.push(node(Node::Range(Range { start, stop, stride }), span));
            }
            (Some(Kind::Number(_) | Kind::Text(_) | Kind::Time(_)), _) => {
                items.push(self.primary()?);
            }
            (_, Some(Kind::Number(_))) if sign => items.push(self.signed()?),
            _ => return Err(self.unexpected("a literal, a range or a bind name")),
        }
        Ok(())
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

    fn sum(&mut self) -> Result<Expression> {
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Some(Kind::Mark("+")) => Operator::Add,
                Some(Kind::Mark("-")) => Operator::Subtract,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.product()?;
            left = self.arithmetic(left, operator, right)?;
        }
    }

    fn product(&mut self) -> Result<Expression> {
        let mut left = self.signed()?;
        loop {
            let operator = match self.peek() {
                Some(Kind::Mark("*")) => Operator::Multiply,
                Some(Kind::Mark("/")) => Operator::Divide,
                Some(Kind::Mark("%")) => Operator::Modulo,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.signed()?;
            left = self.arithmetic(left, operator, right)?;
        }
    }

    fn arithmetic(
        &mut self,
        left: Expression,
        operator: Operator,
        right: Expression,
    ) -> Result<Expression> {
        self.count_operator()?;
        for side in [&left, &right] {
            check::number(side).map_err(|message| self.error("M107", side.span, message))?;
        }
        let span = joined(&left, &right);
        Ok(node(Node::Arithmetic(Box::new(left), operator, Box::new(right)), span))
    }

    fn signed(&mut self) -> Result<Expression> {
        let start = self.here();
        let negative = match self.peek() {
            Some(Kind::Mark("-")) => true,
            Some(Kind::Mark("+")) => false,
            _ => return self.primary(),
        };
        self.at += 1;
        let inner = self.nested(Self::signed)?;
        check::number(&inner).map_err(|message| self.error("M107", inner.span, message))?;
        let span = Span::new(start.start, inner.span.end);
        let value = match inner.node {
            kept if !negative => kept,
            Node::Literal(Literal::Int(number)) => {
                Node::Literal(Literal::Int(number.checked_neg().ok_or_else(|| {
                    self.error("M103", span, "a number does not fit into 64 bits")
                })?))
            }
            Node::Literal(Literal::Float(number)) => Node::Literal(Literal::Float(-number)),
            other => Node::Negative(Box::new(node(other, inner.span))),
        };
        Ok(node(value, span))
    }

    fn primary(&mut self) -> Result<Expression> {
        let span = self.here();
        let Some(kind) = self.peek().cloned() else {
            return Err(self.unexpected("a name or a value"));
        };
        match kind {
            Kind::Name(names) => {
                if names.len() == 1 && self.peek_second() == Some(&Kind::Mark("(")) {
                    return self.nested(Self::call);
                }
                self.at += 1;
                match self.bind_value(&names.join("."), false)? {
                    Some(value) => self.scalar(value, span),
                    None => Ok(node(plain_name(names), span)),
                }
            }
            Kind::Bind(name) => {
                self.at += 1;
                match self.bind_value(&name, true)? {
                    Some(value) => self.scalar(value, span),
                    None => Ok(node(Node::Bind(name), span)),
                }
            }
            Kind::Number(text) => {
                self.at += 1;
                Ok(node(Node::Literal(self.number(&text, span)?), span))
            }
            Kind::Text(text) => {
                self.at += 1;
                Ok(node(Node::Literal(Literal::String(text)), span))
            }
            Kind::Time(text) => {
                self.at += 1;
                match time_literal(&text) {
                    Ok(_) => Ok(node(Node::Time(text), span)),
                    Err(why) => Err(Box::new(
                        self.error("M104", span, format!("wrong time literal: {why}")).help(
                            "as in T'2024-05-01', T'2024-05-01T12:00:00/tai', T'60431.5', \
                             T'mjd/60431.5/tai'",
                        ),
                    )),
                }
            }
            Kind::Range { .. } => Err(Box::new(
                self.error("M107", span, "a range can only stand inside IN")
                    .help("write `name IN (1..10)`"),
            )),
            Kind::Mark("(") => self.nested(Self::parenthesis),
            _ => Err(self.unexpected("a name or a value")),
        }
    }

    fn parenthesis(&mut self) -> Result<Expression> {
        let start = self.here().start;
        self.at += 1;
        let first = self.either()?;
        if !self.mark(",") {
            self.close()?;
            return Ok(first);
        }
        let second = self.either()?;
        self.close()?;
        for side in [&first, &second] {
            if !matches!(side.node, Node::Time(_) | Node::Null | Node::Bind(_)) {
                return Err(Box::new(
                    self.error("M107", side.span, "a timespan is made of times or NULL")
                        .help("as in (T'2024-05-01', T'2024-06-01') or (T'2024-05-01', NULL)"),
                ));
            }
        }
        let span = Span::new(start, self.before().end);
        Ok(node(Node::Timespan(Box::new(first), Box::new(second)), span))
    }

    /// A function call; the cursor is at its name.
    fn call(&mut self) -> Result<Expression> {
        let start = self.here();
        let name = match self.peek() {
            Some(Kind::Name(names)) => names.join("."),
            _ => return Err(self.unexpected("a function")),
        };
        self.at += 2;
        let mut arguments = Vec::new();
        if !self.mark(")") {
            loop {
                arguments.push(self.either()?);
                if !self.mark(",") {
                    break;
                }
            }
            self.close()?;
        }
        let span = Span::new(start.start, self.before().end);
        Ok(node(call::resolve(self, &name, arguments, start, span)?, span))
    }

    fn scalar(&self, value: BindValue, span: Span) -> Result<Expression> {
        match value {
            BindValue::Scalar(value) => Ok(node(value, span)),
            BindValue::List(_) => Err(Box::new(
                self.error("M107", span, "a list of bind values can only stand inside IN")
                    .help("write `name IN (:values)`"),
            )),
        }
    }

    fn number(&self, text: &str, span: Span) -> Result<Literal> {
        let whole = text.bytes().all(|b| b.is_ascii_digit());
        let value = if whole {
            text.parse().ok().map(Literal::Int)
        } else {
            text.parse().ok().filter(|number: &f64| number.is_finite()).map(Literal::Float)
        };
        value.ok_or_else(|| self.error("M103", span, "a number does not fit into 64 bits"))
    }
}

fn plain_name(names: Vec<String>) -> Node {
    match names.as_slice() {
        [only] if only.eq_ignore_ascii_case("null") => Node::Null,
        _ => Node::Name(names),
    }
}

fn spread(value: BindValue, span: Span, items: &mut Vec<Expression>) {
    match value {
        BindValue::Scalar(value) => items.push(node(value, span)),
        BindValue::List(values) => items.push(node(Node::List(values), span)),
    }
}
