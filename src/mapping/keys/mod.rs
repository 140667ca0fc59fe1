//! The one table of all keys of a mapping.
//!
//! Unknown-key detection and suggestions, the JSON Schema and `docs/mapping.md` all come from it,
//! so they cannot disagree. Names, types and defaults follow `ObsCoreConfig`,
//! `ObsCoreManagerConfig` and `ExporterConfig`; the rest are ours.

mod butler;
mod own;

pub(super) use butler::{COLUMN, DATASET_TYPE, FORMER, ORIGIN, PGSPHERE, PLUGIN, ROOT, WHERE};
pub(super) use own::{OBSCORE_COLUMNS, OWN, OWN_TYPE, RELEASE, VIEW};

/// Who reads a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Both the exporter and the live manager of Butler.
    Butler,
    /// Only `butler obscore export`.
    Exporter,
    /// Only the live manager.
    Live,
    /// Only this program.
    Own,
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Template,
    Where,
    Integer,
    Number,
    Switch,
    Date,
    Choice(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A text or a list of texts.
    OneOrMoreTexts,
    /// Two integers.
    IntegerPair,
    /// Two numbers, each perhaps null.
    NumberPair,
    /// A float, integer, boolean, text, or a column block.
    Column,
    /// Anything.
    Any,
    /// A block of keys.
    Block(&'static Table),
    /// A list of blocks.
    Blocks(&'static Table),
    /// Free names, each with a value of that kind.
    Named(&'static Kind),
    /// ObsCore column names, each with a value as in `extra_columns`.
    ObsCoreColumns,
}

/// A key of a block.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// Whether null is the same as leaving the key out.
    pub(super) nullable: bool,
    /// The default as JSON; empty when there is none.
    pub(super) default: &'static str,
    pub(super) owner: Owner,
    pub(super) doc: &'static str,
}

/// The keys that a block may have.
#[derive(Debug)]
pub(super) struct Table {
    /// Name in the schema's `$defs`.
    pub(super) name: &'static str,
    pub(super) doc: &'static str,
    pub(super) keys: &'static [Key],
}

const fn key(name: &'static str, kind: Kind, owner: Owner, doc: &'static str) -> Key {
    Key { name, kind, required: false, nullable: false, default: "", owner, doc }
}

impl Key {
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    const fn default(mut self, json: &'static str) -> Self {
        self.default = json;
        self
    }
}
impl Table {
    /// The key called `name`.
    pub(super) fn find(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}
