//! A live registry as a [`Snapshot`].
//!
//! In: an open [`Database`]. Out: everything the compiler needs, read in a handful of statements
//! inside one read-only transaction, so that it is the registry of one moment. Table and column
//! names follow `lsst.daf.butler.registry`.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{self, Tables};
use super::connect::Database;
use super::session::Session;
use crate::diag::{Diagnostic, Result, nearest};
use crate::registry::{
    Collection, CollectionKey, CollectionType, DatasetType, FORMAT, IngestDate, Snapshot,
    UNIVERSE_ATTRIBUTE, Universe, check_core, collection_key, ingest_date, managers,
    schema_findings,
};
use crate::value::Cell;

/// Reads the registry.
///
/// # Errors
/// R030 to R040 when it is none, or one that is not understood; R020 to R029 from the database.
pub async fn introspect(database: &Database) -> Result<Snapshot> {
    let mut session = database.snapshot().await?;
    let snapshot = Reader::begin(&mut session).await?.read().await?;
    session.rollback().await?;
    if let Some(diagnostic) = schema_findings(&snapshot) {
        return Err(Box::new(diagnostic));
    }
    Ok(snapshot)
}

struct Reader<'a> {
    session: &'a mut Session,
    namespace: Option<String>,
    tables: Tables,
}

impl<'a> Reader<'a> {
    async fn begin(session: &'a mut Session) -> Result<Self> {
        let namespace = catalog::namespace(session).await?;
        let tables = catalog::tables(session, namespace.as_deref()).await?;
        Ok(Self { session, namespace, tables })
    }

    async fn read(mut self) -> Result<Snapshot> {
        let attributes = self.attributes().await?;
        let managers = managers(&attributes)?;
        let collection_key = collection_key(&managers);
        let ingest_date = ingest_date(&managers);
        let universe = if let Some(text) = attributes.get(UNIVERSE_ATTRIBUTE) {
            Universe::from_butler_json(text)?
        } else {
            let message = format!("butler_attributes has no row `{UNIVERSE_ATTRIBUTE}`");
            return Err(Box::new(
                Diagnostic::error("R035", message)
                    .help("the registry was not made whole; Butler cannot open it either"),
            ));
        };
        check_core(&self.tables.columns(), collection_key)?;
        self.check_ingest_date(ingest_date)?;
        let dataset_types = self.dataset_types(&universe).await?;
        let collections = self.collections(collection_key, &dataset_types).await?;
        let governors = self.governors(&universe).await?;
        let extensions = catalog::extensions(self.session).await?;
        Ok(Snapshot {
            format: FORMAT,
            dialect: self.session.dialect(),
            namespace: self.namespace,
            managers,
            collection_key,
            ingest_date,
            universe,
            governors,
            dataset_types,
            collections,
            tables: self.tables.columns(),
            extensions,
        })
    }

    /// A table's name, qualified and quoted.
    fn table(&self, name: &str) -> String {
        match &self.namespace {
            Some(namespace) => format!("{}.{}", catalog::quote(namespace), catalog::quote(name)),
            None => catalog::quote(name),
        }
    }

    async fn attributes(&mut self) -> Result<BTreeMap<String, String>> {
        if !self.tables.has("butler_attributes") {
            return Err(Box::new(self.no_registry().await?));
        }
        let sql = format!("SELECT name, value FROM {}", self.table("butler_attributes"));
        let rows = self.session.rows(&sql, &[]).await?;
        let attributes: BTreeMap<String, String> = rows
            .into_iter()
            .filter_map(|row| match <[Cell; 2]>::try_from(row) {
                Ok([Cell::Text(name), Cell::Text(value)]) => Some((name, value)),
                _ => None,
            })
            .collect();
        if attributes.is_empty() {
            let message = "the registry's butler_attributes is empty";
            return Err(Box::new(
                Diagnostic::error("R038", message)
                    .help("the registry is older than versioned schemas, or was not made whole"),
            ));
        }
        Ok(attributes)
    }

    async fn no_registry(&mut self) -> Result<Diagnostic> {
        let target = self.session.target();
        let place = match &self.namespace {
            Some(namespace) => format!("{target}, schema {namespace}"),
            None => target.to_string(),
        };
        let message =
            format!("{place} holds no Butler registry: it has no table butler_attributes");
        let mut diagnostic = Diagnostic::error("R030", message);
        let others = catalog::registries(self.session).await?;
        if let Some(near) = nearest(
            self.namespace.as_deref().unwrap_or_default(),
            others.iter().map(String::as_str),
        ) {
            diagnostic = diagnostic.help(format!("did you mean `?namespace={near}`?"));
        }
        if !others.is_empty() {
            let help =
                format!("schemas of this database that hold a registry: {}", others.join(", "));
            diagnostic = diagnostic.help(help);
        }
        Ok(diagnostic)
    }

    /// The datasets manager's version says how ingest dates are kept; the column must agree.
    fn check_ingest_date(&self, expected: IngestDate) -> Result<()> {
        let Some(kind) = self.tables.kind("dataset", "ingest_date") else { return Ok(()) };
        let timestamp = kind.to_ascii_lowercase().starts_with("timestamp");
        if timestamp == (expected == IngestDate::Timestamp) {
            return Ok(());
        }
        let message = format!(
            "the column dataset.ingest_date is {kind}, which disagrees with the version of the datasets manager"
        );
        Err(Box::new(Diagnostic::error("R036", message).help(
            "a schema migration (butler migrate) is under way, or was broken off; finish it first",
        )))
    }

