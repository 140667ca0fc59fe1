//! The views in SQL.
//!
//! In: a plan. Out: a SELECT for each of its branches, and one that unites them. Where a database
//! computes columns that a query does not use, branches hand on the stored region, and the ObsCore
//! view decodes it outside of the UNION ALL: what nobody asks for costs nothing there.

use sea_query::{Expr, Func};

use super::Target;
use super::scalar::column;
use crate::obscore::ColumnType;
use crate::plan::{Branch, RegionPart, Scalar, Search, TAGS, ViewColumn, ViewPlan};
use crate::sql::layout;
use crate::sql::region::Strategy;

/// Alias of the united branches.
pub(super) const ROWS: &str = "united";

/// The column of branch views that the ObsCore view does not have.
pub(super) const DATASET_COLUMN: &str = "dataset_id";

/// The columns that are decoded outside of the branches.
pub(super) struct Late {
    /// The column of the branches that has the stored region.
    pub(super) stored: String,
    /// For each of the view's columns how it is decoded, where it is.
    columns: Vec<Option<LateColumn>>,
}

/// A column that is decoded outside of the branches.
#[derive(Clone, Copy)]
pub(super) struct LateColumn {
    /// What it is of the region.
    part: RegionPart,
    /// Whether a branch has a value for rows without a region, in a column of the same name.
    pub(super) stand_in: bool,
}

impl Late {
    /// Those of the view; `None` where nothing is.
    fn new(target: &Target, plan: &ViewPlan) -> Option<Self> {
        target.dialect.computes_unused_columns().then(|| Self::possible(target, plan))?
    }

    /// Those that can be decoded outside; `None` where none can.
    pub(super) fn possible(target: &Target, plan: &ViewPlan) -> Option<Self> {
        if target.strategy == Strategy::Ingest {
            return None;
        }
        let columns: Vec<Option<LateColumn>> =
            (0..plan.columns.len()).map(|index| LateColumn::new(plan, index)).collect();
        columns.iter().flatten().next()?;
        let mut stored = "region".to_owned();
        while plan.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&stored)) {
            stored.push('_');
        }
        Some(Self { stored, columns })
    }

    pub(super) fn column(&self, index: usize) -> Option<LateColumn> {
        self.columns.get(index).copied().flatten()
    }
}

impl LateColumn {
    /// `None` unless the column is the same part of the region in all branches that have one.
    fn new(plan: &ViewPlan, index: usize) -> Option<Self> {
        let (mut found, mut stand_in) = (None, false);
        for branch in &plan.branches {
            let value = branch.values.get(index)?;
            if *value == Scalar::Null {
                continue;
            }
            let (decoded, other) = with_stand_in(value);
            let Scalar::Region { alias, part } = decoded else { return None };
            let own = region(branch).is_some_and(|(stored, _)| stored == alias);
            if !own || found.is_some_and(|one| one != *part) {
                return None;
            }
            found = Some(*part);
            stand_in |= *other != Scalar::Null;
        }
        Some(Self { part: found?, stand_in })
    }
}

/// A value, and what stands in where it is NULL.
pub(super) fn with_stand_in(value: &Scalar) -> (&Scalar, &Scalar) {
    match value {
        Scalar::Coalesce(parts) => match parts.as_slice() {
            [first, second] => (first, second),
            _ => (value, &Scalar::Null),
        },
        _ => (value, &Scalar::Null),
    }
}

/// Alias of the table that has a branch's region, and a value made from it.
pub(super) fn region(branch: &Branch) -> Option<(&String, &Scalar)> {
    branch.values.iter().find_map(|value| match with_stand_in(value).0 {
        decoded @ Scalar::Region { alias, .. } => Some((alias, decoded)),
        _ => None,
    })
}

impl Target {
    /// The SELECT of a branch view: the columns of the view, or the stored region, and what stands in
    /// for it, in place of those that are decoded outside.
    pub fn branch_view(&self, plan: &ViewPlan, branch: &Branch) -> String {
        let late = Late::new(self, plan);
        let moved = (self.strategy == Strategy::Ingest).then(|| self.beside(branch));
        let branch = moved.as_ref().unwrap_or(branch);
        let mut outputs = self.view_outputs(plan, branch, late.as_ref());
        if self.shows_datasets(plan) {
            let id = column(TAGS, "dataset_id");
            outputs.push((DATASET_COLUMN.to_owned(), id, &Scalar::DatasetId));
        }
        if let Some(late) = self.handed_on(plan) {
            let (value, scalar) = self.stored_region(branch);
            outputs.push((late.stored, value, scalar));
        }
        let selects = self.branch(branch, &plan.search, &outputs);
        let texts: Vec<String> = selects.iter().map(super::BranchSelect::text).collect();
        texts.join("\nUNION ALL\n")
    }

    /// Whether branch views have the dataset's identifier as it is stored, and so by an index.
    pub(super) fn shows_datasets(&self, plan: &ViewPlan) -> bool {
        let taken = |column: &ViewColumn| column.name.eq_ignore_ascii_case(DATASET_COLUMN);
        self.dialect.has_rich_types()
            && !plan.columns.iter().any(taken)
            && plan.branches.iter().all(|one| one.values.iter().any(Scalar::tells_datasets_apart))
    }

