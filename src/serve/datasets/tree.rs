//! Parts of ADQL trees about tables that only programs ask.

use crate::adql::{
    BuiltIn, Column, Columns, Condition, Expression, Geometry, Node, Place, Predicate, Query,
    Select, Set, TableName, TableReference,
};
use serde_json::Value;

use crate::serve::sia::Shape;

/// All columns of the rows of a table where a condition holds.
pub fn all_of(table: (&str, &str), filter: Option<Condition>) -> Query {
    selected(table, Columns::All, filter)
}

/// Columns of the rows of a table where a condition holds; all rows without one.
pub fn rows_of(
    (schema, table): (&str, &str),
    columns: &[String],
    filter: Option<Condition>,
) -> Query {
    let value = |name: &String| Expression::column(name.as_str());
    let item = |name: &String| Column::Value { value: value(name), alias: None };
    selected((schema, table), Columns::Some(columns.iter().map(item).collect()), filter)
}

fn selected((schema, table): (&str, &str), columns: Columns, filter: Option<Condition>) -> Query {
    let select = Select {
        quantifier: None,
        top: None,
        columns,
        from: vec![TableReference::table(TableName::in_schema(schema, table))],
        filter,
        group_by: Vec::new(),
        having: None,
        place: Place::default(),
    };
    select.into()
}

/// A column that has one of the values.
pub fn among(column: &str, values: impl IntoIterator<Item = Expression>) -> Condition {
    one_of(Expression::column(column), values)
}

/// A column of text that has one of the values, whatever the case of their ASCII letters.
pub fn among_folded<'t>(column: &str, values: impl IntoIterator<Item = &'t str>) -> Condition {
    let folded = Expression::from(Node::Function(BuiltIn::Lower, vec![Expression::column(column)]));
    one_of(folded, values.into_iter().map(|value| Expression::text(value.to_ascii_lowercase())))
}

fn one_of(value: Expression, values: impl IntoIterator<Item = Expression>) -> Condition {
    let mut values: Vec<Expression> = values.into_iter().collect();
    match (values.len(), values.pop()) {
        (1, Some(only)) => Condition::equal(value, only),
        (_, None) => Condition::equal(Expression::integer(1), Expression::integer(0)),
        (_, Some(last)) => {
            values.push(last);
            let value = Box::new(value);
            Predicate::In { value, negated: false, set: Set::List(values) }.into()
        }
    }
}

/// `s_region` shares a place with a region of ObsCore; nothing where that is empty or unreadable.
pub fn meets(region: &str) -> Option<Condition> {
    let shape = match Shape::of_region(region) {
        Some(shape) => Shape::together(&[shape]),
        None if ["UNION ICRS", "INTERSECTION ICRS"].iter().any(|kind| region.starts_with(kind)) => {
            Geometry::Region(Expression::text(region)).into()
        }
        None => return None,
    };
    let meets = Geometry::Intersects(Expression::column("s_region"), shape);
    Some(Condition::equal(Expression::integer(1), meets.into()))
}

/// A value of a data ID.
pub fn literal(value: &Value) -> Expression {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(number) => Expression::integer(number),
            None => Expression::number(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Expression::text(text.as_str()),
        other => Expression::text(other.to_string()),
    }
}
