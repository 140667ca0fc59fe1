//! Conditions on governors, so that indexes serve.
//!
//! In: the universe, and the columns of a table that a query compares with constants. Out: the condition that
//! the table's governor (`instrument`, `skymap`) is one of those that the registry has. All are, by a foreign
//! key; but the indexes of Butler's tables begin with the governor, and a database that is not told about it
//! reads a whole index for the number of one visit.

use std::collections::{BTreeMap, BTreeSet};

use super::invert::{Condition, Is};
use super::scalar::column;
use super::{Target, Wire};
use crate::plan::{Branch, TAGS};
use crate::registry::{ScalarType, Snapshot};

/// What indexes Butler makes, behind governors.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Governors {
    /// Governor → the key of its own table.
    keys: BTreeMap<String, String>,
    /// Dimension → the columns that refer to it, from other tables.
    references: BTreeMap<String, Index>,
    /// Dimension element → the indexes of its own table.
    own: BTreeMap<String, Vec<Index>>,
    /// Dimensions that have few values, which many datasets share: they have no time and no place.
    few: BTreeSet<String>,
    /// Dimensions whose values are texts; those of others are integers.
    texts: BTreeSet<String>,
}

/// An index: governors first, then other columns.
#[derive(Debug, Clone, Default, PartialEq)]
struct Index {
    governors: Vec<String>,
    others: Vec<String>,
}

impl Governors {
    /// Those of a registry.
    pub fn of(snapshot: &Snapshot) -> Self {
        let universe = &snapshot.universe;
        let key = |name: &str| {
            let own = universe.elements.get(name)?.keys.first()?;
            let column = own.name.clone();
            snapshot.tables.contains_key(name).then(|| (name.to_owned(), column))
        };
        let keys: BTreeMap<String, String> = universe.governors().filter_map(key).collect();
        let (mut references, mut own) = (BTreeMap::new(), BTreeMap::new());
        let (mut few, mut texts) = (BTreeSet::new(), BTreeSet::new());
        for (name, element) in &universe.elements {
            if element.keys.first().is_some_and(|key| key.kind == ScalarType::String) {
                texts.insert(name.clone());
            }
            if keys.contains_key(name) {
                continue;
            }
            let required = universe.required_columns(name);
            let index = |columns: &[String]| Index::of(&keys, columns);
            let mut primary: Vec<String> = Vec::new();
            for dimension in &required {
                primary.push(universe.key_column(name, dimension).to_owned());
            }
            let mut indexes = vec![index(&primary)];
            // A key of its own that is not the primary one is as unique, for each of what it depends on.
            for other in element.keys.iter().skip(1) {
                let depends = required.iter().filter(|dimension| *dimension != name);
                let columns: Vec<String> = depends.cloned().chain([other.name.clone()]).collect();
                indexes.push(index(&columns));
            }
            for other in element.implies.iter().chain(&required).filter(|other| *other != name) {
                indexes.push(index(&universe.required_columns(other)));
            }
            own.insert(name.clone(), indexes);
            references.insert(name.clone(), index(&required));
            if !element.temporal && !element.spatial {
                few.insert(name.clone());
            }
        }
        Self { keys, references, own, few, texts }
    }
}

impl Index {
    fn of(keys: &BTreeMap<String, String>, columns: &[String]) -> Self {
        let is_governor = |column: &&String| keys.contains_key(*column);
        let (governors, others) = columns.iter().partition::<Vec<&String>, _>(is_governor);
        let owned = |columns: Vec<&String>| columns.into_iter().cloned().collect();
        Self { governors: owned(governors), others: owned(others) }
    }
}

impl Target {
    /// Conditions on the governors of a branch's datasets, by what else is said of them.
    pub(super) fn governed_datasets(
        &self,
        branch: &Branch,
        conditions: &[Condition],
    ) -> Vec<String> {
        let dimensions = branch.required.iter();
        let indexes = dimensions.filter_map(|name| self.governors.references.get(name));
        self.governed(TAGS, indexes, conditions)
    }

    /// Conditions on the governors of a dimension element's rows, by what else is said of them.
    pub(super) fn governed_records(
        &self,
        element: &str,
        alias: &str,
        conditions: &[Condition],
    ) -> Vec<String> {
        let indexes = self.governors.own.get(element).into_iter().flatten();
        self.governed(alias, indexes, conditions)
    }

    /// The condition that a table's instrument is one of the registry's, for its index to be used where only
    /// what stands behind that is known.
    pub(super) fn any_instrument(&self, alias: &str) -> Option<String> {
        self.is_one("instrument", alias)
    }

    /// The condition that a table's governor is one of the registry's.
    fn is_one(&self, governor: &str, alias: &str) -> Option<String> {
        let key = self.dialect.name(self.governors.keys.get(governor)?);
        let all = format!("SELECT {key} FROM {}", self.table(governor));
        let own = self.dialect.text(&column(alias, governor));
        Some(self.dialect.among_rows(&own, &all))
    }

    /// Whether a dimension has so many values that few datasets share one of them: it has a time or a place.
    pub(super) fn tells(&self, dimension: &str) -> bool {
        let Governors { keys, few, .. } = &self.governors;
        !few.contains(dimension) && !keys.contains_key(dimension)
    }

    /// Whether a dimension has few values without being a governor.
    pub(super) fn is_of_few(&self, dimension: &str) -> bool {
        self.governors.few.contains(dimension)
    }

    /// What the values of a dimension are, as a database sends them.
    pub(super) fn wire(&self, dimension: &str) -> Wire {
        if self.governors.texts.contains(dimension) { Wire::Text } else { Wire::Int }
    }

    /// Columns of a data ID as they are compared together: where the database has no statistics, those of few
    /// values do not make it choose their index before that of the others.
    pub(super) fn compared_columns(&self, columns: &[String]) -> Vec<String> {
        let name = |column: &String| column.rsplit('.').next().unwrap_or(column).replace('"', "");
        let few = |column: &String| self.governors.few.contains(&name(column));
        let some = columns.iter().any(|column| self.tells(&name(column)));
        let compared = |column: &String| match some && few(column) {
            true => self.dialect.without_index(column),
            false => column.clone(),
        };
        columns.iter().map(compared).collect()
    }

    fn governed<'i>(
        &self,
        alias: &str,
        indexes: impl Iterator<Item = &'i Index>,
        conditions: &[Condition],
    ) -> Vec<String> {
        let equal: BTreeSet<&str> = conditions.iter().filter_map(equality).collect();
        // An identifier says more than any number.
        if equal.is_empty() || conditions.iter().any(is_identifier) {
            return Vec::new();
        }
        let text = |name: &String| self.dialect.text(&column(alias, name));
        let is_known = |name: &String| equal.contains(text(name).as_str());
        let mut governors: BTreeSet<&String> = BTreeSet::new();
        for index in indexes {
            if !index.others.is_empty() && index.others.iter().all(is_known) {
                governors.extend(index.governors.iter().filter(|name| !is_known(name)));
            }
        }
        governors.into_iter().filter_map(|governor| self.is_one(governor, alias)).collect()
    }
}

/// The value that is compared with constants.
fn equality(condition: &Condition) -> Option<&str> {
    match condition {
        Condition::Value { value, is: Is::Text(_) | Is::Int(_), .. } => Some(value),
        _ => None,
    }
}

fn is_identifier(condition: &Condition) -> bool {
    matches!(condition, Condition::Value { is: Is::Uuid(_), .. })
}
