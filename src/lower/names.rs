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

    /// The side table of the regions of an element, and the function that keeps it.
    pub fn regions(&self, element: &str) -> String {
        self.derived(&format!("regions_{element}"))
    }

    /// The function that finds rows by place, on which the others rest.
    pub fn found(&self) -> String {
        self.derived("found")
    }

    /// The function that finds images by their centres.
    pub fn cone(&self) -> String {
        self.derived("cone")
    }

    /// The function that finds images that share a place with a shape.
    pub fn overlaps(&self) -> String {
        self.derived("overlaps")
    }

    /// The function that finds images of a position.
    pub fn at(&self) -> String {
        self.derived("at")
    }

    /// The function that finds the row of a dataset.
    pub fn dataset(&self) -> String {
        self.derived("dataset")
    }

    /// The view with stored regions in place of what is decoded from them.
    pub fn stored(&self) -> String {
        self.derived("stored")
    }

    /// Beginning of the names of triggers, which tables of others get from views of all schemas.
    pub fn triggers(&self) -> String {
        let schema = self.schema.as_deref().unwrap_or_default();
        // Room for what each of them is for.
        cut(format!("{schema}_{}_regions", self.name), LONGEST - "_truncate".len())
    }

    /// `name_suffix`, shortened by a digest where it would be cut.
    fn derived(&self, suffix: &str) -> String {
        cut(format!("{}_{suffix}", self.name), LONGEST)
    }
}

/// A name of at most so many bytes, by a digest in place of its end.
fn cut(whole: String, longest: usize) -> String {
    if whole.len() <= longest {
        return whole;
    }
    let digest = Sha256::digest(whole.as_bytes());
    let digest: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let mut kept = String::new();
    for c in whole.chars() {
        if kept.len() + c.len_utf8() > longest - 9 {
            break;
        }
        kept.push(c);
    }
    format!("{kept}_{digest}")
}
