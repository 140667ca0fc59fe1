//! Operators of where-expressions and the kinds that they take.
//!
//! In: expressions. Out: conditions and values, or an error at the operand whose kind does not
//! agree. Follows the validators of `lsst.daf.butler.queries.tree`.

use super::constants;
use super::governors::Governors;
use super::kinds::{Kind, Typed};
use super::scope::Scope;
use crate::diag::{Diagnostic, Result, Source};
use crate::expression::{Comparison, Expression, Node, Operator};
use crate::plan::{self, Interval, Predicate, Relation, Scalar};
use crate::registry::{IngestDate, Snapshot};
use crate::value::Literal;

/// Converts one where-expression.
#[derive(Debug)]
pub struct Converter<'c, 't, 's> {
    scope: Scope<'c, 't, 's>,
    governors: Governors,
}

/// An operand and what it was converted to.
type Side<'e> = (&'e Expression, &'e Typed);

fn constant(value: Literal, kind: Kind) -> Typed {
    Typed::Value { scalar: Scalar::Literal(value), kind, column: false }
}

/// The test whether a value is NULL.
pub(super) fn is_null(value: &Typed) -> Predicate {
    match value {
        Typed::Value { scalar, .. } | Typed::Condition(_, Some(scalar)) => {
            Predicate::IsNull(scalar.clone())
        }
        Typed::Timespan(Interval::Stored(alias)) => Predicate::NoTimespan(alias.clone()),
        Typed::Timespan(_) | Typed::Condition(_, None) => Predicate::Constant(false),
        Typed::Null => Predicate::Constant(true),
    }
}

impl<'c, 't, 's> Converter<'c, 't, 's> {
    /// A converter for names of `scope`.
    pub fn new(scope: Scope<'c, 't, 's>) -> Self {
        Self { scope, governors: Governors::default() }
    }

    /// The predicate with the joins that it needs, when it says which governors it is about.
    pub fn finished(self, predicate: Predicate, snapshot: &Snapshot) -> Result<Predicate> {
        self.governors.check(self.scope.source(), snapshot)?;
        Ok(self.scope.finished(predicate))
    }

    pub(super) fn source(&self) -> &Source {
        self.scope.source()
    }

    /// An expression that is true or false.
    pub fn condition(&mut self, expression: &Expression) -> Result<Predicate> {
        match self.typed(expression)? {
            Typed::Condition(predicate, _) => Ok(predicate),
            other => {
                let kind = other.kind().map_or("NULL".to_owned(), |kind| kind.to_string());
                Err(Box::new(
                    Diagnostic::error("W007", "a condition is expected here")
                        .at(self.source(), expression.span, format!("this is {kind}"))
                        .help("compare it with something, or name a column that is true or false"),
                ))
            }
        }
    }

    /// Any expression.
    pub(super) fn typed(&mut self, expression: &Expression) -> Result<Typed> {
        let condition = |predicate| Ok(Typed::Condition(predicate, None));
        match &expression.node {
            Node::And(left, right) => {
                condition(Predicate::And(vec![self.condition(left)?, self.condition(right)?]))
            }
            Node::Or(left, right) => {
                condition(Predicate::Or(vec![self.condition(left)?, self.condition(right)?]))
            }
            Node::Not(inner) => condition(Predicate::Not(Box::new(self.condition(inner)?))),
            Node::Compare(left, operator, right) => {
                let (first, second) = (self.typed(left)?, self.typed(right)?);
                if !matches!((&first, &second), (Typed::Null, _) | (_, Typed::Null)) {
                    self.compares(left);
                    self.compares(right);
                }
                condition(self.comparison((left, &first), *operator, (right, &second))?)
            }
            Node::In { value, items, negated } => {
                let within = self.membership(value, items)?;
                condition(if *negated { Predicate::Not(Box::new(within)) } else { within })
            }
            Node::Name(names) => {
                let reference = self.scope.names(|all| all.interpret(names, expression.span))?;
                let governors = &mut self.governors;
                self.scope.names(|all| governors.reads(all, &reference, expression.span));
                self.scope.typed(&reference, expression.span)
            }
            Node::Literal(Literal::Bool(flag)) => {
                // To Butler, the Python that it is, these are integers.
                Ok(constant(Literal::Int(i64::from(*flag)), Kind::Integer))
            }
            Node::Literal(value) => Ok(constant(
                value.clone(),
                match value {
                    Literal::Int(_) | Literal::Bool(_) => Kind::Integer,
                    Literal::Float(_) => Kind::Float,
                    Literal::String(_) => Kind::Text,
                },
            )),
            Node::Time(text) => match constants::instant(text) {
                Some(tai) => Ok(constant(Literal::Int(tai), Kind::Time)),
                None => Err(Box::new(
                    Diagnostic::error("M104", format!("`{text}` is not a time"))
                        .at(self.source(), expression.span, "this literal")
                        .help("as in T'2024-05-01T12:00:00', T'60431.5', T'mjd/60431.5/utc'"),
                )),
            },
            Node::Null => Ok(Typed::Null),
            Node::Arithmetic(left, operator, right) => self.arithmetic(left, *operator, right),
            Node::Negative(inner) => match self.typed(inner)? {
                Typed::Value { scalar, kind, .. } if kind.is_number() => {
                    let scalar = Scalar::Negative(Box::new(scalar));
                    Ok(Typed::Value { scalar, kind, column: false })
                }
                other => Err(self.not_numbers(inner, &other).into()),
            },
            Node::Timespan(begin, end) => {
                let (first, last) = (self.end(begin)?, self.end(end)?);
                let interval = constants::timespan(first, last)
                    .map_err(|message| self.wrong_kind(expression, message))?;
                Ok(Typed::Timespan(interval))
            }
            Node::Glob { value, pattern } => condition(self.glob(value, pattern)?),
            Node::Uuid(id) => {
                Ok(Typed::Value { scalar: Scalar::Uuid(*id), kind: Kind::Uuid, column: false })
            }
            Node::Shape(_) | Node::Region(_) => Err(self.regions(expression).into()),
            Node::Bind(_) | Node::Range(_) | Node::List(_) => {
                Err(self.wrong_kind(expression, "this can only stand inside IN").into())
            }
        }
    }

