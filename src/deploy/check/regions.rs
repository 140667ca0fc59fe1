//! Lints of regions.
//!
//! In: the region columns that the plan reads, streamed in constant memory. Out: findings that
//! name dimension records, each record once however many datasets have it.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;

use super::Subject;
use crate::db::Session;
use crate::diag::{Diagnostic, Result, Severity};
use crate::geom::{LonLat, Region, Vector3, to_degrees};
use crate::plan::Scalar;
use crate::region::decode_base64;
use crate::value::Cell;

/// Records named in a finding.
const EXAMPLES: usize = 5;

/// The tables whose regions the plan reads, in order.
pub fn tables(subject: &Subject<'_>) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    for branch in &subject.plan.branches {
        let mut found = Vec::new();
        branch.values.iter().for_each(|value| aliases(value, &mut found));
        let joins = branch.joins.iter().filter(|join| found.contains(&join.alias.as_str()));
        tables.extend(joins.map(|join| join.table.clone()));
    }
    tables
}

/// The aliases of the tables whose regions a value reads.
pub(super) fn aliases<'a>(value: &'a Scalar, found: &mut Vec<&'a str>) {
    if let Scalar::Region { alias, .. } = value {
        found.push(alias);
    }
    for part in value.parts() {
        aliases(part, found);
    }
}

/// What can be wrong with a region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Flaw {
    Corrupt,
    Coincident,
    Degenerate,
    Large,
    Approximate,
}

#[derive(Default)]
struct Seen {
    count: u64,
    /// The first ones in alphabetical order, as the database's order is any.
    examples: BTreeSet<String>,
}

/// Looks at all regions of a table.
///
/// # Errors
/// R020 to R029.
pub async fn table(
    session: &mut Session,
    subject: &Subject<'_>,
    element: &str,
) -> Result<Vec<Diagnostic>> {
    let universe = &subject.snapshot.universe;
    let dimensions = universe.required_columns(element);
    let dialect = subject.target.dialect;
    let keys: Vec<String> = dimensions
        .iter()
        .map(|dimension| dialect.name(universe.key_column(element, dimension)))
        .collect();
    let sql = format!(
        "SELECT region, {} FROM {} WHERE region IS NOT NULL",
        keys.join(", "),
        subject.target.table(element)
    );
    let mut seen: BTreeMap<Flaw, Seen> = BTreeMap::new();
    let mut rows = session.stream(&sql, &[]);
    while let Some(row) = rows.next().await {
        let row = row?;
        let Some((Cell::Text(region), key)) = row.split_first() else { continue };
        for (flaw, why) in flaws(region, subject.target.regions.all_region_types) {
            let entry = seen.entry(flaw).or_default();
            entry.count += 1;
            let record = record(&dimensions, key);
            entry.examples.insert(if why.is_empty() { record } else { format!("{record}: {why}") });
            if entry.examples.len() > EXAMPLES {
                entry.examples.pop_last();
            }
        }
    }
    Ok(seen.into_iter().map(|(flaw, seen)| finding(element, &flaw, seen)).collect())
}

fn record(dimensions: &[String], key: &[Cell]) -> String {
    let parts: Vec<String> = dimensions
        .iter()
        .zip(key)
        .map(|(dimension, value)| match value {
            Cell::Text(text) => format!("{dimension}='{text}'"),
            Cell::Int(number) => format!("{dimension}={number}"),
            other => format!("{dimension}={other:?}"),
        })
        .collect();
    parts.join(", ")
}

fn finding(element: &str, flaw: &Flaw, seen: Seen) -> Diagnostic {
    let (code, severity, what, help) = match flaw {
        Flaw::Corrupt => (
            "L017",
            Severity::Error,
            "regions that cannot be decoded",
            "their geometry is NULL; Butler cannot read them either",
        ),
        Flaw::Coincident => (
            "L018",
            Severity::Warning,
            "polygons with vertices that coincide at six decimals",
            "strict clients (cadc-dali) reject s_region with a segment of no length",
        ),
        Flaw::Degenerate => (
            "L018",
            Severity::Error,
            "polygons with fewer than three different vertices",
            "strict clients (cadc-dali) reject s_region without an area",
        ),
        Flaw::Large => (
            "L019",
            Severity::Warning,
            "regions wider than 180 degrees",
            "clients differ in which side of such an outline they take for the inside",
        ),
        Flaw::Approximate => (
            "L020",
            Severity::Note,
            "boxes or ellipses, written as polygons",
            "s_region has no box or ellipse; docs/regions.md says how close the polygons are",
        ),
    };
    let message = format!("{element}: {what} ({})", seen.count);
    let mut finding = match severity {
        Severity::Error => Diagnostic::error(code, message),
        Severity::Warning => Diagnostic::warning(code, message),
        Severity::Note => Diagnostic::note(code, message),
    };
    let named = seen.examples.len() as u64;
    for example in seen.examples {
        finding = finding.help(example);
    }
    if seen.count > named {
        finding = finding.help(format!("and {} more", seen.count - named));
    }
    finding.help(help)
}

/// What is wrong with the text of a region column, with details.
fn flaws(text: &str, all_types: bool) -> Vec<(Flaw, String)> {
    let region = match decode_base64(text) {
        Ok(region) => region,
        Err(error) => return vec![(Flaw::Corrupt, error.to_string())],
    };
    let mut found = BTreeSet::new();
    if all_types || matches!(region, Region::ConvexPolygon(_)) {
        shape(&region, &mut found);
    }
    found.into_iter().map(|flaw| (flaw, String::new())).collect()
}

fn shape(region: &Region, found: &mut BTreeSet<Flaw>) {
    match region {
        Region::ConvexPolygon(vertices) => {
            polygon(vertices, found);
            large(region, found);
        }
        Region::Circle(_) => large(region, found),
        Region::Box(_) | Region::Ellipse(_) => {
            found.insert(Flaw::Approximate);
            large(region, found);
        }
        Region::Union(parts) | Region::Intersection(parts) => {
            for part in parts {
                shape(part, found);
            }
        }
    }
}

fn large(region: &Region, found: &mut BTreeSet<Flaw>) {
    let circle = region.bounding_circle();
    if circle.is_some_and(|circle| to_degrees(circle.opening_angle) > 90.0) {
        found.insert(Flaw::Large);
    }
}

fn polygon(vertices: &[Vector3], found: &mut BTreeSet<Flaw>) {
    let written: Vec<(String, String)> = vertices.iter().map(|vertex| decimals(*vertex)).collect();
    let distinct: BTreeSet<&(String, String)> = written.iter().collect();
    if distinct.len() < 3 {
        found.insert(Flaw::Degenerate);
        return;
    }
    let next = written.iter().cycle().skip(1);
    if written.iter().zip(next).any(|(one, next)| one == next) {
        found.insert(Flaw::Coincident);
    }
}

/// A vertex as `s_region` writes it.
fn decimals(vertex: Vector3) -> (String, String) {
    let point = LonLat::from(vertex);
    let lon = format!("{:.6}", to_degrees(point.lon));
    // A longitude just below 360 degrees is written as that.
    let lon = if lon == "360.000000" { "0.000000".to_owned() } else { lon };
    (lon, format!("{:.6}", to_degrees(point.lat)))
}
