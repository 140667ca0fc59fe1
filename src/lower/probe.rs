//! Rows of dimension tables that a query is about, found before the query.
//!
//! In: wishes and covers of a query. Out: for each table that they speak of a [`Probe`], which finds the keys
//! of its rows; and for each branch what of the wishes is left, and how its datasets are linked with those
//! rows. A few keys that are known tell a database more than any condition: which index to use, and which
//! branches have nothing. What finds too many rows is tested in the query itself.

use std::collections::BTreeMap;

use sea_query::Expr;

use super::invert::Condition;
use super::scalar::column;
use super::sky::Sky;
use super::{Found, Known, Target};
use crate::obscore::ColumnType;
use crate::plan::{Branch, Cover, Join, Multiplicity, On, Scalar, TAGS, TimeForm, ViewPlan, Wish};
use crate::resolve::service::ObsCore;
use crate::sql::Parameters;
use crate::value::Cell;

/// A table some of whose rows are to be found.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    table: String,
    alias: String,
    keys: Vec<String>,
    conditions: Vec<Condition>,
    /// Where the regions of its rows must be; the last column that [`Target::probe`] selects is then the
    /// region, and who reads it tests it.
    pub covers: Vec<Cover>,
}

/// What a probe has found: keys; `None` for too many.
pub type Keys = Option<Vec<Vec<Cell>>>;

/// What is asked of a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The position of the branch in the plan.
    pub(super) at: usize,
    conditions: Vec<Condition>,
    /// What follows for the governors of its datasets, in SQL.
    governed: Vec<String>,
    links: Vec<Links>,
}

/// Links of which one must hold.
#[derive(Debug, Clone, PartialEq)]
struct Links {
    any: Vec<(usize, Link)>,
    /// What holds for the rows that the probes would find.
    otherwise: Otherwise,
}

#[derive(Debug, Clone, PartialEq)]
enum Otherwise {
    Conditions(Vec<Condition>),
    /// In SQL.
    Sky(String),
}

/// Conditions on a branch, in SQL.
#[derive(Debug, Default)]
pub(super) struct Linked {
    /// On its datasets alone.
    pub datasets: Vec<String>,
    /// On other tables too.
    pub others: Vec<String>,
}

/// How a dataset refers to a row that was found.
#[derive(Debug, Clone, PartialEq)]
enum Link {
    /// By these columns, in the order of the keys.
    Columns(Vec<String>),
    /// By an exposure that is part of a visit; pairs of the dataset's column and the position of the key
    /// that it equals, and the position of the visit among the keys.
    Visits { same: Vec<(String, usize)>, instrument: usize, exposure: String, visit: usize },
}

impl Target {
    /// What is asked of the branches of a view, without those in which no row can matter; and the probes
    /// that it refers to by their positions.
    pub fn asked(
        &self,
        plan: &ViewPlan,
        obscore: &ObsCore,
        found: &Found,
        wishes: &[Wish],
        covers: &[Cover],
        known: &Known,
    ) -> (Vec<Asked>, Vec<Probe>) {
        let (mut asked, mut probes) = (Vec::new(), Vec::new());
        for (at, branch) in plan.branches.iter().enumerate() {
            if found.holding(branch.dataset_type_id) == 0 {
                continue;
            }
            let Some(conditions) = self.conditions(branch, obscore, wishes) else { continue };
            let Some(sky) = self.sky(branch, obscore, covers, known) else { continue };
            asked.push(self.ask(at, branch, conditions, sky, &mut probes));
        }
        (asked, probes)
    }

    fn ask(
        &self,
        at: usize,
        branch: &Branch,
        conditions: Vec<Condition>,
        sky: Vec<Sky<'_>>,
        probes: &mut Vec<Probe>,
    ) -> Asked {
        let mut asked =
            Asked { at, conditions: Vec::new(), governed: Vec::new(), links: Vec::new() };
        let mut tables: BTreeMap<String, Vec<Condition>> = BTreeMap::new();
        for condition in conditions {
            match condition.only_alias() {
                Some(alias) if self.direct(branch, alias).is_some() => {
                    tables.entry(alias.to_owned()).or_default().push(condition);
                }
                _ => asked.conditions.push(condition),
            }
        }
        let own = asked.conditions.iter().filter(|one| one.only_alias() == Some(TAGS));
        asked.governed = self.governed_datasets(branch, &own.cloned().collect::<Vec<_>>());
        for (alias, conditions) in tables {
            let Some((join, keys, columns)) = self.direct(branch, &alias) else { continue };
            let probe = Probe {
                table: join.table.clone(),
                alias,
                keys,
                conditions: conditions.clone(),
                covers: Vec::new(),
            };
            let any = vec![(position(probes, probe), Link::Columns(columns))];
            asked.links.push(Links { any, otherwise: Otherwise::Conditions(conditions) });
        }
        for one in sky {
            let any = self.sky_links(branch, &one, probes);
            asked.links.push(Links {
                any,
                otherwise: Otherwise::Sky(self.dialect.text(&one.overlapping)),
            });
        }
        asked
    }

