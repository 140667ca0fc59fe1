//! Whether a registry is one that this tool understands.
//!
//! In: `butler_attributes` and the tables that exist. Out: the managers, or a diagnostic that names
//! what is unknown. Follows Butler's rule (`ButlerVersionsManager.checkCompatibility`): the major
//! version must be known, a newer minor version can be read.

use std::collections::{BTreeMap, BTreeSet};

use super::{CollectionKey, IngestDate, Manager, Snapshot};
use crate::diag::{Diagnostic, Result, nearest};

const CLASS_PREFIX: &str = "lsst.daf.butler.registry.";
const ROLE_PREFIX: &str = "config:registry.managers.";
const INTEGER_KEYS: &str = "SynthIntKeyCollectionManager";
const NAME_KEYS: &str = "NameKeyCollectionManager";

/// A manager that is understood.
struct Known {
    role: &'static str,
    class: &'static str,
    majors: &'static [u32],
    /// Whether every registry has one in this role.
    mandatory: bool,
}

const KNOWN: &[Known] = &[
    known("attributes", "DefaultButlerAttributeManager", &[1], true),
    known("collections", NAME_KEYS, &[2], true),
    known("collections", INTEGER_KEYS, &[2], true),
    known("datasets", "ByDimensionsDatasetRecordStorageManagerUUID", &[1, 2], true),
    known("datastores", "MonolithicDatastoreRegistryBridgeManager", &[0], false),
    known("dimensions", "StaticDimensionRecordStorageManager", &[6], true),
    known("obscore", "ObsCoreLiveTableManager", &[0], false),
    known("opaque", "ByNameOpaqueTableStorageManager", &[0], false),
];

const fn known(
    role: &'static str,
    class: &'static str,
    majors: &'static [u32],
    mandatory: bool,
) -> Known {
    Known { role, class, majors, mandatory }
}

/// Role → manager, from the rows of `butler_attributes`.
///
/// # Errors
/// R032 for an unknown class, R033 for an unknown major version, R038 for a missing manager.
pub fn managers(attributes: &BTreeMap<String, String>) -> Result<BTreeMap<String, Manager>> {
    let mut found = BTreeMap::new();
    for (name, class) in attributes {
        let Some(role) = name.strip_prefix(ROLE_PREFIX) else { continue };
        let version = attributes.get(&format!("version:{class}")).cloned().unwrap_or_default();
        check(role, class, &version)?;
        found.insert(role.to_owned(), Manager { class: class.clone(), version });
    }
    if let Some(missing) =
        KNOWN.iter().find(|known| known.mandatory && !found.contains_key(known.role))
    {
        let message = format!("the registry names no manager for {}", missing.role);
        return Err(Box::new(
            Diagnostic::error("R038", message)
                .help(format!("butler_attributes has no row `{ROLE_PREFIX}{}`", missing.role))
                .help("the registry is older than the managers of today, or was not made whole"),
        ));
    }
    Ok(found)
}

fn check(role: &str, class: &str, version: &str) -> Result<()> {
    let candidates: Vec<&Known> = KNOWN.iter().filter(|known| known.role == role).collect();
    if candidates.is_empty() {
        // A new kind of manager adds tables of its own; those that are read stay as they are.
        return Ok(());
    }
    let short = class.rsplit('.').next().unwrap_or(class);
    let Some(known) =
        candidates.iter().find(|known| known.class == short && class.starts_with(CLASS_PREFIX))
    else {
        let names: Vec<&str> = candidates.iter().map(|known| known.class).collect();
        return Err(Box::new(
            Diagnostic::error(
                "R032",
                format!("the registry's {role} manager `{class}` is unknown"),
            )
            .help(format!("known for {role}: {}, of {CLASS_PREFIX}…", names.join(", "))),
        ));
    };
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| known.majors.contains(&major)) {
        return Ok(());
    }
    let message = if version.is_empty() {
        format!("the registry does not say the version of its {role} manager {short}")
    } else {
        format!("version {version} of the {role} manager {short} is unknown")
    };
    let majors: Vec<String> = known.majors.iter().map(|major| format!("{major}.x")).collect();
    Err(Box::new(
        Diagnostic::error("R033", message)
            .help(format!("known are the versions {}", majors.join(" and ")))
            .help("another major version has other tables; a newer obscore-view may know it"),
    ))
}

/// How collections are referenced, according to the collections manager.
pub fn collection_key(managers: &BTreeMap<String, Manager>) -> CollectionKey {
    match managers.get("collections") {
        Some(manager) if manager.class.ends_with(NAME_KEYS) => CollectionKey::Name,
        _ => CollectionKey::Integer,
    }
}

/// How ingest dates are stored, according to the datasets manager.
pub fn ingest_date(managers: &BTreeMap<String, Manager>) -> IngestDate {
    match managers.get("datasets") {
        Some(manager) if manager.version.starts_with("1.") => IngestDate::Timestamp,
        _ => IngestDate::Nanoseconds,
    }
}

