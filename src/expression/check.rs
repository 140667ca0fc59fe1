//! Which nodes may stand where: conditions, values and numbers.
//!
//! What needs the registry (the type of a column) is left to the resolver; a name may be anything.

use super::tree::{Comparison, Expression, Node};
use crate::diag::Span;
use crate::value::Literal;

fn is_condition(node: &Node) -> bool {
    matches!(
        node,
        Node::And(..)
            | Node::Or(..)
            | Node::Not(_)
            | Node::Compare(..)
            | Node::In { .. }
            | Node::Glob { .. }
    )
}

fn may_be_anything(node: &Node) -> bool {
    matches!(node, Node::Name(_) | Node::Bind(_))
}

/// The expression must be true or false.
pub(super) fn predicate(expression: &Expression) -> Result<(), &'static str> {
    match &expression.node {
        node if is_condition(node) => Ok(()),
        Node::Name(_) => Ok(()),
        _ => Err("a condition is expected, this is a value"),
    }
}

/// The expression must be a value that is not NULL.
pub(super) fn value(expression: &Expression) -> Result<(), &'static str> {
    match &expression.node {
        node if is_condition(node) => Err("a value is expected, this is a condition"),
        Node::Null => Err("NULL can only be compared with `=` and `!=`"),
        _ => Ok(()),
    }
}

/// The expression must be a number.
pub(super) fn number(expression: &Expression) -> Result<(), &'static str> {
    match &expression.node {
        Node::Literal(Literal::String(_)) => Err("a number is expected, this is text"),
        Node::Literal(_) | Node::Arithmetic(..) | Node::Negative(_) => Ok(()),
        node if may_be_anything(node) => Ok(()),
        _ => Err("a number is expected here"),
    }
}

/// Both sides of a comparison; the error comes with its place.
pub(super) fn comparison(
    left: &Expression,
    operator: Comparison,
    right: &Expression,
) -> Result<(), (&'static str, Span)> {
    let equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
    match (&left.node, &right.node) {
        (Node::Null, Node::Null) => Err(("NULL is compared with NULL", right.span)),
        (Node::Null, other) | (other, Node::Null) if equality => {
            let name = may_be_anything(other) || !is_condition(other);
            if name { Ok(()) } else { Err(("a condition is never NULL", left.span)) }
        }
        _ => {
            value(left).map_err(|message| (message, left.span))?;
            value(right).map_err(|message| (message, right.span))
        }
    }
}