    /// The columns of a branch, with the stored region in place of those that are decoded outside.
    pub(super) fn view_outputs<'b>(
        &self,
        plan: &ViewPlan,
        branch: &'b Branch,
        late: Option<&Late>,
    ) -> Vec<(String, Expr, &'b Scalar)> {
        let mut outputs: Vec<(String, Expr, &Scalar)> = Vec::new();
        for (index, (column, value)) in plan.columns.iter().zip(&branch.values).enumerate() {
            let value = match late.and_then(|late| late.column(index)) {
                Some(LateColumn { stand_in: false, .. }) => continue,
                Some(_) => with_stand_in(value).1,
                None => value,
            };
            outputs.push((column.name.clone(), self.value(value, column.kind), value));
        }
        if let Some(late) = late {
            let (value, scalar) = self.stored_region(branch);
            outputs.push((late.stored.clone(), value, scalar));
        }
        outputs
    }

    fn stored_region<'b>(&self, branch: &'b Branch) -> (Expr, &'b Scalar) {
        match region(branch) {
            Some((alias, scalar)) if self.dialect.has_sized_types() => {
                (self.dialect.fill("CAST({0} AS text)", &[&column(alias, "region")]), scalar)
            }
            Some((alias, scalar)) => (column(alias, "region"), scalar),
            None => (self.value(&Scalar::Null, ColumnType::Text), &Scalar::Null),
        }
    }

    /// What the stored view hands on, where there is one: beside functions that find its rows by place.
    fn handed_on(&self, plan: &ViewPlan) -> Option<Late> {
        let needed = self.dialect.has_rich_types() && self.strategy == Strategy::Functions;
        needed.then(|| Late::possible(self, plan))?
    }

    /// The columns and the SELECT of the view with stored regions: as [`Self::searches`] find them, for a
    /// service that decodes them itself. The columns are those in which a value stands in for a region that
    /// is not there.
    pub fn stored_view(&self, plan: &ViewPlan) -> Option<(Vec<String>, String)> {
        let late = self.handed_on(plan).filter(|_| !plan.branches.is_empty())?;
        let stands_in = |(at, column): (usize, &ViewColumn)| {
            late.column(at).filter(|late| late.stand_in).map(|_| column.name.clone())
        };
        let stand_ins = plan.columns.iter().enumerate().filter_map(stands_in).collect();
        let (names, _) = self.late_outputs(plan, &late);
        Some((stand_ins, self.all_branches(plan, &wrapped(&names))))
    }

    /// Name and SELECT of the helper views, for a query that brings them along.
    pub fn helpers(&self, search: &Search) -> Vec<(String, String)> {
        vec![
            (self.view.utc(), self.utc_view()),
            (self.view.collections(), self.collections_view(search)),
        ]
    }

    /// The SELECT of the ObsCore view: all branch views, one after the other.
    pub fn whole_view(&self, plan: &ViewPlan) -> String {
        let name = |column: &ViewColumn| self.dialect.name(&column.name);
        if plan.branches.is_empty() {
            let nulls = plan.columns.iter().map(|column| {
                let null = self.value(&Scalar::Null, column.kind);
                format!("  {} AS {}", self.dialect.text(&null), name(column))
            });
            let nulls: Vec<String> = nulls.collect();
            return format!("SELECT\n{}\nWHERE 1 = 0", nulls.join(",\n"));
        }
        let Some(late) = Late::new(self, plan) else {
            let names: Vec<String> = plan.columns.iter().map(name).collect();
            return self.all_branches(plan, &wrapped(&names));
        };
        let (names, outputs) = self.late_outputs(plan, &late);
        format!(
            "SELECT\n{}\nFROM (\n{}\n) AS {ROWS}",
            outputs.join(",\n"),
            self.all_branches(plan, &wrapped(&names))
        )
    }

    /// The columns of the branches, and those of the view that are made of them.
    pub(super) fn late_outputs(&self, plan: &ViewPlan, late: &Late) -> (Vec<String>, Vec<String>) {
        let name = |column: &ViewColumn| self.dialect.name(&column.name);
        let stored = column(ROWS, &late.stored);
        let (mut names, mut outputs) = (Vec::new(), Vec::new());
        for (index, view_column) in plan.columns.iter().enumerate() {
            let name = name(view_column);
            let Some(late) = late.column(index) else {
                outputs.push(format!("  {name}"));
                names.push(name);
                continue;
            };
            let mut value = self.decoded(stored.clone(), late.part);
            if late.stand_in {
                value = Func::coalesce([value, column(ROWS, &view_column.name)]).into();
                names.push(name.clone());
            }
            let value = self.dialect.text(&value);
            outputs.push(format!("  {} AS {name}", layout::expression(&value, 4)));
        }
        names.push(self.dialect.name(&late.stored));
        (names, outputs)
    }

    /// Columns of all branch views, one after the other.
    fn all_branches(&self, plan: &ViewPlan, names: &str) -> String {
        let selects = plan.branches.iter().map(|branch| {
            let view = self.own(&self.view.branch(&branch.dataset_type));
            format!("SELECT\n{names}\nFROM {view}")
        });
        selects.collect::<Vec<String>>().join("\nUNION ALL\n")
    }
}

/// Names with commas, in lines of bearable width.
pub(super) fn wrapped(names: &[String]) -> String {
    let mut lines = vec![" ".to_owned()];
    for (index, name) in names.iter().enumerate() {
        let comma = if index + 1 < names.len() { "," } else { "" };
        let piece = format!(" {name}{comma}");
        match lines.last_mut() {
            Some(line) if line.len() + piece.len() <= 92 => line.push_str(&piece),
            _ => lines.push(format!(" {piece}")),
        }
    }
    lines.join("\n")
}
