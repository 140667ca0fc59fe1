//! Rows whose regions are where a query looks for them.
//!
//! In: a probe by regions. Out: the keys of its rows whose region, or its centre, may be there. A trixel has
//! about fourteen regions for each that is wanted, a box of an index three, so most of the work is to read them:
//! the database sends the next ones while these are tested.

use std::collections::HashSet;

use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::spawn_blocking;

use crate::db::Session;
use crate::diag::{Diagnostic, Result};
use crate::functions::Geometry;
use crate::geom::{Circle, Region, Vector3};
use crate::lower::{Probing, Wire};
use crate::plan::Cover;
use crate::stream::evaluate::Rows;
use crate::stream::tuples::Tuples;
use crate::value::Cell;

/// Chunks that may wait to be tested.
const QUEUE: usize = 4;
/// A cover of so many trixels has thousands of regions.
const MANY: u64 = 300;
/// Wider than the rounding of positions, in radians.
const MARGIN: f64 = 1e-9;

/// What a probe has found.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// Rows that were looked at.
    pub looked: usize,
    /// Keys of those that may be wanted: of all, or of more than were to be found.
    pub keys: Vec<Vec<Cell>>,
    /// The stored region of each.
    pub regions: Vec<Option<String>>,
}

/// Looks for the regions of a cover, until the keys of more than `most` have been found.
///
/// # Errors
/// R027 to R029.
pub(super) async fn candidates(
    session: &mut Session,
    probing: &Probing,
    fields: &[Wire],
    cover: &Cover,
    most: usize,
) -> Result<Candidates> {
    if cover.trixels() > MANY {
        session.reads_much().await?;
    }
    let (to, tuples) = channel(QUEUE);
    let (wires, cover) = (fields.to_vec(), cover.clone());
    let repeats = probing.repeats;
    let tester = spawn_blocking(move || test(tuples, &wires, &cover, most, repeats));
    let sent = session.tuples(&probing.text, &probing.parameters, fields, &to).await;
    drop(to);
    let ended = |_| Box::new(Diagnostic::error("R029", "the test of regions ended early"));
    let found = tester.await.map_err(ended)?;
    sent?;
    found
}

/// Tests all regions that come. What is not wanted any more is read all the same: who leaves a database in the
/// midst of its rows loses the connection.
fn test(
    mut chunks: Receiver<Vec<u8>>,
    wires: &[Wire],
    cover: &Cover,
    most: usize,
    repeats: bool,
) -> Result<Candidates> {
    let (mut tuples, mut found) = (Tuples::default(), Candidates::default());
    let mut seen = HashSet::new();
    let width = wires.len().saturating_sub(1);
    while let Some(chunk) = chunks.blocking_recv() {
        let data = tuples.complete(chunk, wires.len())?;
        let rows = Rows { data: &data, spans: &tuples.spans, wires, regions: &[] };
        found.looked += rows.count();
        for row in 0..rows.count() {
            if found.keys.len() > most {
                break;
            }
            let region = rows.str(row, width);
            if may_match(region, cover) && (!repeats || seen.insert(key(&rows, row, width))) {
                found.regions.push(region.map(str::to_owned));
                found.keys.push((0..width).map(|field| rows.cell(row, field)).collect());
            }
        }
    }
    Ok(found)
}

/// The bytes of a row's key.
fn key(rows: &Rows<'_>, row: usize, width: usize) -> Vec<Box<[u8]>> {
    (0..width).filter_map(|field| rows.bytes(row, field)).map(Box::from).collect()
}

/// Whether a stored region, or its centre, is where a query looks for it. What cannot be read has no centre:
/// a position may stand in for it.
pub(super) fn may_match(region: Option<&str>, cover: &Cover) -> bool {
    let region = region.and_then(Geometry::of_region_column);
    match (region, cover.latitude) {
        (Some(Geometry::Region(region)), None) => cover.shapes.meet(&region),
        (Some(Geometry::Region(region)), Some(_)) => match region.bounding_circle() {
            Some(circle) => near(circle.center, cover),
            None => true,
        },
        (_, latitude) => latitude.is_some(),
    }
}

/// Whether a position is where a query looks for one.
pub(super) fn near(centre: Vector3, cover: &Cover) -> bool {
    cover.shapes.meet(&Region::Circle(Circle::from_angle(centre, MARGIN)))
}
