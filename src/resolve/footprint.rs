//! The region of a dataset.
//!
//! In: the dimensions of a dataset type. Out: the values of the spatial columns, and the joins that
//! bring the region. An exposure has no region of its own: it takes that of the visit (and detector)
//! that it is defined to be part of; the lowest visit, where it belongs to several.

use super::branch::Context;
use super::tables::Tables;
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
    let with_detector = tables.group.names.iter().any(|name| name == "detector");
    let table = if with_detector { "visit_detector_region" } else { "visit" };
    context.snapshot.tables.get("visit_definition")?;
    let instrument = tables.dimension_place("instrument")?;
    let exposure = tables.dimension_place("exposure")?;
    let detector = if with_detector { Some(tables.dimension_place("detector")?) } else { None };
    let column = |(alias, column): (String, String)| On::Column { alias, column };
    let deviations = &context.mapping.deviations;
    let visit = if deviations.one_row_per_dataset {
        On::LowestVisit {
            instrument: instrument.clone(),
            exposure: exposure.clone(),
            detector: detector.clone(),
        }
    } else {
        let on = vec![
            ("instrument".to_owned(), column(instrument.clone())),
            ("exposure".to_owned(), column(exposure)),
        ];
        let filters = !deviations.keep_visitless;
        let alias = "visit_definition";
        tables.push(alias, alias, on, Multiplicity::Many, filters)?;
        On::Column { alias: alias.to_owned(), column: "visit".to_owned() }
    };
    let key = if with_detector { "visit" } else { "id" };
    let mut on = vec![("instrument".to_owned(), column(instrument)), (key.to_owned(), visit)];
    on.extend(detector.map(|detector| ("detector".to_owned(), column(detector))));
    let keep = deviations.keep_visitless;
    let multiplicity = if keep { Multiplicity::AtMostOne } else { Multiplicity::Many };
    tables.push(FOOTPRINT, table, on, multiplicity, !keep || !deviations.one_row_per_dataset)
}