/// Columns of the tables that every registry has, for a kind of collection key.
fn core_tables(key: CollectionKey) -> Vec<(&'static str, Vec<&'static str>)> {
    let (own, run, foreign) = match key {
        CollectionKey::Integer => ("collection_id", "run_id", "collection_id"),
        CollectionKey::Name => ("name", "run_name", "collection_name"),
    };
    vec![
        ("collection", vec![own, "name", "type"]),
        ("run", vec![own]),
        ("collection_chain", vec!["parent", "position", "child"]),
        ("collection_summary_dataset_type", vec![foreign, "dataset_type_id"]),
        ("dataset", vec!["id", "dataset_type_id", "ingest_date", run]),
        (
            "dataset_type",
            vec![
                "id",
                "name",
                "storage_class",
                "dimensions_key",
                "tag_association_table",
                "calibration_association_table",
            ],
        ),
        ("dimension_graph_definition", vec!["dimension_graph_id", "dimension_name"]),
    ]
}

/// What is missing of the tables that every registry has.
///
/// # Errors
/// R031 for missing tables, R036 for missing columns.
pub fn check_core(tables: &BTreeMap<String, BTreeSet<String>>, key: CollectionKey) -> Result<()> {
    let expected = core_tables(key);
    let missing: Vec<&str> = expected
        .iter()
        .map(|(table, _)| *table)
        .filter(|table| !tables.contains_key(*table))
        .collect();
    if !missing.is_empty() {
        let message = format!("the registry lacks tables: {}", missing.join(", "));
        return Err(Box::new(
            Diagnostic::error("R031", message).help(
                "the registry was not made whole, was restored in part, or is being migrated",
            ),
        ));
    }
    let expected = expected.into_iter().map(|(table, columns)| {
        (table.to_owned(), columns.into_iter().map(str::to_owned).collect())
    });
    disagreement(tables, expected.collect()).map_or(Ok(()), |diagnostic| Err(Box::new(diagnostic)))
}

/// Where the tables of dimensions and dataset types disagree with what `butler_attributes` says.
/// A schema migration changes both; while it is under way, or if it was broken off, they differ.
pub fn schema_findings(snapshot: &Snapshot) -> Option<Diagnostic> {
    let mut expected: Vec<(String, Vec<String>)> = Vec::new();
    for (name, element) in &snapshot.universe.elements {
        if element.has_table() {
            expected.push((name.clone(), snapshot.universe.table_columns(name, snapshot.dialect)));
        }
    }
    let foreign = match snapshot.collection_key {
        CollectionKey::Integer => "collection_id",
        CollectionKey::Name => "collection_name",
    };
    for governor in snapshot.universe.governors() {
        let columns = vec![foreign.to_owned(), governor.to_owned()];
        expected.push((format!("collection_summary_{governor}"), columns));
    }
    for dataset_type in snapshot.dataset_types.values() {
        let mut columns: Vec<String> =
            ["dataset_type_id", "dataset_id", foreign].map(str::to_owned).into();
        columns.extend(dataset_type.required.iter().cloned());
        expected.push((dataset_type.tags_table.clone(), columns.clone()));
        if let Some(calibs) = &dataset_type.calibs_table {
            columns.extend(snapshot.dialect.timespan_columns().iter().map(|&name| name.to_owned()));
            expected.push((calibs.clone(), columns));
        }
    }
    disagreement(&snapshot.tables, expected)
}

fn disagreement(
    tables: &BTreeMap<String, BTreeSet<String>>,
    expected: Vec<(String, Vec<String>)>,
) -> Option<Diagnostic> {
    let mut missing: BTreeSet<String> = BTreeSet::new();
    let mut renamed: BTreeSet<String> = BTreeSet::new();
    for (table, columns) in expected {
        let Some(existing) = tables.get(&table) else {
            missing.insert(format!("table {table}"));
            continue;
        };
        for column in columns {
            if !existing.contains(&column) {
                if let Some(near) = nearest(&column, existing.iter().map(String::as_str)) {
                    renamed.insert(format!("{table} has a column {near}"));
                }
                missing.insert(format!("{table}.{column}"));
            }
        }
    }
    if missing.is_empty() {
        return None;
    }
    let list: Vec<&str> = missing.iter().map(String::as_str).take(8).collect();
    let more = missing.len() - list.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "the tables disagree with the versions in butler_attributes: missing are {}{more}",
        list.join(", ")
    );
    let mut diagnostic = Diagnostic::error("R036", message).help(
        "a schema migration (butler migrate) is under way, or was broken off; finish it first",
    );
    for line in renamed.into_iter().take(3) {
        diagnostic = diagnostic.help(line);
    }
    Some(diagnostic)
}
