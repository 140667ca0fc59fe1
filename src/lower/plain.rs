//! The rows of a table's branches as they are stored.
//!
//! In: the columns that a query hands out, and those that its conditions compare. Out: for each branch
//! SELECTs of raw fields with the recipes of the columns, as an export has them; a column that is compared
//! is computed beside them. What is constant in a branch, or made from one field, never leaves the
//! database. Where several collections have datasets of the type, find-first has two forms: a condition on
//! every row, or a question before the rows for the data IDs that are in several collections at all
//! ([`Hiding`]), which are few in most registries; where few rows are left, the first of each data ID is told
//! as they arrive in the order of the search. Both forms can be had with dimension records apart ([`Form`]).

use sea_query::Expr;

use super::branch::BranchSelect;
use super::fetch::{Fetch, Fetched, field_name};
use super::probe::Linked;
use super::scalar::column;
use super::source::{SelectText, among, kind_of};
use super::split::{Lookup, Records, Split};
use super::{Asked, Found, Keys, Target, Wire};
use crate::obscore::ColumnType;
use crate::plan::{Branch, COLLECTIONS, Predicate, Scalar, Search, TAGS, ViewPlan};
use crate::resolve::service::ObsCore;
use crate::sql::{Dialect, Parameters};

/// How a branch is fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainBranch {
    /// The position of the branch in the plan.
    at: usize,
    /// Its dataset type.
    pub dataset_type: String,
    /// The number of that in the registry.
    pub dataset_type_id: i64,
    /// What each row has, without statements, and a recipe for each column.
    pub fetch: Fetch,
    /// With find-first, where that is needed.
    selects: Vec<SelectText>,
    /// The same with dimension records apart.
    split: Option<Split<SelectText>>,
    /// Without find-first, where that can be done apart.
    hiding: Option<Hiding>,
    /// Whether a column that is compared tells datasets of one data ID apart.
    tells_apart: bool,
}

/// How datasets are found that one of the same data ID in an earlier collection hides.
#[derive(Debug, Clone, PartialEq)]
struct Hiding {
    /// What the columns of a data ID are.
    data_id: Vec<Wire>,
    dialect: Dialect,
    before: String,
    datasets: String,
    after: String,
    /// The SELECTs of all datasets, hidden or not.
    selects: Vec<SelectText>,
    /// Those with dimension records apart.
    split: Vec<SelectText>,
}

/// Whether the database joins datasets and dimension records, or the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The database does.
    Joined,
    /// The reader does.
    Split,
}

/// What rows are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The fields of each row, and the recipes of its columns.
    pub fetch: Fetch,
    /// Which of the fields the SELECTs have, in their order.
    pub own: Vec<usize>,
    /// Their names there.
    pub names: Vec<String>,
    /// Where the others come from.
    pub lookups: Vec<Lookup>,
}

impl Layout {
    /// What the fields of the SELECTs are.
    pub fn sent(&self) -> Vec<Wire> {
        self.own.iter().filter_map(|at| self.fetch.fields.get(*at).copied()).collect()
    }

    /// The tables that the others come from.
    pub fn tables(&self) -> impl Iterator<Item = &Records> {
        self.lookups.iter().flat_map(|lookup| {
            let lowest = lookup.lowest.as_ref().map(|lowest| &lowest.definitions);
            [Some(&lookup.records), lowest].into_iter().flatten()
        })
    }

    /// Adds a field that the SELECTs have, too.
    pub fn push(&mut self, name: String, wire: Wire) {
        self.own.push(self.fetch.fields.len());
        self.names.push(name);
        self.fetch.fields.push(wire);
    }
}

/// The SELECTs of a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainSelects {
    /// Rows.
    pub selects: Vec<String>,
    /// Where hidden datasets are to be left out.
    pub apart: Option<Apart>,
}

/// The rows of a branch with datasets that others hide.
#[derive(Debug, Clone, PartialEq)]
pub struct Apart {
    /// Rows, with the data ID and the rank of the collection in [`PlainBranch::data_id_fields`].
    pub selects: Vec<String>,
    /// A question for each data ID that is in several collections, with the rank of the first of them.
    pub question: String,
    /// What the columns of a data ID are.
    pub data_id: Vec<Wire>,
    /// Whether few rows are left, with all datasets of their data IDs.
    pub are_few: bool,
}

