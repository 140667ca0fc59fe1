//! Collections in SQL.
//!
//! In: a [`Search`]. Out: the helper view that lists the collections to look in, with their rank in
//! a find-first search. A chain is followed by a recursive query, so what is added to it shows at
//! once; a collection that is reached twice counts where it comes first.

use sea_query::{Expr, ExprTrait};

use super::Target;
use crate::plan::{NameTest, Search};
use crate::registry::{CollectionKey, CollectionType};

impl Target {
    /// Column of the collection table, and of the helper view, that is the key of a collection.
    pub(super) fn collection_key(&self) -> &'static str {
        match self.collection_key {
            CollectionKey::Integer => "collection_id",
            CollectionKey::Name => "name",
        }
    }

    /// Column of the tags, calibs and summary tables that refers to a collection.
    pub(super) fn collection_reference(&self) -> &'static str {
        match self.collection_key {
            CollectionKey::Integer => "collection_id",
            CollectionKey::Name => "collection_name",
        }
    }

    /// The SELECT of the helper view: key, name, type and rank of every collection of the search.
    pub(super) fn collections_view(&self, search: &Search) -> String {
        match search {
            Search::Path(names) => self.path_view(names),
            Search::Runs(tests) => {
                let tests: Vec<String> = tests.iter().map(|test| self.name_test(test)).collect();
                let mut text = self.flat_view(CollectionType::Run);
                if !tests.is_empty() {
                    text.push_str(&format!("\n  AND ({})", tests.join("\n    OR ")));
                }
                text
            }
            Search::Tagged(name) => {
                let mut text = self.flat_view(CollectionType::Tagged);
                text.push_str(&format!("\n  AND c.name = {}", self.dialect.quote(name)));
                text
            }
        }
    }

    /// The columns of the helper view; its key is that of the registry.
    fn key_columns(&self) -> &'static str {
        match self.collection_key {
            CollectionKey::Integer => "c.collection_id, c.name, c.type",
            CollectionKey::Name => "c.name, c.type",
        }
    }

    fn flat_view(&self, kind: CollectionType) -> String {
        format!(
            "SELECT {}, 1 AS rank\nFROM {} AS c\nWHERE c.type = {}",
            self.key_columns(),
            self.table("collection"),
            kind as i32
        )
    }

    fn name_test(&self, test: &NameTest) -> String {
        let name = super::scalar::column("c", "name");
        let test = match test {
            NameTest::Exact(text) => name.eq(text.as_str()),
            NameTest::Glob(pattern) => self.dialect.glob(&name, pattern),
            NameTest::Regex(pattern) => {
                self.dialect.fill("{0} ~ {1}", &[&name, &Expr::val(pattern.as_str())])
            }
            NameTest::Resolved { names, .. } if names.is_empty() => Expr::cust("FALSE"),
            NameTest::Resolved { names, .. } => name.is_in(names.iter().map(String::as_str)),
        };
        self.dialect.text(&test).replace("\"c\".\"name\"", "c.name")
    }

    /// Depth-first through the chains, in the order of the search path.
    fn path_view(&self, names: &[String]) -> String {
        let key = self.collection_key();
        let wanted: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(index, name)| format!("    ({index}, {})", self.dialect.quote(name)))
            .collect();
        // An empty VALUES list is not SQL.
        let wanted = match wanted.as_slice() {
            [] => "    (0, NULL)".to_owned(),
            wanted => wanted.join(",\n"),
        };
        // Positions in a chain can be negative: Butler prepends below the lowest.
        let (path, next) = self.dialect.chain_path();
        let collection = self.table("collection");
        let chain = self.table("collection_chain");
        let chained = CollectionType::Chained as i32;
        format!(
            "WITH RECURSIVE wanted (position, name) AS (\n  VALUES\n{wanted}\n),\nfound (key, path) \
             AS (\n  SELECT c.{key}, {path}\n  FROM wanted AS w\n  JOIN {collection} AS c ON c.name \
             = w.name\n  UNION ALL\n  SELECT l.child, {next}\n  FROM found AS f\n  JOIN {chain} AS \
             l ON l.parent = f.key\n)\nSELECT {columns}, min(f.path) AS rank\nFROM found AS f\nJOIN {collection} AS c ON c.{key} = f.key\nWHERE c.type <> \
             {chained}\nGROUP BY {columns}",
            columns = self.key_columns(),
        )
    }
}