    /// Notes governors that an operand compares.
    pub(super) fn compares(&mut self, operand: &Expression) {
        match &operand.node {
            Node::Name(names) => {
                let governors = &mut self.governors;
                self.scope.names(|all| {
                    if let Ok(reference) = all.interpret(names, operand.span) {
                        governors.compares(all, &reference);
                    }
                });
            }
            Node::Arithmetic(left, _, right) => {
                self.compares(left);
                self.compares(right);
            }
            Node::Negative(inner) => self.compares(inner),
            _ => {}
        }
    }

    pub(super) fn comparison(
        &mut self,
        left: Side<'_>,
        operator: Comparison,
        right: Side<'_>,
    ) -> Result<Predicate> {
        let relation = match operator {
            Comparison::Overlaps => return self.overlaps(left, right),
            Comparison::Equal => Relation::Equal,
            Comparison::NotEqual => Relation::NotEqual,
            Comparison::Less => Relation::Less,
            Comparison::LessOrEqual => Relation::LessOrEqual,
            Comparison::Greater => Relation::Greater,
            Comparison::GreaterOrEqual => Relation::GreaterOrEqual,
        };
        let equality = matches!(relation, Relation::Equal | Relation::NotEqual);
        match (left.1, right.1) {
            (Typed::Null, other) | (other, Typed::Null) if equality => {
                let test = is_null(other);
                Ok(match relation {
                    Relation::NotEqual => Predicate::Not(Box::new(test)),
                    _ => test,
                })
            }
            (
                Typed::Value { scalar: a, kind: first, .. },
                Typed::Value { scalar: b, kind: second, .. },
            ) => {
                let ordered = match (first, second) {
                    (Kind::Time, Kind::IngestDate) | (Kind::IngestDate, Kind::Time) => true,
                    (one, other) if one.is_number() && other.is_number() => true,
                    (one, other) if one != other => {
                        return Err(self.mismatch(left.0, left.1, right.0, right.1).into());
                    }
                    (Kind::Text | Kind::Time, _) => true,
                    (Kind::Region, _) => return Err(self.regions(right.0).into()),
                    _ => false,
                };
                if !ordered && !equality {
                    return Err(self.unordered(left, *first).into());
                }
                let a = self.stored(left.0, a, *second)?;
                let b = self.stored(right.0, b, *first)?;
                Ok(Predicate::Compare(a, relation, b))
            }
            (Typed::Timespan(_), Typed::Timespan(_)) => {
                Err(self.unordered(left, Kind::Timespan).into())
            }
            (Typed::Condition(..), _) => Err(self.boolean(left.0).into()),
            (_, Typed::Condition(..)) => Err(self.boolean(right.0).into()),
            _ => Err(self.mismatch(left.0, left.1, right.0, right.1).into()),
        }
    }

