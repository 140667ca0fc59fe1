//! Lints that look at the rows.
//!
//! In: the plan, run live against the registry whether it is deployed or not. Only the columns that
//! a lint needs are asked for, so the joins of all others fall away; geometry is left to
//! [`super::regions`]. Out: findings of family L.

use sea_query::Expr;

use super::{Subject, identifiers};
use crate::db::Session;
use crate::diag::{Diagnostic, Result};
use crate::lower::{BranchSelect, Target, ViewName};
use crate::plan::{Branch, Scalar, ValueKind, ViewColumn};
use crate::value::{Cell, Literal};

/// Examples in a finding.
const EXAMPLES: usize = 4;

/// A condition that no row should satisfy.
struct Rule {
    code: &'static str,
    columns: &'static [&'static str],
    wrong: &'static str,
    message: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        code: "L014",
        columns: &["obs_id"],
        wrong: "obs_id IS NULL OR obs_id IN ('', 'None')",
        message: "obs_id is empty",
    },
    Rule {
        code: "L014",
        columns: &["obs_publisher_did"],
        wrong: "obs_publisher_did IS NULL OR obs_publisher_did = ''",
        message: "obs_publisher_did is empty",
    },
    Rule {
        code: "L014",
        columns: &["obs_collection"],
        wrong: "obs_collection IS NULL OR obs_collection IN ('', 'None')",
        message: "obs_collection is empty",
    },
    Rule {
        code: "L021",
        columns: &["s_ra"],
        wrong: "NOT (s_ra >= 0 AND s_ra <= 360)",
        message: "s_ra is not between 0 and 360 degrees",
    },
    Rule {
        code: "L021",
        columns: &["s_dec"],
        wrong: "NOT (s_dec >= -90 AND s_dec <= 90)",
        message: "s_dec is not between -90 and 90 degrees",
    },
    Rule {
        code: "L022",
        columns: &["t_min", "t_max"],
        wrong: "t_min > t_max",
        message: "t_min is after t_max",
    },
];

/// A branch's rows with a few columns, as SQL.
pub struct Rows<'a> {
    subject: &'a Subject<'a>,
    target: Target,
}

impl<'a> Rows<'a> {
    /// Rows as the plan has them, with the helper views written out in each query.
    pub fn new(subject: &'a Subject<'a>) -> Self {
        let mut target = subject.target.clone();
        target.view = ViewName { schema: None, name: "obscore".to_owned() };
        Self { subject, target }
    }

    /// Looks at the rows of one branch.
    ///
    /// # Errors
    /// R020 to R029.
    pub async fn branch(&self, session: &mut Session, branch: &Branch) -> Result<Vec<Diagnostic>> {
        let rules: Vec<&Rule> = RULES
            .iter()
            .filter(|rule| rule.columns.iter().all(|one| self.varies(branch, one)))
            .collect();
        if rules.is_empty() {
            return Ok(Vec::new());
        }
        let mut columns: Vec<&str> = rules.iter().flat_map(|rule| rule.columns).copied().collect();
        columns.sort_unstable();
        columns.dedup();
        let sums: Vec<String> = rules
            .iter()
            .map(|rule| format!("sum(CASE WHEN {} THEN 1 ELSE 0 END)", rule.wrong))
            .collect();
        let sql = format!(
            "{}SELECT {}\nFROM ({}) AS found",
            self.helpers(),
            sums.join(", "),
            self.select(branch, &columns)
        );
        let rows = session.rows(&sql, &[]).await?;
        let counts = rows.first().cloned().unwrap_or_default();
        let mut found = Vec::new();
        for (rule, count) in rules.iter().zip(counts) {
            let Some(count) = count.as_int().filter(|count| *count > 0) else { continue };
            let name = &branch.dataset_type;
            let message = format!("{} in {count} rows of `{name}`", rule.message);
            let mut finding = Diagnostic::error(rule.code, message);
            if let Some(block) = self.subject.mapping.dataset_types.get(name) {
                finding = finding.at(&self.subject.mapping.source, block.span, "");
            }
            found.push(finding);
        }
        Ok(found)
    }

