//! A branch in SQL.
//!
//! In: a [`Branch`] and what is asked of it. Out: a [`BranchSelect`], whose joins are only those
//! that its outputs need.

use sea_query::{Expr, ExprTrait};

use super::Target;
use super::scalar::column;
use crate::plan::{
    Branch, COLLECTIONS, DATASET, Join, Multiplicity, On, Predicate, RUN, Scalar, Search, TAGS,
};
use crate::sql::{Dialect, layout};

/// Alias of the datasets of earlier collections, which hide those of later ones.
pub(super) const EARLIER: &str = "earlier_t";

/// The SELECT of one branch.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchSelect {
    pub(super) dialect: Dialect,
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

    /// As [`Self::branch`], but only with `first` an earlier collection hides a later one.
    pub(super) fn branch_with(
        &self,
        branch: &Branch,
        search: &Search,
        outputs: &[(String, Expr, &Scalar)],
        first: bool,
    ) -> Vec<BranchSelect> {
        let alike = first && is_alike(branch, outputs);
        let first = first && !alike;
        let whole = |condition: Option<&Predicate>| {
            let found = first.then(|| self.first_found(branch, condition));
            found.into_iter().chain(condition.map(|one| self.predicate(one))).collect()
        };
        // Each alternative is a find-first search of its own; that makes a difference only where a
        // condition tells datasets of one data ID apart.
        let apart = first && branch.conditions.iter().any(Predicate::tells_datasets_apart);
        let alternatives: Vec<Vec<Expr>> = match branch.conditions.as_slice() {
            [] => vec![whole(None)],
            conditions if branch.repeats => conditions.iter().map(|one| whole(Some(one))).collect(),
            [only] => vec![whole(Some(only))],
            conditions if apart => {
                let each = conditions.iter().filter_map(|one| super::time::all(whole(Some(one))));
                vec![each.reduce(ExprTrait::or).into_iter().collect()]
            }
            conditions => vec![whole(Some(&Predicate::Or(conditions.to_vec())))],
        };
        let select = |alternative: Vec<Expr>| {
            let collections = format!("{} AS {COLLECTIONS}", self.own(&self.view.collections()));
            let membership = self.membership(branch, search);
            let (from, mut joins, mut conditions) = match alike {
                true => (self.data_ids(branch, &collections, &membership), Vec::new(), Vec::new()),
                false => (collections, vec![membership], vec![self.may_hold(branch)]),
            };
            let used = outputs.iter().map(|(_, _, scalar)| *scalar);
            joins.extend(branch.needed(used).into_iter().map(|join| self.join(join)));
            conditions.extend(alternative);
            BranchSelect {
                dialect: self.dialect,
                outputs: outputs
                    .iter()
                    .map(|(name, expression, _)| (name.clone(), expression.clone()))
                    .collect(),
                from,
                joins,
                conditions,
            }
        };
        alternatives.into_iter().map(select).collect()
    }

    /// The data IDs of the branch's datasets, each once: what is asked of datasets that are alike but for
    /// the dataset, whichever of them is found first.
    fn data_ids(&self, branch: &Branch, collections: &str, membership: &JoinClause) -> String {
        let columns = self.data_id(branch);
        let on: Vec<String> = membership.on.iter().map(|one| self.dialect.text(one)).collect();
        format!(
            "(\n    SELECT DISTINCT {}\n    FROM {collections}\n    JOIN {} AS {TAGS}\n      ON {}\n    \
             WHERE {}\n  ) AS {TAGS}",
            columns.join(", "),
            membership.table,
            on.join("\n        AND "),
            self.dialect.text(&self.may_hold(branch)),
        )
    }

    /// The datasets of the branch's type in the collections of the search.
    pub(super) fn membership(&self, branch: &Branch, search: &Search) -> JoinClause {
        JoinClause {
            kind: JoinKind::Inner,
            table: self.memberships(branch, search),
            alias: TAGS.to_owned(),
            on: vec![self.is_in(TAGS, COLLECTIONS), self.is_of_type(TAGS, branch)],
        }
    }

    /// The tags table, or its union with the calibs table where both can have rows.
    pub(super) fn memberships(&self, branch: &Branch, search: &Search) -> String {
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
    pub(super) fn may_hold(&self, branch: &Branch) -> Expr {
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

    /// Find-first: no earlier collection has a dataset of this type with the same data ID that
    /// satisfies the condition as well. What refers to the row itself stands in WHERE: in ON,
    /// PostgreSQL would not see an anti-join. SQLite, left alone, would go through all datasets of
    /// the type for every row; so it has to go through the collections that may hold the type.
    fn first_found(&self, branch: &Branch, condition: Option<&Predicate>) -> Expr {
        let on = [self.is_in(EARLIER, "earlier"), self.is_of_type(EARLIER, branch)];
        let same = branch.required.iter().map(|dimension| {
            let own = column(EARLIER, dimension);
            self.dialect.fill("{0} = {1}", &[&own, &column(TAGS, dimension)])
        });
        let texts = |parts: Vec<Expr>| -> Vec<String> {
            parts.iter().map(|one| self.dialect.text(one)).collect()
        };
        let mut conditions = vec![format!("earlier.rank < {COLLECTIONS}.rank")];
        conditions.extend(texts(same.collect()));
        let search = Search::Path(Vec::new());
        let satisfied = match condition {
            Some(condition) if condition.tells_datasets_apart() => {
                format!("\n      AND {}", self.earlier_satisfies(branch, condition))
            }
            _ => String::new(),
        };
        let collections = format!("{} AS earlier", self.own(&self.view.collections()));
        let from = match self.dialect.join_in_order() {
            None => format!("{collections}\n    JOIN"),
            Some(join) => format!(
                "{} AS earlier_s\n    {join} {collections} ON {}\n      AND {}\n    {join}",
                self.table("collection_summary_dataset_type"),
                self.dialect.text(&self.is_in("earlier_s", "earlier")),
                self.dialect.text(&self.is_of_type("earlier_s", branch)),
            ),
        };
        Expr::cust(format!(
            "NOT EXISTS (\n    SELECT 1\n    FROM {from} {} AS {EARLIER} ON {}\n    WHERE {}{satisfied}\n  )",
            self.memberships(branch, &search),
            texts(on.into()).join("\n      AND "),
            conditions.join("\n      AND "),
        ))
    }

    /// The condition for the dataset of an earlier collection. Its tables take the aliases that the
    /// branch's dataset has outside; what depends on the data ID is the same for both.
    fn earlier_satisfies(&self, branch: &Branch, condition: &Predicate) -> String {
        let key = self.collection_key();
        let run = branch.joins.iter().find(|join| join.alias == RUN);
        let run = run.map_or_else(String::new, |join| {
            let join = self.join(join);
            let on: Vec<String> = join.on.iter().map(|one| self.dialect.text(one)).collect();
            format!("\n      JOIN {} AS {RUN} ON {}", join.table, on.join(" AND "))
        });
        format!(
            "EXISTS (\n      SELECT 1\n      FROM {dataset} AS {DATASET}{run}\n      JOIN \
             {collection} AS {COLLECTIONS} ON {COLLECTIONS}.{key} = earlier.{key}\n      WHERE \
             {DATASET}.id = {EARLIER}.dataset_id\n        AND ({condition})\n    )",
            dataset = self.table("dataset"),
            collection = self.table("collection"),
            condition = self.dialect.text(&self.predicate(condition)),
        )
    }

    /// A join in SQL.
    pub(super) fn join(&self, join: &Join) -> JoinClause {
        let kind = match join.multiplicity {
            Multiplicity::ExactlyOne => JoinKind::Inner,
            Multiplicity::AtMostOne => JoinKind::Left,
            Multiplicity::Many if join.filters => JoinKind::Inner,
            Multiplicity::Many => JoinKind::Left,
        };
        let alias = join.alias.clone();
        if let Some((table, on)) = self.lowest_visits(join) {
            return JoinClause { kind, table, alias, on };
        }
        let on = join.on.iter().map(|(own, operand)| {
            let operand = self.operand(operand);
            self.dialect.fill("{0} = {1}", &[&column(&join.alias, own), &operand])
        });
        JoinClause { kind, table: self.joined_table(join), alias, on: on.collect() }
    }

    fn operand(&self, operand: &On) -> Expr {
        match operand {
            On::Column { alias, column: name } => column(alias, name),
            On::LowestVisit { instrument, exposure, detector, agreeing } => {
                let place = |(alias, name): &(String, String)| column(alias, name);
                let visits = self.table("visit_definition");
                let with_region = match detector {
                    Some(_) => format!(
                        "\n      JOIN {} AS r ON r.instrument = v.instrument AND r.visit = v.visit",
                        self.table("visit_detector_region")
                    ),
                    None => String::new(),
                };
                let mut places = vec![place(instrument), place(exposure)];
                places.push(detector.as_ref().map_or_else(Expr::null, place));
                let mut agreement = String::new();
                if !agreeing.is_empty() {
                    agreement = format!(
                        "\n      JOIN {} AS w ON w.instrument = v.instrument AND w.id = v.visit",
                        self.table("visit")
                    );
                }
                for (own, other) in agreeing {
                    let own = self.dialect.text(&column("w", own));
                    agreement += &format!(" AND {own} = {{{}}}", places.len());
                    places.push(place(other));
                }
                let and_detector = detector.as_ref().map_or("", |_| " AND r.detector = {2}");
                let template = format!(
                    "(\n      SELECT min(v.visit)\n      FROM {visits} AS v{with_region}{agreement}\n      \
                     WHERE v.instrument = {{0}} AND v.exposure = {{1}}{and_detector}\n    )"
                );
                let places: Vec<&Expr> = places.iter().collect();
                self.dialect.fill(&template, &places)
            }
        }
    }
}

/// Whether nothing that is asked of a branch tells datasets of one data ID apart. A CALIBRATION collection can
/// have several of them, each with a row.
fn is_alike(branch: &Branch, outputs: &[(String, Expr, &Scalar)]) -> bool {
    let used = || outputs.iter().map(|(_, _, scalar)| *scalar);
    let apart = |join: &&Join| [DATASET, RUN].contains(&join.alias.as_str());
    !branch.required.is_empty()
        && branch.calibs_table.is_none()
        && !used().any(Scalar::tells_datasets_apart)
        && !branch.conditions.iter().any(Predicate::tells_datasets_apart)
        && !branch.needed(used()).iter().any(apart)
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
        // A condition can be added at the end.
        let conditions = match conditions.as_slice() {
            [] => "1 = 1".to_owned(),
            some => some.join("\n  AND "),
        };
        text.push_str(&format!("\nWHERE {conditions}"));
        text
    }

    fn parenthesised(&self, condition: &Expr) -> String {
        let text = self.dialect.text(condition);
        let simple = text.starts_with("EXISTS") || text.starts_with("NOT EXISTS");
        if simple { text } else { format!("({text})") }
    }
}
