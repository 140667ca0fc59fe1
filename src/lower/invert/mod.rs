//! What values of the registry make a column what a query wishes.
//!
//! In: wishes of a query, and the scalars of a branch. Out: conditions on columns of the registry, which have
//! indexes, that every row with such values satisfies. What cannot be turned around is left open; so no row
//! that the query wants is missed, and the query tests its own conditions as well.

mod condition;
#[cfg(test)]
mod tests;
mod text;

pub use condition::{Condition, Is};

use sea_query::Expr;
use uuid::Uuid;

use super::Target;
use super::scalar::column;
use crate::obscore::ColumnType;
use crate::plan::{Branch, Constant, RUN, Scalar, TAGS, Test, TimeForm, ValueKind, Wish};
use crate::resolve::service::{Native, ObsCore};
use crate::time;
use crate::value::Literal;
use text::may_begin;

/// What must be true of the registry for a value to pass a test.
#[derive(Debug, Clone, PartialEq)]
pub enum Inverted {
    /// Nothing makes it pass.
    Never,
    /// Nothing is known.
    Open,
    /// This.
    Only(Condition),
}

impl Target {
    /// The conditions of wishes on a branch, all of which must hold; `None` where no row of it fulfils them.
    pub(super) fn conditions(
        &self,
        branch: &Branch,
        obscore: &ObsCore,
        wishes: &[Wish],
    ) -> Option<Vec<Condition>> {
        let scalar = |at: usize| {
            let scalar = branch.values.get(*obscore.columns.get(at)?)?;
            let kind = obscore.table.columns.get(at)?.kind.carrier();
            is_as_it_is(scalar, kind).then_some(scalar)
        };
        self.all_wished(wishes, &scalar)
    }

    /// The conditions of wishes on one of Butler's own tables; `None` where no row of it fulfils them.
    pub(super) fn native_conditions(
        &self,
        native: &Native,
        wishes: &[Wish],
    ) -> Option<Vec<Condition>> {
        let scalar = |at: usize| {
            let (scalar, column) = (native.values.get(at)?, native.table.columns.get(at)?);
            is_as_it_is(scalar, column.kind.carrier()).then_some(scalar)
        };
        self.all_wished(wishes, &scalar)
    }