    /// Looks for identifiers that several rows share.
    ///
    /// # Errors
    /// R020 to R029.
    pub async fn collisions(&self, session: &mut Session) -> Result<Vec<Diagnostic>> {
        let mut found = Vec::new();
        let mapping = self.subject.mapping;
        let unique = mapping.deviations.one_row_per_dataset
            && mapping.dataset_types.values().all(|block| identifiers::is_unique(mapping, block));
        let publisher = "obs_publisher_did";
        if !unique {
            let sql = format!(
                "SELECT {publisher}, count(*) FROM ({}) AS found WHERE {publisher} IS NOT NULL \
                 GROUP BY {publisher} HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT {EXAMPLES}",
                self.union(&[publisher])
            );
            if let Some(examples) = self.examples(session, &sql).await? {
                found.push(
                    Diagnostic::error("L015", format!("rows share obs_publisher_did: {examples}"))
                        .help("{id} in obs_publisher_did_fmt makes it unique"),
                );
            }
        }
        let instruments = self.subject.snapshot.governors.get("instrument");
        if instruments.is_some_and(|names| names.len() > 1) {
            let sql = format!(
                "SELECT obs_id, count(DISTINCT instrument_name) FROM ({}) AS found \
                 WHERE obs_id <> 'None' GROUP BY obs_collection, obs_id \
                 HAVING count(DISTINCT instrument_name) > 1 ORDER BY 1 LIMIT {EXAMPLES}",
                self.union(&["obs_collection", "obs_id", "instrument_name"])
            );
            if let Some(examples) = self.examples(session, &sql).await? {
                let message =
                    format!("observations of several instruments share obs_id: {examples}");
                found.push(
                    Diagnostic::warning("L016", message)
                        .help("obs_id names one observation; put {instrument} into obs_id_fmt"),
                );
            }
        }
        Ok(found)
    }

    async fn examples(&self, session: &mut Session, sql: &str) -> Result<Option<String>> {
        if self.subject.plan.branches.is_empty() {
            return Ok(None);
        }
        let rows = session.rows(&format!("{}{sql}", self.helpers()), &[]).await?;
        let texts: Vec<String> = rows
            .iter()
            .filter_map(|row| match row.as_slice() {
                [Cell::Text(value), count] => {
                    Some(format!("`{value}` ({})", count.as_int().unwrap_or_default()))
                }
                _ => None,
            })
            .collect();
        Ok((!texts.is_empty()).then(|| texts.join(", ")))
    }

    fn helpers(&self) -> String {
        let parts: Vec<String> = self
            .target
            .helpers(&self.subject.plan.search)
            .into_iter()
            .map(|(name, select)| format!("{} AS (\n{select}\n)", self.target.dialect.name(&name)))
            .collect();
        format!("WITH {}\n", parts.join(",\n"))
    }

    fn union(&self, columns: &[&str]) -> String {
        let branches = self.subject.plan.branches.iter();
        let selects: Vec<String> = branches.map(|branch| self.select(branch, columns)).collect();
        selects.join("\nUNION ALL\n")
    }

    fn select(&self, branch: &Branch, columns: &[&str]) -> String {
        let plan = self.subject.plan;
        let mut outputs: Vec<(String, Expr, &Scalar)> = Vec::new();
        for name in columns {
            let found =
                plan.columns.iter().zip(&branch.values).find(|(column, _)| column.name == *name);
            if let Some((column, value)) = found {
                outputs.push((column.name.clone(), self.expression(column, value), value));
            }
        }
        let selects = self.target.branch(branch, &plan.search, &outputs);
        let texts: Vec<String> = selects.iter().map(BranchSelect::text).collect();
        texts.join("\nUNION ALL\n")
    }

    /// A value where no region decides it, else NULL.
    fn expression(&self, column: &ViewColumn, value: &Scalar) -> Expr {
        let rest = without_regions(value).unwrap_or(Scalar::Null);
        let expression = self.target.value(&rest, column.kind);
        let mut tables = Vec::new();
        super::regions::aliases(value, &mut tables);
        let Some(alias) = tables.first() else { return expression };
        let region = self.target.scalar(&Scalar::Column {
            alias: (*alias).to_owned(),
            column: "region".to_owned(),
            kind: ValueKind::Text,
            nullable: true,
        });
        self.target.dialect.fill("CASE WHEN {0} IS NULL THEN {1} END", &[&region, &expression])
    }

    /// Whether a column can differ from row to row, other than by the region.
    fn varies(&self, branch: &Branch, column: &str) -> bool {
        let columns = &self.subject.plan.columns;
        let index = columns.iter().position(|one| one.name == column);
        let value = index.and_then(|index| branch.values.get(index)).and_then(without_regions);
        match value {
            // What is never filled is found without a query.
            None | Some(Scalar::Null) => false,
            Some(Scalar::Literal(Literal::String(text))) => text.is_empty(),
            Some(_) => true,
        }
    }
}

/// A value without the parts that are computed from regions; nothing if that is all.
fn without_regions(value: &Scalar) -> Option<Scalar> {
    match value {
        Scalar::Region { .. } => None,
        Scalar::Coalesce(parts) => {
            let mut rest: Vec<Scalar> = parts.iter().filter_map(without_regions).collect();
            if rest.len() > 1 { Some(Scalar::Coalesce(rest)) } else { rest.pop() }
        }
        other => {
            let mut aliases = Vec::new();
            super::regions::aliases(other, &mut aliases);
            aliases.is_empty().then(|| other.clone())
        }
    }
}
