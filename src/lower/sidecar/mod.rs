//! Side tables of regions: the strategy `ingest`.
//!
//! In: a plan, and the keys of the registry's elements that have regions. Out: for each element whose
//! regions the view shows a [`Sidecar`], with the statements that make, fill and keep it; and branches
//! that join it instead of decoding. A sidecar is keyed as the element's own table is, so that it has a
//! row for each dimension record with a region, however many datasets there are.

mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::Target;
use crate::plan::{Branch, Join, LEVEL, Multiplicity, On, Origin, RegionPart, Scalar, ViewPlan};
use crate::registry::{ScalarType, Snapshot};
use crate::sql::Dialect;
use crate::sql::region::{self, Strategy};

pub use statements::Stretch;

/// What sidecars and searches by place are made from: of elements that have regions the columns of the
/// key; pgSphere; and whether trixels of regions are kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Elements {
    pub(super) keys: BTreeMap<String, Vec<(String, ScalarType)>>,
    sphere: bool,
    /// Whether the registry keeps the trixels of regions that this crate makes covers of.
    pub(super) trixels: bool,
}

/// The side table of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sidecar {
    /// The element, which is the name of its table in the registry.
    pub element: String,
    /// Name of the side table and of the function that keeps it, without schema.
    pub name: String,
    /// The side table as SQL names it.
    pub table: String,
    dialect: Dialect,
    /// Columns of the key with their types, quoted, in the order of the registry's key.
    keys: Vec<(String, &'static str)>,
    /// The registry's table as SQL names it.
    source: String,
    /// Beginning of the names of the triggers.
    triggers: String,
    /// What functions are called by, up to their names.
    functions: String,
    /// `all_types` and `dali` of the functions.
    options: (bool, bool),
    /// Whether there are columns of pgSphere's types.
    sphere: bool,
    /// Tells rows that other functions or options have made.
    seed: i64,
}

impl Elements {
    /// Those of a registry.
    pub fn of(snapshot: &Snapshot) -> Self {
        let universe = &snapshot.universe;
        let spatial = universe.elements.iter().filter(|(_, element)| element.spatial);
        let keys = spatial.map(|(name, _)| {
            let dimensions = universe.required_columns(name);
            let key = |dimension: &String| {
                let element = universe.elements.get(dimension);
                let own = element.and_then(|one| one.keys.first());
                let kind = own.map_or(ScalarType::Int, |key| key.kind);
                (universe.key_column(name, dimension).to_owned(), kind)
            };
            (name.clone(), dimensions.iter().map(key).collect())
        });
        let sphere = snapshot.extensions.contains_key("pg_sphere");
        let trixels = universe.common_skypix == format!("htm{LEVEL}");
        Self { keys: keys.collect(), sphere, trixels }
    }
}

impl Target {
    /// The sidecars that the view reads, by element; none with another strategy.
    pub fn sidecars(&self, plan: &ViewPlan) -> Vec<Sidecar> {
        if self.strategy != Strategy::Ingest {
            return Vec::new();
        }
        let plugin = plan.columns.iter().any(|column| column.origin == Origin::Plugin);
        regional(plan).into_iter().filter_map(|element| self.sidecar(element, plugin)).collect()
    }

    fn sidecar(&self, element: &str, plugin: bool) -> Option<Sidecar> {
        let keys = self.elements.keys.get(element)?;
        let column =
            |(name, kind): &(String, ScalarType)| (self.dialect.name(name), type_name(*kind));
        let name = self.view.regions(element);
        Some(Sidecar {
            element: element.to_owned(),
            dialect: self.dialect,
            table: self.own(&name),
            keys: keys.iter().map(column).collect(),
            source: self.table(element),
            triggers: self.view.triggers(),
            functions: self.own("obscore_kept"),
            options: self.region_arguments(),
            sphere: self.elements.sphere || plugin,
            seed: self.seed(),
            name,
        })
    }

    /// The function that gives columns of pgSphere's types, where sidecars have them.
    pub(super) fn sphere_function(&self, sidecars: &[Sidecar]) -> Option<(String, String)> {
        let schema = self.view.schema.as_deref();
        sidecars.iter().any(|one| one.sphere).then(|| region::sphere_function(schema))
    }

