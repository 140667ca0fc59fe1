//! What a datastore has recorded about a dataset.
//!
//! In: a UUID, and a snapshot of the registry's database. Out: rows of the datastore's table of records
//! (Butler's `FileDatastore`: path, formatter, storage class, component, checksum, size), and whether the
//! dataset is in the trash that is not emptied yet.

use uuid::Uuid;

use super::datastore::Datastore;
use crate::db::Session;
use crate::diag::Result;
use crate::sql::Parameters;
use crate::value::Cell;

/// A file of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it is, as Butler wrote it down.
    pub path: String,
    /// The Python class that wrote it.
    pub formatter: String,
    /// The storage class of what is in it.
    pub storage_class: String,
    /// The component of a composite that was taken apart; `None` where the file is the whole dataset.
    pub component: Option<String>,
    /// Its checksum, where Butler was told to keep one.
    pub checksum: Option<String>,
    /// Its bytes.
    pub size: Option<u64>,
    /// Whether the datastore has given it up.
    pub is_trashed: bool,
}

/// What Butler writes for a component that is none: SQL has no NULL in a primary key.
pub const NO_COMPONENT: &str = "__NULL_STRING__";

/// The files of a dataset in a datastore, by their components.
///
/// # Errors
/// R028 and R029.
pub async fn read(
    session: &mut Session,
    namespace: Option<&str>,
    datastore: &Datastore,
    dataset: Uuid,
) -> Result<Vec<Record>> {
    let dialect = session.dialect();
    let table = |name: &str| dialect.qualified(namespace, name);
    let mut parameters = Parameters::new(dialect);
    let id = parameters.uuid(dataset);
    let name = parameters.text(&datastore.name);
    // A dataset that came back after it had been trashed has a location again.
    let among = |table: String| {
        format!(
            "EXISTS (SELECT 1 FROM {table} AS l WHERE l.dataset_id = r.dataset_id AND l.datastore_name = {name})"
        )
    };
    let statement = format!(
        "SELECT r.path, r.formatter, r.storage_class, r.component, r.checksum, r.file_size, \
         CASE WHEN {} AND NOT {} THEN 1 ELSE 0 END AS trashed \
         FROM {} AS r WHERE r.dataset_id = {id} ORDER BY r.component",
        among(table("dataset_location_trash")),
        among(table("dataset_location")),
        table(&datastore.table),
    );
    let rows = session.rows(&statement, &parameters.into_cells()).await?;
    Ok(rows.into_iter().filter_map(record).collect())
}

fn record(row: Vec<Cell>) -> Option<Record> {
    let Ok([path, formatter, storage_class, component, checksum, size, trashed]) =
        <[Cell; 7]>::try_from(row)
    else {
        return None;
    };
    let text = |cell: &Cell| cell.as_str().map(str::to_owned);
    Some(Record {
        path: text(&path)?,
        formatter: text(&formatter)?,
        storage_class: text(&storage_class)?,
        component: text(&component).filter(|name| !name.is_empty() && name != NO_COMPONENT),
        checksum: text(&checksum).filter(|checksum| !checksum.is_empty()),
        size: size.as_int().and_then(|size| u64::try_from(size).ok()),
        is_trashed: trashed.as_int() == Some(1),
    })
}
