//! Names of what is installed.

use sha2::{Digest, Sha256};

/// PostgreSQL cuts identifiers after this many bytes.
const LONGEST: usize = 63;

/// Schema and name of an ObsCore view, and the names derived from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewName {
    /// Its schema, where the dialect has schemas.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
}

impl ViewName {
    /// The helper view that lists the collections of the search.
    pub fn collections(&self) -> String {
        self.derived("collections")
    }

    /// The helper view with the pieces of UTC.
    pub fn utc(&self) -> String {
        self.derived("utc")
    }

    /// The view of one dataset type.
    pub fn branch(&self, dataset_type: &str) -> String {
        self.derived(&format!("_{dataset_type}"))
    }

    /// `name_suffix`, shortened by a digest where it would be cut.
    fn derived(&self, suffix: &str) -> String {
        let whole = format!("{}_{suffix}", self.name);
        if whole.len() <= LONGEST {
            return whole;
        }
        let digest = Sha256::digest(whole.as_bytes());
        let digest: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let mut kept = String::new();
        for c in whole.chars() {
            if kept.len() + c.len_utf8() > LONGEST - 9 {
                break;
            }
            kept.push(c);
        }
        format!("{kept}_{digest}")
    }
}
