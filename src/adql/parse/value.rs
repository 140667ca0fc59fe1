//! `value_expression`: arithmetic, joined texts, literals, columns.

use super::super::slot::{Slot, describe};
use super::super::token::TokenKind;
use super::super::tree::{ColumnReference, Expression, Node, Number, Operator, Place, Sign};
use super::{Item, Operand, Parse, Parser, Stop, hint};
use crate::diag::Span;

/// What joins two operands.
#[derive(Clone, Copy)]
enum Link {
    Arithmetic(Operator),
    Text,
}

impl Parser<'_> {
    pub(super) fn value(&mut self) -> Parse<Expression> {
        let operand = self.either()?;
        Ok(self.as_value(operand))
    }

    /// Operands joined by operators that bind at least as close as `closer`.
    pub(super) fn arithmetic(&mut self, closer: u8) -> Parse<Operand> {
        let start = self.here();
        let mut left = self.signed()?;
        while let Some((link, closeness)) = self.link_ahead() {
            if closeness < closer {
                break;
            }
            self.take();
            let right = self.arithmetic(closeness + 1)?;
            let place = self.since(start);
            left = self.linked(left, link, right, place)?;
        }
        Ok(left)
    }

    fn link_ahead(&self) -> Option<(Link, u8)> {
        let Some(TokenKind::Symbol(symbol)) = self.peek() else { return None };
        Some(match symbol {
            "||" => (Link::Text, 1),
            "+" => (Link::Arithmetic(Operator::Add), 2),
            "-" => (Link::Arithmetic(Operator::Subtract), 2),
            "*" => (Link::Arithmetic(Operator::Multiply), 3),
            "/" => (Link::Arithmetic(Operator::Divide), 3),
            _ => return None,
        })
    }

    fn linked(
        &mut self,
        left: Operand,
        link: Link,
        right: Operand,
        place: Place,
    ) -> Parse<Operand> {
        let height = left.height.max(right.height);
        let node = match link {
            Link::Text => {
                let chain = !left.closed && is_chain(&left.item);
                let left_height = left.height;
                let right = self.fitting(right, Slot::TextOperand);
                let left =
                    if chain { self.as_value(left) } else { self.fitting(left, Slot::TextOperand) };
                match left.node {
                    Node::Concatenation(mut texts) if chain => {
                        texts.push(right);
                        // The chain is one node, however long.
                        let node = Node::Concatenation(texts);
                        let height = left_height.max(height);
                        return Ok(value_of(node, place, height));
                    }
                    node => {
                        let left = Expression { node, place: left.place };
                        Node::Concatenation(vec![left, right])
                    }
                }
            }
            Link::Arithmetic(operator) => {
                let (low, high) = match operator {
                    Operator::Add | Operator::Subtract => (Slot::Number, Slot::Term),
                    Operator::Multiply | Operator::Divide => (Slot::Term, Slot::Factor),
                };
                let left = self.fitting(left, low);
                let right = self.fitting(right, high);
                Node::Arithmetic(Box::new(left), operator, Box::new(right))
            }
        };
        self.expression(node, place, height)
    }

    /// A value above others of that height.
    pub(super) fn expression(&mut self, node: Node, place: Place, height: usize) -> Parse<Operand> {
        let height = self.above(height)?;
        Ok(value_of(node, place, height))
    }

    fn signed(&mut self) -> Parse<Operand> {
        let start = self.here();
        let sign = match self.peek() {
            Some(TokenKind::Symbol("+")) => Sign::Plus,
            Some(TokenKind::Symbol("-")) => Sign::Minus,
            _ => return self.primary(),
        };
        self.take();
        if let Some(TokenKind::Symbol("+" | "-")) = self.peek() {
            self.complain(
                "Q010",
                self.here(),
                "one sign cannot follow another",
                "put parentheses around the second: -(-x)",
            );
            return Err(Stop);
        }
        let operand = self.primary()?;
        let height = operand.height;
        let operand = self.fitting(operand, Slot::Operand);
        let place = self.since(start);
        self.expression(Node::Signed(sign, Box::new(operand)), place, height)
    }

    fn primary(&mut self) -> Parse<Operand> {
        let span = self.here();
        match self.peek() {
            Some(TokenKind::Integer | TokenKind::Number) => {
                let number = Number::lexed(self.text(span));
                self.take();
                self.expression(Node::Number(number), Place(span), 0)
            }
            Some(TokenKind::Text) => {
                let text = self.take_text().unwrap_or_default();
                if self.peek() == Some(TokenKind::Text) {
                    let error = hint::two_strings(self, span);
                    self.report(error);
                    return Err(Stop);
                }
                self.expression(Node::Text(text), Place(span), 0)
            }
            Some(TokenKind::Symbol("(")) => self.nested(Self::parenthesis),
            Some(TokenKind::Keyword(word)) if !self.name_at(0) || self.symbol_at(1, "(") => {
                self.nested(|parser| parser.keyword_value(word))
            }
            _ if self.name_at(0) => {
                if self.symbol_at(1, "(") {
                    return self.nested(Self::user_defined);
                }
                self.column_reference()
            }
            _ => self.expected("a value"),
        }
    }

    fn parenthesis(&mut self) -> Parse<Operand> {
        let opened = self.here();
        if self.keyword_at(1, "SELECT") || self.keyword_at(1, "WITH") {
            let (_, height) = self.subquery()?;
            let place = self.since(opened);
            let error = self
                .error("Q023", opened, "a query cannot be a value in ADQL")
                .help("queries stand in FROM, in IN (…) and in EXISTS (…)")
                .help("for a value of a query, join with it: FROM t, (SELECT MAX(x) AS m …) AS q");
            self.report(error);
            return self.expression(Node::Null, place, height);
        }
        self.take();
        let mut inner = self.either()?;
        if self.is_symbol(",") {
            self.complain(
                "Q010",
                self.here(),
                "ADQL has no rows in parentheses",
                "compare value by value, joined with AND",
            );
            return Err(Stop);
        }
        self.close(opened)?;
        let place = self.since(opened);
        match &mut inner.item {
            Item::Value(value) => value.place = place,
            Item::Condition(condition) => condition.place = place,
        }
        inner.closed = true;
        inner.height = self.above(inner.height)?;
        Ok(inner)
    }

    pub(super) fn column_reference(&mut self) -> Parse<Operand> {
        let start = self.here();
        let mut parts = vec![self.name("a column")?];
        while self.take_symbol(".") {
            if self.is_symbol("*") {
                self.complain(
                    "Q017",
                    self.here(),
                    "`table.*` stands for columns of a result, not for a value",
                    "name the column; or count rows with COUNT(*)",
                );
                return Err(Stop);
            }
            parts.push(self.name("a column")?);
        }
        if self.is_symbol("(") {
            self.complain(
                "Q038",
                self.since(start).0,
                "a function has a name of one part",
                "functions of ADQL belong to no schema",
            );
            return Err(Stop);
        }
        let column = parts.pop();
        let end = parts.last().map_or(start, |part| part.place.0);
        let qualifier = if parts.is_empty() {
            None
        } else {
            let mut table = self.table_name_from(parts, start)?;
            table.place = Place(Span::new(start.start, end.end));
            Some(Box::new(table))
        };
        let Some(column) = column else { return self.expected("a column") };
        let place = self.since(start);
        let node = Node::Column(ColumnReference { qualifier, column, place });
        self.expression(node, place, 0)
    }

    /// The operand as a value; a condition is reported.
    pub(super) fn as_value(&mut self, operand: Operand) -> Expression {
        match operand.item {
            Item::Value(value) => value,
            Item::Condition(condition) => {
                self.complain(
                    "Q031",
                    condition.place.0,
                    "a value is expected, and this is a condition",
                    "conditions stand in WHERE, HAVING and ON; ADQL has no truth values",
                );
                Node::Null.into()
            }
        }
    }

    /// The operand as a value for a place of the grammar; what does not fit is reported.
    pub(super) fn fitting(&mut self, operand: Operand, slot: Slot) -> Expression {
        let closed = operand.closed;
        let before = self.errors.len();
        let value = self.as_value(operand);
        if !closed && self.errors.len() == before && !slot.takes(&value) {
            let message =
                format!("{} is expected here, and this is {}", slot.wants(), describe(&value));
            let error = self.error("Q034", value.place.0, message);
            let error = hint::misfit(&value, slot, error);
            self.report(error);
        }
        value
    }
}

pub(super) fn value_of(node: Node, place: Place, height: usize) -> Operand {
    Operand { item: Item::Value(Expression { node, place }), closed: false, height }
}

fn is_chain(item: &Item) -> bool {
    matches!(item, Item::Value(Expression { node: Node::Concatenation(_), .. }))
}
