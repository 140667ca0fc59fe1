//! Types that go together.
//!
//! Numbers of all widths do, texts of all kinds do, and a text constant is a timestamp where a
//! timestamp is wanted. Nothing else is converted without CAST.

use super::super::tree::{Cast, Node, Value};
use super::Checker;
use crate::adql::Place;
use crate::catalog::Type;
use crate::diag::Result;

/// The narrowest type that holds values of both.
pub fn of_types(left: &Type, right: &Type) -> Option<Type> {
    if left == right {
        return Some(left.clone());
    }
    if left.is_text() && right.is_text() {
        return Some(Type::Unicode);
    }
    let width = |kind: &Type| match kind {
        Type::Short => Some(0),
        Type::Integer => Some(1),
        Type::Long => Some(2),
        Type::Real => Some(3),
        Type::Double => Some(4),
        _ => None,
    };
    let (one, other) = (width(left)?, width(right)?);
    // A REAL has fewer digits than an INTEGER can have.
    if one.max(other) == 3 && one.min(other) > 0 {
        return Some(Type::Double);
    }
    Some(if one > other { left.clone() } else { right.clone() })
}

impl Checker<'_> {
    /// Two values that can be compared, converted so that they can.
    pub fn comparable(&self, left: Value, right: Value, place: Place) -> Result<(Value, Value)> {
        let (left, right) = (self.as_output(left), self.as_output(right));
        let (one, other) = match (left.kind.clone(), right.kind.clone()) {
            (Some(one), Some(other)) => (one, other),
            (Some(one), None) => return Ok((left, right.or_of(&one))),
            (None, Some(other)) => return Ok((left.or_of(&other), right)),
            (None, None) => return Ok((left, right)),
        };
        for (kind, value) in [(&one, &left), (&other, &right)] {
            if kind.is_geometry() || matches!(kind, Type::Opaque { .. }) {
                let message = format!("{} cannot be compared", kind.title());
                let help = "1 = CONTAINS(a, b), 1 = INTERSECTS(a, b) and DISTANCE(p, q) < degrees compare \
                            geometries";
                return Err(self.wrong_help("Q106", message, value.place, help));
            }
        }
        match (&one, &other) {
            (Type::Timestamp, kind) if kind.is_text() => Ok((left, self.as_timestamp(right)?)),
            (kind, Type::Timestamp) if kind.is_text() => Ok((self.as_timestamp(left)?, right)),
            (Type::Boolean, kind) if *kind != Type::Boolean => {
                let right = self.as_boolean(&right)?;
                Ok((left, right))
            }
            (kind, Type::Boolean) if *kind != Type::Boolean => {
                let left = self.as_boolean(&left)?;
                Ok((left, right))
            }
            _ if of_types(&one, &other).is_some() => Ok((left, right)),
            _ => {
                let message = format!("{} is compared with {}", one.title(), other.title());
                let help = match (&left.node, &right.node) {
                    (Node::Text(text), _) | (_, Node::Text(text))
                        if text.parse::<f64>().is_ok() =>
                    {
                        format!("a number has no quotes: {text}")
                    }
                    _ => "CAST one of them to the type of the other".to_owned(),
                };
                Err(self.wrong_help("Q106", message, place, help))
            }
        }
    }

    /// Values of one type for COALESCE, CASE and IN, and that type.
    pub fn alike(&self, values: Vec<Value>, what: &str) -> Result<(Vec<Value>, Option<Type>)> {
        let values: Vec<Value> = values.into_iter().map(|value| self.as_output(value)).collect();
        let mut kind: Option<Type> = None;
        for value in &values {
            let Some(next) = &value.kind else { continue };
            kind = match kind {
                None => Some(next.clone()),
                Some(before) => match of_types(&before, next) {
                    Some(both) => Some(both),
                    None if timestamp_and_text(&before, next) => Some(Type::Timestamp),
                    None => {
                        let message = format!("{what}: {} after {}", next.title(), before.title());
                        let help = "the values have one type; CAST converts";
                        return Err(self.wrong_help("Q105", message, value.place, help));
                    }
                },
            };
        }
        if kind != Some(Type::Timestamp) {
            return Ok((values, kind));
        }
        let values: Result<Vec<Value>> =
            values.into_iter().map(|value| self.as_timestamp(value)).collect();
        Ok((values?, kind))
    }

    /// A text as a timestamp: a constant is read now, others when the query runs.
    pub fn as_timestamp(&self, value: Value) -> Result<Value> {
        match (&value.node, &value.kind) {
            (Node::Text(text), _) => match super::value::timestamp(text) {
                Some(canonical) => {
                    Ok(Value::new(Node::Timestamp(canonical), Type::Timestamp, value.place))
                }
                None => {
                    let message = format!("`{text}` is not a timestamp");
                    let help = "write it like 2025-05-31T23:59:59.5, in UTC";
                    Err(self.wrong_help("Q105", message, value.place, help))
                }
            },
            (_, Some(kind)) if kind.is_text() => {
                let place = value.place;
                let node = Node::Cast(Box::new(value), Cast::Timestamp);
                Ok(Value::new(node, Type::Timestamp, place))
            }
            _ => Ok(value),
        }
    }

    /// ADQL has no boolean literals: 1 and 0, 'true' and 'false' stand for them.
    fn as_boolean(&self, value: &Value) -> Result<Value> {
        let truth = match &value.node {
            Node::Integer(1) => Some(true),
            Node::Integer(0) => Some(false),
            Node::Text(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "t" | "1" => Some(true),
                "false" | "f" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        };
        match truth {
            Some(truth) => Ok(Value::new(Node::Boolean(truth), Type::Boolean, value.place)),
            None => {
                let message = "a boolean column is compared with something else";
                let help = "compare it with 1 or 0, or with 'true' or 'false'";
                Err(self.wrong_help("Q106", message, value.place, help))
            }
        }
    }
}

fn timestamp_and_text(left: &Type, right: &Type) -> bool {
    (*left == Type::Timestamp && right.is_text()) || (left.is_text() && *right == Type::Timestamp)
}
