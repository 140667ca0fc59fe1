//! Decoded regions, each distinct one once while it is fresh.

use std::collections::HashMap;
use std::sync::Arc;

use crate::region::{self, RegionColumns, RegionOptions};

/// Regions that are kept; a patch comes back for every band, a detector for every dataset type.
const KEPT: usize = 4096;

/// A cache of decoded regions.
#[derive(Debug)]
pub struct Regions {
    options: RegionOptions,
    known: HashMap<String, Arc<RegionColumns>>,
    /// The last one, since equal ones often follow each other.
    last: Option<(String, Arc<RegionColumns>)>,
    /// Texts that are no regions.
    pub corrupt: u64,
}

impl Regions {
    /// An empty cache.
    pub fn new(options: RegionOptions) -> Self {
        Self { options, known: HashMap::new(), last: None, corrupt: 0 }
    }

    /// The columns of an encoded region; all NULL if it is corrupt.
    pub fn columns(&mut self, text: &str) -> Arc<RegionColumns> {
        if let Some((last, columns)) = &self.last
            && last == text
        {
            return Arc::clone(columns);
        }
        let columns = match self.known.get(text) {
            Some(columns) => Arc::clone(columns),
            None => self.decoded(text),
        };
        // Its memory is used again.
        let mut last = self.last.take().map(|(last, _)| last).unwrap_or_default();
        last.clear();
        last.push_str(text);
        self.last = Some((last, Arc::clone(&columns)));
        columns
    }

    /// The columns of an encoded region that is kept elsewhere. One that is corrupt is counted once.
    pub fn decode(&mut self, text: &str) -> Arc<RegionColumns> {
        let (columns, error) = region::columns(text, self.options);
        let columns = Arc::new(columns);
        if error.is_some() && !self.known.contains_key(text) {
            self.corrupt += 1;
            self.keep(text, &columns);
        }
        columns
    }

    fn decoded(&mut self, text: &str) -> Arc<RegionColumns> {
        let columns = self.decode(text);
        self.keep(text, &columns);
        columns
    }

    fn keep(&mut self, text: &str, columns: &Arc<RegionColumns>) {
        if self.known.len() >= KEPT {
            self.known.clear();
        }
        self.known.insert(text.to_owned(), Arc::clone(columns));
    }
}
