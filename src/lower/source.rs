//! The tables of a query as SELECTs.
//!
//! In: a table that a service publishes, and which of its columns a query reads, as values or as encoded
//! regions. Out: a SELECT with those columns only, called as [`query`](crate::query) calls them, and only
//! the joins that they need. `tests/query_rows.rs` compares its rows with Butler's.

use std::collections::BTreeMap;

use sea_query::Expr;

use super::branch::EARLIER;
use super::invert::Condition;
use super::probe::Linked;
use super::scalar::column;
use super::{Asked, BranchSelect, Keys, Known, Target};
use crate::obscore::ColumnType;
use crate::plan::{Branch, Cover, RegionPart, Scalar, Search, TAGS, ViewPlan, Wish};
use crate::resolve::service::{Native, ObsCore};
use crate::sql::{Dialect, Parameters};
use crate::value::Cell;

/// Names and positions of the columns that are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Columns whose values are read, with their names in the SELECT.
    pub values: &'a [(usize, String)],
    /// Columns that are handed through as regions: the name of the encoded region, and that of the
    /// value for rows without one.
    pub regions: &'a [(usize, String, String)],
    /// Whether a row may stand for several datasets, and says in [`DATASETS`](super::DATASETS) for how many.
    pub is_counted: bool,
}

/// The rows of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchTexts {
    /// The position of the branch in the plan.
    at: usize,
    /// Its SELECTs; a condition can be added at their ends.
    selects: Vec<SelectText>,
    /// What stands for them, counted; conditions can be added on its datasets.
    counted: Option<SelectText>,
}

/// A SELECT around the table of its datasets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SelectText {
    dialect: Dialect,
    before: String,
    datasets: String,
    after: String,
    /// That datasets are in the only collection that may hold them: databases look datasets up by collection
    /// and data ID.
    only: Option<String>,
}

impl SelectText {
    pub(super) fn new(select: &BranchSelect, datasets: String, only: Option<String>) -> Self {
        let text = select.text();
        let (before, after) =
            text.split_once(&format!("{datasets} AS {TAGS}\n")).unwrap_or((&text, ""));
        let after = format!(" AS {TAGS}\n{after}");
        Self { dialect: select.dialect, before: before.to_owned(), datasets, after, only }
    }

    /// The SELECT with conditions. Those on datasets alone stand where their table is: databases put few
    /// tables at a time into the best order, and these should be among the first.
    pub(super) fn with(&self, conditions: &Linked) -> String {
        let own = conditions.data_ids.iter().chain(&conditions.datasets);
        let some = own.clone().next().is_some();
        // The whole table is not looked up.
        let own = self.only.iter().filter(|_| some).chain(own);
        let datasets = among(self.dialect, &self.datasets, own);
        let before = match some || !conditions.others.is_empty() {
            true => self.before.clone(),
            false => self.dialect.behind(&self.before),
        };
        let others = conditions.others.iter().map(|one| format!("\n  AND {one}"));
        let after = self.hidden_among(conditions).unwrap_or_else(|| self.after.clone());
        format!("{before}{datasets}{after}{}", others.collect::<String>())
    }

    /// What stands behind the table of datasets, with those that hide others looked for among the few that have
    /// the same data IDs, read once: where few rows are left, a look into every earlier collection for each of
    /// them takes longer.
    fn hidden_among(&self, conditions: &Linked) -> Option<String> {
        let once = self.dialect.read_once()?;
        if !conditions.leave_few
            || conditions.data_ids.is_empty()
            || !conditions.datasets.is_empty()
        {
            return None;
        }
        let of_all = format!("{} AS {EARLIER}", self.datasets);
        let own = conditions.data_ids.join("\n      AND ");
        let of_few = format!(
            "(\n    SELECT {TAGS}.* FROM {} AS {TAGS}\n    WHERE {own}{once}\n  ) AS {EARLIER}",
            self.datasets
        );
        Some(self.after.replace(&of_all, &of_few))
    }
}