    fn all_wished<'s>(
        &self,
        wishes: &[Wish],
        scalar: &dyn Fn(usize) -> Option<&'s Scalar>,
    ) -> Option<Vec<Condition>> {
        let mut conditions = Vec::new();
        for wish in wishes {
            match self.wished(wish, scalar) {
                Inverted::Never => return None,
                Inverted::Open => {}
                Inverted::Only(Condition::All(parts)) => conditions.extend(parts),
                Inverted::Only(condition) => conditions.push(condition),
            }
        }
        Some(conditions)
    }

    fn wished<'s>(&self, wish: &Wish, scalar: &dyn Fn(usize) -> Option<&'s Scalar>) -> Inverted {
        match wish {
            Wish::All(parts) => all(parts.iter().map(|part| self.wished(part, scalar))),
            Wish::Any(parts) => any(parts.iter().map(|part| self.wished(part, scalar))),
            Wish::Column { column, test } => match scalar(*column) {
                Some(scalar) => self.inverted(scalar, test),
                None => Inverted::Open,
            },
        }
    }

    /// What must be true for a scalar to pass a test.
    pub(super) fn inverted(&self, scalar: &Scalar, test: &Test) -> Inverted {
        match (scalar, test) {
            (Scalar::Null, Test::Null | Test::NullAlways) => Inverted::Open,
            (Scalar::Null, _) | (_, Test::NullAlways) => Inverted::Never,
            (Scalar::Literal(value), test) => match may_pass(value, test) {
                true => Inverted::Open,
                false => Inverted::Never,
            },
            (Scalar::DatasetId, Test::Among(wanted)) => {
                let ids = wanted.iter().filter_map(|one| identifier(text(one)?)).collect();
                self.only(TAGS, &column(TAGS, "dataset_id"), Is::Uuid(ids))
            }
            (Scalar::DatasetId, Test::Folded(wanted)) => {
                let ids = wanted.iter().filter_map(|one| identifier(one)).collect();
                self.only(TAGS, &column(TAGS, "dataset_id"), Is::Uuid(ids))
            }
            (Scalar::Identifier { alias }, Test::Among(wanted)) => {
                let ids = wanted.iter().filter_map(|one| identifier(text(one)?)).collect();
                self.only(alias, &column(alias, "id"), Is::Uuid(ids))
            }
            (Scalar::DatasetId | Scalar::Identifier { .. } | Scalar::Run, Test::Null) => {
                Inverted::Never
            }
            (Scalar::Run, Test::Among(wanted)) => {
                let names = texts(wanted);
                self.only(RUN, &column(RUN, "name"), Is::Text(names))
            }
            (Scalar::Column { alias, nullable: false, .. }, Test::Null) if alias == TAGS => {
                Inverted::Never
            }
            (Scalar::Column { alias, column: name, kind, .. }, test) => {
                self.stored(alias, name, *kind, test)
            }
            (Scalar::Time { alias, bound, form }, Test::Within { low, high }) => {
                let Some(instant) = tai(*form) else { return Inverted::Open };
                // Rounding of the columns is far below a second.
                let low = instant(*low).map_or(i64::MIN, |low| low.saturating_sub(SECOND));
                let high = instant(*high).map_or(i64::MAX, |high| high.saturating_add(SECOND));
                self.only(alias, &self.bound(alias, *bound), Is::Between(low, high))
            }
            (Scalar::Lookup { cases, otherwise }, test) if *test != Test::Null => {
                self.looked_up(cases, otherwise, test)
            }
            // The first that is not NULL is one of them.
            (Scalar::Coalesce(parts), test) if *test != Test::Null => {
                any(parts.iter().map(|part| self.inverted(part, test)))
            }
            (Scalar::Concat(parts), Test::Among(wanted)) => {
                any(texts(wanted).iter().map(|wanted| self.composed(parts, wanted, false)))
            }
            (Scalar::Concat(parts), Test::Folded(wanted)) => {
                any(wanted.iter().map(|wanted| self.composed(parts, wanted, true)))
            }
            (Scalar::Concat(parts), Test::Begins(begin)) => match may_begin(parts, begin) {
                true => Inverted::Open,
                false => Inverted::Never,
            },
            // A part that is NULL makes all NULL; all parts must be for none to be the first that is not.
            (Scalar::Concat(parts), Test::Null) => {
                any(parts.iter().map(|part| self.inverted(part, test)))
            }
            (Scalar::Coalesce(parts), Test::Null) => {
                all(parts.iter().map(|part| self.inverted(part, test)))
            }
            // Without a specification, NULL is written as a text where it is expected.
            (Scalar::Format { value, spec, conversion }, Test::Null) => match &**value {
                Scalar::Column { nullable: true, .. }
                    if spec.is_default() || conversion.is_some() =>
                {
                    Inverted::Never
                }
                value => self.inverted(value, test),
            },
            (Scalar::Format { value, spec, conversion }, Test::Among(wanted)) => {
                let formatted = |wanted: &String| self.formatted(value, spec, *conversion, wanted);
                any(texts(wanted).iter().map(formatted))
            }
            _ => Inverted::Open,
        }
    }

    fn looked_up(
        &self,
        cases: &[(Scalar, String, Option<Literal>)],
        otherwise: &Scalar,
        test: &Test,
    ) -> Inverted {
        let passing = cases.iter().filter(|(_, _, value)| match value {
            Some(value) => may_pass(value, test),
            None => false,
        });
        // Keys of one subject in one test.
        let mut subjects: Vec<(&Scalar, Vec<Constant>)> = Vec::new();
        for (subject, key, _) in passing {
            let key = Constant::Text(key.clone());
            match subjects.iter_mut().find(|(known, _)| *known == subject) {
                Some((_, keys)) => keys.push(key),
                None => subjects.push((subject, vec![key])),
            }
        }
        let found =
            subjects.into_iter().map(|(subject, keys)| self.inverted(subject, &Test::Among(keys)));
        any(found.chain([self.inverted(otherwise, test)]))
    }

    fn only(&self, alias: &str, value: &Expr, is: Is) -> Inverted {
        let (alias, value) = (alias.to_owned(), self.dialect.text(value));
        match is.is_nothing() {
            true => Inverted::Never,
            false => Inverted::Only(Condition::Value { alias, value, is }),
        }
    }

    /// A column of the registry itself. Joins that find nothing make any column NULL.
    fn stored(&self, alias: &str, name: &str, kind: ValueKind, test: &Test) -> Inverted {
        let is = match (test, kind) {
            (Test::Among(wanted), ValueKind::Text) => Is::Text(texts(wanted)),
            (Test::Among(wanted), ValueKind::Int) => Is::Int(integers(wanted)),
            (Test::Within { low, high }, ValueKind::Int) => Is::Between(above(*low), below(*high)),
            (Test::Within { low, high }, ValueKind::Float) => Is::Within(*low, *high),
            _ => return Inverted::Open,
        };
        self.only(alias, &column(alias, name), is)
    }
}

