//! Reads a dimension universe from the JSON that a registry stores.
//!
//! In: the text of the attribute `config:dimensions.json`. Out: a [`Universe`] whose elements are
//! in Butler's own order. Follows `lsst.daf.butler.dimensions.SerializedDimensionConfig`: both the
//! older layout, where a `storage` section says how an element is kept, and the newer one with
//! `implied_union_target`.

use indexmap::IndexMap;
use serde::Deserialize;

use super::universe::{Element, Key, ScalarType, Skypix, Topology, Universe};
use crate::diag::{Diagnostic, Result, Source, Span};

/// The attribute that holds the universe.
pub const UNIVERSE_ATTRIBUTE: &str = "config:dimensions.json";

/// The namespace of Rubin's own universes, and of version 0, which names none.
const NAMESPACE: &str = "daf_butler";

/// The newest universe version that is known.
const NEWEST: u64 = 8;

#[derive(Deserialize)]
struct RawUniverse {
    #[serde(default)]
    version: u32,
    skypix: RawSkypix,
    elements: IndexMap<String, RawElement>,
    #[serde(default)]
    topology: Topology,
}

#[derive(Deserialize)]
struct RawSkypix {
    common: String,
    #[serde(default)]
    systems: IndexMap<String, RawSystem>,
    #[serde(flatten)]
    more: IndexMap<String, RawSystem>,
}

#[derive(Deserialize)]
struct RawSystem {
    #[serde(default)]
    class: String,
    #[serde(default = "first_level")]
    min_level: u32,
    max_level: Option<u32>,
}

fn first_level() -> u32 {
    1
}

#[derive(Deserialize)]
struct RawElement {
    #[serde(default)]
    doc: String,
    #[serde(default)]
    keys: Vec<RawColumn>,
    #[serde(default)]
    requires: Vec<String>,
    #[serde(default)]
    implies: Vec<String>,
    #[serde(default)]
    metadata: Vec<RawColumn>,
    #[serde(default)]
    governor: bool,
    #[serde(default)]
    always_join: bool,
    implied_union_target: Option<String>,
    storage: Option<RawStorage>,
}

#[derive(Deserialize)]
struct RawStorage {
    view_of: Option<String>,
    nested: Option<Box<RawStorage>>,
}

impl RawStorage {
    fn view_of(&self) -> Option<&str> {
        self.view_of.as_deref().or_else(|| self.nested.as_deref().and_then(Self::view_of))
    }
}

#[derive(Deserialize)]
struct RawColumn {
    name: String,
    #[serde(rename = "type")]
    kind: ScalarType,
    length: Option<u32>,
    #[serde(default)]
    doc: String,
}

impl From<RawColumn> for Key {
    fn from(raw: RawColumn) -> Self {
        Self { name: raw.name, kind: raw.kind, length: raw.length, doc: raw.doc.trim().to_owned() }
    }
}

impl Universe {
    /// Reads the text of [`UNIVERSE_ATTRIBUTE`].
    ///
    /// # Errors
    /// R034 for a namespace or version that is not known, R035 for anything else that is wrong.
    pub fn from_butler_json(text: &str) -> Result<Self> {
        let header: serde_json::Value =
            serde_json::from_str(text).map_err(|error| malformed(text, &error))?;
        check_known(&header)?;
        let raw: RawUniverse =
            serde_json::from_str(text).map_err(|error| malformed(text, &error))?;
        let mut skypix: IndexMap<String, Skypix> = raw
            .skypix
            .systems
            .into_iter()
            .chain(raw.skypix.more)
            .map(|(name, system)| Ok((name.clone(), system.levels(&name)?)))
            .collect::<Result<_>>()?;
        skypix.sort_keys();
        let elements = raw
            .elements
            .into_iter()
            .map(|(name, element)| {
                let element = element.into_element(&name, &raw.topology);
                (name, element)
            })
            .collect();
        Ok(Self {
            namespace: NAMESPACE.to_owned(),
            version: raw.version,
            common_skypix: raw.skypix.common,
            elements: sorted(elements)?,
            skypix,
            topology: raw.topology,
        })
    }
}