/// A table of datasets, those of it that satisfy conditions.
pub(super) fn among<'c>(
    dialect: Dialect,
    datasets: &str,
    conditions: impl IntoIterator<Item = &'c String>,
) -> String {
    let conditions: Vec<&str> = conditions.into_iter().map(String::as_str).collect();
    if conditions.is_empty() {
        return datasets.to_owned();
    }
    format!(
        "(\n    SELECT {TAGS}.* FROM {datasets} AS {TAGS}\n    WHERE {}{}\n  )",
        conditions.join("\n      AND "),
        dialect.apart()
    )
}

/// What is in the collections of a search at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The collections that may hold datasets of the plan, in their order, without the others: key,
    /// name and type, as [`Target::helper_tables`] takes them.
    pub collections: Vec<Vec<Cell>>,
    /// Positions of those that may hold a dataset type.
    held: BTreeMap<i64, Vec<usize>>,
}

impl Found {
    /// Reads the rows of [`Target::found_select`].
    pub fn new(rows: Vec<Vec<Cell>>) -> Self {
        let mut found = Self::default();
        for mut collection in rows {
            let Some(Cell::Int(dataset_type)) = collection.pop() else { continue };
            if found.collections.last() != Some(&collection) {
                found.collections.push(collection);
            }
            found.held.entry(dataset_type).or_default().push(found.collections.len() - 1);
        }
        found
    }

    /// The key of the only collection that may hold a dataset type.
    pub(super) fn only(&self, dataset_type: i64) -> Option<&Cell> {
        match self.held.get(&dataset_type)?.as_slice() {
            [only] => self.collections.get(*only)?.first(),
            _ => None,
        }
    }

    /// The collections that may hold a dataset type, in their order.
    pub(super) fn collections_of(&self, dataset_type: i64) -> Vec<Vec<Cell>> {
        let held = self.held.get(&dataset_type).into_iter().flatten();
        held.filter_map(|at| self.collections.get(*at).cloned()).collect()
    }

    /// How many collections may hold a dataset type.
    pub(super) fn holding(&self, dataset_type: i64) -> usize {
        self.held.get(&dataset_type).map_or(0, Vec::len)
    }
}

impl Target {
    /// The rows of the branches of an ObsCore table, whatever values are chosen, for
    /// [`Self::obscore_source`]. The names of helper views stand for common table expressions of
    /// [`Target::helper_tables`].
    pub fn obscore_branches(
        &self,
        plan: &ViewPlan,
        obscore: &ObsCore,
        found: &Found,
        wanted: Wanted<'_>,
    ) -> Vec<BranchTexts> {
        let mut branches = Vec::new();
        for (at, branch) in plan.branches.iter().enumerate() {
            let holding = found.holding(branch.dataset_type_id);
            if holding == 0 {
                continue;
            }
            let value = |at: usize| {
                let position = obscore.columns.get(at).copied();
                position.and_then(|position| branch.values.get(position)).unwrap_or(&Scalar::Null)
            };
            let mut outputs = self.outputs(wanted, &value, &|at| kind_of(obscore, at));
            let find_first = matches!(plan.search, Search::Path(_)) && holding > 1;
            let texts =
                |selects: &[BranchSelect]| self.select_texts(branch, &plan.search, found, selects);
            let mut counted = None;
            if wanted.is_counted {
                let select = self.counted(branch, &plan.search, found, &outputs, find_first);
                counted = select.and_then(|select| texts(&[select]).pop());
                outputs.push(self.one_dataset());
            }
            let selects = texts(&self.branch_with(branch, &plan.search, &outputs, find_first));
            branches.push(BranchTexts { at, selects, counted });
        }
        branches
    }