    /// Links with the regions, and with the positions that stand in for them; none where the regions are
    /// not all as they are supposed to be.
    fn sky_links(
        &self,
        branch: &Branch,
        sky: &Sky<'_>,
        probes: &mut Vec<Probe>,
    ) -> Vec<(usize, Link)> {
        let Some(link) = self.link(sky.join, &sky.keys) else { return Vec::new() };
        let mut any = Vec::new();
        if sky.cover.latitude.is_some() && !sky.is_convex {
            return any;
        }
        if let Some(stand_in) = &sky.stand_in {
            let direct = stand_in.only_alias().and_then(|alias| self.direct(branch, alias));
            let Some((join, keys, columns)) = direct else { return any };
            let probe = Probe {
                table: join.table.clone(),
                alias: join.alias.clone(),
                keys,
                conditions: vec![stand_in.clone()],
                covers: Vec::new(),
            };
            any.push((position(probes, probe), Link::Columns(columns)));
        }
        // Dataset types call the same table by several names.
        let probe = Probe {
            table: sky.join.table.clone(),
            alias: "region".to_owned(),
            keys: sky.keys.clone(),
            conditions: Vec::new(),
            covers: vec![sky.cover.clone()],
        };
        any.push((position(probes, probe), link));
        any
    }

    /// The statement of a probe: keys, and the region where it is tested; at most `limit` rows.
    pub fn probe(&self, probe: &Probe, limit: usize) -> (String, Vec<Cell>) {
        let mut parameters = Parameters::new(self.dialect);
        let own = |name: &String| self.dialect.text(&column(&probe.alias, name));
        let mut outputs: Vec<String> = probe.keys.iter().map(own).collect();
        if !probe.covers.is_empty() {
            outputs.push(self.dialect.text(&column(&probe.alias, "region")));
        }
        let mut conditions: Vec<String> = probe
            .conditions
            .iter()
            .map(|condition| condition.text(self.dialect, &mut parameters))
            .collect();
        let keys: Vec<(String, Expr)> =
            probe.keys.iter().map(|key| (key.clone(), column(&probe.alias, key))).collect();
        conditions.extend(self.governed_records(&probe.table, &probe.alias, &probe.conditions));
        conditions.extend(
            probe
                .covers
                .iter()
                .map(|cover| self.dialect.text(&self.overlapping(&probe.table, &keys, cover))),
        );
        let text = format!(
            "SELECT {}\nFROM {} AS {}\nWHERE {}\nLIMIT {limit}",
            outputs.join(", "),
            self.table(&probe.table),
            self.dialect.name(&probe.alias),
            conditions.join("\n  AND ")
        );
        (text, parameters.into_cells())
    }

    /// Statements for the first `count` times of a column in the dimension tables; `None` where it is not a
    /// time of such a table in all branches. Where it may be NULL its rows are missing.
    pub fn times(
        &self,
        plan: &ViewPlan,
        obscore: &ObsCore,
        column: usize,
        descending: bool,
        count: u64,
    ) -> Option<Vec<String>> {
        let position = obscore.columns.get(column).copied()?;
        let mut statements = Vec::new();
        for branch in &plan.branches {
            let (alias, bound, form) = match branch.values.get(position)? {
                Scalar::Null => continue,
                Scalar::Time {
                    alias,
                    bound,
                    form: form @ (TimeForm::UtcMjd | TimeForm::TaiMjd),
                } => (alias, *bound, *form),
                _ => return None,
            };
            let (join, ..) = self.direct(branch, alias)?;
            let tai = self.dialect.text(&self.bound(alias, bound));
            let order = if descending { "DESC" } else { "ASC" };
            let time = self.dialect.text(&self.end(alias, bound, form));
            let utc = format!("{} AS (\n{}\n)", self.own(&self.view.utc()), self.utc_view());
            let statement = format!(
                "WITH {utc}\nSELECT CAST({time} AS {})\nFROM {} AS {alias}\nWHERE {tai} IS NOT \
                 NULL\nORDER BY {tai} {order}\nLIMIT {count}",
                self.dialect.type_name(ColumnType::Double),
                self.table(&join.table),
            );
            if !statements.contains(&statement) {
                statements.push(statement);
            }
        }
        (!statements.is_empty()).then_some(statements)
    }