const SECOND: i64 = 1_000_000_000;

/// All of these; what is open adds nothing.
fn all(parts: impl IntoIterator<Item = Inverted>) -> Inverted {
    let mut conditions = Vec::new();
    for part in parts {
        match part {
            Inverted::Never => return Inverted::Never,
            Inverted::Open => {}
            Inverted::Only(condition) => conditions.push(condition),
        }
    }
    match conditions.pop() {
        None => Inverted::Open,
        Some(only) if conditions.is_empty() => Inverted::Only(only),
        Some(last) => {
            conditions.push(last);
            Inverted::Only(Condition::All(conditions))
        }
    }
}

/// Alternatives beyond so many cost more than they save.
const MOST: usize = 64;

/// One of these; what is open spoils all.
fn any(parts: impl IntoIterator<Item = Inverted>) -> Inverted {
    let mut conditions: Vec<Condition> = Vec::new();
    for part in parts {
        match part {
            Inverted::Never => {}
            Inverted::Open => return Inverted::Open,
            Inverted::Only(condition) => {
                if !conditions.iter_mut().any(|known| known.takes(&condition)) {
                    conditions.push(condition);
                }
                if conditions.len() > MOST {
                    return Inverted::Open;
                }
            }
        }
    }
    match conditions.pop() {
        None => Inverted::Never,
        Some(only) if conditions.is_empty() => Inverted::Only(only),
        Some(last) => {
            conditions.push(last);
            Inverted::Only(Condition::Any(conditions))
        }
    }
}

/// Whether a column of this type shows a value as it is: another type would cut or round it, or read a number
/// from a text, which may be none. One dataset type gives a column its type, others may fill it otherwise.
fn is_as_it_is(scalar: &Scalar, column: ColumnType) -> bool {
    let fits = |kind: ValueKind| match column {
        ColumnType::Text => kind == ValueKind::Text,
        ColumnType::Integer | ColumnType::BigInt => kind == ValueKind::Int,
        ColumnType::Double => matches!(kind, ValueKind::Int | ValueKind::Float),
        ColumnType::Boolean => kind == ValueKind::Bool,
        ColumnType::Timestamp => kind == ValueKind::Timestamp,
        _ => false,
    };
    match scalar {
        Scalar::Null => true,
        // It is shown as NULL.
        Scalar::Literal(Literal::Float(number)) if !number.is_finite() => false,
        Scalar::Coalesce(parts) => parts.iter().all(|part| is_as_it_is(part, column)),
        Scalar::Lookup { cases, otherwise } => {
            let mut values = cases.iter().filter_map(|(_, _, value)| value.clone());
            values.all(|value| is_as_it_is(&Scalar::Literal(value), column))
                && is_as_it_is(otherwise, column)
        }
        other => fits(other.kind()),
    }
}