    /// SELECTs of a branch, to be given conditions.
    pub(super) fn select_texts(
        &self,
        branch: &Branch,
        search: &Search,
        found: &Found,
        selects: &[BranchSelect],
    ) -> Vec<SelectText> {
        let datasets = self.memberships(branch, search);
        // Without statistics a database would take the index of the collection alone for the best.
        let knows = self.dialect.join_in_order().is_none();
        let only = found.only(branch.dataset_type_id).filter(|_| knows).map(|key| {
            let own = column(TAGS, self.collection_reference());
            format!("{} = {}", self.dialect.text(&own), self.constant(key))
        });
        let select = |select| SelectText::new(select, datasets.clone(), only.clone());
        selects.iter().map(select).collect()
    }

    /// The rows of an ObsCore table among those that are asked for, by the keys that probes have found.
    pub fn obscore_source(
        &self,
        obscore: &ObsCore,
        branches: &[BranchTexts],
        wanted: Wanted<'_>,
        asked: &[Asked],
        keys: &[Keys],
        parameters: &mut Parameters,
    ) -> String {
        let mut selects = Vec::new();
        for texts in branches {
            let Some(asked) = asked.iter().find(|asked| asked.at == texts.at) else { continue };
            let Some(conditions) = self.linked(asked, keys, parameters) else { continue };
            let counted = texts.counted.as_ref().filter(|_| conditions.others.is_empty());
            match counted {
                Some(counted) => selects.push(counted.with(&conditions)),
                None => selects.extend(texts.selects.iter().map(|select| select.with(&conditions))),
            }
        }
        if selects.is_empty() {
            let mut outputs = self.outputs(wanted, &|_| &Scalar::Null, &|at| kind_of(obscore, at));
            outputs.extend(wanted.is_counted.then(|| self.one_dataset()));
            return format!("SELECT {} WHERE 1 = 0", self.listed(&outputs));
        }
        selects.join("\nUNION ALL\n")
    }

    /// The rows of one of Butler's own tables that may fulfil the wishes, whose regions overlap a trixel of each
    /// cover where their trixels are known.
    pub fn native_source(
        &self,
        native: &Native,
        wanted: Wanted<'_>,
        wishes: &[Wish],
        covers: &[Cover],
        known: &Known,
        parameters: &mut Parameters,
    ) -> String {
        let value = |at: usize| native.values.get(at).unwrap_or(&Scalar::Null);
        let kind = |at: usize| {
            let column = native.table.columns.get(at);
            column.map_or(ColumnType::Text, |column| column.kind.carrier())
        };
        let outputs = self.outputs(wanted, &value, &kind);
        let mut aliases = Vec::new();
        outputs.iter().for_each(|(_, _, scalar)| scalar.aliases(&mut aliases));
        let conditions = self.native_conditions(native, wishes);
        aliases.extend(conditions.iter().flatten().filter_map(Condition::only_alias));
        let mut text = format!(
            "SELECT {}\nFROM {} AS {}",
            self.listed(&outputs),
            self.by_place(native, covers).unwrap_or_else(|| self.table(&native.from)),
            self.dialect.name(&native.alias)
        );
        for join in native.joins.iter().filter(|join| aliases.contains(&join.alias.as_str())) {
            let join = self.join(join);
            let on: Vec<String> = join.on.iter().map(|one| self.dialect.text(one)).collect();
            let alias = self.dialect.name(&join.alias);
            text.push_str(&format!("\nJOIN {} AS {alias} ON {}", join.table, on.join(" AND ")));
        }
        let mut all = self.native_sky(native, covers, known, parameters);
        match &conditions {
            None => all.push("1 = 0".to_owned()),
            Some(conditions) => {
                // What is said of several tables is left to the query itself.
                let known = conditions.iter().filter(|one| one.only_alias().is_some());
                all.extend(known.map(|one| one.text(self.dialect, parameters)));
                all.extend(self.governed_records(&native.from, &native.alias, conditions));
            }
        }
        if !all.is_empty() {
            text.push_str(&format!("\nWHERE {}", all.join("\n  AND ")));
        }
        text
    }

