//! A snapshot as a page for people.
//!
//! In: a [`Snapshot`]. Out: what `inspect` prints: versions, dataset types with their dimensions,
//! collections as a tree.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use super::{CollectionKey, CollectionType, Snapshot};

/// Chains deeper than this are cut; Butler itself allows no ring, but a table can hold one.
const DEEPEST: usize = 20;

impl Snapshot {
    /// The page, ending in a newline.
    pub fn summary(&self) -> String {
        let mut page = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_summary(&mut page);
        page
    }

    fn write_summary(&self, page: &mut String) -> fmt::Result {
        writeln!(page, "database     {}", self.dialect.title())?;
        if let Some(namespace) = &self.namespace {
            writeln!(page, "namespace    {namespace}")?;
        }
        for (name, version) in &self.extensions {
            writeln!(page, "extension    {name} {version}")?;
        }
        writeln!(page, "universe     {} {}", self.universe.namespace, self.universe.version)?;
        writeln!(page, "common skypix {}", self.universe.common_skypix)?;
        writeln!(page, "\nmanagers")?;
        let width = self.managers.keys().map(String::len).max().unwrap_or(0);
        for (role, manager) in &self.managers {
            let class = manager.class.rsplit('.').next().unwrap_or_default();
            writeln!(page, "  {role:width$}  {:8} {class}", manager.version)?;
        }
        for (governor, values) in &self.governors {
            writeln!(page, "\n{governor}: {}", values.len())?;
            for value in values {
                writeln!(page, "  {value}")?;
            }
        }
        self.write_dataset_types(page)?;
        self.write_collections(page)
    }

    fn write_dataset_types(&self, page: &mut String) -> fmt::Result {
        writeln!(page, "\ndataset types: {}", self.dataset_types.len())?;
        let width = self.dataset_types.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        for (name, dataset_type) in &self.dataset_types {
            let dimensions = dataset_type.required.join(", ");
            let class = &dataset_type.storage_class;
            let calibration =
                if dataset_type.calibs_table.is_some() { " [calibration]" } else { "" };
            writeln!(page, "  {name:width$}  ({dimensions}) {class}{calibration}")?;
        }
        Ok(())
    }

    fn write_collections(&self, page: &mut String) -> fmt::Result {
        let keys = match self.collection_key {
            CollectionKey::Integer => "integer keys",
            CollectionKey::Name => "name keys",
        };
        writeln!(page, "\ncollections: {} ({keys})", self.collections.len())?;
        let children: BTreeSet<&String> =
            self.collections.values().flat_map(|collection| &collection.children).collect();
        let mut unvisited: BTreeSet<&String> = self.collections.keys().collect();
        for name in self.collections.keys().filter(|name| !children.contains(name)) {
            self.write_tree(page, name, 1, &mut unvisited)?;
        }
        // What is left are rings of chains, which have no top.
        while let Some(name) = unvisited.first().copied() {
            self.write_tree(page, name, 1, &mut unvisited)?;
        }
        Ok(())
    }

    fn write_tree<'a>(
        &'a self,
        page: &mut String,
        name: &'a String,
        depth: usize,
        unvisited: &mut BTreeSet<&'a String>,
    ) -> fmt::Result {
        let Some((name, collection)) = self.collections.get_key_value(name) else { return Ok(()) };
        let first_time = unvisited.remove(name);
        let kind = match collection.kind {
            CollectionType::Run => "RUN",
            CollectionType::Tagged => "TAGGED",
            CollectionType::Chained => "CHAINED",
            CollectionType::Calibration => "CALIBRATION",
        };
        let indent = "  ".repeat(depth);
        let again = if first_time || collection.children.is_empty() { "" } else { " (as above)" };
        writeln!(page, "{indent}{name} {kind}{again}")?;
        if first_time && depth < DEEPEST {
            for child in &collection.children {
                self.write_tree(page, child, depth + 1, unvisited)?;
            }
        }
        Ok(())
    }
}
