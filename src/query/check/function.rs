//! The functions of ADQL on numbers and texts.

use super::super::tree::{Node, Value};
use super::Checker;
use super::scope::Scope;
use super::unit;
use crate::adql::{BuiltIn, Expression, Place};
use crate::catalog::Type;
use crate::diag::Result;

impl Checker<'_> {
    /// A call; the parser has counted the arguments.
    pub fn function(
        &mut self,
        function: BuiltIn,
        arguments: &[Expression],
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Value> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(match function.is_text() {
                true => self.text(argument, scope, function.name())?,
                false => self.number_of(argument, scope, function.name())?,
            });
        }
        let first = values.first();
        let unit = first.map(|value| value.unit.clone()).unwrap_or_default();
        let first = first.and_then(|value| value.kind.clone());
        let integers = values.iter().all(|v| v.kind.as_ref().is_none_or(Type::is_integer));
        let (kind, unit) = match function {
            BuiltIn::Lower | BuiltIn::Upper => (first.unwrap_or(Type::Unicode), String::new()),
            BuiltIn::Abs => (first.unwrap_or(Type::Double), unit),
            BuiltIn::Mod if integers => (Type::Long, unit),
            BuiltIn::Ceiling
            | BuiltIn::Floor
            | BuiltIn::Mod
            | BuiltIn::Round
            | BuiltIn::Truncate => (Type::Double, unit),
            BuiltIn::Sqrt => (Type::Double, unit::root(&unit)),
            BuiltIn::Power => {
                let exponent = values.get(1).and_then(whole);
                (Type::Double, exponent.map_or_else(String::new, |it| unit::power(&unit, it)))
            }
            BuiltIn::Degrees => (Type::Double, "deg".to_owned()),
            BuiltIn::Radians | BuiltIn::Acos | BuiltIn::Asin | BuiltIn::Atan | BuiltIn::Atan2 => {
                (Type::Double, "rad".to_owned())
            }
            _ => (Type::Double, String::new()),
        };
        Ok(Value { node: Node::Function(function, values), kind: Some(kind), unit, place })
    }
}

/// A constant that is a small whole number.
fn whole(value: &Value) -> Option<i32> {
    match value.node {
        Node::Integer(number) => i32::try_from(number).ok().filter(|number| number.abs() <= 20),
        _ => None,
    }
}
