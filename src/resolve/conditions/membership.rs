//! `value IN (…)`.
//!
//! Every item is a comparison of its own, joined by OR, as in Butler; constants are gathered into
//! one SQL `IN`. A list of bind values must agree in kind exactly.

use super::compare::{Converter, is_null};
use super::kinds::{Kind, Typed};
use crate::diag::{Diagnostic, Result};
use crate::expression::{Comparison, Expression, Node};
use crate::plan::{Predicate, Scalar};
use crate::value::Literal;

impl Converter<'_, '_, '_> {
    pub(super) fn membership(
        &mut self,
        value: &Expression,
        items: &[Expression],
    ) -> Result<Predicate> {
        let member = self.typed(value)?;
        if let Typed::Condition(..) | Typed::Null = member {
            return Err(self.wrong_kind(value, "a value is expected before IN").into());
        }
        let mut constants = Vec::new();
        let mut parts = Vec::new();
        for item in items {
            match &item.node {
                Node::Null => parts.push(is_null(&member)),
                Node::Range(range) => {
                    let Typed::Value { scalar, kind: Kind::Integer, .. } = &member else {
                        return Err(self.disagree(value, &member, item, "integers").into());
                    };
                    parts.push(Predicate::Range {
                        value: scalar.clone(),
                        first: range.start,
                        last: range.stop,
                        stride: range.stride,
                    });
                }
                Node::List(values) => {
                    for one in values {
                        let one = Expression { node: one.clone(), span: item.span };
                        let typed = self.typed(&one)?;
                        if typed.kind() != member.kind() || typed.kind() == Some(Kind::Timespan) {
                            return Err(self.mismatch(value, &member, &one, &typed).into());
                        }
                        self.equal(value, &member, &one, &mut constants, &mut parts)?;
                    }
                }
                _ => {
                    self.compares(value);
                    self.compares(item);
                    self.equal(value, &member, item, &mut constants, &mut parts)?;
                }
            }
        }
        if let (Typed::Value { scalar, .. }, false) = (&member, constants.is_empty()) {
            parts.insert(0, Predicate::In(scalar.clone(), constants));
        }
        Ok(match parts.len() {
            0 => Predicate::Constant(false),
            1 => parts.remove(0),
            _ => Predicate::Or(parts),
        })
    }

    /// `member = item`, kept apart when it is a comparison with a constant.
    fn equal(
        &mut self,
        value: &Expression,
        member: &Typed,
        item: &Expression,
        constants: &mut Vec<Literal>,
        parts: &mut Vec<Predicate>,
    ) -> Result<()> {
        let typed = self.typed(item)?;
        match self.comparison((value, member), Comparison::Equal, (item, &typed))? {
            Predicate::Compare(_, _, Scalar::Literal(constant)) => constants.push(constant),
            other => parts.push(other),
        }
        Ok(())
    }

    pub(super) fn wrong_kind(&self, expression: &Expression, message: &str) -> Diagnostic {
        Diagnostic::error("W007", message).at(self.source(), expression.span, "here")
    }
}