fn check_known(header: &serde_json::Value) -> Result<()> {
    let namespace = header.get("namespace").and_then(serde_json::Value::as_str);
    let namespace = namespace.unwrap_or(NAMESPACE);
    let version = header.get("version").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if namespace == NAMESPACE && version <= NEWEST {
        return Ok(());
    }
    let mut diagnostic = Diagnostic::error(
        "R034",
        format!(
            "the registry's dimension universe is {namespace} version {version}, which is unknown"
        ),
    )
    .help(format!("known are the universes 0 to {NEWEST} of namespace {NAMESPACE}"));
    if namespace == NAMESPACE {
        diagnostic = diagnostic.help("a newer obscore-view may know it");
    }
    Err(Box::new(diagnostic))
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
fn malformed(text: &str, error: &serde_json::Error) -> Box<Diagnostic> {
    let source = Source::new(format!("butler_attributes[{UNIVERSE_ATTRIBUTE}]"), text);
    let start = offset(text, error.line(), error.column());
    Box::new(
        Diagnostic::error("R035", "the registry's dimension universe cannot be read")
            .at(&source, Span::new(start, start + 1), error_text(error))
            .help("Butler wrote this attribute when the repository was made; has it been edited?"),
    )
}

/// The byte offset of a line and column (both from one, columns in bytes) as serde_json counts.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// What serde_json says, without the position that the diagnostic shows itself.
pub(super) fn error_text(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

impl RawSystem {
    /// Butler asks the Python class when the configuration gives no maximum.
    fn levels(&self, name: &str) -> Result<Skypix> {
        let max_level = match (self.max_level, self.class.as_str()) {
            (Some(level), _) => level,
            (None, "lsst.sphgeom.HtmPixelization") => 24,
            (None, "lsst.sphgeom.HealpixPixelization") => 17,
            (None, "lsst.sphgeom.Q3cPixelization" | "lsst.sphgeom.Mq3cPixelization") => 30,
            (None, class) => {
                return Err(Box::new(Diagnostic::error(
                    "R035",
                    format!("skypix system `{name}` of unknown class `{class}` has no `max_level`"),
                )));
            }
        };
        Ok(Skypix { min_level: self.min_level, max_level })
    }
}

impl RawElement {
    fn into_element(self, name: &str, topology: &Topology) -> Element {
        let member = |families: &IndexMap<String, Vec<String>>| {
            families.values().flatten().any(|member| member == name)
        };
        let view_of = self.storage.as_ref().and_then(RawStorage::view_of).map(str::to_owned);
        Element {
            doc: self.doc.trim().to_owned(),
            keys: self.keys.into_iter().map(Key::from).collect(),
            requires: self.requires,
            implies: self.implies,
            metadata: self.metadata.into_iter().map(Key::from).collect(),
            governor: self.governor,
            always_join: self.always_join,
            view_of: view_of.or(self.implied_union_target),
            spatial: member(&topology.spatial),
            temporal: member(&topology.temporal),
        }
    }
}

/// Butler's order: rounds of all elements whose dependencies are done, each round by name.
fn sorted(mut todo: IndexMap<String, Element>) -> Result<IndexMap<String, Element>> {
    let mut done = IndexMap::new();
    while !todo.is_empty() {
        let mut round: Vec<String> = todo
            .iter()
            .filter(|(_, element)| {
                !element.requires.iter().chain(&element.implies).any(|name| todo.contains_key(name))
            })
            .map(|(name, _)| name.clone())
            .collect();
        if round.is_empty() {
            let names = todo.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let message = format!("the dimension elements {names} depend on each other in a ring");
            return Err(Box::new(Diagnostic::error("R035", message)));
        }
        round.sort();
        for name in round {
            if let Some(element) = todo.shift_remove(&name) {
                if let Some(unknown) = element
                    .requires
                    .iter()
                    .chain(&element.implies)
                    .find(|dependency| !done.contains_key(*dependency))
                {
                    let message = format!(
                        "dimension element `{name}` depends on `{unknown}`, which is not defined"
                    );
                    return Err(Box::new(Diagnostic::error("R035", message)));
                }
                done.insert(name, element);
            }
        }
    }
    Ok(done)
}
