//! The region of a dataset.
//!
//! In: the dimensions of a dataset type. Out: the values of the spatial columns, and the joins that
//! bring the region. An exposure has no region of its own: it takes that of the visit (and detector)
//! that it is defined to be part of; the lowest visit, where it belongs to several.

use std::collections::{BTreeMap, BTreeSet};

use super::branch::Context;
use super::reach::reach;
use super::tables::Tables;
use crate::mapping::CollectionRule;
use crate::plan::{Multiplicity, On, RegionPart, Scalar};

/// Alias of the region of an exposure's visit.
const FOOTPRINT: &str = "footprint";

/// Whether the region comes through `visit_definition`.
pub fn is_derived(tables: &Tables<'_>) -> bool {
    tables.group.region_dimension.is_none()
        && tables.group.spatial.is_empty()
        && tables.group.names.iter().any(|name| name == "exposure")
}

/// Column name → value, for every spatial column; nothing where the dataset has no region.
pub fn values(context: Context<'_>, tables: &mut Tables<'_>) -> Vec<(String, Scalar)> {
    let alias = match tables.group.region_dimension.clone() {
        // Butler's live manager looks for the visit of every exposure, whatever else there is.
        _ if as_live_manager(context)
            && tables.group.names.iter().any(|name| name == "exposure") =>
        {
            lowest(context, tables)
        }
        Some(element) => stored(context, tables, &element),
        None if is_derived(tables) => derived(context, tables),
        None => None,
    };
    let Some(alias) = alias else { return Vec::new() };
    let part = |name: &str, part| (name.to_owned(), Scalar::Region { alias: alias.clone(), part });
    let mut values = vec![
        part("s_ra", RegionPart::Ra),
        part("s_dec", RegionPart::Dec),
        part("s_fov", RegionPart::Fov),
        part("s_region", RegionPart::Region),
    ];
    for plugin in &context.mapping.pgsphere {
        values.push(part(&plugin.value.region, RegionPart::SpherePolygon));
        values.push(part(&plugin.value.position, RegionPart::SpherePoint));
    }
    values
}

/// Whether regions must be found as Butler's live manager finds them.
fn as_live_manager(context: Context<'_>) -> bool {
    context.options.parity && context.mapping.collections.rule != CollectionRule::SearchPath
}

/// The region of an element of the data ID itself; skypix dimensions have none in the registry.
fn stored(context: Context<'_>, tables: &mut Tables<'_>, element: &str) -> Option<String> {
    let spatial = context.snapshot.universe.elements.get(element)?.spatial;
    let alias = if spatial { tables.element(element) } else { None }?;
    // Butler's exporter reads the region by an inner join: without its row, the dataset is dropped.
    if !context.mapping.deviations.keep_visitless
        && let Some(join) = tables.joins.iter_mut().find(|join| join.alias == alias)
        && join.multiplicity == Multiplicity::AtMostOne
    {
        join.multiplicity = Multiplicity::Many;
        join.filters = true;
    }
    Some(alias)
}

fn derived(context: Context<'_>, tables: &mut Tables<'_>) -> Option<String> {
    context.snapshot.tables.get("visit_definition")?;
    let deviations = &context.mapping.deviations;
    if deviations.one_row_per_dataset {
        return lowest(context, tables);
    }
    if !deviations.keep_visitless {
        return all_agreeing(context, tables);
    }
    let on = vec![
        ("instrument".to_owned(), column(tables.dimension_place("instrument")?)),
        ("exposure".to_owned(), column(tables.dimension_place("exposure")?)),
    ];
    let alias = "visit_definition";
    tables.push(alias, alias, on, Multiplicity::Many, false);
    let visit = (alias.to_owned(), "visit".to_owned());
    tables.reached.insert("visit".to_owned(), visit.clone());
    joined(tables, column(visit), Multiplicity::AtMostOne, true)
}

/// The region of the lowest visit: one row for each dataset.
fn lowest(context: Context<'_>, tables: &mut Tables<'_>) -> Option<String> {
    let keep = context.mapping.deviations.keep_visitless;
    let mut agreeing = Vec::new();
    if !keep || as_live_manager(context) {
        let elements = &context.snapshot.universe.elements;
        let (visit, exposure) = (elements.get("visit")?, elements.get("exposure")?);
        // A data ID with a visit of its own implies more, which is not what the exposure says.
        for dimension in visit.implies.iter().filter(|one| exposure.implies.contains(one)) {
            if let Some(place) = tables.dimension_place(dimension) {
                agreeing.push((dimension.clone(), place));
            }
        }
    }
    let visit = On::LowestVisit {
        instrument: tables.dimension_place("instrument")?,
        exposure: tables.dimension_place("exposure")?,
        detector: tables.dimension_place("detector"),
        agreeing,
    };
    let multiplicity = if keep { Multiplicity::AtMostOne } else { Multiplicity::Many };
    joined(tables, visit, multiplicity, !keep)
}

/// A row for each visit that agrees with the exposure in its implied dimensions, as the exporter's
/// query has it.
fn all_agreeing(context: Context<'_>, tables: &mut Tables<'_>) -> Option<String> {
    let names = tables.group.names.clone();
    let wanted = names.iter().map(String::as_str).chain(["visit"]);
    let wanted = context.snapshot.universe.group(wanted).ok()?;
    let read = BTreeSet::from(["visit".to_owned()]);
    let reached = reach(context.snapshot, tables, &BTreeMap::new(), &wanted, &read)?;
    let visit = reached.places.get("visit").cloned()?;
    tables.joins.extend(reached.joins);
    tables.reached = reached.places;
    match tables.dimension_place("detector") {
        Some(_) => joined(tables, column(visit), Multiplicity::Many, true),
        None => Some("visit".to_owned()),
    }
}

fn column((alias, column): (String, String)) -> On {
    On::Column { alias, column }
}

/// Joins the table that has the region of a visit, with the detector where there is one.
fn joined(
    tables: &mut Tables<'_>,
    visit: On,
    multiplicity: Multiplicity,
    filters: bool,
) -> Option<String> {
    let detector = tables.dimension_place("detector");
    let (table, key) = match detector {
        Some(_) => ("visit_detector_region", "visit"),
        None => ("visit", "id"),
    };
    let instrument = column(tables.dimension_place("instrument")?);
    let mut on = vec![("instrument".to_owned(), instrument), (key.to_owned(), visit)];
    on.extend(detector.map(|detector| ("detector".to_owned(), column(detector))));
    Some(tables.push(FOOTPRINT, table, on, multiplicity, filters))
}
