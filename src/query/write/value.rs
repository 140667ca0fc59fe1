//! Values in SQL.

use super::super::tree::{Cast, Node, Value};
use super::{Writer, column};
use crate::adql::{AggregateFunction, Operator};
use crate::catalog::Type;
use crate::lower::DATASETS;
use crate::obscore::ColumnType;
use crate::sql::Dialect;

/// Whether a database can compute a value from its parts.
pub fn available(value: &Value, dialect: Dialect) -> bool {
    match &value.node {
        Node::Function(function, arguments) => {
            dialect.adql_function(function.name(), arguments.len(), integers(arguments)).is_some()
        }
        Node::Call("ivo_to_jd" | "ivo_to_mjd", ..) => true,
        // Every release of a database reads some more notations of numbers and dates.
        Node::Cast(one, Cast::Integer(_) | Cast::Double | Cast::Timestamp) => {
            dialect.can_be_extended() || !one.kind.as_ref().is_some_and(Type::is_text)
        }
        Node::Call(name, ..) => dialect.has_function(name),
        _ => true,
    }
}

fn integers(values: &[Value]) -> bool {
    values.iter().all(|value| value.kind.as_ref().is_none_or(Type::is_integer))
}

impl Writer<'_> {
    /// A value as exactly the type of its column.
    pub(super) fn output(&mut self, value: &Value, kind: &Type) -> String {
        let text = self.value(value);
        let exact = matches!(value.node, Node::Column(..)) && value.kind.as_ref() == Some(kind);
        if exact { text } else { self.sql.dialect.exactly(&text, kind.carrier()) }
    }

    /// A value.
    pub(super) fn value(&mut self, value: &Value) -> String {
        let dialect = self.sql.dialect;
        match &value.node {
            Node::Null => dialect.null(value.kind.as_ref().map_or(ColumnType::Text, Type::carrier)),
            Node::Integer(number) => dialect.integer(*number),
            Node::Double(number) => dialect.double(*number),
            Node::Text(text) => self.parameters.text(text),
            Node::Timestamp(text) => self.parameters.timestamp(text),
            Node::Boolean(truth) => dialect.boolean(*truth).to_owned(),
            Node::Column(id, position) => format!("t{id}.{}", column(*position)),
            Node::Row(id) => format!("t{id}.rowid"),
            Node::Negative(one) => {
                let whole = integers(std::slice::from_ref(&**one));
                dialect.negative(&self.value(one), whole)
            }
            Node::Arithmetic(left, operator, right) => self.arithmetic(left, *operator, right),
            Node::Concatenation(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.value(part)).collect();
                format!("({})", parts.join(" || "))
            }
            Node::CountAll => match self.sql.counted {
                Some(id) => dialect
                    .exactly(&format!("coalesce(sum(t{id}.{DATASETS}), 0)"), ColumnType::BigInt),
                None => "count(*)".to_owned(),
            },
            Node::Aggregate { function, distinct, argument } => {
                self.aggregate(*function, *distinct, argument)
            }
            Node::Function(function, arguments) => {
                let integers = integers(arguments);
                let count = arguments.len();
                let template = dialect.adql_function(function.name(), count, integers);
                let arguments: Vec<String> = arguments.iter().map(|one| self.value(one)).collect();
                filled(template.unwrap_or("NULL"), &arguments)
            }
            Node::Call(name, arguments, _) => self.call(name, arguments),
            Node::Cast(one, cast) => self.cast(one, *cast),
            Node::Coalesce(parts) => {
                let kind = value.kind.clone();
                let parts: Vec<String> = parts
                    .iter()
                    .map(|part| match &kind {
                        Some(kind) => self.output(part, kind),
                        None => self.value(part),
                    })
                    .collect();
                match parts.as_slice() {
                    // SQLite's coalesce wants two.
                    [only] => only.clone(),
                    parts => format!("coalesce({})", parts.join(", ")),
                }
            }
            Node::Case(branches, otherwise) => {
                let mut text = String::from("CASE");
                for (truth, then) in branches {
                    let truth = self.truth(truth);
                    let then = self.branch(then, value);
                    text.push_str(&format!(" WHEN {truth} THEN {then}"));
                }
                if let Some(otherwise) = otherwise {
                    let otherwise = self.branch(otherwise, value);
                    text.push_str(&format!(" ELSE {otherwise}"));
                }
                text.push_str(" END");
                text
            }
            Node::Numbers(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|part| {
                        let number = self.value(part);
                        let number = dialect.exactly(&number, ColumnType::Double);
                        dialect.to_text(&number, ColumnType::Double, None)
                    })
                    .collect();
                format!("({})", parts.join(" || ' ' || "))
            }
        }
    }

    /// What a value is compared with.
    pub(super) fn constant(&mut self, value: &Value) -> String {
        match value.node {
            Node::Integer(number) => self.parameters.integer(number),
            Node::Double(number) => self.parameters.double(number),
            _ => self.value(value),
        }
    }

    /// The value of a CASE branch, of the type that all have.
    fn branch(&mut self, branch: &Value, whole: &Value) -> String {
        match &whole.kind {
            Some(kind) => self.output(branch, kind),
            None => self.value(branch),
        }
    }

    fn arithmetic(&mut self, left: &Value, operator: Operator, right: &Value) -> String {
        let whole = integers(std::slice::from_ref(left)) && integers(std::slice::from_ref(right));
        let dialect = self.sql.dialect;
        let (mut one, other) = (self.value(left), self.value(right));
        // Wide enough for the sum of two narrow ones.
        if whole && !matches!(left.node, Node::Integer(_)) {
            one = dialect.exactly(&one, ColumnType::BigInt);
        }
        let sign = match operator {
            Operator::Add => '+',
            Operator::Subtract => '-',
            Operator::Multiply => '*',
            Operator::Divide => '/',
        };
        dialect.arithmetic(&one, sign, &other, whole)
    }

    fn aggregate(
        &mut self,
        function: AggregateFunction,
        distinct: bool,
        argument: &Value,
    ) -> String {
        let dialect = self.sql.dialect;
        let text = self.value(argument);
        let text = match &argument.kind {
            Some(kind) if kind.is_text() && function != AggregateFunction::Count => {
                dialect.by_bytes(&text)
            }
            _ => text,
        };
        let distinct = if distinct { "DISTINCT " } else { "" };
        let whole = argument.kind.as_ref().is_some_and(Type::is_integer);
        let boolean = argument.kind == Some(Type::Boolean);
        match function {
            AggregateFunction::Count => format!("count({distinct}{text})"),
            AggregateFunction::Max if boolean => dialect.any(&text),
            AggregateFunction::Min if boolean => dialect.every(&text),
            AggregateFunction::Max => format!("max({distinct}{text})"),
            AggregateFunction::Min => format!("min({distinct}{text})"),
            AggregateFunction::Avg => {
                let text = dialect.exactly(&text, ColumnType::Double);
                format!("avg({distinct}{text})")
            }
            AggregateFunction::Sum => {
                let kind = if whole { ColumnType::BigInt } else { ColumnType::Double };
                dialect.exactly(&format!("sum({distinct}{text})"), kind)
            }
        }
    }

    fn call(&mut self, name: &str, arguments: &[Value]) -> String {
        let dialect = self.sql.dialect;
        let texts: Vec<String> = arguments.iter().map(|one| self.value(one)).collect();
        match (name, texts.as_slice()) {
            ("ivo_to_jd", [time]) => dialect.days_since(time, true),
            ("ivo_to_mjd", [time]) => dialect.days_since(time, false),
            ("adql_stc", [region]) => {
                let (all, dali) = self.region_flags();
                format!("obscore_s_region({region}, {all}, {dali})")
            }
            _ => match dialect.adql_call(name) {
                Some(template) => filled(template, &texts),
                None => format!("{name}({})", texts.join(", ")),
            },
        }
    }

    fn cast(&mut self, one: &Value, cast: Cast) -> String {
        let dialect = self.sql.dialect;
        let text = self.value(one);
        let from = one.kind.as_ref().map_or(ColumnType::Text, Type::carrier);
        match cast {
            Cast::Integer(bits) if from == ColumnType::Boolean => {
                let integer = dialect.boolean_to_integer(&text);
                dialect.to_integer(&integer, bits)
            }
            Cast::Integer(bits) => dialect.to_integer(&text, bits),
            Cast::Double => dialect.to_double(&text),
            Cast::Text(length) => dialect.to_text(&text, from, length),
            Cast::Timestamp if from == ColumnType::Timestamp => text,
            Cast::Timestamp => dialect.to_timestamp(&text),
        }
    }
}

/// `template` with `{0}`, `{1}`, … replaced by the arguments, which may hold braces themselves.
fn filled(template: &str, arguments: &[String]) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((index, after)) = after.split_once('}') else { break };
        let argument = index.parse::<usize>().ok().and_then(|index| arguments.get(index));
        text.push_str(argument.map_or("NULL", String::as_str));
        rest = after;
    }
    text.push_str(rest);
    text
}