/// Integers beyond this are not all doubles, and databases round them to compare them.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The lowest integer that is not below a double, or not known to be.
#[expect(clippy::cast_possible_truncation, reason = "casts stop at the ends, as they should here")]
fn above(low: f64) -> i64 {
    let low = if low.abs() < EXACT { low } else { low.next_down() };
    low.ceil() as i64
}

/// The highest integer that is not above a double, or not known to be.
#[expect(clippy::cast_possible_truncation, reason = "casts stop at the ends, as they should here")]
fn below(high: f64) -> i64 {
    let high = if high.abs() < EXACT { high } else { high.next_up() };
    high.floor() as i64
}

/// An identifier as the columns write it; other spellings of it are other texts.
fn identifier(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|id| id.hyphenated().to_string() == text)
}

fn text(constant: &Constant) -> Option<&str> {
    match constant {
        Constant::Text(text) => Some(text),
        Constant::Int(_) => None,
    }
}

fn texts(constants: &[Constant]) -> Vec<String> {
    constants.iter().filter_map(text).map(str::to_owned).collect()
}

fn integers(constants: &[Constant]) -> Vec<i64> {
    let integer = |constant: &Constant| match constant {
        Constant::Int(number) => Some(*number),
        Constant::Text(_) => None,
    };
    constants.iter().filter_map(integer).collect()
}

/// From a form of an instant to TAI nanoseconds, where it is a number; nothing for what is infinite.
fn tai(form: TimeForm) -> Option<fn(f64) -> Option<i64>> {
    /// MJD of 1970-01-01.
    const MJD: f64 = 40_587.0;
    #[expect(clippy::cast_possible_truncation, reason = "casts stop at the ends")]
    fn utc(mjd: f64) -> Option<i64> {
        let days = mjd - MJD;
        // Outside, nanoseconds do not fit.
        (days.abs() < 100_000.0)
            .then(|| time::from_utc_days(days.floor() as i64, days - days.floor()))
    }
    #[expect(clippy::cast_possible_truncation, reason = "within 100,000 days they fit")]
    fn tai(mjd: f64) -> Option<i64> {
        let days = mjd - MJD;
        (days.abs() < 100_000.0).then_some((days * 86_400e9) as i64)
    }
    match form {
        TimeForm::UtcMjd => Some(utc),
        TimeForm::TaiMjd => Some(tai),
        _ => None,
    }
}

/// Whether a text may be another one in lower case, which has ASCII's letters only; databases have rules of
/// their own for other letters.
fn may_fold(text: &str, folded: &str) -> bool {
    !text.is_ascii() || text.eq_ignore_ascii_case(folded)
}

/// Whether a constant of the mapping may pass; also where it is of another kind than the test.
fn may_pass(value: &Literal, test: &Test) -> bool {
    let equal = |constant: &Constant| match (value, constant) {
        (Literal::String(text), Constant::Text(wanted)) => Some(text == wanted),
        (Literal::Int(number), Constant::Int(wanted)) => Some(number == wanted),
        _ => None,
    };
    match test {
        Test::Among(wanted) => wanted.iter().any(|one| equal(one) != Some(false)),
        Test::NotAmong(other) => other.iter().all(|one| equal(one) != Some(true)),
        Test::Folded(wanted) => match value {
            Literal::String(text) => wanted.iter().any(|wanted| may_fold(text, wanted)),
            _ => true,
        },
        #[expect(clippy::cast_precision_loss, reason = "bounds hold the neighbours too")]
        Test::Within { low, high } => match value {
            Literal::Int(number) => {
                let number = *number as f64;
                *low <= number.next_up() && number.next_down() <= *high
            }
            Literal::Float(number) => *low <= *number && *number <= *high,
            _ => true,
        },
        Test::Begins(begin) => match value {
            Literal::String(text) => text.starts_with(begin),
            _ => true,
        },
        Test::Null | Test::NullAlways => false,
        Test::NotNull => true,
    }
}
