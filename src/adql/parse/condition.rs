//! `search_condition` and `predicate`.
//!
//! A parenthesis may hold a value or a condition, so both are read by the same functions, and
//! what is wanted is asked for afterwards.

use super::super::slot::Slot;
use super::super::token::TokenKind;
use super::super::tree::{Comparator, Condition, Expression, Node, Number, Place, Predicate, Set};
use super::{Item, Operand, Parse, Parser, Stop, hint};

impl Parser<'_> {
    pub(super) fn condition(&mut self) -> Parse<Condition> {
        let operand = self.either()?;
        let condition = self.as_condition(operand);
        hint::chained(self)?;
        Ok(condition)
    }

    /// Conditions joined by OR, or what is simpler.
    pub(super) fn either(&mut self) -> Parse<Operand> {
        self.several("OR", Self::both, Predicate::Or)
    }

    fn both(&mut self) -> Parse<Operand> {
        self.several("AND", Self::negation, Predicate::And)
    }

    fn several(
        &mut self,
        word: &str,
        inner: fn(&mut Self) -> Parse<Operand>,
        join: fn(Vec<Condition>) -> Predicate,
    ) -> Parse<Operand> {
        let start = self.here();
        let first = inner(self)?;
        if !self.is_keyword(word) {
            return Ok(first);
        }
        let mut height = first.height;
        let mut terms = vec![self.as_condition(first)];
        while self.take_keyword(word) {
            let next = inner(self)?;
            height = height.max(next.height);
            terms.push(self.as_condition(next));
        }
        let place = self.since(start);
        self.predicate_of(join(terms), place, height)
    }

    fn predicate_of(&mut self, node: Predicate, place: Place, height: usize) -> Parse<Operand> {
        let height = self.above(height)?;
        Ok(Operand { item: Item::Condition(Condition { node, place }), closed: false, height })
    }

    fn negation(&mut self) -> Parse<Operand> {
        let start = self.here();
        if !self.take_keyword("NOT") {
            return self.predicate();
        }
        if self.is_keyword("NOT") {
            self.complain(
                "Q010",
                self.here(),
                "one NOT cannot follow another",
                "two of them are none; or put parentheses around the second",
            );
            return Err(Stop);
        }
        let operand = self.predicate()?;
        let height = operand.height;
        let inner = self.as_condition(operand);
        let place = self.since(start);
        self.predicate_of(Predicate::Not(Box::new(inner)), place, height)
    }

    fn predicate(&mut self) -> Parse<Operand> {
        let start = self.here();
        if self.take_keyword("EXISTS") {
            if !self.is_symbol("(") {
                return self.expected("a query in parentheses after EXISTS");
            }
            let (subquery, height) = self.subquery()?;
            let place = self.since(start);
            return self.predicate_of(Predicate::Exists(Box::new(subquery)), place, height);
        }
        let left = self.arithmetic(0)?;
        let negated = self.is_keyword("NOT")
            && matches!(
                self.peek_at(1),
                Some(TokenKind::Keyword("BETWEEN" | "IN" | "LIKE" | "ILIKE"))
            );
        let ahead = usize::from(negated);
        let (node, height) = match self.peek_at(ahead) {
            Some(TokenKind::Symbol(symbol)) => {
                let Some(comparator) = comparator(symbol) else { return Ok(left) };
                self.take();
                self.comparison(left, comparator)?
            }
            Some(TokenKind::Keyword("IS")) => self.null_test(left)?,
            Some(TokenKind::Keyword("BETWEEN")) => {
                self.at += ahead + 1;
                self.between(left, negated)?
            }
            Some(TokenKind::Keyword("IN")) => {
                self.at += ahead + 1;
                self.membership(left, negated)?
            }
            Some(TokenKind::Keyword(word @ ("LIKE" | "ILIKE"))) => {
                self.at += ahead + 1;
                self.like(left, negated, word == "ILIKE")?
            }
            Some(TokenKind::Keyword("NOT")) => {
                self.take();
                return self.expected("BETWEEN, IN, LIKE or ILIKE after NOT");
            }
            _ => return Ok(left),
        };
        let place = self.since(start);
        self.predicate_of(node, place, height)
    }

    fn comparison(&mut self, left: Operand, comparator: Comparator) -> Parse<(Predicate, usize)> {
        if let Some(TokenKind::Keyword(word @ ("ANY" | "ALL" | "SOME"))) = self.peek() {
            self.complain(
                "Q014",
                self.here(),
                format!("comparisons with {word} are not in ADQL"),
                "IN (SELECT …), or EXISTS (SELECT … WHERE …)",
            );
            return Err(Stop);
        }
        let right = self.arithmetic(0)?;
        let height = left.height.max(right.height);
        let (left, right) = (self.as_value(left), self.as_value(right));
        Ok((Predicate::Comparison(Box::new(left), comparator, Box::new(right)), height))
    }

    fn null_test(&mut self, left: Operand) -> Parse<(Predicate, usize)> {
        let is = self.here();
        self.take();
        let negated = self.take_keyword("NOT");
        if !self.take_keyword("NULL") {
            return self.expected("NULL or NOT NULL after IS");
        }
        let (closed, height) = (left.closed, left.height);
        let value = self.as_value(left);
        let place = value.place;
        let Node::Column(column) = value.node else {
            let error = self
                .error("Q039", is, "only a column can be tested with IS NULL")
                .at(self.source, place.0, "this is not a column")
                .help("test the columns that it is made of");
            self.report(error);
            return Err(Stop);
        };
        if closed {
            let error =
                self.error("Q039", place.0, "the column of IS NULL stands without parentheses");
            self.report(error);
        }
        Ok((Predicate::IsNull { column, negated }, height))
    }

    fn between(&mut self, value: Operand, negated: bool) -> Parse<(Predicate, usize)> {
        let low = self.arithmetic(0)?;
        if !self.take_keyword("AND") {
            return self.expected("AND between the bounds");
        }
        let high = self.arithmetic(0)?;
        let height = value.height.max(low.height).max(high.height);
        let value = Box::new(self.as_value(value));
        let low = Box::new(self.as_value(low));
        let high = Box::new(self.as_value(high));
        Ok((Predicate::Between { value, negated, low, high }, height))
    }

    fn membership(&mut self, value: Operand, negated: bool) -> Parse<(Predicate, usize)> {
        let mut height = value.height;
        let value = Box::new(self.as_value(value));
        let opened = self.here();
        if !self.is_symbol("(") {
            return self.expected("values or a query in parentheses after IN");
        }
        let set = if self.begins_subquery() {
            let (subquery, inner) = self.subquery()?;
            height = height.max(inner);
            Set::Subquery(Box::new(subquery))
        } else {
            self.take();
            if self.is_symbol(")") {
                self.complain(
                    "Q010",
                    self.here(),
                    "the list of IN is empty",
                    "a list has one value at least",
                );
            }
            let (values, inner) = self.nested(Self::values)?;
            height = height.max(inner);
            self.close(opened)?;
            Set::List(values)
        };
        Ok((Predicate::In { value, negated, set }, height))
    }

    /// Values up to a closing parenthesis, and the height of the tallest.
    fn values(&mut self) -> Parse<(Vec<Expression>, usize)> {
        let mut values = Vec::new();
        let mut height = 0;
        if self.is_symbol(")") {
            return Ok((values, height));
        }
        loop {
            let operand = self.either()?;
            height = height.max(operand.height);
            values.push(self.as_value(operand));
            if !self.take_symbol(",") {
                return Ok((values, height));
            }
        }
    }

    fn like(
        &mut self,
        value: Operand,
        negated: bool,
        ignore_case: bool,
    ) -> Parse<(Predicate, usize)> {
        if ignore_case {
            let before = self.at.saturating_sub(1);
            let word = self.tokens.get(before).map_or(self.here(), |token| token.span);
            self.since_2_1(word, "ILIKE");
        }
        let pattern = self.arithmetic(0)?;
        let height = value.height.max(pattern.height);
        let value = Box::new(self.fitting(value, Slot::Text));
        let pattern = Box::new(self.fitting(pattern, Slot::Text));
        if self.is_keyword("ESCAPE") {
            self.complain(
                "Q014",
                self.here(),
                "LIKE has no ESCAPE in ADQL",
                "`_` stands for any one character, so also for itself",
            );
            self.take();
            self.take();
        }
        Ok((Predicate::Like { value, negated, ignore_case, pattern }, height))
    }

    /// The operand as a condition; a value is reported.
    pub(super) fn as_condition(&mut self, operand: Operand) -> Condition {
        match operand.item {
            Item::Condition(condition) => condition,
            Item::Value(value) => {
                let error = self.error(
                    "Q030",
                    value.place.0,
                    "a condition is expected, and this is a value",
                );
                let error = hint::value_for_condition(self, &value, error);
                self.report(error);
                let one = Node::Number(Number::from(1)).into();
                Condition::equal(value, one)
            }
        }
    }
}

fn comparator(symbol: &str) -> Option<Comparator> {
    Some(match symbol {
        "=" => Comparator::Equal,
        "<>" | "!=" => Comparator::NotEqual,
        "<" => Comparator::Less,
        "<=" => Comparator::LessOrEqual,
        ">" => Comparator::Greater,
        ">=" => Comparator::GreaterOrEqual,
        _ => return None,
    })
}
