//! Rows of dimension tables that a query is about, found in its own snapshot before it.
//!
//! In: probes. Out: the keys of the rows that each has found, those by place tested exactly; nothing of one
//! that found too many, which the query then tests itself.

use futures::StreamExt;

use super::places::{self, Candidates};
use super::site::Published;
use crate::db::Session;
use crate::diag::Result;
use crate::functions::Point;
use crate::lower::{At, Keys, Probe, Probing};
use crate::plan::Cover;
use crate::query::Written;
use crate::value::Cell;

/// Keys of more rows are no help: a database finds so many as fast by itself.
const MOST: usize = 5_000;
/// It cannot find places by itself.
const MOST_PLACES: usize = 100_000;
/// Rows whose places are looked at, one after the other: a trixel has about fourteen for each that is wanted.
const CANDIDATES: usize = 400_000;

/// Runs probes, one after the other; their statements are added to `asked`.
///
/// # Errors
/// R028, R029 and R041.
pub async fn run(
    session: &mut Session,
    published: &Published,
    probes: &[Probe],
    asked: &mut Vec<Written>,
) -> Result<Vec<Keys>> {
    let mut found = Vec::with_capacity(probes.len());
    for probe in probes {
        let (candidates, most) = match probe.place {
            Some(_) => (CANDIDATES, MOST_PLACES),
            None => (MOST, MOST),
        };
        let probing = published.target.probe(probe, candidates + 1);
        let Candidates { mut looked, mut keys } = match (&probe.place, &probing.fields) {
            (Some((cover, At::Region)), Some(fields)) => {
                places::candidates(session, &probing, fields, cover, most).await?
            }
            _ => Candidates::default(),
        };
        let mut fit = looked <= candidates && keys.len() <= most;
        let mut look = |mut row: Vec<Cell>| {
            looked += 1;
            if probe.place.as_ref().is_none_or(|(cover, at)| may_match(&mut row, cover, at)) {
                keys.push(row);
            }
            looked <= candidates && keys.len() <= most
        };
        if probing.fields.is_none() {
            let mut rows = session.stream(&probing.text, &probing.parameters);
            while fit && let Some(row) = rows.next().await {
                fit = look(row?);
            }
        }
        let Probing { text, parameters, .. } = probing;
        asked.push(Written { text, parameters, fields: Vec::new(), recipes: Vec::new() });
        let unusual = published.target.unusual(probe, candidates + 1).filter(|_| fit);
        if let Some(sql) = unusual {
            let (rows, is_new) = published.unusual.rows(session, &sql).await?;
            // Up to the first that is one too many.
            let _ = rows.iter().cloned().all(&mut look);
            if is_new {
                let (parameters, fields, recipes) = Default::default();
                asked.push(Written { text: sql, parameters, fields, recipes });
            }
        }
        let few = looked <= candidates && keys.len() <= most;
        found.push(few.then_some(keys));
    }
    Ok(found)
}

/// Whether a row may be where a query looks for it; takes what tells that from its end.
fn may_match(row: &mut Vec<Cell>, cover: &Cover, at: &At) -> bool {
    match at {
        At::Region => places::may_match(row.pop().as_ref().and_then(Cell::as_str), cover),
        At::Position(..) => {
            let latitude = row.pop();
            position_may_match(row.pop().as_ref(), latitude.as_ref(), cover)
        }
    }
}

/// Whether a position is where a query looks for it. The query itself tells what is wrong with one that
/// cannot be.
fn position_may_match(lon: Option<&Cell>, lat: Option<&Cell>, cover: &Cover) -> bool {
    match (lon, lat) {
        (Some(Cell::Null), _) | (_, Some(Cell::Null)) => false,
        (Some(Cell::Float(lon)), Some(Cell::Float(lat))) => match Point::new(*lon, *lat) {
            Ok(point) => places::near(point.vector(), cover),
            Err(_) => true,
        },
        _ => true,
    }
}

/// Whether so many keys were found that a database which knows their number needs more memory than by default to
/// compare them by their hashes.
pub fn are_many(keys: &[Keys]) -> bool {
    const MANY: usize = 5_000;
    keys.iter().flatten().any(|keys| keys.len() > MANY)
}
