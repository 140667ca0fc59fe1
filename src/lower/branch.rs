//! A branch in SQL.
//!
//! In: a [`Branch`] and what is asked of it. Out: a [`BranchSelect`], whose joins are only those
//! that its outputs need.

use sea_query::Expr;

use super::Target;
use super::scalar::column;
use crate::plan::{Branch, Join, Multiplicity, On, Scalar, Search, TAGS};
use crate::sql::{Dialect, layout};

/// Alias of the helper view of collections.
const COLLECTIONS: &str = "c";

/// The SELECT of one branch.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchSelect {
    dialect: Dialect,
    /// Column name and expression.
    pub outputs: Vec<(String, Expr)>,
    /// The first table, with its alias.
    pub from: String,
    /// The others.
    pub joins: Vec<JoinClause>,
    /// Conditions, all of which must hold.
    pub conditions: Vec<Expr>,
}

/// A JOIN with its condition.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinClause {
    /// Which join.
    pub kind: JoinKind,
    /// The table, qualified and quoted, or a subquery in parentheses.
    pub table: String,
    /// Its alias.
    pub alias: String,
    /// Conditions, all of which must hold.
    pub on: Vec<Expr>,
}

/// The kinds of joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// Only rows with a match.
    Inner,
    /// All rows.
    Left,
}

impl Target {
    /// The SELECTs whose rows together are the branch's: one, or one per alternative where rows
    /// repeat. `outputs` names each output and says which scalars it reads.
    pub fn branch(
        &self,
        branch: &Branch,
        search: &Search,
        outputs: &[(String, Expr, &Scalar)],
    ) -> Vec<BranchSelect> {
        self.branch_with(branch, search, outputs, matches!(search, Search::Path(_)))
    }

    /// As [`Self::branch`], but only with `find_first` an earlier collection hides a later one.
    pub(super) fn branch_with(
        &self,
        branch: &Branch,
        search: &Search,
        outputs: &[(String, Expr, &Scalar)],
        find_first: bool,
    ) -> Vec<BranchSelect> {
        let alternatives: Vec<Option<Expr>> = if branch.conditions.is_empty() {
            vec![None]
        } else if branch.repeats {
            branch.conditions.iter().map(|one| Some(self.predicate(one))).collect()
        } else {
            let any = crate::plan::Predicate::Or(branch.conditions.clone());
            vec![Some(self.predicate(&any))]
        };
        let select = |condition: Option<Expr>| {
            let mut joins = vec![self.membership(branch, search)];
            let used = outputs.iter().map(|(_, _, scalar)| *scalar);
            joins.extend(branch.needed(used).into_iter().map(|join| self.join(join)));
            let mut conditions = vec![self.may_hold(branch)];
            if find_first {
                conditions.push(self.first_found(branch));
            }
            conditions.extend(condition);
            BranchSelect {
                dialect: self.dialect,
                outputs: outputs
                    .iter()
                    .map(|(name, expression, _)| (name.clone(), expression.clone()))
                    .collect(),
                from: format!("{} AS {COLLECTIONS}", self.own(&self.view.collections())),
                joins,
                conditions,
            }
        };
        alternatives.into_iter().map(select).collect()
    }

    /// The datasets of the branch's type in the collections of the search.
    fn membership(&self, branch: &Branch, search: &Search) -> JoinClause {
        JoinClause {
            kind: JoinKind::Inner,
            table: self.memberships(branch, search),
            alias: TAGS.to_owned(),
            on: vec![self.is_in(TAGS, COLLECTIONS), self.is_of_type(TAGS, branch)],
        }
    }

    /// The tags table, or its union with the calibs table where both can have rows.
    fn memberships(&self, branch: &Branch, search: &Search) -> String {
        let tags = self.table(&branch.tags_table);
        let (Some(calibs), Search::Path(_)) = (&branch.calibs_table, search) else { return tags };
        let mut columns = vec!["dataset_type_id", "dataset_id", self.collection_reference()];
        columns.extend(branch.required.iter().map(String::as_str));
        let columns: Vec<String> =
            columns.into_iter().map(|name| self.dialect.name(name)).collect();
        let columns = columns.join(", ");
        let calibs = self.table(calibs);
        // A dataset can be certified for several validity ranges of one collection.
        format!(
            "(\n    SELECT {columns} FROM {tags}\n    UNION ALL\n    SELECT DISTINCT {columns} FROM \
             {calibs}\n  )"
        )
    }

    fn is_in(&self, membership: &str, collections: &str) -> Expr {
        let (reference, key) = (self.collection_reference(), self.collection_key());
        self.dialect.fill("{0} = {1}", &[&column(membership, reference), &column(collections, key)])
    }

    fn is_of_type(&self, membership: &str, branch: &Branch) -> Expr {
        let id = branch.dataset_type_id;
        self.dialect.fill(&format!("{{0}} = {id}"), &[&column(membership, "dataset_type_id")])
    }

