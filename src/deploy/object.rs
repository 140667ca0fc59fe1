//! What is wanted in a database, and what is there.

use std::collections::BTreeSet;

use super::seal::{self, Seal, digest};
use crate::lower::{Kind, Script, Stamp};

/// The kinds of objects that `apply` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A function.
    Function,
    /// A view.
    View,
    /// A side table.
    Table,
}

impl ObjectKind {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::View => "view",
            Self::Table => "table",
        }
    }
}

/// An object of the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name, without schema.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// The statement that makes it.
    pub create: String,
    /// Comments on its columns.
    pub comments: Vec<String>,
    /// Whether all ObsCore views of a schema have it in common, as they have what decodes regions.
    pub shared: bool,
    /// Whether it is a function that finds rows of the view.
    pub search: bool,
}

impl Wanted {
    /// The objects of `script` in the order in which they are made.
    pub fn of(script: &Script) -> Vec<Self> {
        let mut wanted: Vec<Self> = Vec::new();
        for statement in &script.statements {
            let kind = match statement.kind {
                Kind::Function | Kind::Keeper | Kind::Search => ObjectKind::Function,
                Kind::View => ObjectKind::View,
                Kind::Table => ObjectKind::Table,
                Kind::Comment => {
                    if statement.sql.starts_with("COMMENT ON COLUMN")
                        && let Some(last) = wanted.last_mut()
                    {
                        last.comments.push(statement.sql.clone());
                    }
                    continue;
                }
                Kind::Schema | Kind::Grant | Kind::Fill => continue,
            };
            wanted.push(Self {
                kind,
                name: statement.name.clone(),
                about: statement.about.clone(),
                create: statement.sql.clone(),
                comments: Vec::new(),
                shared: statement.kind == Kind::Function,
                search: statement.kind == Kind::Search,
            });
        }
        wanted
    }

    /// Digest of all that we say of it, stamps apart.
    pub fn digest(&self) -> String {
        let mut text = seal::bare(&self.create);
        for comment in &self.comments {
            text.push('\n');
            text.push_str(comment);
        }
        digest(&text)
    }
}

/// The names that are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Of views and tables.
    pub views: BTreeSet<String>,
    /// Of functions.
    pub functions: BTreeSet<String>,
}

impl Names {
    /// Those of `wanted`.
    pub fn of(wanted: &[Wanted]) -> Self {
        let mut names = Self::default();
        for one in wanted {
            match one.kind {
                ObjectKind::View | ObjectKind::Table => names.views.insert(one.name.clone()),
                ObjectKind::Function => names.functions.insert(one.name.clone()),
            };
        }
        names
    }
}

/// A right that somebody has on a view, a table or a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The role; `None` for everybody.
    pub role: Option<String>,
    /// `SELECT` and so on.
    pub privilege: String,
    /// The column, when it is a right on a column only.
    pub column: Option<String>,
    /// Whether the role may pass it on.
    pub grantable: bool,
}

/// An object that is in the database under a name that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// `view`, `function`, `table`, `index`, … as the database calls it.
    pub kind: String,
    /// Its name, without schema.
    pub name: String,
    /// How SQL names it: quoted, qualified, a function with its argument types.
    pub reference: String,
    /// The stamp, if it has one.
    pub stamp: Option<Stamp>,
    /// The seal, if it has one.
    pub seal: Option<Seal>,
    /// Its definition as the database gives it, without stamp and seal.
    pub definition: String,
    /// Its owner (PostgreSQL).
    pub owner: String,
    /// The rights that others than the owner have on it (PostgreSQL).
    pub grants: BTreeSet<Grant>,
    /// `pg_class.oid` or `pg_proc.oid`; 0 on SQLite.
    pub oid: i64,
}

/// What a database holds of a view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deployed {
    /// Whether its schema exists (always on SQLite).
    pub schema_exists: bool,
    /// Whether we made the schema.
    pub schema_is_ours: bool,
    /// What carries the stamp of this ObsCore view, and functions of its schema that carry our stamp.
    pub ours: Vec<Found>,
    /// Everything else that has a name that we want.
    pub others: Vec<Found>,
    /// ObsCore views in the same schema that carry our stamp and another name.
    pub siblings: Vec<String>,
    /// Major version of the server; empty on SQLite.
    pub server: String,
}

impl Deployed {
    /// Puts an object where it belongs: whether its name is `wanted`, and whether what is stamped
    /// with a view's name is `ours`.
    pub fn add(&mut self, found: Found, wanted: bool, ours: impl Fn(&str) -> bool) {
        match &found.stamp {
            Some(stamp) if ours(&stamp.view) => self.ours.push(found),
            Some(stamp) => {
                if !self.siblings.contains(&stamp.view) {
                    self.siblings.push(stamp.view.clone());
                }
                if wanted {
                    self.others.push(found);
                }
            }
            None if wanted => self.others.push(found),
            None => {}
        }
    }

    /// One of ours.
    pub fn find(&self, kind: ObjectKind, name: &str) -> Option<&Found> {
        self.ours.iter().find(|found| found.kind == kind.word() && found.name == name)
    }

    /// Our views.
    pub fn views(&self) -> impl Iterator<Item = &Found> {
        self.ours.iter().filter(|found| found.kind == ObjectKind::View.word())
    }

    /// Our side tables.
    pub fn tables(&self) -> impl Iterator<Item = &Found> {
        self.ours.iter().filter(|found| found.kind == ObjectKind::Table.word())
    }

    /// Our functions that find rows of the view.
    pub fn searches(&self) -> impl Iterator<Item = &Found> {
        self.ours.iter().filter(|found| found.is_search())
    }

    /// Our functions.
    pub fn functions(&self) -> impl Iterator<Item = &Found> {
        self.ours.iter().filter(|found| found.kind == ObjectKind::Function.word())
    }
}

/// Whether somebody changed an object since `apply` made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// It is as it was made.
    Intact,
    /// It was changed.
    Changed,
    /// It has no seal, or that of another version of the server.
    Unknown,
}

impl Found {
    /// Whether all ObsCore views of its schema have it in common.
    pub fn is_shared(&self) -> bool {
        self.stamp.as_ref().is_some_and(|stamp| stamp.view.is_empty())
    }

    /// Whether it is a function that finds rows of a view, and no keeper of a side table.
    pub fn is_search(&self) -> bool {
        self.kind == ObjectKind::Function.word()
            && !self.is_shared()
            && !self.definition.contains("RETURNS trigger")
    }

    /// Whether somebody changed it.
    pub fn integrity(&self, server: &str) -> Integrity {
        match &self.seal {
            None => Integrity::Unknown,
            Some(seal) if seal.definition.is_empty() => {
                // SQLite: the definition is our text.
                if seal.text == digest(&self.definition) {
                    Integrity::Intact
                } else {
                    Integrity::Changed
                }
            }
            Some(seal) if seal.server != server => Integrity::Unknown,
            Some(seal) if seal.definition == digest(&self.definition) => Integrity::Intact,
            Some(_) => Integrity::Changed,
        }
    }
}
