//! Value expressions.

use super::super::tree::{Cast, Node, Truth, Value};
use super::Checker;
use super::scope::Scope;
use super::unit;
use crate::adql::{
    self, Aggregate, AggregateFunction, Branches, DataType, Expression, Node as Written, Number,
    Operator, Place, Quantifier, Sign,
};
use crate::catalog::Type;
use crate::diag::Result;
use crate::time;

impl Checker<'_> {
    /// A value.
    pub fn value(&mut self, expression: &Expression, scope: &Scope<'_>) -> Result<Value> {
        let place = expression.place;
        match &expression.node {
            Written::Null => Ok(Value { node: Node::Null, kind: None, unit: String::new(), place }),
            Written::Number(number) => self.number_literal(number, false, place),
            Written::Text(text) if text.contains('\0') => {
                let message = "a text with the character U+0000";
                let help = "no database holds such a text";
                Err(self.wrong_help("Q105", message, place, help))
            }
            Written::Text(text) => {
                let kind = if text.is_ascii() { Type::Text } else { Type::Unicode };
                Ok(Value::new(Node::Text(text.clone()), kind, place))
            }
            Written::Column(reference) => self.column(reference, scope),
            Written::Signed(sign, operand) => self.signed(*sign, operand, place, scope),
            Written::Arithmetic(left, operator, right) => {
                let left = self.number_of(left, scope, operator_name(*operator))?;
                let right = self.number_of(right, scope, operator_name(*operator))?;
                Ok(arithmetic(left, *operator, right, place))
            }
            Written::Concatenation(parts) => {
                let mut texts = Vec::new();
                for part in parts {
                    texts.push(self.text(part, scope, "||")?);
                }
                Ok(Value::new(Node::Concatenation(texts), Type::Unicode, place))
            }
            Written::Aggregate(aggregate) => self.aggregate(aggregate, place, scope),
            Written::Function(function, arguments) => {
                self.function(*function, arguments, place, scope)
            }
            Written::Geometry(geometry) => self.geometry(geometry, place, scope),
            Written::Cast(value, target) => {
                let value = self.value(value, scope)?;
                self.cast(value, *target, place)
            }
            Written::Coalesce(values) => {
                let values: Result<Vec<Value>> =
                    values.iter().map(|value| self.value(value, scope)).collect();
                let (values, kind) = self.alike(values?, "COALESCE")?;
                let unit = values.first().map(|value| value.unit.clone()).unwrap_or_default();
                Ok(Value { node: Node::Coalesce(values), kind, unit, place })
            }
            Written::InUnit(value, unit) => {
                let value = self.number_of(value, scope, "IN_UNIT")?;
                self.in_unit(value, unit, place)
            }
            Written::Case(case) => self.case(case, place, scope),
            Written::UserDefined(name, arguments) => self.call(name, arguments, place, scope),
        }
    }

    /// A constant; `negative` when a minus sign stands before it.
    fn number_literal(&self, number: &Number, negative: bool, place: Place) -> Result<Value> {
        if number.is_integer() {
            let text =
                if negative { format!("-{}", number.as_str()) } else { number.as_str().to_owned() };
            if let Ok(value) = text.parse::<i64>() {
                let kind = if i32::try_from(value).is_ok() { Type::Integer } else { Type::Long };
                return Ok(Value::new(Node::Integer(value), kind, place));
            }
        }
        let value = number.as_f64();
        if !value.is_finite() {
            let message = format!("{} is beyond what a double can hold", number.as_str());
            return Err(self.wrong_help("Q115", message, place, "the largest is 1.797E308"));
        }
        let value = if negative { -value } else { value };
        Ok(Value::new(Node::Double(value), Type::Double, place))
    }

    fn signed(
        &mut self,
        sign: Sign,
        operand: &Expression,
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Value> {
        if let (Written::Number(number), Sign::Minus) = (&operand.node, sign) {
            return self.number_literal(number, true, place);
        }
        let value = self.number_of(operand, scope, "a sign")?;
        match sign {
            Sign::Plus => Ok(value),
            Sign::Minus => {
                let (kind, unit) = (value.kind.clone(), value.unit.clone());
                Ok(Value { node: Node::Negative(Box::new(value)), kind, unit, place })
            }
        }
    }

    /// A number, for `what`.
    pub fn number_of(
        &mut self,
        expression: &Expression,
        scope: &Scope<'_>,
        what: &str,
    ) -> Result<Value> {
        let value = self.value(expression, scope)?;
        match &value.kind {
            Some(kind) if !kind.is_numeric() => {
                let help = match &value.node {
                    Node::Text(text) if text.parse::<f64>().is_ok() => {
                        format!("a number has no quotes: {text}")
                    }
                    _ if kind.is_text() => "CAST(… AS DOUBLE PRECISION) reads a number".to_owned(),
                    _ if *kind == Type::Timestamp => "ivo_to_mjd gives days".to_owned(),
                    _ => "COORD1, COORD2, AREA and DISTANCE give numbers of geometries".to_owned(),
                };
                Err(self.unfit(what, "a number", kind, value.place, help))
            }
            _ => Ok(value.or_of(&Type::Double)),
        }
    }

    /// A text, for `what`.
    pub fn text(
        &mut self,
        expression: &Expression,
        scope: &Scope<'_>,
        what: &str,
    ) -> Result<Value> {
        let value = self.value(expression, scope)?;
        let value = self.as_output(value);
        match &value.kind {
            Some(Type::Region) => Ok(stc(value)),
            Some(kind) if !kind.is_text() => {
                let help = "CAST(… AS VARCHAR) makes a text";
                Err(self.unfit(what, "a text", kind, value.place, help))
            }
            _ => Ok(value),
        }
    }

    fn aggregate(
        &mut self,
        aggregate: &Aggregate,
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Value> {
        let Aggregate::Of { function, quantifier, argument } = aggregate else {
            return Ok(Value::new(Node::CountAll, Type::Long, place));
        };
        let argument = match function {
            AggregateFunction::Avg => self.number_of(argument, scope, "AVG")?,
            AggregateFunction::Sum => self.number_of(argument, scope, "SUM")?,
            AggregateFunction::Count => {
                let value = self.value(argument, scope)?;
                as_shown(self.as_output(value))
            }
            AggregateFunction::Max | AggregateFunction::Min => {
                let value = self.value(argument, scope)?;
                self.ordered(&value)?;
                value
            }
        };
        self.no_aggregates(&argument, "another aggregate")?;
        let (kind, unit) = match function {
            AggregateFunction::Count => (Some(Type::Long), String::new()),
            AggregateFunction::Avg => (Some(Type::Double), argument.unit.clone()),
            AggregateFunction::Sum if argument.kind.as_ref().is_some_and(Type::is_integer) => {
                (Some(Type::Long), argument.unit.clone())
            }
            AggregateFunction::Sum => (Some(Type::Double), argument.unit.clone()),
            _ => (argument.kind.clone(), argument.unit.clone()),
        };
        let distinct = *quantifier == Some(Quantifier::Distinct);
        let argument = Box::new(argument);
        let node = Node::Aggregate { function: *function, distinct, argument };
        Ok(Value { node, kind, unit, place })
    }

    fn case(&mut self, case: &adql::Case, place: Place, scope: &Scope<'_>) -> Result<Value> {
        let mut truths: Vec<Truth> = Vec::new();
        let mut values = Vec::new();
        match &case.branches {
            Branches::Searched(branches) => {
                for (condition, value) in branches {
                    truths.push(self.truth(condition, scope)?);
                    values.push(self.value(value, scope)?);
                }
            }
            Branches::Simple(operand, branches) => {
                let operand = self.value(operand, scope)?;
                for (when, value) in branches {
                    let when = self.value(when, scope)?;
                    let at = when.place;
                    let (left, right) = self.comparable(operand.clone(), when, at)?;
                    truths.push(Truth::Comparison(left, adql::Comparator::Equal, right));
                    values.push(self.value(value, scope)?);
                }
            }
        }
        let has_else = case.otherwise.is_some();
        if let Some(otherwise) = &case.otherwise {
            values.push(self.value(otherwise, scope)?);
        }
        let (mut values, kind) = self.alike(values, "CASE")?;
        let unit = values.first().map(|value| value.unit.clone()).unwrap_or_default();
        let otherwise = if has_else { values.pop().map(Box::new) } else { None };
        let branches = truths.into_iter().zip(values).collect();
        Ok(Value { node: Node::Case(branches, otherwise), kind, unit, place })
    }

    fn cast(&self, value: Value, target: DataType, place: Place) -> Result<Value> {
        if matches!(target, DataType::Point | DataType::Circle | DataType::Polygon) {
            return self.cast_shape(value, target, place);
        }
        let value = self.as_output(value);
        let value = as_shown(value);
        let (cast, kind) = match target {
            DataType::SmallInt => (Cast::Integer(16), Type::Short),
            DataType::Integer => (Cast::Integer(32), Type::Integer),
            DataType::BigInt => (Cast::Integer(64), Type::Long),
            DataType::Real => (Cast::Double, Type::Real),
            DataType::DoublePrecision => (Cast::Double, Type::Double),
            DataType::Char(length) => (Cast::Text(Some(length.unwrap_or(1))), Type::Unicode),
            DataType::Varchar(length) => (Cast::Text(length), Type::Unicode),
            _ => (Cast::Timestamp, Type::Timestamp),
        };
        let from = value.kind.clone();
        let allowed = match (&from, &kind) {
            (None, _) => true,
            (Some(Type::Opaque { .. } | Type::Point | Type::Circle | Type::Polygon), _) => false,
            (Some(from), _) if from.is_text() => true,
            (Some(Type::Timestamp), kind) => kind.is_text() || *kind == Type::Timestamp,
            (Some(Type::Boolean), kind) => kind.is_text() || kind.is_integer(),
            (Some(_), Type::Timestamp) => false,
            _ => true,
        };
        if !allowed {
            let from = from.as_ref().map_or("NULL", Type::title);
            let message = format!("{from} cannot be cast to {}", kind.title());
            let help = "numbers become numbers or text, timestamps text, text becomes anything";
            return Err(self.wrong_help("Q105", message, place, help));
        }
        if let (Node::Text(_), Cast::Timestamp) = (&value.node, cast) {
            return self.as_timestamp(value);
        }
        let unit = if kind.is_numeric() { value.unit.clone() } else { String::new() };
        Ok(Value { node: Node::Cast(Box::new(value), cast), kind: Some(kind), unit, place })
    }
}

/// A value as clients see it: some stored regions have no text.
pub fn as_shown(value: Value) -> Value {
    if value.kind == Some(Type::Region) { stc(value) } else { value }
}

/// A region as its text.
pub fn stc(value: Value) -> Value {
    let place = value.place;
    Value::new(Node::Call("adql_stc", vec![value], false), Type::Text, place)
}

fn arithmetic(left: Value, operator: Operator, right: Value, place: Place) -> Value {
    let integers = |value: &Value| value.kind.as_ref().is_none_or(Type::is_integer);
    let kind = if integers(&left) && integers(&right) { Type::Long } else { Type::Double };
    let unit = match operator {
        Operator::Add | Operator::Subtract if left.unit == right.unit => left.unit.clone(),
        Operator::Multiply | Operator::Divide if right.unit.is_empty() && is_constant(&right) => {
            left.unit.clone()
        }
        Operator::Multiply if left.unit.is_empty() && is_constant(&left) => right.unit.clone(),
        Operator::Multiply => unit::times(&left.unit, &right.unit),
        Operator::Divide if left.unit.is_empty() && is_constant(&left) => {
            unit::power(&right.unit, -1)
        }
        Operator::Divide => unit::over(&left.unit, &right.unit),
        Operator::Add | Operator::Subtract => String::new(),
    };
    let node = Node::Arithmetic(Box::new(left), operator, Box::new(right));
    Value { node, kind: Some(kind), unit, place }
}

fn is_constant(value: &Value) -> bool {
    matches!(value.node, Node::Integer(_) | Node::Double(_))
}

fn operator_name(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
    }
}

/// The canonical form of a DALI timestamp: `YYYY-MM-DD`, then perhaps `T` or a blank and a time of
/// day with or without seconds and fraction, then perhaps `Z`.
pub fn timestamp(text: &str) -> Option<String> {
    let (days, nanoseconds) = time::parse_clock(text.trim())?;
    let microseconds = days.checked_mul(time::DAY / 1000)?.checked_add(nanoseconds / 1000)?;
    Some(time::iso(microseconds))
}
