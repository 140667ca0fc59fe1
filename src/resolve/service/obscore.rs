//! The ObsCore table of a plan.

use super::keys;
use crate::catalog::{Column, Frame, Table, TableKind, Type};
use crate::obscore::{ColumnType, standard};
use crate::plan::{Origin, RegionPart, Scalar, ViewColumn, ViewPlan};
use crate::registry::Snapshot;

/// An ObsCore table and what its columns are in the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct ObsCore {
    /// As clients see it.
    pub table: Table,
    /// For each of its columns the position in the plan.
    pub columns: Vec<usize>,
    /// For each of its columns, how it is computed from a region: which part, and whether there is
    /// another value for rows without one; `None` where it is not.
    pub regional: Vec<Option<(RegionPart, bool)>>,
    /// For each of its columns that is computed from a region, the first one that is computed from the
    /// same region in all branches; itself where there is none before it.
    pub twins: Vec<Option<usize>>,
}

impl ObsCore {
    /// The first column whose text is another one for each dataset, in all branches.
    pub fn identifier(&self, plan: &ViewPlan) -> Option<usize> {
        let names_dataset = |scalar: &Scalar| match scalar {
            Scalar::DatasetId => true,
            Scalar::Concat(parts) => {
                let fixed = |part: &Scalar| matches!(part, Scalar::Literal(_) | Scalar::DatasetId);
                parts.contains(&Scalar::DatasetId) && parts.iter().all(fixed)
            }
            _ => false,
        };
        self.columns.iter().position(|position| {
            let mut values = plan.branches.iter().map(|branch| branch.values.get(*position));
            values.all(|scalar| scalar.is_some_and(names_dataset))
        })
    }
}

/// The table `name` of a plan; `natives` is the schema that has Butler's own tables. pgSphere's columns
/// stay in the database.
pub fn obscore(plan: &ViewPlan, snapshot: &Snapshot, name: &str, natives: Option<&str>) -> ObsCore {
    let mut found = ObsCore {
        table: Table {
            name: name.to_owned(),
            kind: TableKind::View,
            description: "All datasets that are published, as ObsCore 1.1 describes them"
                .to_owned(),
            utype: "ivo://ivoa.net/std/obscore#table-1.1".to_owned(),
            columns: Vec::new(),
            keys: natives.map_or_else(Vec::new, |schema| keys::of_obscore(plan, snapshot, schema)),
        },
        columns: Vec::new(),
        regional: Vec::new(),
        twins: Vec::new(),
    };
    for (at, column) in plan.columns.iter().enumerate() {
        if column.origin == Origin::Plugin {
            continue;
        }
        let regional = regional(plan, at);
        found.table.columns.push(described(plan, at, column, regional));
        found.columns.push(at);
        found.regional.push(regional);
    }
    let regions: Vec<Vec<Option<&str>>> =
        found.columns.iter().map(|at| stored(plan, *at)).collect();
    found.twins = regions
        .iter()
        .map(|own| {
            let twin = || regions.iter().position(|other| other == own);
            own.iter().any(Option::is_some).then(twin).flatten()
        })
        .collect();
    found
}

/// For each branch the alias of the table whose region a column is computed from.
fn stored(plan: &ViewPlan, at: usize) -> Vec<Option<&str>> {
    plan.branches.iter().map(|branch| branch.values.get(at).and_then(alias)).collect()
}

/// The alias of the table whose region a value is computed from.
fn alias(scalar: &Scalar) -> Option<&str> {
    match scalar {
        Scalar::Region { alias, .. } => Some(alias),
        Scalar::Coalesce(parts) => match parts.first() {
            Some(Scalar::Region { alias, .. }) => Some(alias),
            _ => None,
        },
        _ => None,
    }
}

/// How a column is computed from regions, where a branch does so.
fn regional(plan: &ViewPlan, at: usize) -> Option<(RegionPart, bool)> {
    let mut part = None;
    let mut other = false;
    for branch in &plan.branches {
        match branch.values.get(at) {
            Some(Scalar::Region { part: own, .. }) => part = Some(*own),
            Some(Scalar::Coalesce(parts)) => match parts.first() {
                Some(Scalar::Region { part: own, .. }) => {
                    part = Some(*own);
                    other = true;
                }
                _ => other = true,
            },
            Some(Scalar::Null) | None => {}
            Some(_) => other = true,
        }
    }
    part.map(|part| (part, other))
}

/// What the values of a column are relative to.
pub(super) fn frame(kind: &Type, ucd: &str) -> Option<Frame> {
    match (kind, ucd) {
        (_, ucd) if ucd.starts_with("pos.eq") || ucd.starts_with("pos.outline") => Some(Frame::Sky),
        (Type::Double, ucd) if ucd.starts_with("time.start") || ucd.starts_with("time.end") => {
            Some(Frame::Mjd)
        }
        (Type::Timestamp, _) => Some(Frame::Utc),
        _ => None,
    }
}

fn described(
    plan: &ViewPlan,
    at: usize,
    column: &ViewColumn,
    regional: Option<(RegionPart, bool)>,
) -> Column {
    let standard = standard(&column.name);
    let kind = match (column.kind, regional) {
        (ColumnType::Text, Some((RegionPart::Region, false))) => Type::Region,
        // A table without any region still says what the column is.
        (ColumnType::Text, None) if column.name == "s_region" => Type::Region,
        (ColumnType::Text, _) => {
            let mut values = plan.branches.iter().filter_map(|branch| branch.values.get(at));
            if values.all(Scalar::is_ascii) { Type::Text } else { Type::Unicode }
        }
        (kind, _) => kind.into(),
    };
    let frame = frame(&kind, &column.ucd);
    Column {
        name: column.name.clone(),
        kind,
        unit: column.unit.clone(),
        ucd: column.ucd.clone(),
        utype: column.utype.clone(),
        description: column.description.clone(),
        indexed: matches!(column.name.as_str(), "obs_publisher_did" | "s_region" | "t_min"),
        principal: standard.is_some_and(|standard| standard.principal),
        std: standard.is_some(),
        frame,
    }
}
