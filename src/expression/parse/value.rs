//! Values: sums, products, signs, literals, names, calls.

use super::super::lex::Kind;
use super::super::time::time_literal;
use super::super::tree::{BindValue, Expression, Node, Operator};
use super::super::{call, check};
use super::{Parser, joined, node, plain_name};
use crate::diag::{Result, Span};
use crate::value::Literal;

impl Parser<'_> {
    pub(super) fn sum(&mut self) -> Result<Expression> {
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

    pub(super) fn signed(&mut self) -> Result<Expression> {
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

    pub(super) fn primary(&mut self) -> Result<Expression> {
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
    pub(super) fn call(&mut self) -> Result<Expression> {
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
