//! The views in SQL.

use sea_query::Expr;

use super::Target;
use crate::plan::{Branch, Scalar, Search, ViewPlan};

impl Target {
    /// The SELECT of a branch view: all columns of the view.
    pub fn branch_view(&self, plan: &ViewPlan, branch: &Branch) -> String {
        let outputs: Vec<(String, Expr, &Scalar)> = plan
            .columns
            .iter()
            .zip(&branch.values)
            .map(|(column, value)| (column.name.clone(), self.value(value, column.kind), value))
            .collect();
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
        let names: Vec<String> =
            plan.columns.iter().map(|column| self.dialect.name(&column.name)).collect();
        let names = wrapped(&names);
        if plan.branches.is_empty() {
            let nulls = plan.columns.iter().map(|column| {
                let null = self.value(&Scalar::Null, column.kind);
                format!("  {} AS {}", self.dialect.text(&null), self.dialect.name(&column.name))
            });
            let nulls: Vec<String> = nulls.collect();
            return format!("SELECT\n{}\nWHERE 1 = 0", nulls.join(",\n"));
        }
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
