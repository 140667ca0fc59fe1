//! Datasets that are counted before anything is joined to them.
//!
//! In: a branch of which a query asks how many rows have some values, all of which follow from a part of the
//! data ID. Out: a SELECT with these values and how many datasets have them, whose joins are made for each
//! different part once: for each visit, not for each of its 189 detectors. Datasets are counted by night and
//! band in a quarter of the time (docs/performance.md).

use std::collections::BTreeSet;

use sea_query::Expr;

use super::scalar::column;
use super::{BranchSelect, Found, Target};
use crate::obscore::ColumnType;
use crate::plan::{Branch, Join, On, Scalar, Search, TAGS, tells_datasets_apart};

/// The column that says for how many datasets a row stands.
pub const DATASETS: &str = "n";

/// Dimensions of few values within one of the others: to count these for each of those is quick.
const INNERMOST: [&str; 4] = ["band", "detector", "patch", "physical_filter"];

impl Target {
    /// What a row says of itself where it stands for one dataset.
    pub(super) fn one_dataset(&self) -> (String, Expr, &'static Scalar) {
        (DATASETS.to_owned(), Expr::val(1), &Scalar::Null)
    }

    /// The SELECT with counts; `None` where rows are told apart by more than a part of the data ID.
    /// `first` says that a dataset of a later collection counts only where no earlier one has its data ID.
    pub(super) fn counted(
        &self,
        branch: &Branch,
        search: &Search,
        found: &Found,
        outputs: &[(String, Expr, &Scalar)],
        first: bool,
    ) -> Option<BranchSelect> {
        // A CALIBRATION collection can have several datasets of a data ID, which all count.
        if !branch.conditions.is_empty() || (first && branch.calibs_table.is_some()) {
            return None;
        }
        let joins = branch.needed(outputs.iter().map(|(_, _, scalar)| *scalar));
        let keys = keys(branch, outputs, &joins)?;
        let mut named: Vec<(String, Expr)> =
            outputs.iter().map(|(name, value, _)| (name.clone(), value.clone())).collect();
        named.push((DATASETS.to_owned(), column(TAGS, DATASETS)));
        Some(BranchSelect {
            dialect: self.dialect,
            outputs: named,
            from: format!("{} AS {TAGS}", self.counts(branch, search, found, &keys, first)?),
            joins: joins.into_iter().map(|join| self.join(join)).collect(),
            conditions: Vec::new(),
        })
    }

    /// The keys with their counts, as a subquery.
    fn counts(
        &self,
        branch: &Branch,
        search: &Search,
        found: &Found,
        keys: &[&str],
        first: bool,
    ) -> Option<String> {
        let own = |name: &str| self.dialect.text(&column(TAGS, name));
        let all = |names: &[&str]| names.iter().map(|name| own(name)).collect::<Vec<String>>();
        let collections: Vec<String> = found
            .collections_of(branch.dataset_type_id)
            .iter()
            .filter_map(|collection| Some(self.constant(collection.first()?)))
            .collect();
        let from = format!(
            "FROM {} AS {TAGS}\n    WHERE {} IN ({})\n      AND {} = {}",
            self.memberships(branch, search),
            own(self.collection_reference()),
            collections.join(", "),
            own("dataset_type_id"),
            branch.dataset_type_id,
        );
        if !first {
            return Some(grouped(&all(keys), "count(*)", &from));
        }
        // Datasets of one data ID are in several collections: their data IDs are counted. Of all of its
        // dimensions one can be counted within the others.
        let others =
            || branch.required.iter().map(String::as_str).filter(|one| !keys.contains(one));
        let innermost = INNERMOST.into_iter().find(|name| others().any(|other| other == *name));
        let innermost = innermost.or_else(|| others().next_back())?;
        let outer: Vec<&str> =
            branch.required.iter().map(String::as_str).filter(|one| *one != innermost).collect();
        let count = format!("count(DISTINCT {})", own(innermost));
        let inner = grouped(&all(&outer), &count, &from);
        if outer.len() == keys.len() {
            return Some(inner);
        }
        let sum = format!("sum({})", own(DATASETS));
        let sum = self.dialect.exactly(&sum, ColumnType::BigInt);
        let from = format!("FROM {inner} AS {TAGS}");
        Some(grouped(&all(keys), &sum, &from))
    }
}

/// A subquery with keys and what is counted for them; without rows where there is nothing to count.
fn grouped(keys: &[String], count: &str, from: &str) -> String {
    let mut outputs = keys.to_vec();
    outputs.push(format!("{count} AS {DATASETS}"));
    let groups = match keys {
        [] => "HAVING count(*) > 0".to_owned(),
        some => format!("GROUP BY {}", some.join(", ")),
    };
    format!("(\n    SELECT {}\n    {from}\n    {groups}\n  )", outputs.join(", "))
}

/// The part of the data ID that values and joins read, in the data ID's order; `None` where they read more
/// than that, or all of it.
fn keys<'b>(
    branch: &'b Branch,
    outputs: &[(String, Expr, &Scalar)],
    joins: &[&Join],
) -> Option<Vec<&'b str>> {
    let mut read = BTreeSet::new();
    for (_, _, scalar) in outputs {
        if scalar.tells_datasets_apart() {
            return None;
        }
        columns(scalar, &mut read)?;
    }
    for join in joins {
        if tells_datasets_apart(&join.alias) {
            return None;
        }
        for (_, operand) in &join.on {
            match operand {
                On::Column { alias, column } => note(alias, column, &mut read),
                On::LowestVisit { instrument, exposure, detector, agreeing } => {
                    let agreeing = agreeing.iter().map(|(_, place)| place);
                    let places = [instrument, exposure].into_iter().chain(detector).chain(agreeing);
                    places.for_each(|(alias, column)| note(alias, column, &mut read));
                }
            }
        }
    }
    let keys: Vec<&str> =
        branch.required.iter().map(String::as_str).filter(|one| read.remove(*one)).collect();
    (read.is_empty() && keys.len() < branch.required.len()).then_some(keys)
}

/// Adds the columns of the dataset that a value reads; `None` where it reads it in another way.
fn columns<'s>(scalar: &'s Scalar, read: &mut BTreeSet<&'s str>) -> Option<()> {
    let parts = scalar.parts();
    match scalar {
        Scalar::Column { alias, column, .. } => note(alias, column, read),
        _ if parts.is_empty() => {
            let mut aliases = Vec::new();
            scalar.aliases(&mut aliases);
            if aliases.contains(&TAGS) {
                return None;
            }
        }
        _ => parts.into_iter().try_for_each(|part| columns(part, read))?,
    }
    Some(())
}

/// Notes a column of the dataset.
fn note<'s>(alias: &str, column: &'s str, read: &mut BTreeSet<&'s str>) {
    if alias == TAGS {
        read.insert(column);
    }
}
