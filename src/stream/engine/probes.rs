//! Rows of dimension tables that a query is about, found in its own snapshot before it.
//!
//! In: probes. Out: the keys of the rows that each has found, those by place tested exactly; nothing of one
//! that found too many, which the query then tests itself.

use crate::db::Session;
use crate::diag::Result;
use crate::functions::Geometry;
use crate::geom::{Circle, Region, intersects};
use crate::lower::{Keys, Probe, Target};
use crate::plan::Cover;
use crate::query::Written;
use crate::value::Cell;

/// Keys of more rows are no help: a database finds so many as fast by itself.
const MOST: usize = 5_000;
/// Rows whose regions are looked at: a trixel has about fourteen for each that is wanted.
const CANDIDATES: usize = 50_000;
/// Wider than the rounding of positions, in radians.
const MARGIN: f64 = 1e-9;

/// Runs probes, one after the other; their statements are added to `asked`.
///
/// # Errors
/// R028 and R029.
pub async fn run(
    session: &mut Session,
    target: &Target,
    probes: &[Probe],
    asked: &mut Vec<Written>,
) -> Result<Vec<Keys>> {
    let mut found = Vec::with_capacity(probes.len());
    for probe in probes {
        let most = if probe.covers.is_empty() { MOST } else { CANDIDATES };
        let (sql, parameters) = target.probe(probe, most + 1);
        let mut rows = session.rows(&sql, &parameters).await?;
        let few = rows.len() <= most;
        if few && !probe.covers.is_empty() {
            rows.retain_mut(|row| {
                let region = row.pop();
                probe.covers.iter().all(|cover| may_match(region.as_ref(), cover))
            });
        }
        asked.push(Written { text: sql, parameters, fields: Vec::new(), recipes: Vec::new() });
        found.push((few && rows.len() <= MOST).then_some(rows));
    }
    Ok(found)
}

/// Whether a stored region, or its centre, is where a query looks for it. What cannot be read has no centre:
/// a position may stand in for it.
fn may_match(region: Option<&Cell>, cover: &Cover) -> bool {
    let region = region.and_then(Cell::as_str).and_then(Geometry::of_region_column);
    match (region, cover.latitude) {
        (Some(Geometry::Region(region)), None) => intersects(&region, &cover.shape),
        (Some(Geometry::Region(region)), Some(_)) => match region.bounding_circle() {
            Some(circle) => {
                let centre = Circle::from_angle(circle.center, MARGIN);
                intersects(&Region::Circle(centre), &cover.shape)
            }
            None => true,
        },
        (_, latitude) => latitude.is_some(),
    }
}
