//! Rows of dimension tables that a query is about, found before the query.
//!
//! In: wishes and covers of a query. Out: for each table that they speak of a [`Probe`], which finds the keys
//! of its rows; and for each branch what of the wishes is left, and how its datasets are linked with those
//! rows. A few keys that are known tell a database more than any condition: which index to use, and which
//! branches have nothing. What finds too many rows is tested in the query itself.

use std::collections::{BTreeMap, HashSet};

use super::invert::Condition;
use super::scalar::column;
use super::sky::{Overlap, Sky};
use super::{Found, Known, Target, Wire};
use crate::obscore::ColumnType;
use crate::plan::{Branch, Cover, Join, Multiplicity, On, Scalar, TAGS, TimeForm, ViewPlan, Wish};
use crate::registry::ScalarType;
use crate::resolve::service::ObsCore;
use crate::sql::Parameters;
use crate::value::Cell;

/// A table some of whose rows are to be found.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// The table.
    pub table: String,
    pub(super) alias: String,
    /// The columns of its key.
    pub keys: Vec<String>,
    conditions: Vec<Condition>,
    /// Where its rows must be, and what tells where they are: the last columns that [`Target::probe`]
    /// selects, which who reads them tests.
    pub place: Option<(Cover, At)>,
    /// The function of an index on the boxes of its regions, in SQL.
    pub(super) bounds: Option<String>,
}

/// What tells where a row is.
#[derive(Debug, Clone, PartialEq)]
pub enum At {
    /// Its region, in one column; its trixels are known.
    Region,
    /// Longitude and latitude in degrees, in two: their SQL.
    Position(String, String),
}

/// The statement of a probe.
#[derive(Debug, Clone, PartialEq)]
pub struct Probing {
    /// A SELECT.
    pub text: String,
    /// Its parameters.
    pub parameters: Vec<Cell>,
    /// What its columns are, keys and behind them a stored region, for a probe by regions.
    pub fields: Option<Vec<Wire>>,
    /// Whether it may find a row several times.
    pub repeats: bool,
}

/// What a probe has found: keys; `None` for too many.
pub type Keys = Option<Vec<Vec<Cell>>>;

/// What is asked of a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The position of the branch in the plan.
    pub(super) at: usize,
    /// The columns of its data IDs, in SQL.
    data_id: Vec<String>,
    /// Those of them whose values few datasets share.
    telling: Vec<String>,
    /// Whether datasets of one data ID are asked for alike.
    is_alike: bool,
    /// Whether one collection alone may hold its datasets, so that an index finds them by their data IDs.
    is_in_one: bool,
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
    Sky(Box<Overlap>),
}

/// Conditions on a branch, in SQL.
#[derive(Debug, Default)]
pub(super) struct Linked {
    /// On the data IDs of its datasets: they hold for all datasets of one alike.
    pub data_ids: Vec<String>,
    /// On its datasets alone.
    pub datasets: Vec<String>,
    /// On other tables too.
    pub others: Vec<String>,
    /// Whether few rows are left, with all datasets of their data IDs.
    pub leave_few: bool,
    /// Whether datasets of one data ID are asked for alike.
    pub is_alike: bool,
}

/// How a dataset refers to a row that was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Link {
    /// The dataset's columns, each with the position of the key that it equals.
    same: Vec<(String, usize)>,
    /// The rest of the key, where it is a visit that an exposure is part of.
    visits: Option<Visits>,
    /// The position of the detector among several keys.
    detector: Option<usize>,
}

impl Link {
    /// Whether it is by an exposure that is part of a visit.
    pub(super) fn is_through_visits(&self) -> bool {
        self.visits.is_some()
    }

    /// The columns of the dataset.
    pub(super) fn columns(&self) -> impl Iterator<Item = &String> {
        let exposure = self.visits.as_ref().map(|visits| &visits.exposure);
        self.same.iter().map(|(column, _)| column).chain(exposure)
    }
}

/// How a dataset's exposure refers to a visit.
#[derive(Debug, Clone, PartialEq)]
struct Visits {
    /// The position of the instrument among the keys.
    instrument: usize,
    /// The dataset's column.
    exposure: String,
    /// The position of the visit.
    visit: usize,
}

