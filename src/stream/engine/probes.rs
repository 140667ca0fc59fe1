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

/// What probes have found.
#[derive(Debug, Default)]
pub struct Probed {
    /// The keys, probe by probe.
    pub keys: Vec<Keys>,
    /// The stored regions of those rows, for probes by regions.
    pub regions: Vec<Vec<Option<String>>>,
}

/// Runs probes, one after the other; their statements are added to `asked`.
///
/// # Errors
/// R028, R029 and R041.
pub async fn run(
    session: &mut Session,
    published: &Published,
    probes: &[Probe],
    asked: &mut Vec<Written>,
) -> Result<Probed> {
    let mut found = Probed::default();
    for probe in probes {
        let (candidates, most) = match probe.place {
            Some(_) => (CANDIDATES, MOST_PLACES),
            None => (MOST, MOST),
        };
        let probing = published.target.probe(probe, candidates + 1);
        let Candidates { mut looked, mut keys, mut regions } = match (&probe.place, &probing.fields)
        {
            (Some((cover, At::Region)), Some(fields)) => {
                places::candidates(session, &probing, fields, cover, most).await?
            }
            _ => Candidates::default(),
        };
        let mut fit = looked <= candidates && keys.len() <= most;
        let mut look = |mut row: Vec<Cell>| {
            looked += 1;
            match &probe.place {
                None => keys.push(row),
                Some((cover, At::Region)) => {
                    let region = row.pop().filter(|region| *region != Cell::Null);
                    if places::may_match(region.as_ref().and_then(Cell::as_str), cover) {
                        regions.push(match region {
                            Some(Cell::Text(text)) => Some(text),
                            _ => None,
                        });
                        keys.push(row);
                    }
                }
                Some((cover, At::Position(..))) => {
                    let latitude = row.pop();
                    if position_may_match(row.pop().as_ref(), latitude.as_ref(), cover) {
                        keys.push(row);
                    }
                }
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
        found.keys.push(few.then_some(keys));
        found.regions.push(regions);
    }
    Ok(found)
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

/// Whether more than `joined` datasets may refer to the rows that were found, each of them to a record of its own
/// or some forty to one, as to a visit or a tract.
pub fn are_some(keys: &[Keys], joined: u64) -> bool {
    const EACH: u64 = 40;
    let some = |keys: &Vec<Vec<Cell>>| {
        let are_parts = keys.first().is_some_and(|key| key.len() > 2);
        keys.len() as u64 * if are_parts { 1 } else { EACH } > joined
    };
    keys.iter().flatten().any(some)
}

/// Whether so many keys were found that a database which knows their number needs more memory than by default to
/// compare them by their hashes.
pub fn are_many(keys: &[Keys]) -> bool {
    const MANY: usize = 5_000;
    keys.iter().flatten().any(|keys| keys.len() > MANY)
}