    /// Collections that cannot hold the dataset type are out; the registry's summary may list too
    /// many, never too few.
    fn may_hold(&self, branch: &Branch) -> Expr {
        self.dialect.fill(
            &format!(
                "EXISTS (\n    SELECT 1 FROM {} AS s\n    WHERE s.{} = {{0}} AND \
                 s.dataset_type_id = {}\n  )",
                self.table("collection_summary_dataset_type"),
                self.collection_reference(),
                branch.dataset_type_id
            ),
            &[&column(COLLECTIONS, self.collection_key())],
        )
    }

    /// Find-first: no earlier collection has a dataset of this type with the same data ID. What
    /// refers to the row itself stands in WHERE: in ON, PostgreSQL would not see an anti-join.
    fn first_found(&self, branch: &Branch) -> Expr {
        let on = [self.is_in("earlier_t", "earlier"), self.is_of_type("earlier_t", branch)];
        let same = branch.required.iter().map(|dimension| {
            let own = column("earlier_t", dimension);
            self.dialect.fill("{0} = {1}", &[&own, &column(TAGS, dimension)])
        });
        let texts = |parts: Vec<Expr>| -> Vec<String> {
            parts.iter().map(|one| self.dialect.text(one)).collect()
        };
        let mut conditions = vec![format!("earlier.rank < {COLLECTIONS}.rank")];
        conditions.extend(texts(same.collect()));
        let search = Search::Path(Vec::new());
        Expr::cust(format!(
            "NOT EXISTS (\n    SELECT 1\n    FROM {} AS earlier\n    JOIN {} AS earlier_t ON {}\n    \
             WHERE {}\n  )",
            self.own(&self.view.collections()),
            self.memberships(branch, &search),
            texts(on.into()).join("\n      AND "),
            conditions.join("\n      AND "),
        ))
    }

    fn join(&self, join: &Join) -> JoinClause {
        let kind = match join.multiplicity {
            Multiplicity::ExactlyOne => JoinKind::Inner,
            Multiplicity::AtMostOne => JoinKind::Left,
            Multiplicity::Many if join.filters => JoinKind::Inner,
            Multiplicity::Many => JoinKind::Left,
        };
        let on = join.on.iter().map(|(own, operand)| {
            let operand = self.operand(operand);
            self.dialect.fill("{0} = {1}", &[&column(&join.alias, own), &operand])
        });
        JoinClause {
            kind,
            table: self.table(&join.table),
            alias: join.alias.clone(),
            on: on.collect(),
        }
    }

    fn operand(&self, operand: &On) -> Expr {
        match operand {
            On::Column { alias, column: name } => column(alias, name),
            On::LowestVisit { instrument, exposure, detector } => {
                let place = |(alias, name): &(String, String)| column(alias, name);
                let visits = self.table("visit_definition");
                let with_region = match detector {
                    Some(_) => format!(
                        "\n      JOIN {} AS r ON r.instrument = v.instrument AND r.visit = v.visit",
                        self.table("visit_detector_region")
                    ),
                    None => String::new(),
                };
                let and_detector = detector.as_ref().map_or("", |_| " AND r.detector = {2}");
                let template = format!(
                    "(\n      SELECT min(v.visit)\n      FROM {visits} AS v{with_region}\n      \
                     WHERE v.instrument = {{0}} AND v.exposure = {{1}}{and_detector}\n    )"
                );
                let detector = detector.as_ref().map_or_else(Expr::null, place);
                self.dialect.fill(&template, &[&place(instrument), &place(exposure), &detector])
            }
        }
    }
}

impl BranchSelect {
    /// The statement, a column a line.
    pub fn text(&self) -> String {
        let outputs: Vec<String> = self
            .outputs
            .iter()
            .map(|(name, expression)| {
                let text = self.dialect.text(expression);
                let alias = self.dialect.name(name);
                format!("  {} AS {alias}", layout::expression(&text, 4))
            })
            .collect();
        let mut text = format!("SELECT\n{}\nFROM {}", outputs.join(",\n"), self.from);
        for join in &self.joins {
            let kind = match join.kind {
                JoinKind::Inner => "JOIN",
                JoinKind::Left => "LEFT JOIN",
            };
            let on: Vec<String> = join.on.iter().map(|one| self.dialect.text(one)).collect();
            let alias = self.dialect.name(&join.alias);
            text.push_str(&format!(
                "\n{kind} {} AS {alias}\n  ON {}",
                join.table,
                on.join("\n    AND ")
            ));
        }
        let conditions: Vec<String> =
            self.conditions.iter().map(|one| self.parenthesised(one)).collect();
        text.push_str(&format!("\nWHERE {}", conditions.join("\n  AND ")));
        text
    }

    fn parenthesised(&self, condition: &Expr) -> String {
        let text = self.dialect.text(condition);
        let simple = text.starts_with("EXISTS") || text.starts_with("NOT EXISTS");
        if simple { text } else { format!("({text})") }
    }
}