/// Keys from so many on are many.
const MANY: usize = 200;
/// Keys of few datasets: of a visit there are as many as the camera has detectors, of a tract as it has patches.
const FEW: usize = 20;
/// Keys of few datasets, where a key is a detector of a visit, or a patch of a tract.
const FEW_PARTS: usize = 2_000;
/// Detectors of a visit at least that it takes less time to find among all of its detectors than one by one.
const SCATTERED: usize = 20;

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
            let mut one = self.ask(at, branch, conditions, sky, &mut probes);
            one.is_in_one = found.only(branch.dataset_type_id).is_some();
            asked.push(one);
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
        let data_id = self.data_id(branch);
        let columns = branch.required.iter().zip(&data_id);
        let telling = columns.filter(|(name, _)| self.tells(name));
        let telling = telling.map(|(_, column)| column.clone()).collect();
        let is_alike = !conditions.iter().any(Condition::tells_datasets_apart);
        let (governed, links) = Default::default();
        let mut asked = Asked {
            at,
            data_id,
            telling,
            is_alike,
            is_in_one: false,
            conditions: Vec::new(),
            governed,
            links,
        };
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
            let Some((join, keys, link)) = self.direct(branch, &alias) else { continue };
            let probe = Probe {
                table: join.table.clone(),
                alias,
                keys,
                conditions: conditions.clone(),
                place: None,
                bounds: None,
            };
            let any = vec![(position(probes, probe), link)];
            asked.links.push(Links { any, otherwise: Otherwise::Conditions(conditions) });
        }
        for one in sky {
            let any = self.sky_links(branch, &one, probes);
            asked.links.push(Links { any, otherwise: Otherwise::Sky(Box::new(one.overlap)) });
        }
        asked
    }

    /// Links with the regions, and with the positions that stand in for them; none where not all rows are
    /// found so.
    fn sky_links(
        &self,
        branch: &Branch,
        sky: &Sky<'_>,
        probes: &mut Vec<Probe>,
    ) -> Vec<(usize, Link)> {
        let Some(link) = self.link(sky.join, &sky.keys) else { return Vec::new() };
        let mut any = Vec::new();
        if sky.cover.latitude.is_some() && !sky.is_whole {
            return any;
        }
        if let Some(stand_in) = &sky.stand_in {
            let direct =
                stand_in.condition.only_alias().and_then(|alias| self.direct(branch, alias));
            let Some((join, keys, link)) = direct else { return any };
            let place = stand_in.position.clone();
            let place = place.map(|(lon, lat)| (sky.cover.clone(), At::Position(lon, lat)));
            let probe = Probe {
                table: join.table.clone(),
                alias: join.alias.clone(),
                keys,
                conditions: vec![stand_in.condition.clone()],
                place,
                bounds: None,
            };
            any.push((position(probes, probe), link));
        }
        // Dataset types call the same table by several names.
        let probe = Probe {
            table: sky.join.table.clone(),
            alias: "region".to_owned(),
            keys: sky.keys.clone(),
            conditions: Vec::new(),
            place: Some((sky.cover.clone(), At::Region)),
            bounds: sky.bounds.clone(),
        };
        any.push((position(probes, probe), link));
        any
    }

    /// The statement of a probe, which finds its rows but for [`Self::unusual`] ones: keys, and what tells where a
    /// row is; at most `limit` rows.
    pub fn probe(&self, probe: &Probe, limit: usize) -> Probing {
        let by_region = matches!(probe.place, Some((_, At::Region)));
        let mut parameters = match by_region {
            // From few trixels to most of the sky: each has a plan of its own.
            true => Parameters::of_texts(self.dialect),
            false => Parameters::new(self.dialect),
        };
        let own = |name: &String| self.dialect.text(&column(&probe.alias, name));
        let mut outputs: Vec<String> = probe.keys.iter().map(own).collect();
        let conditions = probe.conditions.iter();
        let mut conditions: Vec<String> =
            conditions.map(|condition| condition.text(self.dialect, &mut parameters)).collect();
        let within = self.bounds(probe);
        let repeats = within.is_some();
        let mut from =
            format!("{} AS {}", self.table(&probe.table), self.dialect.name(&probe.alias));
        match &probe.place {
            Some((_, At::Region)) if let Some(within) = within => {
                outputs.push(self.dialect.text(&column(&probe.alias, "region")));
                from = self.tables_within(probe, within, &mut parameters);
            }
            Some((cover, At::Region)) => {
                outputs.push(self.dialect.text(&column(&probe.alias, "region")));
                let keys = probe.keys.iter().map(|key| (key.clone(), column(&probe.alias, key)));
                let overlap = self.overlap(&probe.table, keys, cover);
                conditions.push(self.overlapping(&overlap, &mut parameters));
            }
            Some((_, At::Position(lon, lat))) => outputs.extend([lon.clone(), lat.clone()]),
            None => {}
        }
        conditions.extend(self.governed_records(&probe.table, &probe.alias, &probe.conditions));
        let conditions = match conditions.as_slice() {
            [] => String::new(),
            some => format!("\nWHERE {}", some.join("\n  AND ")),
        };
        let text = format!("SELECT {}\nFROM {from}{conditions}\nLIMIT {limit}", outputs.join(", "));
        let fields = by_region.then(|| self.keys_and_region(probe)).flatten();
        Probing { text, parameters: parameters.into_cells(), fields, repeats }
    }

    /// What the columns of a probe by regions are.
    pub(super) fn keys_and_region(&self, probe: &Probe) -> Option<Vec<Wire>> {
        let known = self.elements.keys.get(&probe.table)?;
        let wire = |key: &String| match known.iter().find(|(name, _)| name == key)?.1 {
            ScalarType::Int => Some(Wire::Int),
            ScalarType::String => Some(Wire::Text),
            _ => None,
        };
        probe.keys.iter().map(wire).chain([Some(Wire::Text)]).collect()
    }

    /// The statement, for a probe by centres, of the rows whose region is of a kind whose centre may be outside of
    /// it and of its trixels: a convex polygon's is not, and only such an encoding begins with that letter. An
    /// index of the keys of such rows is enough to find them, as no other column is read of all rows; see
    /// docs/performance.md. Boxes of regions have their centres, too: nothing is missing where they are looked up.
    pub fn unusual(&self, probe: &Probe, limit: usize) -> Option<String> {
        let Some((Cover { latitude: Some(_), .. }, At::Region)) = &probe.place else { return None };
        if self.bounds(probe).is_some() {
            return None;
        }
        let from = format!("{} AS {}", self.table(&probe.table), self.dialect.name(&probe.alias));
        let listed = |alias: &str| -> String {
            let names = probe.keys.iter().map(|key| self.dialect.text(&column(alias, key)));
            names.collect::<Vec<_>>().join(", ")
        };
        // The limit keeps the keys apart, whose plan would otherwise depend on what the regions cost.
        Some(format!(
            "SELECT {}, (SELECT r.region FROM {} AS r WHERE ({}) = ({}))\nFROM (\n    SELECT {}\n    FROM \
             {from}\n    WHERE substr({}, 1, 1) <> 'c'\n    LIMIT {limit}\n  ) AS u",
            listed("u"),
            self.table(&probe.table),
            listed("r"),
            listed("u"),
            listed(&probe.alias),
            self.dialect.text(&column(&probe.alias, "region")),
        ))
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
        let mut linked = Linked { data_ids: asked.governed.clone(), ..Linked::default() };
        let mut few = false;
        for condition in &asked.conditions {
            few |= condition.one_of(FEW).is_some_and(|value| asked.tell(value));
            let text = condition.text(self.dialect, parameters);
            match condition.only_alias() {
                Some(TAGS) if condition.is_on(&asked.data_id) => linked.data_ids.push(text),
                Some(TAGS) => linked.datasets.push(text),
                _ => linked.others.push(text),
            }
        }
        for links in &asked.links {
            match (self.any_of(asked, links, found, parameters), &links.otherwise) {
                (Some(any), _) => {
                    let any = match any.as_slice() {
                        [] => return None,
                        [only] => only.clone(),
                        several => format!("({})", several.join("\n    OR ")),
                    };
                    few |= asked.leaves_few(links, found);
                    let mut all = links.any.iter();
                    match all.all(|(_, link)| link.columns().all(|one| asked.data_id.contains(one)))
                    {
                        true => linked.data_ids.push(any),
                        false => linked.datasets.push(any),
                    }
                }
                (None, Otherwise::Conditions(conditions)) => {
                    let texts = conditions.iter().map(|one| one.text(self.dialect, parameters));
                    linked.others.extend(texts);
                }
                (None, Otherwise::Sky(overlap)) => {
                    linked.others.push(self.overlapping(overlap, parameters));
                }
            }
        }
        linked.leave_few = few && asked.is_alike;
        linked.is_alike = asked.is_alike;
        Some(linked)
    }

    /// Links of which one must hold; `None` where not all of their rows are known.
    fn any_of(
        &self,
        asked: &Asked,
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
            .map(|(keys, link)| self.among(asked, keys, link, parameters))
            .collect()
    }

    /// Whether a dataset refers to one of the rows with these keys.
    fn among(
        &self,
        asked: &Asked,
        keys: &[Vec<Cell>],
        link: &Link,
        parameters: &mut Parameters,
    ) -> Option<String> {
        let width = keys.first().map_or(0, Vec::len);
        let rows = self.dialect.known_rows(keys, width, parameters)?;
        let (whole, given) = self.linking(link, &rows, None);
        if let (Some(once), Some(detector)) = (self.dialect.read_once(), link.detector)
            && asked.is_in_one
            && are_scattered(keys, detector)
        {
            // The planner takes the index on whole data IDs for keys of one table, not for those of a join.
            let once = if link.is_through_visits() { once } else { "" };
            return Some(format!("({whole}) IN ({given}{once})"));
        }
        let Some(detector) = link.detector.filter(|_| keys.len() > MANY) else {
            return Some(format!("({whole}) IN ({given})"));
        };
        // Registries have no index for a detector of a visit in any collection: all datasets of a visit are read for
        // each of its detectors, unless the visits are looked up first, and what they have is compared with a table
        // of hashes.
        let (coarse, some) = self.linking(link, &rows, Some(detector));
        Some(format!("(({coarse}) IN ({some})\n      AND (({whole}) IN ({given})) IS TRUE)"))
    }

    /// Whether a dataset refers to one of the rows of a SELECT of keys, called `k0`, `k1`, ….
    pub(super) fn refers(&self, rows: &str, link: &Link) -> String {
        let (columns, given) = self.linking(link, rows, None);
        format!("({columns}) IN ({given})")
    }

    /// The columns of a dataset, and a SELECT of what they may equal, but for the key at a position.
    fn linking(&self, link: &Link, rows: &str, without: Option<usize>) -> (String, String) {
        let same = link.same.iter().filter(|(_, at)| Some(*at) != without);
        let mut columns: Vec<String> = same.clone().map(|(column, _)| column.clone()).collect();
        let mut keys: Vec<String> = same.map(|(_, at)| format!("n.k{at}")).collect();
        let Some(Visits { instrument, exposure, visit }) = &link.visits else {
            let given = match without {
                Some(_) => format!("SELECT {} FROM ({rows}) AS n", keys.join(", ")),
                None => rows.to_owned(),
            };
            return (self.compared_columns(&columns).join(", "), given);
        };
        columns.push(exposure.clone());
        keys.push("v.exposure".to_owned());
        let same = self.dialect.fill(&format!("v.visit = n.k{visit}"), &[]);
        let given = format!(
            "SELECT {} FROM ({rows}) AS n JOIN {} AS v ON v.instrument = n.k{instrument} AND {}",
            keys.join(", "),
            self.table("visit_definition"),
            self.dialect.text(&self.dialect.selective(same)),
        );
        (self.compared_columns(&columns).join(", "), given)
    }

    /// A join of a branch whose rows are found by columns of the dataset alone, its key, and how it is found.
    pub(super) fn direct<'b>(
        &self,
        branch: &'b Branch,
        alias: &str,
    ) -> Option<(&'b Join, Vec<String>, Link)> {
        let join = branch.joins.iter().find(|join| join.alias == alias)?;
        if join.multiplicity == Multiplicity::Many {
            return None;
        }
        let keys: Vec<String> = join.on.iter().map(|(own, _)| own.clone()).collect();
        let link = self.link(join, &keys).filter(|link| link.visits.is_none())?;
        Some((join, keys, link))
    }

    /// How a dataset refers to a row of a join, by its key.
    pub(super) fn link(&self, join: &Join, keys: &[String]) -> Option<Link> {
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
        let visits = match through {
            Some((exposure, visit)) => {
                let instrument = keys.iter().position(|key| key == "instrument")?;
                Some(Visits { instrument, exposure, visit })
            }
            None => None,
        };
        let detector = keys.iter().position(|key| key == "detector").filter(|_| keys.len() > 2);
        Some(Link { same, visits, detector })
    }
}

