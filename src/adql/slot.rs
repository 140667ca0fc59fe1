//! Which values the grammar takes where, without parentheses.
//!
//! One definition for the parser, which refuses what does not fit, and for the printer, which puts
//! parentheses around it: in parentheses every value is a `value_expression_primary`.

use super::tree::{Expression, Geometry, Node, Operator};

/// A place of the grammar that takes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// `value_expression`: anything.
    Value,
    /// `numeric_value_expression`: sums and what they are made of.
    Number,
    /// `term`: products and what they are made of.
    Term,
    /// `factor`: an operand with or without a sign.
    Factor,
    /// `numeric_primary`: an operand.
    Operand,
    /// `character_value_expression`: joined texts and what they are made of.
    Text,
    /// `character_primary`: a text that is joined with others.
    TextOperand,
    /// `geometry_value_expression`.
    Geometry,
    /// `coord_value`: a point.
    Point,
}

/// What a value is by its form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Null,
    Literal,
    Sum,
    Product,
    Signed,
    NumericFunction,
    Concatenation,
    TextFunction,
    Point,
    Shape,
    /// May be of any type: a column, a call, CAST, COALESCE, CASE.
    Open,
    Aggregate,
}

fn form(expression: &Expression) -> Form {
    match &expression.node {
        Node::Null => Form::Null,
        Node::Number(_) | Node::Text(_) => Form::Literal,
        Node::Column(_)
        | Node::UserDefined(..)
        | Node::Cast(..)
        | Node::Coalesce(_)
        | Node::Case(_) => Form::Open,
        Node::Aggregate(_) => Form::Aggregate,
        Node::Signed(..) => Form::Signed,
        Node::Arithmetic(_, Operator::Add | Operator::Subtract, _) => Form::Sum,
        Node::Arithmetic(_, Operator::Multiply | Operator::Divide, _) => Form::Product,
        Node::Concatenation(_) => Form::Concatenation,
        Node::Function(function, _) if function.is_text() => Form::TextFunction,
        Node::Function(..) | Node::InUnit(..) => Form::NumericFunction,
        Node::Geometry(geometry) => match geometry.as_ref() {
            Geometry::Point { .. } | Geometry::Centroid(_) => Form::Point,
            Geometry::CoordSys(_) => Form::TextFunction,
            shape if shape.is_shape() => Form::Shape,
            _ => Form::NumericFunction,
        },
    }
}

impl Slot {
    /// Whether the value can stand here without parentheses.
    pub(super) fn takes(self, expression: &Expression) -> bool {
        let form = form(expression);
        let primary = matches!(form, Form::Literal | Form::Open | Form::Aggregate);
        match self {
            Self::Value => true,
            Self::Operand => primary || form == Form::NumericFunction,
            Self::Factor => Self::Operand.takes(expression) || form == Form::Signed,
            Self::Term => Self::Factor.takes(expression) || form == Form::Product,
            Self::Number => Self::Term.takes(expression) || form == Form::Sum,
            Self::TextOperand => primary || form == Form::TextFunction,
            Self::Text => Self::TextOperand.takes(expression) || form == Form::Concatenation,
            Self::Geometry => primary || matches!(form, Form::Point | Form::Shape),
            Self::Point => matches!(form, Form::Open | Form::Point),
        }
    }

    /// What belongs here, for messages.
    pub(super) fn wants(self) -> &'static str {
        match self {
            Self::Value => "a value",
            Self::Number | Self::Term | Self::Factor | Self::Operand => "a number",
            Self::Text | Self::TextOperand => "a text",
            Self::Geometry => "a geometry",
            Self::Point => "a point",
        }
    }
}

/// What a value is, for messages.
pub(super) fn describe(expression: &Expression) -> &'static str {
    match form(expression) {
        Form::Null => "NULL",
        Form::Literal => match expression.node {
            Node::Text(_) => "a string",
            _ => "a number",
        },
        Form::Sum | Form::Product | Form::Signed => "arithmetic, a number",
        Form::NumericFunction => "a function that gives a number",
        Form::Concatenation => "a text",
        Form::TextFunction => "a function that gives a text",
        Form::Point | Form::Shape => "a geometry",
        Form::Open => "a value of any type",
        Form::Aggregate => "an aggregate",
    }
}
