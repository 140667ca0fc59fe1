//! SQL that was written before.
//!
//! In: what is in the collections of a search now, and what a query needs of a table. Out: the texts that
//! were written for the same before, or new ones. Nothing of the registry is kept here: whether the
//! collections are the same is asked of the registry for every query, in the query's own snapshot.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use crate::lower::{BranchTexts, Definitions, Found, PlainBranch};
use crate::query::Needs;

/// Sets of columns whose texts are kept.
const KEPT: usize = 64;

/// Positions of columns that are read as values, and as regions; whether rows are counted.
type Columns = (Vec<usize>, Vec<usize>, bool);
/// Positions of columns that are handed out, and of those that are compared; how exposures define visits.
type PlainColumns = (Vec<usize>, Vec<(usize, String)>, Definitions);

/// Texts of a table.
#[derive(Debug, Default)]
pub struct Texts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// What they were written for.
    found: Found,
    /// For all dataset types, or one.
    helpers: HashMap<Option<i64>, Arc<str>>,
    branches: HashMap<Columns, Arc<Vec<BranchTexts>>>,
    plain: HashMap<PlainColumns, Arc<Vec<PlainBranch>>>,
}

impl Texts {
    /// The common table expressions, for one dataset type or all.
    pub fn helpers(
        &self,
        found: &Found,
        dataset_type: Option<i64>,
        write: impl FnOnce() -> String,
    ) -> Arc<str> {
        if let Some(text) = self.kept(found, |kept| kept.helpers.get(&dataset_type).cloned()) {
            return text;
        }
        let text: Arc<str> = write().into();
        self.kept(found, |kept| kept.helpers.insert(dataset_type, Arc::clone(&text)));
        text
    }

    /// The SELECTs of the branches; they depend on columns only.
    pub fn branches(
        &self,
        found: &Found,
        needs: &Needs,
        write: impl FnOnce() -> Vec<BranchTexts>,
    ) -> Arc<Vec<BranchTexts>> {
        let key = (needs.values.clone(), needs.regions.clone(), needs.is_counted);
        self.known(found, key, |kept| &mut kept.branches, write)
    }

    /// How plain rows of the branches are fetched.
    pub fn plain(
        &self,
        found: &Found,
        (columns, compared, definitions): (&[usize], &[(usize, String)], Definitions),
        write: impl FnOnce() -> Vec<PlainBranch>,
    ) -> Arc<Vec<PlainBranch>> {
        let key = (columns.to_vec(), compared.to_vec(), definitions);
        self.known(found, key, |kept| &mut kept.plain, write)
    }

    /// What is kept in a map, or is written and kept now.
    fn known<K: Eq + Hash, T>(
        &self,
        found: &Found,
        key: K,
        map: impl Fn(&mut Kept) -> &mut HashMap<K, Arc<T>>,
        write: impl FnOnce() -> T,
    ) -> Arc<T> {
        if let Some(known) = self.kept(found, |kept| map(kept).get(&key).cloned()) {
            return known;
        }
        let written = Arc::new(write());
        self.kept(found, |kept| {
            let map = map(kept);
            if map.len() >= KEPT {
                map.clear();
            }
            map.insert(key, Arc::clone(&written));
        });
        written
    }

    /// Looks at what is kept for these collections; nothing is for others.
    fn kept<T>(&self, found: &Found, look: impl FnOnce(&mut Kept) -> T) -> T {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.found != *found {
            *kept = Kept { found: found.clone(), ..Kept::default() };
        }
        look(&mut kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Cell;

    fn found(key: i64) -> Found {
        let name = Cell::Text("run".to_owned());
        Found::new(vec![vec![Cell::Int(key), name, Cell::Int(1), Cell::Int(7)]])
    }

    #[test]
    fn texts_are_those_of_the_collections() {
        let texts = Texts::default();
        let written = |key, text: &str| texts.helpers(&found(key), None, || text.to_owned());
        assert_eq!(&*written(1, "a"), "a");
        assert_eq!(&*written(1, "b"), "a");
        assert_eq!(&*written(2, "c"), "c");
        assert_eq!(&*written(1, "d"), "d");
        assert_eq!(&*texts.helpers(&found(1), Some(7), || "e".to_owned()), "e");
        assert_eq!(&*written(1, "f"), "d");
    }

    #[test]
    fn texts_are_those_of_the_columns() {
        let texts = Texts::default();
        let needs = |count: usize| Needs { values: (0..count).collect(), ..Needs::default() };
        let mut written = 0;
        for (key, count) in [(1, 2), (1, 2), (1, 3), (2, 2), (2, 2)] {
            texts.branches(&found(key), &needs(count), || {
                written += 1;
                Vec::new()
            });
        }
        assert_eq!(written, 3);
    }
}
