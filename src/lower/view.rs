//! The views in SQL.
//!
//! In: a plan. Out: a SELECT for each of its branches, and one that unites them. Where a database
//! computes columns that a query does not use, branches hand on the stored region, and the ObsCore
//! view decodes it outside of the UNION ALL: what nobody asks for costs nothing there.

use sea_query::Expr;

use super::Target;
use super::scalar::column;
use crate::obscore::ColumnType;
use crate::plan::{Branch, RegionPart, Scalar, Search, ViewColumn, ViewPlan};
use crate::sql::layout;

/// Alias of the united branches.
const ROWS: &str = "united";

/// The columns that are decoded outside of the branches.
struct Late {
    /// The column of the branches that has the stored region.
    stored: String,
    /// What each of the view's columns is of the region, where it is decoded so.
    parts: Vec<Option<RegionPart>>,
}

impl Late {
    /// `None` where nothing is.
    fn new(target: &Target, plan: &ViewPlan) -> Option<Self> {
        if !target.dialect.computes_unused_columns() {
            return None;
        }
        let part = |index: usize| {
            let mut found = None;
            for branch in &plan.branches {
                match branch.values.get(index)? {
                    Scalar::Null => {}
                    Scalar::Region { alias, part }
                        if Some(alias) == region(branch).map(|(alias, _)| alias)
                            && found.is_none_or(|one| one == *part) =>
                    {
                        found = Some(*part);
                    }
                    _ => return None,
                }
            }
            found
        };
        let parts: Vec<Option<RegionPart>> = (0..plan.columns.len()).map(part).collect();
        parts.iter().flatten().next()?;
        let mut stored = "region".to_owned();
        while plan.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&stored)) {
            stored.push('_');
        }
        Some(Self { stored, parts })
    }
}

/// Alias of the table that has a branch's region, and a value made from it.
fn region(branch: &Branch) -> Option<(&String, &Scalar)> {
    branch.values.iter().find_map(|value| match value {
        Scalar::Region { alias, .. } => Some((alias, value)),
        _ => None,
    })
}

impl Target {
    /// The SELECT of a branch view: the columns of the view, or the stored region in place of those
    /// that are decoded outside.
    pub fn branch_view(&self, plan: &ViewPlan, branch: &Branch) -> String {
        let late = Late::new(self, plan);
        let is_late = |index: usize| {
            late.as_ref().is_some_and(|late| matches!(late.parts.get(index), Some(Some(_))))
        };
        let mut outputs: Vec<(String, Expr, &Scalar)> = plan
            .columns
            .iter()
            .zip(&branch.values)
            .enumerate()
            .filter(|(index, _)| !is_late(*index))
            .map(|(_, (column, value))| {
                (column.name.clone(), self.value(value, column.kind), value)
            })
            .collect();
        if let Some(late) = &late {
            let (value, scalar) = match region(branch) {
                Some((alias, scalar)) => (column(alias, "region"), scalar),
                None => (self.value(&Scalar::Null, ColumnType::Text), &Scalar::Null),
            };
            outputs.push((late.stored.clone(), value, scalar));
        }
        let selects = self.branch(branch, &plan.search, &outputs);
        let texts: Vec<String> = selects.iter().map(super::BranchSelect::text).collect();
        texts.join("\nUNION ALL\n")
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
        let stored = column(ROWS, &late.stored);
        let columns = plan.columns.iter().zip(&late.parts);
        let (mut names, mut outputs) = (Vec::new(), Vec::new());
        for (column, part) in columns {
            let Some(part) = part else {
                names.push(name(column));
                outputs.push(format!("  {}", name(column)));
                continue;
            };
            let value = self.dialect.text(&self.decoded(stored.clone(), *part));
            outputs.push(format!("  {} AS {}", layout::expression(&value, 4), name(column)));
        }
        names.push(self.dialect.name(&late.stored));
        format!(
            "SELECT\n{}\nFROM (\n{}\n) AS {ROWS}",
            outputs.join(",\n"),
            self.all_branches(plan, &wrapped(&names))
        )
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
fn wrapped(names: &[String]) -> String {
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