impl Asked {
    /// The position of the only probe that finds the regions of all of its rows.
    pub(super) fn regions(&self) -> Option<usize> {
        let by_place = |links: &&Links| matches!(links.otherwise, Otherwise::Sky(_));
        match self.links.iter().find(by_place)?.any.as_slice() {
            [(only, _)] => Some(*only),
            _ => None,
        }
    }

    /// Whether few datasets share a value of the column.
    fn tell(&self, column: &str) -> bool {
        self.telling.iter().any(|telling| telling == column)
    }

    /// Whether few datasets refer to the rows that were found.
    fn leaves_few(&self, links: &Links, found: &[Keys]) -> bool {
        let few = |keys: &Vec<Vec<Cell>>| {
            let are_parts = keys.first().is_none_or(|key| key.len() > 2);
            keys.len() <= if are_parts { FEW_PARTS } else { FEW }
        };
        links.any.iter().all(|(probe, link)| {
            let keys = found.get(*probe).and_then(Option::as_ref);
            keys.is_some_and(few) && link.columns().any(|column| self.tell(column))
        })
    }
}

/// Whether most of all datasets of the visits would be read in vain, as few detectors of each are wanted.
fn are_scattered(keys: &[Vec<Cell>], detector: usize) -> bool {
    let visits: HashSet<Vec<_>> = keys
        .iter()
        .map(|key| {
            let rest = key.iter().enumerate().filter(|(at, _)| *at != detector);
            rest.map(|(_, cell)| (cell.as_int(), cell.as_str())).collect()
        })
        .collect();
    keys.len() < SCATTERED * visits.len()
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
