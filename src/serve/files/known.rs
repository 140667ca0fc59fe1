//! Where files of datasets are, for as long as nothing is written to the registry.
//!
//! In: what was found of a dataset, and the name of a state of the registry from before it was asked
//! ([`Session::state`](crate::db::Session::state)). Out: the same again, to those who see a state of that name: nothing
//! was written in between. A client that reads a file range by range has the registry asked once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::artifacts::Held;

/// Datasets that are remembered.
const MOST: usize = 1000;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The schema of the table that publishes it.
    pub schema: String,
    /// Its files.
    pub held: Held,
}

/// What was found of some datasets.
#[derive(Debug)]
pub struct Known {
    all: Mutex<HashMap<Uuid, (Found, Vec<String>)>>,
    states: usize,
}

impl Known {
    /// Nothing yet. A state has a name for each of so many connections, as it is with SQLite.
    pub fn new(connections: usize) -> Self {
        Self { all: Mutex::default(), states: connections.max(1) }
    }

    /// What was found of a dataset, and the states in which that is so.
    pub fn get(&self, dataset: Uuid) -> Option<(Found, Vec<String>)> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).get(&dataset).cloned()
    }

    /// Remembers what was found after a state had been seen.
    pub fn keep(&self, dataset: Uuid, found: &Found, state: String) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(&dataset) {
            all.clear();
        }
        let (known, states) = all.entry(dataset).or_insert_with(|| (found.clone(), Vec::new()));
        if known != found {
            *known = found.clone();
            states.clear();
        }
        if states.len() >= self.states {
            states.remove(0);
        }
        states.push(state);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn another_answer_is_of_no_earlier_state() {
        let (known, id) = (Known::new(16), Uuid::from_u128(1));
        let found = |schema: &str| Found { schema: schema.to_owned(), held: Held::default() };
        assert_eq!(known.get(id), None);
        known.keep(id, &found("a"), "one".to_owned());
        known.keep(id, &found("a"), "two".to_owned());
        assert_eq!(known.get(id).unwrap().1, ["one", "two"]);
        known.keep(id, &found("b"), "three".to_owned());
        assert_eq!(known.get(id).unwrap(), (found("b"), vec!["three".to_owned()]));
        for number in 0..100 {
            known.keep(id, &found("b"), number.to_string());
        }
        assert_eq!(known.get(id).unwrap().1.len(), 16);
        for number in 0..3000 {
            known.keep(Uuid::from_u128(number), &found("b"), "x".to_owned());
            assert!(known.all.lock().unwrap().len() <= MOST);
        }
    }
}
