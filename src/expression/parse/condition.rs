//! Conditions: OR, AND, NOT, comparisons, IN.

use super::super::check;
use super::super::lex::Kind;
use super::super::tree::{BindValue, Comparison, Expression, Node, Range};
use super::{Parser, joined, node, plain_name};
use crate::diag::{Result, Span};

impl Parser<'_> {
    pub(super) fn either(&mut self) -> Result<Expression> {
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
    pub(super) fn item(&mut self, items: &mut Vec<Expression>) -> Result<()> {
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
}

fn spread(value: BindValue, span: Span, items: &mut Vec<Expression>) {
    match value {
        BindValue::Scalar(value) => items.push(node(value, span)),
        BindValue::List(values) => items.push(node(Node::List(values), span)),
    }
}