    /// A time in the form in which ingest dates are stored, when it is compared with one.
    fn stored(&self, place: &Expression, value: &Scalar, other: Kind) -> Result<Scalar> {
        match value {
            Scalar::Literal(Literal::Int(tai)) if other == Kind::IngestDate => {
                Ok(Scalar::StoredInstant(*tai))
            }
            Scalar::Edge { .. }
                if other == Kind::IngestDate
                    && self.scope.ingest_date() == IngestDate::Timestamp =>
            {
                Err(Box::new(
                    Diagnostic::error("W006", "ingest dates compare with time literals only")
                        .at(self.source(), place.span, "an end of a timespan")
                        .help("this registry stores ingest dates in UTC, timespans in TAI"),
                ))
            }
            _ => Ok(value.clone()),
        }
    }

    fn overlaps(&mut self, left: Side<'_>, right: Side<'_>) -> Result<Predicate> {
        match (left.1, right.1) {
            (Typed::Timespan(one), Typed::Timespan(other)) => {
                Ok(Predicate::Overlaps(one.clone(), other.clone()))
            }
            (Typed::Timespan(interval), Typed::Value { scalar, kind, .. })
            | (Typed::Value { scalar, kind, .. }, Typed::Timespan(interval))
                if matches!(kind, Kind::Time | Kind::IngestDate) =>
            {
                if *kind == Kind::IngestDate && self.scope.ingest_date() == IngestDate::Timestamp {
                    return Err(Box::new(
                        Diagnostic::error("W006", "ingest dates compare with time literals only")
                            .at(self.source(), right.0.span, "compared with a timespan")
                            .help("this registry stores ingest dates in UTC, timespans in TAI"),
                    ));
                }
                Ok(Predicate::Contains(interval.clone(), scalar.clone()))
            }
            (Typed::Value { kind: Kind::Region, .. }, _) => Err(self.regions(left.0).into()),
            (_, Typed::Value { kind: Kind::Region, .. }) => Err(self.regions(right.0).into()),
            (Typed::Timespan(_), _) => Err(self.mismatch(left.0, left.1, right.0, right.1).into()),
            (one, _) => {
                let kind = one.kind().unwrap_or(Kind::Boolean);
                Err(self.unordered(left, kind).into())
            }
        }
    }

    fn arithmetic(
        &mut self,
        left: &Expression,
        operator: Operator,
        right: &Expression,
    ) -> Result<Typed> {
        let (first, second) = (self.typed(left)?, self.typed(right)?);
        let (Typed::Value { scalar: a, kind, .. }, Typed::Value { scalar: b, kind: other, .. }) =
            (&first, &second)
        else {
            let bad = if matches!(first, Typed::Value { .. }) { right } else { left };
            return Err(self.wrong_kind(bad, "a number is expected").into());
        };
        if !kind.is_number() {
            return Err(self.not_numbers(left, &first).into());
        }
        if kind != other {
            return Err(self.mismatch(left, &first, right, &second).into());
        }
        let operator = match operator {
            Operator::Add => plan::Operator::Add,
            Operator::Subtract => plan::Operator::Subtract,
            Operator::Multiply => plan::Operator::Multiply,
            Operator::Divide => plan::Operator::Divide,
            Operator::Modulo if *kind == Kind::Integer => plan::Operator::Modulo,
            Operator::Modulo => return Err(self.disagree(left, &first, right, "integers").into()),
        };
        let scalar = Scalar::Arithmetic(Box::new(a.clone()), operator, Box::new(b.clone()));
        Ok(Typed::Value { scalar, kind: *kind, column: false })
    }

    /// An end of a timespan in parentheses.
    fn end(&mut self, expression: &Expression) -> Result<Option<i64>> {
        match self.typed(expression)? {
            Typed::Null => Ok(None),
            Typed::Value {
                scalar: Scalar::Literal(Literal::Int(tai)), kind: Kind::Time, ..
            } => Ok(Some(tai)),
            _ => Err(self.wrong_kind(expression, "a time literal or NULL is expected here").into()),
        }
    }

    fn glob(&mut self, value: &Expression, pattern: &str) -> Result<Predicate> {
        let typed = self.typed(value)?;
        self.compares(value);
        match typed {
            Typed::Value { scalar, kind: Kind::Text, column: true } => {
                Ok(constants::pattern(pattern)
                    .map_or(Predicate::Constant(true), |pattern| Predicate::Glob(scalar, pattern)))
            }
            _ => Err(self.wrong_kind(value, "GLOB takes the name of a text column").into()),
        }
    }
}
