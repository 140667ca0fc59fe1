//! Conditions on columns of the registry, before they are SQL.
//!
//! In: what [`super`] found for the values of a branch. Out: SQL with parameters, for the branch itself or
//! for one of its tables alone.

use std::collections::BTreeSet;

use sea_query::Expr;
use uuid::Uuid;

use crate::plan::tells_datasets_apart;
use crate::sql::{Dialect, Parameters};

/// Texts beyond so many are one parameter.
const MANY: usize = 100;

/// A condition on tables of a branch.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of these.
    All(Vec<Condition>),
    /// One of these.
    Any(Vec<Condition>),
    /// A value of one table.
    Value {
        /// Alias of the table in the branch.
        alias: String,
        /// The value, in SQL.
        value: String,
        /// What it is.
        is: Is,
    },
}

/// What a value of the registry is.
#[derive(Debug, Clone, PartialEq)]
pub enum Is {
    /// One of these texts.
    Text(Vec<String>),
    /// One of these integers.
    Int(Vec<i64>),
    /// One of these identifiers of datasets.
    Uuid(Vec<Uuid>),
    /// An integer in this range, ends included.
    Between(i64, i64),
    /// A double in this range, ends included.
    Within(f64, f64),
}

impl Condition {
    /// Adds the aliases of its tables.
    fn aliases<'c>(&'c self, aliases: &mut BTreeSet<&'c str>) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.aliases(aliases));
            }
            Self::Value { alias, .. } => {
                aliases.insert(alias);
            }
        }
    }

    /// Makes this an alternative of itself and another condition, where both say that one value is among
    /// some, or the other is the same; whether it is.
    pub fn takes(&mut self, other: &Self) -> bool {
        if let (
            Self::Value { alias, value, is },
            Self::Value { alias: other_alias, value: other_value, is: other_is },
        ) = (&mut *self, other)
            && alias == other_alias
            && value == other_value
        {
            match (is, other_is) {
                (Is::Text(own), Is::Text(other)) => own.extend(other.iter().cloned()),
                (Is::Int(own), Is::Int(other)) => own.extend(other),
                (Is::Uuid(own), Is::Uuid(other)) => own.extend(other),
                (own, other) => return own == other,
            }
            return true;
        }
        self == other
    }

    /// The alias of its table, where it has only one.
    pub fn only_alias(&self) -> Option<&str> {
        let mut aliases = BTreeSet::new();
        self.aliases(&mut aliases);
        let only = aliases.pop_first();
        only.filter(|_| aliases.is_empty())
    }

    /// Whether datasets with equal data IDs can differ in it.
    pub fn tells_datasets_apart(&self) -> bool {
        let mut aliases = BTreeSet::new();
        self.aliases(&mut aliases);
        aliases.into_iter().any(tells_datasets_apart)
    }

    /// The value, in SQL, that it says to be one of at most `most`; `None` where it says something else.
    pub fn one_of(&self, most: usize) -> Option<&str> {
        let Self::Value { value, is, .. } = self else { return None };
        let count = match is {
            Is::Text(texts) => texts.len(),
            Is::Int(numbers) => numbers.len(),
            _ => return None,
        };
        (count <= most).then_some(value)
    }

    /// Whether it is about these values only, in SQL.
    pub fn is_on(&self, values: &[String]) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(|part| part.is_on(values)),
            Self::Value { value, .. } => values.contains(value),
        }
    }

    /// The condition in SQL, in parentheses.
    pub fn text(&self, dialect: Dialect, parameters: &mut Parameters) -> String {
        match self {
            Self::All(parts) => joined(parts, " AND ", dialect, parameters),
            Self::Any(parts) => joined(parts, " OR ", dialect, parameters),
            Self::Value { value, is, .. } => is.text(value, dialect, parameters),
        }
    }
}

fn joined(
    parts: &[Condition],
    word: &str,
    dialect: Dialect,
    parameters: &mut Parameters,
) -> String {
    let parts: Vec<String> = parts.iter().map(|part| part.text(dialect, parameters)).collect();
    format!("({})", parts.join(word))
}

impl Is {
    /// Whether no value is that.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Text(texts) => texts.is_empty(),
            Self::Int(numbers) => numbers.is_empty(),
            Self::Uuid(ids) => ids.is_empty(),
            Self::Between(low, high) => low > high,
            Self::Within(low, high) => low > high,
        }
    }

    fn text(&self, value: &str, dialect: Dialect, parameters: &mut Parameters) -> String {
        let one_of = |constants: Vec<String>| match constants.as_slice() {
            [only] => format!("({value} = {only})"),
            _ => format!("({value} IN ({}))", constants.join(", ")),
        };
        match self {
            // Databases take a limited number of parameters.
            Self::Text(texts) if texts.len() > MANY => {
                let texts = serde_json::Value::from(texts.as_slice()).to_string();
                dialect.among(value, &parameters.text(&texts))
            }
            Self::Text(texts) => one_of(texts.iter().map(|text| parameters.text(text)).collect()),
            Self::Int(numbers) => {
                one_of(numbers.iter().map(|number| parameters.integer(*number)).collect())
            }
            Self::Uuid(ids) => {
                let condition = one_of(ids.iter().map(|id| parameters.uuid(*id)).collect());
                dialect.text(&dialect.selective(Expr::cust(condition)))
            }
            Self::Between(low, high) => {
                let low = (*low > i64::MIN).then(|| parameters.integer(*low));
                let high = (*high < i64::MAX).then(|| parameters.integer(*high));
                range(value, low, high)
            }
            Self::Within(low, high) => {
                let low = low.is_finite().then(|| parameters.double(*low));
                let high = high.is_finite().then(|| parameters.double(*high));
                range(value, low, high)
            }
        }
    }
}

fn range(value: &str, low: Option<String>, high: Option<String>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("({value} BETWEEN {low} AND {high})"),
        (Some(low), None) => format!("({value} >= {low})"),
        (None, Some(high)) => format!("({value} <= {high})"),
        (None, None) => format!("({value} IS NOT NULL)"),
    }
}
