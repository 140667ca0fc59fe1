//! How regions of a registry can be looked up.
//!
//! In: a registry. Out: its elements whose regions are found by their trixels, which is looked up once; and
//! their indexes on boxes, which a DBA may make and drop meanwhile.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::db::Session;
use crate::diag::Result;
use crate::functions::is_nowhere;
use crate::lower::{Kept, Known, Target, UNKEPT};
use crate::plan::{LEVEL, Scalar};
use crate::registry::Snapshot;
use crate::resolve::service::Native;
use crate::value::Cell;

/// How long indexes are believed to be there. Without them rows are the same, but found later.
const BELIEVED: Duration = Duration::from_mins(1);

/// What is known of the regions of a registry.
#[derive(Debug, Default)]
pub(super) struct Spatial {
    /// Elements with regions, their keys, and tables of the regions' trixels.
    elements: Vec<(String, Vec<String>)>,
    by_trixels: OnceCell<Known>,
    /// With indexes, and when these were looked for.
    known: Mutex<Option<(Instant, Known)>>,
}

impl Spatial {
    /// The elements whose regions' trixels are kept in the common skypix system.
    pub fn new(snapshot: &Snapshot, natives: &[Native]) -> Self {
        if snapshot.universe.common_skypix != format!("htm{LEVEL}") {
            return Self::default();
        }
        let kept = |native: &&Native| {
            let table = format!("{}_skypix_overlap", native.from);
            let regions = native.values.iter().any(|value| matches!(value, Scalar::Region { .. }));
            regions && snapshot.tables.contains_key(&table)
        };
        let elements = natives.iter().filter(kept);
        let elements = elements.map(|native| (native.from.clone(), native.keys.clone())).collect();
        Self { elements, ..Self::default() }
    }

    /// The elements whose regions' trixels are all kept in the registry, which is looked up when it is
    /// first asked for, and their indexes. Butler stores trixels with every region; a registry that was filled
    /// in another way may lack some, and is then searched without them.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn known(&self, session: &mut Session, target: &Target) -> Result<Known> {
        if let Some((since, known)) = &*self.known.lock().unwrap_or_else(PoisonError::into_inner)
            && since.elapsed() < BELIEVED
        {
            return Ok(known.clone());
        }
        let look = async || self.by_trixels(session, target).await;
        let mut known = self.by_trixels.get_or_try_init(look).await?.clone();
        if let Some(sql) = target.indexed_bounds(known.keys()) {
            for row in session.rows(&sql, &[]).await? {
                if let [Cell::Text(element), Cell::Text(function)] = row.as_slice()
                    && let Some(kept) = known.get_mut(element)
                {
                    kept.bounds = Some(function.clone());
                }
            }
        }
        let mut kept = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((Instant::now(), known.clone()));
        Ok(known)
    }

    async fn by_trixels(&self, session: &mut Session, target: &Target) -> Result<Known> {
        let mut known = Known::new();
        for (element, keys) in &self.elements {
            let missing = session.rows(&target.unkept(element, keys), &[]).await?;
            let nowhere = |cell: &Cell| cell.as_str().is_none_or(is_nowhere);
            let harmless = |row: &Vec<Cell>| row.first().is_none_or(nowhere);
            if missing.len() < UNKEPT && missing.iter().all(harmless) {
                let (keys, bounds) = (keys.clone(), None);
                known.insert(element.clone(), Kept { keys, bounds });
            }
        }
        Ok(known)
    }
}