    async fn dataset_types(
        &mut self,
        universe: &Universe,
    ) -> Result<BTreeMap<String, DatasetType>> {
        let sql = format!(
            "SELECT dimension_graph_id, dimension_name FROM {}",
            self.table("dimension_graph_definition")
        );
        let mut groups: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for row in self.session.rows(&sql, &[]).await? {
            if let [Cell::Int(id), Cell::Text(name)] = row.as_slice() {
                groups.entry(*id).or_default().push(name.clone());
            }
        }
        let sql = format!(
            "SELECT id, name, storage_class, dimensions_key, tag_association_table, \
             calibration_association_table FROM {}",
            self.table("dataset_type")
        );
        let mut found = BTreeMap::new();
        for row in self.session.rows(&sql, &[]).await? {
            let [
                Cell::Int(id),
                Cell::Text(name),
                Cell::Text(class),
                Cell::Int(key),
                Cell::Text(tags),
                calibs,
            ] = row.as_slice()
            else {
                return Err(Box::new(odd_row("dataset_type")));
            };
            // The empty group has no rows, and the key 0.
            let names = groups.get(key).map(Vec::as_slice).unwrap_or_default();
            let group = universe.group(names.iter().map(String::as_str)).map_err(|unknown| {
                let message =
                    format!("dataset type {name} has dimensions that are unknown: {unknown}");
                Diagnostic::error("R040", message)
                    .help("butler_attributes and dimension_graph_definition disagree")
            })?;
            let dataset_type = DatasetType {
                id: *id,
                storage_class: class.clone(),
                required: group.required,
                implied: group.implied,
                tags_table: tags.clone(),
                calibs_table: calibs.as_str().map(str::to_owned),
            };
            found.insert(name.clone(), dataset_type);
        }
        Ok(found)
    }

    async fn collections(
        &mut self,
        key: CollectionKey,
        dataset_types: &BTreeMap<String, DatasetType>,
    ) -> Result<BTreeMap<String, Collection>> {
        let (own, foreign) = match key {
            CollectionKey::Integer => ("collection_id", "collection_id"),
            CollectionKey::Name => ("name", "collection_name"),
        };
        let sql = format!("SELECT {own}, name, type FROM {}", self.table("collection"));
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut found: BTreeMap<String, Collection> = BTreeMap::new();
        for row in self.session.rows(&sql, &[]).await? {
            let [own, Cell::Text(name), Cell::Int(kind)] = row.as_slice() else {
                return Err(Box::new(odd_row("collection")));
            };
            let kind = collection_type(*kind, name)?;
            names.insert(key_text(own), name.clone());
            let id = own.as_int();
            let (children, dataset_types) = (Vec::new(), BTreeSet::new());
            found.insert(name.clone(), Collection { kind, id, children, dataset_types });
        }
        let chain = self.table("collection_chain");
        let sql = format!("SELECT parent, child FROM {chain} ORDER BY parent, position");
        for row in self.session.rows(&sql, &[]).await? {
            let [parent, child] = row.as_slice() else { continue };
            let (Some(parent), Some(child)) =
                (names.get(&key_text(parent)), names.get(&key_text(child)))
            else {
                return Err(Box::new(odd_row("collection_chain")));
            };
            if let Some(collection) = found.get_mut(parent) {
                collection.children.push(child.clone());
            }
        }
        let types: BTreeMap<i64, &String> =
            dataset_types.iter().map(|(name, dataset_type)| (dataset_type.id, name)).collect();
        let sql = format!(
            "SELECT {foreign}, dataset_type_id FROM {}",
            self.table("collection_summary_dataset_type")
        );
        for row in self.session.rows(&sql, &[]).await? {
            let [own, Cell::Int(id)] = row.as_slice() else { continue };
            if let (Some(name), Some(dataset_type)) = (names.get(&key_text(own)), types.get(id))
                && let Some(collection) = found.get_mut(name)
            {
                collection.dataset_types.insert((*dataset_type).clone());
            }
        }
        Ok(found)
    }

    async fn governors(
        &mut self,
        universe: &Universe,
    ) -> Result<BTreeMap<String, BTreeSet<String>>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for governor in universe.governors() {
            let values = found.entry(governor.to_owned()).or_default();
            if !self.tables.has(governor) {
                continue; // schema_findings says so, with all else that is missing.
            }
            let key = catalog::quote(universe.key_column(governor, governor));
            let sql = format!("SELECT {key} FROM {}", self.table(governor));
            let rows = self.session.rows(&sql, &[]).await?;
            values.extend(rows.iter().flatten().filter_map(Cell::as_str).map(str::to_owned));
        }
        Ok(found)
    }
}

fn odd_row(table: &str) -> Diagnostic {
    Diagnostic::error("R040", format!("table {table} holds a row that Butler would not write"))
        .help("`butler` itself may show what is wrong")
}

fn collection_type(code: i64, name: &str) -> Result<CollectionType> {
    match code {
        1 => Ok(CollectionType::Run),
        2 => Ok(CollectionType::Tagged),
        3 => Ok(CollectionType::Chained),
        4 => Ok(CollectionType::Calibration),
        _ => Err(Box::new(
            Diagnostic::error("R040", format!("collection {name} is of unknown type {code}"))
                .help("known are 1 RUN, 2 TAGGED, 3 CHAINED, 4 CALIBRATION"),
        )),
    }
}

/// A collection's key of either kind.
fn key_text(cell: &Cell) -> String {
    match cell {
        Cell::Int(id) => id.to_string(),
        Cell::Text(name) => name.clone(),
        _ => String::new(),
    }
}