    /// A number that is another one when a region would be decoded or written otherwise.
    fn seed(&self) -> i64 {
        let mut hash = Sha256::new();
        let schema = self.view.schema.as_deref();
        for statement in region::prelude(self.dialect, self.strategy, schema) {
            hash.update(statement);
        }
        let mut options = String::new();
        let _ = write!(options, "{:?} {}", self.region_arguments(), self.elements.sphere);
        hash.update(options);
        hash.finalize().iter().take(8).fold(0, |seed, byte| (seed << 8) | i64::from(*byte))
    }

    fn region_arguments(&self) -> (bool, bool) {
        let dali = self.regions.winding == crate::region::Winding::Dali;
        (self.regions.all_region_types, dali)
    }

    /// The branch with joins of sidecars in place of regions that are decoded; an element that is
    /// needed for nothing else falls away.
    pub(super) fn beside(&self, branch: &Branch) -> Branch {
        let mut moved = branch.clone();
        let mut aliases = BTreeSet::new();
        branch.values.iter().for_each(|value| regions(value, &mut aliases));
        let aliases: Vec<String> = aliases.into_iter().map(str::to_owned).collect();
        moved.values.iter_mut().for_each(renamed);
        let other: Vec<String> =
            moved.needed(&moved.values).iter().map(|j| j.alias.clone()).collect();
        for alias in aliases {
            let Some(at) = moved.joins.iter().position(|join| join.alias == alias) else {
                continue;
            };
            let Some(join) = moved.joins.get(at) else { continue };
            let Some(keys) = self.elements.keys.get(&join.table) else { continue };
            let on = keys.iter().map(|(key, _)| {
                let own = On::Column { alias: alias.clone(), column: key.clone() };
                let given = join.on.iter().find(|(name, _)| name == key);
                let given = given.filter(|_| !other.contains(&alias));
                (key.clone(), given.map_or(own, |(_, operand)| operand.clone()))
            });
            let sidecar = Join {
                alias: beside(&alias),
                table: join.table.clone(),
                on: on.collect(),
                multiplicity: Multiplicity::AtMostOne,
                filters: false,
            };
            moved.joins.insert(at + 1, sidecar);
        }
        moved
    }

    /// The table of a join in a branch that [`Self::beside`] gave.
    pub(super) fn joined_table(&self, join: &Join) -> String {
        if self.strategy == Strategy::Ingest && join.alias.ends_with(BESIDE) {
            return self.own(&self.view.regions(&join.table));
        }
        self.table(&join.table)
    }
}

/// The type that a key is copied to.
pub(super) fn type_name(kind: ScalarType) -> &'static str {
    match kind {
        ScalarType::Int => "bigint",
        ScalarType::String | ScalarType::Hash => "text",
        ScalarType::Float => "double precision",
        ScalarType::Bool => "boolean",
    }
}

/// What ends the alias of a sidecar.
const BESIDE: &str = "$regions";

pub(super) fn beside(alias: &str) -> String {
    format!("{alias}{BESIDE}")
}

/// The sidecar's column, where the alias is that of one.
pub(super) fn kept_column(alias: &str, part: RegionPart) -> Option<&'static str> {
    alias.ends_with(BESIDE).then_some(match part {
        RegionPart::Ra => "s_ra",
        RegionPart::Dec => "s_dec",
        RegionPart::Fov => "s_fov",
        RegionPart::Region => "s_region",
        RegionPart::SpherePolygon => "pgs_region",
        RegionPart::SpherePoint => "pgs_center",
    })
}

/// Tables whose regions the rows show.
pub(super) fn regional(plan: &ViewPlan) -> BTreeSet<&str> {
    let mut tables = BTreeSet::new();
    for branch in &plan.branches {
        let mut aliases = BTreeSet::new();
        branch.values.iter().for_each(|value| regions(value, &mut aliases));
        let joins = branch.joins.iter().filter(|join| aliases.contains(join.alias.as_str()));
        tables.extend(joins.map(|join| join.table.as_str()));
    }
    tables
}

/// The aliases of the tables whose regions a value reads.
fn regions<'a>(value: &'a Scalar, found: &mut BTreeSet<&'a str>) {
    if let Scalar::Region { alias, .. } = value {
        found.insert(alias);
    }
    for part in value.parts() {
        regions(part, found);
    }
}

/// Reads regions from sidecars.
fn renamed(value: &mut Scalar) {
    if let Scalar::Region { alias, .. } = value {
        *alias = beside(alias);
    }
    for part in value.parts_mut() {
        renamed(part);
    }
}