impl PlainBranch {
    /// The position of the only probe that finds the regions of all rows that are asked for.
    pub fn regions(&self, asked: &[Asked]) -> Option<usize> {
        asked.iter().find(|asked| asked.at == self.at)?.regions()
    }

    /// The form with dimension records apart, where there is one.
    pub fn apart(&self) -> Form {
        if self.split.is_some() { Form::Split } else { Form::Joined }
    }

    /// What its rows are made of.
    pub fn layout(&self, form: Form) -> Layout {
        let mut fetch = self.fetch.clone();
        let (own, lookups) = match self.split.as_ref().filter(|_| form == Form::Split) {
            Some(split) => {
                fetch.fields.clone_from(&split.fields);
                (split.own.clone(), split.lookups.clone())
            }
            None => ((0..fetch.fields.len()).collect(), Vec::new()),
        };
        let names = own.iter().map(|at| field_name(*at)).collect();
        Layout { fetch, own, names, lookups }
    }

    /// Its SELECTs without any condition.
    pub fn all(&self, form: Form) -> PlainSelects {
        self.selects(&Linked::default(), form)
    }

    fn selects(&self, conditions: &Linked, form: Form) -> PlainSelects {
        let split = self.split.as_ref().filter(|_| form == Form::Split);
        let written = |selects: &[SelectText]| -> Vec<String> {
            selects.iter().map(|select| select.with(conditions)).collect()
        };
        // What is asked of datasets themselves is not asked of those that hide them.
        let hiding = self.hiding.as_ref().filter(|_| conditions.datasets.is_empty());
        let apart = hiding.map(|hiding| {
            let datasets = among(hiding.dialect, &hiding.datasets, &conditions.data_ids);
            let before = match conditions.data_ids.is_empty() {
                true => hiding.dialect.behind(&hiding.before),
                false => hiding.before.clone(),
            };
            let question = format!("{before}{datasets}{}", hiding.after);
            // What waits for its records is as good as few.
            let waits = split.is_some() && conditions.is_alike && !conditions.data_ids.is_empty();
            Apart {
                selects: written(if split.is_some() { &hiding.split } else { &hiding.selects }),
                question,
                data_id: hiding.data_id.clone(),
                are_few: (conditions.leave_few || waits) && !self.tells_apart,
            }
        });
        let selects = split.map_or(&self.selects, |split| &split.selects);
        PlainSelects { selects: written(selects), apart }
    }

    /// The names of the columns of the data ID, and of the rank of the collection.
    pub fn data_id_fields(&self) -> Vec<String> {
        let width = self.hiding.as_ref().map_or(0, |hiding| hiding.data_id.len());
        (0..=width).map(data_id_name).collect()
    }
}

/// A statement for the rows of a SELECT: these fields of it, where a condition on its columns holds. `with` is
/// what it refers to.
pub fn framed(with: &str, fields: &[String], select: &str, alias: &str, filter: &str) -> String {
    let filter = if filter.is_empty() { String::new() } else { format!("\nWHERE {filter}") };
    format!("WITH {with}\nSELECT {}\nFROM (\n{select}\n) AS {alias}{filter}", fields.join(", "))
}

fn data_id_name(at: usize) -> String {
    format!("d{at}")
}

impl Target {
    /// How to fetch the columns at `columns` of an ObsCore table; those at `compared` are computed under
    /// their names.
    pub fn plain_branches(
        &self,
        plan: &ViewPlan,
        obscore: &ObsCore,
        found: &Found,
        columns: &[usize],
        compared: &[(usize, String)],
    ) -> Vec<PlainBranch> {
        let position = |at: usize| obscore.columns.get(at).copied();
        // A column that is not there has no value.
        let wanted = |at: &usize| (position(*at).unwrap_or(usize::MAX), kind_of(obscore, *at));
        let wanted: Vec<(usize, ColumnType)> = columns.iter().map(wanted).collect();
        let fetched = |(at, branch): (usize, &Branch)| {
            let value = |at| position(at).and_then(|at| branch.values.get(at));
            let beside = compared.iter().map(|(at, name)| {
                let scalar = value(*at).unwrap_or(&Scalar::Null);
                (name.clone(), self.read(scalar, kind_of(obscore, *at)), scalar)
            });
            self.plain_branch(plan, at, found, &wanted, beside.collect())
        };
        plan.branches.iter().enumerate().filter_map(fetched).collect()
    }

