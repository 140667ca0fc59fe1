//! The repository of `tests/oracle/files.py`, whose datastore holds real files.
//!
//! In: a database and a kind of datastore. Out: a private copy of the repository, the mapping that
//! publishes it, and what Butler stored, each with the digest of its bytes.

use std::fs;
use std::path::{Path, PathBuf};

use super::postgres::Cluster;
use super::python::digest;
use super::survey::{Repository, Survey, mapping};

/// A file that Butler stored, as `files.py` names it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// What tests know it by: `visit_101_0`, `raw_101_1`, `coadd_RICE_1`, `zip_deflated`, `direct`, …; the
    /// planes of `parts` share their name.
    pub name: String,
    /// Name of the dataset type.
    pub dataset_type: String,
    /// The dataset's identifier, with hyphens.
    pub id: String,
    /// The values of its required dimensions.
    pub data_id: serde_json::Value,
    /// The RUN collection.
    pub run: String,
    /// The component of a composite, empty where the file is the whole dataset.
    pub component: String,
    /// Where the file is, or was; of a member, the zip.
    pub file: PathBuf,
    /// The name in the zip.
    pub member: Option<String>,
    /// Bytes of what is to be served.
    pub size: u64,
    /// Their SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// `there`, `deleted` (the file alone), `trashed` (not emptied) or `gone`.
    pub state: String,
}

/// A private copy of the repository.
pub struct Files {
    /// Its root and its database.
    pub repository: Repository,
    /// The mapping that publishes it.
    pub mapping: PathBuf,
    /// Where the files are that were ingested without a copy.
    pub outside: PathBuf,
    /// What was stored.
    pub stored: Vec<Stored>,
}

impl Files {
    /// On SQLite, with one datastore at the repository's root.
    pub fn sqlite() -> Self {
        Self::of(survey(&[]).sqlite())
    }

    /// On SQLite, with a chain of datastores: one in memory, `raws` for raws, `others` for all else.
    pub fn chained() -> Self {
        Self::of(survey(&["--chained"]).sqlite())
    }

    /// On PostgreSQL, with one datastore at the repository's root.
    pub fn postgres(cluster: &Cluster) -> Self {
        Self::of(survey(&[]).postgres(cluster))
    }

    /// The file of a dataset that has one, by the name that `files.py` gives it.
    pub fn one(&self, name: &str) -> &Stored {
        let mut found = self.stored.iter().filter(|stored| stored.name == name);
        let first = found.next().unwrap_or_else(|| panic!("no file {name}"));
        assert!(found.next().is_none(), "{name} has several files");
        first
    }

    fn of(repository: Repository) -> Self {
        let text = fs::read_to_string(repository.root.join("stored.json")).expect("stored.json");
        let files: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
        let stored = files.iter().map(|file| stored(&repository.root, file)).collect();
        Self { repository, mapping: mapping("files"), outside: outside(), stored }
    }
}

fn stored(root: &Path, file: &serde_json::Value) -> Stored {
    let text =
        |key: &str| file[key].as_str().unwrap_or_else(|| panic!("{key} of {file}")).to_owned();
    Stored {
        name: text("name"),
        dataset_type: text("dataset_type"),
        id: text("id"),
        data_id: file["data_id"].clone(),
        run: text("run"),
        component: text("component"),
        file: root.join(text("path")),
        member: file["member"].as_str().map(str::to_owned),
        size: file["size"].as_u64().expect("size"),
        sha256: text("sha256"),
        state: text("state"),
    }
}

fn survey(arguments: &[&str]) -> Survey {
    let outside = outside();
    let outside = outside.to_str().expect("UTF-8");
    Survey::of_script("files.py", &["--outside", outside]).with(arguments)
}

/// Files that are not copied have a place of their own, since the registry has their absolute paths. It
/// depends on the scripts alone, and they write the same bytes whenever they are run.
fn outside() -> PathBuf {
    super::cache().join(format!("outside-{}", digest([])))
}