    /// The call of the function that finds the rows of an applied view by place, for one of the covers.
    fn by_place(&self, native: &Native, covers: &[Cover]) -> Option<String> {
        /// Wider than what rounding can make of a place, in radians.
        const MARGIN: f64 = 1e-9;
        let function = native.found.as_ref()?;
        let circle = |cover: &Cover| match cover.shapes.regions() {
            [only] => only.bounding_circle(),
            _ => None,
        };
        let (cover, circle) = covers.iter().find_map(|cover| Some((cover, circle(cover)?)))?;
        let (centre, angle) = (circle.center, circle.opening_angle);
        let centred = if cover.latitude.is_some() { "TRUE" } else { "FALSE" };
        // A circle without any place has a negative angle.
        let angle = if angle < 0.0 { angle } else { angle + MARGIN };
        Some(format!(
            "{}(CAST(ARRAY[{:e}, {:e}, {:e}, {:e}] AS double precision[]), {centred})",
            self.table(function),
            centre.x,
            centre.y,
            centre.z,
            angle
        ))
    }

    fn outputs<'v>(
        &self,
        wanted: Wanted<'_>,
        value: &impl Fn(usize) -> &'v Scalar,
        kind: &impl Fn(usize) -> ColumnType,
    ) -> Vec<(String, Expr, &'v Scalar)> {
        let mut outputs = Vec::new();
        for (at, name) in wanted.values {
            let scalar = value(*at);
            outputs.push((name.clone(), self.read(scalar, kind(*at)), scalar));
        }
        for (at, region, other) in wanted.regions {
            let (encoded, rest) = split(value(*at));
            let null = || self.value(&Scalar::Null, ColumnType::Text);
            let text = encoded.map_or_else(null, |scalar| self.encoded(scalar));
            outputs.push((region.clone(), text, encoded.unwrap_or(&Scalar::Null)));
            if !other.is_empty() {
                let rest = rest.unwrap_or(&Scalar::Null);
                outputs.push((other.clone(), self.value(rest, ColumnType::Double), rest));
            }
        }
        if outputs.is_empty() {
            // A row without columns is no row.
            outputs.push(("c".to_owned(), Expr::val(1), &Scalar::Null));
        }
        outputs
    }

    /// A value as a query reads it: regions stay encoded, timestamps compare as text.
    pub(super) fn read(&self, scalar: &Scalar, kind: ColumnType) -> Expr {
        match scalar {
            Scalar::Region { part: RegionPart::Region, .. } => self.encoded(scalar),
            _ => {
                let value = self.value(scalar, kind);
                match kind {
                    ColumnType::Timestamp => self.dialect.comparable_timestamp(&value),
                    _ => value,
                }
            }
        }
    }

    /// The encoded region that a value is computed from.
    fn encoded(&self, scalar: &Scalar) -> Expr {
        match scalar {
            Scalar::Region { alias, .. } => {
                let region = column(alias, "region");
                if self.dialect.has_sized_types() {
                    self.dialect.fill("CAST({0} AS text)", &[&region])
                } else {
                    region
                }
            }
            _ => self.value(&Scalar::Null, ColumnType::Text),
        }
    }

    fn listed(&self, outputs: &[(String, Expr, &Scalar)]) -> String {
        let outputs: Vec<String> = outputs
            .iter()
            .map(|(name, expression, _)| format!("{} AS {name}", self.dialect.text(expression)))
            .collect();
        outputs.join(", ")
    }
}

/// The part of a value that a region gives, and the rest.
fn split(scalar: &Scalar) -> (Option<&Scalar>, Option<&Scalar>) {
    match scalar {
        Scalar::Region { .. } => (Some(scalar), None),
        Scalar::Coalesce(parts) => match parts.as_slice() {
            [region @ Scalar::Region { .. }, rest] => (Some(region), Some(rest)),
            _ => (None, Some(scalar)),
        },
        Scalar::Null => (None, None),
        other => (None, Some(other)),
    }
}

pub(super) fn kind_of(obscore: &ObsCore, at: usize) -> ColumnType {
    obscore.table.columns.get(at).map_or(ColumnType::Text, |column| column.kind.carrier())
}