    /// How to fetch columns of the view, with their types, of the branch at `at`; `None` where no
    /// collection may hold its dataset type. What stands beside them is computed too.
    pub fn plain_branch(
        &self,
        plan: &ViewPlan,
        at: usize,
        found: &Found,
        columns: &[(usize, ColumnType)],
        beside: Vec<(String, Expr, &Scalar)>,
    ) -> Option<PlainBranch> {
        let branch = plan.branches.get(at)?;
        let holding = found.holding(branch.dataset_type_id);
        if holding == 0 {
            return None;
        }
        let search = &plan.search;
        let only_one = holding == 1 || !matches!(search, Search::Path(_));
        let texts = |selects: &[BranchSelect]| self.select_texts(branch, search, found, selects);
        let Fetched { fetch, selects, split } =
            self.fetch(branch, search, only_one, columns, &beside);
        let (selects, split) = (texts(&selects), split.map(|split| split.with(&texts)));
        let apart = branch.conditions.iter().any(Predicate::tells_datasets_apart);
        let tells_apart = beside.iter().any(|(_, _, scalar)| scalar.tells_datasets_apart());
        let is_apart = !only_one && !apart && !branch.required.is_empty();
        let hiding = is_apart.then(|| {
            let mut beside = beside;
            let data_id = self.data_id(branch).into_iter().map(Expr::cust);
            let named = data_id.chain([column(COLLECTIONS, "rank")]).enumerate();
            beside.extend(named.map(|(at, one)| (data_id_name(at), one, &Scalar::Null)));
            let fetched = self.fetch(branch, search, true, columns, &beside);
            let split = fetched.split.map(|split| split.with(&texts).selects);
            self.hiding(branch, search, texts(&fetched.selects), split.unwrap_or_default())
        });
        let (dataset_type, dataset_type_id) = (branch.dataset_type.clone(), branch.dataset_type_id);
        Some(PlainBranch {
            at,
            dataset_type,
            dataset_type_id,
            fetch,
            selects,
            split,
            hiding,
            tells_apart,
        })
    }

    /// The columns of a branch's data IDs, in SQL.
    pub(super) fn data_id(&self, branch: &Branch) -> Vec<String> {
        branch.required.iter().map(|name| self.dialect.text(&column(TAGS, name))).collect()
    }

    fn hiding(
        &self,
        branch: &Branch,
        search: &Search,
        selects: Vec<SelectText>,
        split: Vec<SelectText>,
    ) -> Hiding {
        let data_id = self.data_id(branch);
        let membership = self.membership(branch, search);
        let on: Vec<String> = membership.on.iter().map(|one| self.dialect.text(one)).collect();
        let mut outputs = data_id.clone();
        outputs.push(format!("min({COLLECTIONS}.rank)"));
        Hiding {
            data_id: branch.required.iter().map(|name| self.wire(name)).collect(),
            dialect: self.dialect,
            before: format!(
                "SELECT {}\nFROM {} AS {COLLECTIONS}\nJOIN ",
                outputs.join(", "),
                self.own(&self.view.collections())
            ),
            datasets: membership.table,
            after: format!(
                " AS {TAGS}\n  ON {}\nWHERE {}\nGROUP BY {}\nHAVING min({COLLECTIONS}.rank) < \
                 max({COLLECTIONS}.rank)",
                on.join("\n    AND "),
                self.dialect.text(&self.may_hold(branch)),
                data_id.join(", ")
            ),
            selects,
            split,
        }
    }

    /// The SELECTs of a branch for what is asked of it; `None` where no row can matter. Their parameters are
    /// those of all of them.
    pub fn plain_selects(
        &self,
        branch: &PlainBranch,
        asked: &[Asked],
        keys: &[Keys],
        parameters: &mut Parameters,
        form: Form,
    ) -> Option<PlainSelects> {
        let asked = asked.iter().find(|asked| asked.at == branch.at)?;
        let conditions = self.linked(asked, keys, parameters)?;
        // Tables that conditions speak of may be apart.
        let fits = form == Form::Joined || conditions.others.is_empty();
        fits.then(|| branch.selects(&conditions, form))
    }
}
