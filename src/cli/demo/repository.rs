//! The files of the demo's repository, as `fixtures/demo/make.py` had daf_butler write them.
//!
//! In: a folder. Out: `butler.yaml`, a mapping, the registry in SQLite and the images of its datastore there.

use std::io::{self, Cursor};
use std::path::Path;

use zip::ZipArchive;

use super::super::Failure;
use crate::db;
use crate::diag::Diagnostic;

/// The mapping of the demo.
pub const MAPPING: &str = include_str!("../../../fixtures/demo/mapping.yaml");
const BUTLER: &str = include_str!("../../../fixtures/demo/butler.yaml");
const FORMATTER: &str = include_str!("../../../fixtures/demo/demo_formatter.py");
const REGISTRY: &str = include_str!("../../../fixtures/demo/registry.sql");
const IMAGES: &[u8] = include_bytes!("../../../fixtures/demo/images.zip");

/// Writes the repository; a registry that is there already is kept, with its images.
///
/// # Errors
/// D001: the folder cannot be written to; what SQLite says of the registry.
pub async fn write(folder: &Path) -> Result<(), Failure> {
    let cannot = |path: &Path, error: &io::Error| {
        Failure::from(Box::new(
            Diagnostic::error("D001", format!("cannot write `{}`: {error}", path.display()))
                .help("name a folder that may be written to: obscore-view demo FOLDER"),
        ))
    };
    std::fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))?;
    let texts =
        [("butler.yaml", BUTLER), ("mapping.yaml", MAPPING), ("demo_formatter.py", FORMATTER)];
    for (name, text) in texts {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| cannot(&path, &error))?;
    }
    let registry = folder.join("gen3.sqlite3");
    if !registry.exists() {
        // First, so that a registry tells of a whole repository.
        images(folder).map_err(|error| cannot(folder, &error))?;
        db::restore(&registry, REGISTRY).await?;
    }
    Ok(())
}

fn images(folder: &Path) -> io::Result<()> {
    Ok(ZipArchive::new(Cursor::new(IMAGES))?.extract(folder)?)
}
