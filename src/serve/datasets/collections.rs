//! Which collections have a dataset, and where its files are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use super::tree::among;
use super::{Dataset, Datasets, Row, Shelf};
use crate::adql::Expression;
use crate::artifacts::NO_COMPONENT;
use crate::diag::Result;
use crate::resolve::service::{CHAINS, LOCATION, TRASH};

/// Links of chains that are read.
const LINKS: u64 = 1_000_000;
/// Collections that one dataset can be in, and files that it can have.
const MOST: u64 = 10_000;

impl Datasets {
    /// For each dataset the collections that have it as a member, and the chains through which these are searched;
    /// in alphabetical order.
    ///
    /// # Errors
    /// Those of queries.
    pub async fn collections(
        &self,
        datasets: &[Dataset],
    ) -> Result<Vec<(Vec<String>, Vec<String>)>> {
        let mut members: BTreeMap<(usize, Uuid), BTreeSet<String>> = BTreeMap::new();
        let mut parents: Vec<BTreeMap<String, Vec<String>>> = Vec::new();
        for (at, shelf) in self.shelves.iter().enumerate() {
            let mut above: BTreeMap<String, Vec<String>> = BTreeMap::new();
            let own: Vec<&Dataset> =
                datasets.iter().filter(|dataset| dataset.shelf == at).collect();
            if !own.is_empty() {
                for (parent, child) in self.links(shelf).await? {
                    above.entry(child).or_default().push(parent);
                }
            }
            parents.push(above);
            for kind in &shelf.dataset_types {
                let ids = own.iter().filter(|dataset| dataset.dataset_type == kind.name);
                let ids = ids.map(|dataset| Expression::text(dataset.id.to_string()));
                let ids: Vec<Expression> = ids.collect();
                for table in shelf.memberships(kind).filter(|_| !ids.is_empty()) {
                    let columns = ["dataset_id", "collection"].map(str::to_owned);
                    let wanted = Some(among("dataset_id", ids.clone()));
                    let most = MOST.saturating_mul(ids.len() as u64);
                    let (rows, _) =
                        self.rows((&shelf.schema, table), &columns, wanted, most).await?;
                    for row in rows {
                        let text = |name: &str| row.get(name).and_then(Value::as_str);
                        let id = text("dataset_id").and_then(|id| Uuid::try_parse(id).ok());
                        if let (Some(id), Some(name)) = (id, text("collection")) {
                            members.entry((at, id)).or_default().insert(name.to_owned());
                        }
                    }
                }
            }
        }
        let none = BTreeMap::new();
        let found = datasets.iter().map(|dataset| {
            let members = members.get(&(dataset.shelf, dataset.id)).cloned().unwrap_or_default();
            let chains = above(&members, parents.get(dataset.shelf).unwrap_or(&none));
            (members.into_iter().collect(), chains.into_iter().collect())
        });
        Ok(found.collect())
    }

    /// Chains with their children, in their order.
    async fn links(&self, shelf: &Shelf) -> Result<Vec<(String, String)>> {
        let columns = ["parent", "child", "position"].map(str::to_owned);
        let (mut rows, _) = self.rows((&shelf.schema, CHAINS), &columns, None, LINKS).await?;
        rows.sort_by_key(|row| row.get("position").and_then(Value::as_i64));
        let text = |row: &Row, name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
        let link = |row: Row| Some((text(&row, "parent")?, text(&row, "child")?));
        Ok(rows.into_iter().filter_map(link).collect())
    }

    /// The collections of a table's search, those behind chains included, in the order in which they are
    /// searched; nothing where it is no list of collections.
    ///
    /// # Errors
    /// Those of queries.
    pub async fn searched(&self, shelf: &Shelf) -> Result<Vec<String>> {
        if shelf.path.is_empty() {
            return Ok(Vec::new());
        }
        let links = self.links(shelf).await?;
        let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (parent, child) in &links {
            children.entry(parent).or_default().push(child);
        }
        let mut found: Vec<String> = Vec::new();
        let mut next: Vec<&str> = shelf.path.iter().rev().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = next.pop() {
            if seen.insert(name) {
                found.push(name.to_owned());
                next.extend(children.get(name).map_or(&[][..], Vec::as_slice).iter().rev());
            }
        }
        Ok(found)
    }

    /// The files of datasets in the registry of a table, published or not, as the datastore's records have them;
    /// those left out that are in the trash of all datastores.
    ///
    /// # Errors
    /// Those of queries.
    pub async fn files(&self, shelf: usize, ids: &[Uuid]) -> Result<Vec<File>> {
        let Some(own) = self.shelves.get(shelf) else { return Ok(Vec::new()) };
        let most = MOST.saturating_mul(ids.len() as u64);
        let columns = ["dataset_id", "component", "path", "file_size"].map(str::to_owned);
        let ids: Vec<Expression> = ids.iter().map(|id| Expression::text(id.to_string())).collect();
        let mut files = Vec::new();
        for table in &own.records {
            let filter = Some(among("dataset_id", ids.clone()));
            let (rows, _) = self.rows((&own.schema, table), &columns, filter, most).await?;
            files.extend(rows.iter().filter_map(file));
        }
        if own.has_trash && !files.is_empty() {
            let trashed = self.among(own, TRASH, &ids).await?;
            if !trashed.is_empty() {
                let kept = self.among(own, LOCATION, &ids).await?;
                files.retain(|file: &File| {
                    !trashed.contains(&file.dataset) || kept.contains(&file.dataset)
                });
            }
        }
        Ok(files)
    }

    /// Which of some datasets a table has.
    async fn among(
        &self,
        shelf: &Shelf,
        table: &str,
        ids: &[Expression],
    ) -> Result<BTreeSet<Uuid>> {
        let columns = ["dataset_id".to_owned()];
        let filter = Some(among("dataset_id", ids.to_vec()));
        let most = MOST.saturating_mul(ids.len() as u64);
        let (rows, _) = self.rows((&shelf.schema, table), &columns, filter, most).await?;
        let ids =
            rows.iter().filter_map(|row| Uuid::try_parse(row.get("dataset_id")?.as_str()?).ok());
        Ok(ids.collect())
    }
}

fn file(row: &Row) -> Option<File> {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    // Butler writes this for none, since NULL cannot be in a key.
    let component = text("component").filter(|name| !name.is_empty() && *name != NO_COMPONENT);
    Some(File {
        dataset: Uuid::try_parse(text("dataset_id")?).ok()?,
        component: component.map(str::to_owned),
        path: text("path").unwrap_or_default().to_owned(),
        bytes: row.get("file_size").and_then(Value::as_i64).filter(|size| *size >= 0),
    })
}

/// The chains that lead to collections, whose parents these are.
fn above(members: &BTreeSet<String>, parents: &BTreeMap<String, Vec<String>>) -> BTreeSet<String> {
    let mut chains: BTreeSet<String> = BTreeSet::new();
    let mut next: Vec<&str> = members.iter().map(String::as_str).collect();
    while let Some(child) = next.pop() {
        for parent in parents.get(child).map_or(&[][..], Vec::as_slice) {
            if chains.insert(parent.clone()) {
                next.push(parent);
            }
        }
    }
    chains
}

/// A file of a dataset, as the registry's records have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The dataset.
    pub dataset: Uuid,
    /// What of it; `None` for all.
    pub component: Option<String>,
    /// Where in the datastore.
    pub path: String,
    /// Size, where it is known.
    pub bytes: Option<i64>,
}
