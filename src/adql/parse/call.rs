//! Values that begin with a reserved word, and calls of functions.

use super::super::functions::BuiltIn;
use super::super::slot::Slot;
use super::super::token::TokenKind;
use super::super::tree::{
    Aggregate, AggregateFunction, Branches, Case, Condition, DataType, Expression, Node, Place,
    Quantifier,
};
use super::{Operand, Parse, Parser, Stop, hint};
use crate::diag::{Diagnostic, Span};

/// The arguments of a call.
pub(super) struct Arguments {
    pub(super) list: Vec<Operand>,
    pub(super) height: usize,
    /// The call from its name to its closing parenthesis.
    pub(super) place: Place,
}

impl Parser<'_> {
    /// A value that begins with a reserved word; the cursor is at it.
    pub(super) fn keyword_value(&mut self, word: &'static str) -> Parse<Operand> {
        let span = self.here();
        if word == "NULL" {
            self.take();
            return self.expression(Node::Null, Place(span), 0);
        }
        if word == "CASE" {
            return self.case();
        }
        if !self.symbol_at(1, "(") {
            return self.word_without_call(word);
        }
        if let Some(function) = BuiltIn::named(word) {
            return self.built_in(function);
        }
        match word {
            "AVG" => self.aggregate(AggregateFunction::Avg),
            "COUNT" => self.aggregate(AggregateFunction::Count),
            "MAX" => self.aggregate(AggregateFunction::Max),
            "MIN" => self.aggregate(AggregateFunction::Min),
            "SUM" => self.aggregate(AggregateFunction::Sum),
            "CAST" => self.cast(),
            "COALESCE" => {
                self.since_2_1(span, "COALESCE");
                let Arguments { list, height, place } = self.arguments()?;
                if list.is_empty() {
                    self.complain(
                        "Q032",
                        place.0,
                        "COALESCE takes one argument at least",
                        "COALESCE(value, …) is the first that is not NULL",
                    );
                }
                let values = list.into_iter().map(|operand| self.as_value(operand)).collect();
                self.expression(Node::Coalesce(values), place, height)
            }
            "IN_UNIT" => self.in_unit(),
            "POINT" | "CIRCLE" | "BOX" | "POLYGON" | "REGION" | "CENTROID" | "AREA" | "COORD1"
            | "COORD2" | "COORDSYS" | "DISTANCE" | "CONTAINS" | "INTERSECTS" => self.geometry(word),
            _ => {
                let error = hint::no_such_function(self, word);
                self.report(error);
                Err(Stop)
            }
        }
    }

    /// A reserved word where a value is expected, and no parenthesis behind it.
    fn word_without_call(&mut self, word: &'static str) -> Parse<Operand> {
        let foreign = hint::foreign_literal(self, word);
        if let Some(error) = foreign {
            self.report(error);
            return Err(Stop);
        }
        if hint::STRUCTURE.contains(&word) {
            return self.expected("a value");
        }
        self.reserved_name();
        // As if it were in quotes.
        if let Some(token) = self.tokens.get_mut(self.at) {
            token.kind = TokenKind::Identifier;
        }
        self.column_reference()
    }

    /// The arguments of a call; the cursor is at the name.
    pub(super) fn arguments(&mut self) -> Parse<Arguments> {
        let start = self.here();
        self.take();
        let opened = self.here();
        self.open("a function")?;
        let mut list = Vec::new();
        let mut height = 0;
        if !self.is_symbol(")") {
            loop {
                if self.is_keyword("DISTINCT") || self.is_keyword("ALL") {
                    self.complain(
                        "Q010",
                        self.here(),
                        "only aggregates have DISTINCT and ALL",
                        "AVG, COUNT, MAX, MIN and SUM",
                    );
                    self.take();
                }
                if self.is_symbol(")") {
                    let error =
                        self.error("Q010", self.here(), "an argument is missing behind the comma");
                    self.report(error);
                    break;
                }
                let operand = self.either()?;
                height = height.max(operand.height);
                list.push(operand);
                if !self.take_symbol(",") {
                    break;
                }
            }
        }
        self.close(opened)?;
        Ok(Arguments { list, height, place: self.since(start) })
    }

    fn built_in(&mut self, function: BuiltIn) -> Parse<Operand> {
        if function.is_text() {
            self.since_2_1(self.here(), function.name());
        }
        let Arguments { list, height, place } = self.arguments()?;
        let signature = function.signature();
        if !signature.arguments.contains(&list.len()) {
            let error = wrong_number(self, signature.name, signature.arguments, list.len(), place)
                .help(signature.form);
            self.report(error);
        }
        let mut values: Vec<Expression> = Vec::with_capacity(list.len());
        for (index, operand) in list.into_iter().enumerate() {
            let slot = if function.is_text() { Slot::Text } else { Slot::Number };
            let literal = match function {
                BuiltIn::Rand => Some(false),
                BuiltIn::Round | BuiltIn::Truncate if index == 1 => Some(true),
                _ => None,
            };
            let closed = operand.closed;
            let value = self.fitting(operand, slot);
            if let Some(sign) = literal
                && (closed || !is_integer(&value, sign))
            {
                self.complain(
                    "Q033",
                    value.place.0,
                    "an integer literal is expected",
                    signature.form,
                );
            }
            values.push(value);
        }
        self.expression(Node::Function(function, values), place, height)
    }

    fn aggregate(&mut self, function: AggregateFunction) -> Parse<Operand> {
        let start = self.here();
        let name = self.text_at(0).to_uppercase();
        self.take();
        let opened = self.here();
        self.take();
        if self.take_symbol("*") {
            self.close(opened)?;
            let place = self.since(start);
            if function != AggregateFunction::Count {
                self.complain(
                    "Q033",
                    place.0,
                    format!("{name} wants a value; only COUNT takes `*`"),
                    format!("{name}(column)"),
                );
            }
            return self.expression(Node::Aggregate(Aggregate::CountAll), place, 0);
        }
        let quantifier = if self.take_keyword("DISTINCT") {
            Some(Quantifier::Distinct)
        } else if self.take_keyword("ALL") {
            Some(Quantifier::All)
        } else {
            None
        };
        if self.is_symbol(")") || (quantifier.is_some() && self.is_symbol("*")) {
            self.complain(
                "Q032",
                self.here(),
                format!("{name} takes one argument"),
                "COUNT(*) counts rows, COUNT(DISTINCT column) different values",
            );
            return Err(Stop);
        }
        let operand = self.either()?;
        let height = operand.height;
        let argument = Box::new(self.as_value(operand));
        if self.is_symbol(",") {
            self.complain(
                "Q032",
                self.here(),
                format!("{name} takes one argument"),
                "count combinations in a query of their own: FROM (SELECT DISTINCT a, b …)",
            );
            return Err(Stop);
        }
        self.close(opened)?;
        let place = self.since(start);
        self.no_window(place)?;
        let aggregate = Aggregate::Of { function, quantifier, argument };
        self.expression(Node::Aggregate(aggregate), place, height)
    }

    fn no_window(&mut self, place: Place) -> Parse<()> {
        if self.is_word("OVER") && self.symbol_at(1, "(") {
            let error = self
                .error("Q014", self.here(), "window functions are not in ADQL")
                .at(self.source, place.0, "")
                .help("aggregate in a query of its own, and join with it");
            self.report(error);
            return Err(Stop);
        }
        Ok(())
    }

    fn cast(&mut self) -> Parse<Operand> {
        let start = self.here();
        self.since_2_1(start, "CAST");
        self.take();
        let opened = self.here();
        self.take();
        let operand = self.either()?;
        let height = operand.height;
        let value = Box::new(self.as_value(operand));
        if !self.take_keyword("AS") {
            return self.expected("AS and a type");
        }
        let target = self.data_type()?;
        self.close(opened)?;
        let place = self.since(start);
        self.expression(Node::Cast(value, target), place, height)
    }

    fn data_type(&mut self) -> Parse<DataType> {
        let span = self.here();
        let Some(token) = self.take() else { return self.expected("a type") };
        let target = match token.kind {
            TokenKind::Keyword("SMALLINT") => DataType::SmallInt,
            TokenKind::Keyword("INTEGER") => DataType::Integer,
            TokenKind::Keyword("BIGINT") => DataType::BigInt,
            TokenKind::Keyword("REAL") => DataType::Real,
            TokenKind::Keyword("DOUBLE") => {
                if !self.take_keyword("PRECISION") {
                    return self.expected("PRECISION after DOUBLE");
                }
                DataType::DoublePrecision
            }
            TokenKind::Keyword("CHAR") => DataType::Char(self.length()?),
            TokenKind::Keyword("VARCHAR") => DataType::Varchar(self.length()?),
            TokenKind::Keyword("TIMESTAMP") => DataType::Timestamp,
            TokenKind::Keyword("POINT") => DataType::Point,
            TokenKind::Keyword("CIRCLE") => DataType::Circle,
            TokenKind::Keyword("POLYGON") => DataType::Polygon,
            _ => {
                let error = hint::no_such_type(self, span);
                self.report(error);
                return Err(Stop);
            }
        };
        Ok(target)
    }

    fn length(&mut self) -> Parse<Option<u64>> {
        let opened = self.here();
        if !self.take_symbol("(") {
            return Ok(None);
        }
        let length = self.text_at(0).parse().ok().filter(|length| *length > 0);
        if self.peek() != Some(TokenKind::Integer) || length.is_none() {
            return self.expected("a length, a positive whole number,");
        }
        self.take();
        self.close(opened)?;
        Ok(length)
    }

    fn in_unit(&mut self) -> Parse<Operand> {
        const FORM: &str = "IN_UNIT(value, 'unit'), with a unit as in VOUnits: 'deg', 'km/s'";
        self.since_2_1(self.here(), "IN_UNIT");
        let Arguments { list, height, place } = self.arguments()?;
        let count = list.len();
        let mut list = list.into_iter();
        let (Some(value), Some(unit), 2) = (list.next(), list.next(), count) else {
            let error = wrong_number(self, "IN_UNIT", &[2], count, place).help(FORM);
            self.report(error);
            return self.expression(Node::Null, place, height);
        };
        let value = Box::new(self.fitting(value, Slot::Number));
        let unit = match self.as_value(unit) {
            Expression { node: Node::Text(unit), .. } => unit,
            other => {
                self.complain("Q033", other.place.0, "the unit is a string literal", FORM);
                String::new()
            }
        };
        self.expression(Node::InUnit(value, unit), place, height)
    }

    /// A call of a function that ADQL does not define; the cursor is at its name.
    pub(super) fn user_defined(&mut self) -> Parse<Operand> {
        let start = self.here();
        if self.peek() == Some(TokenKind::Delimited) {
            self.complain(
                "Q010",
                start,
                "the name of a function has no quotes",
                "leave the quotes out",
            );
        }
        let name = self.name("a function")?;
        self.at -= 1;
        let Arguments { list, height, place } = self.arguments()?;
        self.no_window(place)?;
        let values = list.into_iter().map(|operand| self.as_value(operand)).collect();
        self.expression(Node::UserDefined(name, values), place, height)
    }

    fn case(&mut self) -> Parse<Operand> {
        let start = self.here();
        self.take();
        let mut height = 0;
        let operand = if self.is_keyword("WHEN") { None } else { Some(self.arithmetic(0)?) };
        let operand = operand.map(|operand| {
            height = operand.height;
            self.as_value(operand)
        });
        let mut searched: Vec<(Condition, Expression)> = Vec::new();
        let mut simple: Vec<(Expression, Expression)> = Vec::new();
        while self.take_keyword("WHEN") {
            let when = if operand.is_some() { self.arithmetic(0)? } else { self.either()? };
            if !self.take_keyword("THEN") {
                return self.expected("THEN");
            }
            let then = self.arithmetic(0)?;
            height = height.max(when.height).max(then.height);
            if operand.is_some() {
                let pair = (self.as_value(when), self.as_value(then));
                simple.push(pair);
            } else {
                let pair = (self.as_condition(when), self.as_value(then));
                searched.push(pair);
            }
        }
        if searched.is_empty() && simple.is_empty() {
            return self.expected("WHEN");
        }
        let mut otherwise = None;
        if self.take_keyword("ELSE") {
            let operand = self.arithmetic(0)?;
            height = height.max(operand.height);
            otherwise = Some(self.as_value(operand));
        }
        if !self.take_keyword("END") {
            return self.expected("WHEN, ELSE or END");
        }
        let place = self.since(start);
        let warning = Diagnostic::warning("Q060", "CASE is not in ADQL 2.1")
            .at(self.source, start, "")
            .help("it works here; services that keep to the standard refuse it");
        self.warnings.push(warning);
        let branches = match operand {
            Some(operand) => Branches::Simple(operand, simple),
            None => Branches::Searched(searched),
        };
        self.expression(Node::Case(Box::new(Case { branches, otherwise })), place, height)
    }
}

fn is_integer(value: &Expression, sign: bool) -> bool {
    match &value.node {
        Node::Number(number) => number.is_integer(),
        Node::Signed(_, inner) if sign => is_integer(inner, false),
        _ => false,
    }
}

/// Says that a function takes another number of arguments.
pub(super) fn wrong_number(
    parser: &Parser<'_>,
    name: &str,
    wanted: &[usize],
    found: usize,
    place: Place,
) -> Diagnostic {
    let wanted: Vec<String> = wanted.iter().map(usize::to_string).collect();
    let noun = if wanted.len() == 1 && wanted.first().is_some_and(|one| one == "1") {
        "argument"
    } else {
        "arguments"
    };
    let message = format!("{name} takes {} {noun}, not {found}", wanted.join(" or "));
    parser.error("Q032", place.0, message)
}

/// The place of a call's name.
pub(super) fn name_span(place: Place, name: &str) -> Span {
    Span::new(place.0.start, place.0.start + name.len())
}