    /// The conditions of what is asked of a branch, with what the probes have found; `None` where no row
    /// can matter.
    pub(super) fn linked(
        &self,
        asked: &Asked,
        found: &[Keys],
        parameters: &mut Parameters,
    ) -> Option<Linked> {
        let mut linked = Linked { datasets: asked.governed.clone(), others: Vec::new() };
        for condition in &asked.conditions {
            let text = condition.text(self.dialect, parameters);
            match condition.only_alias() == Some(TAGS) {
                true => linked.datasets.push(text),
                false => linked.others.push(text),
            }
        }
        for links in &asked.links {
            match (self.any_of(links, found, parameters), &links.otherwise) {
                (Some(any), _) => match any.as_slice() {
                    [] => return None,
                    [only] => linked.datasets.push(only.clone()),
                    several => linked.datasets.push(format!("({})", several.join("\n    OR "))),
                },
                (None, Otherwise::Conditions(conditions)) => {
                    let texts = conditions.iter().map(|one| one.text(self.dialect, parameters));
                    linked.others.extend(texts);
                }
                (None, Otherwise::Sky(overlapping)) => linked.others.push(overlapping.clone()),
            }
        }
        Some(linked)
    }

    /// Links of which one must hold; `None` where not all of their rows are known.
    fn any_of(
        &self,
        links: &Links,
        found: &[Keys],
        parameters: &mut Parameters,
    ) -> Option<Vec<String>> {
        let keys = |probe: &usize| found.get(*probe)?.as_deref();
        if links.any.is_empty() || links.any.iter().any(|(probe, _)| keys(probe).is_none()) {
            return None;
        }
        let some = links.any.iter().filter_map(|(probe, link)| Some((keys(probe)?, link)));
        some.filter(|(keys, _)| !keys.is_empty())
            .map(|(keys, link)| self.among(keys, link, parameters))
            .collect()
    }

    /// Whether a dataset refers to one of the rows with these keys.
    fn among(
        &self,
        keys: &[Vec<Cell>],
        link: &Link,
        parameters: &mut Parameters,
    ) -> Option<String> {
        let width = keys.first().map_or(0, Vec::len);
        let rows = self.dialect.known_rows(keys, width, parameters)?;
        Some(match link {
            Link::Columns(columns) => {
                format!("({}) IN ({rows})", self.compared_columns(columns).join(", "))
            }
            Link::Visits { same, instrument, exposure, visit } => {
                let own = same.iter().map(|(column, _)| column);
                let columns: Vec<String> = own.chain([exposure]).cloned().collect();
                let columns = self.compared_columns(&columns);
                let mut keys: Vec<String> = same.iter().map(|(_, at)| format!("n.k{at}")).collect();
                keys.push("v.exposure".to_owned());
                let same = self.dialect.fill(&format!("v.visit = n.k{visit}"), &[]);
                let same = self.dialect.text(&self.dialect.selective(same));
                format!(
                    "({}) IN (SELECT {} FROM ({rows}) AS n JOIN {} AS v ON v.instrument = \
                     n.k{instrument} AND {same})",
                    columns.join(", "),
                    keys.join(", "),
                    self.table("visit_definition"),
                )
            }
        })
    }

    /// A join of a branch whose rows are found by columns of the dataset alone, its key, and those columns.
    fn direct<'b>(
        &self,
        branch: &'b Branch,
        alias: &str,
    ) -> Option<(&'b Join, Vec<String>, Vec<String>)> {
        let join = branch.joins.iter().find(|join| join.alias == alias)?;
        if join.multiplicity == Multiplicity::Many {
            return None;
        }
        let keys: Vec<String> = join.on.iter().map(|(own, _)| own.clone()).collect();
        match self.link(join, &keys)? {
            Link::Columns(columns) => Some((join, keys, columns)),
            Link::Visits { .. } => None,
        }
    }

    /// How a dataset refers to a row of a join, by its key.
    fn link(&self, join: &Join, keys: &[String]) -> Option<Link> {
        let text = |alias: &str, name: &str| self.dialect.text(&column(alias, name));
        let (mut same, mut through) = (Vec::new(), None);
        for (at, key) in keys.iter().enumerate() {
            match join.on.iter().find(|(own, _)| own == key).map(|(_, operand)| operand)? {
                On::Column { alias, column } if alias == TAGS => {
                    same.push((text(alias, column), at));
                }
                On::LowestVisit { exposure: (alias, column), .. } if alias == TAGS => {
                    through = Some((text(alias, column), at));
                }
                _ => return None,
            }
        }
        let Some((exposure, visit)) = through else {
            return Some(Link::Columns(same.into_iter().map(|(column, _)| column).collect()));
        };
        let instrument = keys.iter().position(|key| key == "instrument")?;
        Some(Link::Visits { same, instrument, exposure, visit })
    }
}

/// The position of a probe, which is added where it is new.
fn position(probes: &mut Vec<Probe>, probe: Probe) -> usize {
    match probes.iter().position(|known| *known == probe) {
        Some(at) => at,
        None => {
            probes.push(probe);
            probes.len() - 1
        }
    }
}
