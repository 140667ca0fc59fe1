//! Filling side tables of regions.
//!
//! In: a [`Sidecar`] whose table is there. Out: a row in it for each region of the registry. What is in
//! step already is left alone, so that nothing is decoded twice.

use std::fmt::Debug;

use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Sidecar, Stretch};
use crate::value::Cell;

/// Rows that are decoded by one statement: some tenths of a second.
const STRETCH: u32 = 5_000;

/// Is told how far a side table is filled.
pub trait Watch: Debug + Sync {
    /// So many of all regions of an element have been looked at.
    fn filled(&self, element: &str, done: u64, all: u64);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn filled(&self, _: &str, _: u64, _: u64) {}
}

/// Fills a side table, stretch by stretch; returns how many rows were missing or stale.
pub async fn fill(session: &mut Session, sidecar: &Sidecar, watch: &dyn Watch) -> Result<u64> {
    let all = count(session, &sidecar.count()).await?;
    let (mut done, mut filled) = (0, 0);
    let mut last: Option<Vec<Cell>> = None;
    loop {
        watch.filled(&sidecar.element, done, all.max(done));
        let stretch = Stretch { after: last.as_deref(), length: STRETCH };
        let end = session.rows(&sidecar.end(&stretch), &[]).await?.into_iter().next();
        let Some((length, key)) = end.as_deref().and_then(<[Cell]>::split_last) else { break };
        filled += changed(session, &sidecar.fill(Some(&stretch))).await?;
        done += length.as_int().and_then(|rows| u64::try_from(rows).ok()).unwrap_or_default();
        last = Some(key.to_vec());
    }
    if filled > 0 {
        session.run(&sidecar.analyze()).await?;
    }
    Ok(filled)
}

/// Removes what is superfluous and puts in what is missing or stale, at once; returns how many rows there
/// were of both.
pub async fn catch_up(session: &mut Session, sidecar: &Sidecar) -> Result<u64> {
    let removed = changed(session, &sidecar.remove_superfluous()).await?;
    Ok(removed + changed(session, &sidecar.fill(None)).await?)
}

/// The numbers of both, added table by table; none where they are zero.
pub fn sum(one: &[(String, u64)], other: Vec<(String, u64)>) -> Vec<(String, u64)> {
    let mut all = one.to_vec();
    for (table, rows) in other {
        match all.iter_mut().find(|(name, _)| *name == table) {
            Some((_, sum)) => *sum += rows,
            None => all.push((table, rows)),
        }
    }
    all.retain(|(_, rows)| *rows > 0);
    all
}

/// Runs a statement that writes; returns how many rows it wrote.
async fn changed(session: &mut Session, sql: &str) -> Result<u64> {
    count(session, &format!("WITH changed AS (\n{sql}\nRETURNING 1)\nSELECT count(*) FROM changed"))
        .await
}

async fn count(session: &mut Session, sql: &str) -> Result<u64> {
    let rows = session.rows(sql, &[]).await?;
    let number = rows.first().and_then(|row| row.first()).and_then(Cell::as_int);
    Ok(number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default())
}
