//! Services that the operator declares for datasets.
//!
//! In: a YAML file (`datalink.services`) that names services, for which dataset types they are, and their parameters.
//! Out: descriptors of DataLink 1.1 section 4 with the values of one dataset.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::diag::{Diagnostic, Result, Source, Span};
use crate::serve::datasets::Dataset;
use crate::votable::{Datatype, Descriptor, Param};

/// A service.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Beginning of its XML IDs: a letter, then letters, digits, `_`, `-` and `.`.
    pub id: String,
    /// What it does, for people.
    pub description: String,
    /// Its URL.
    pub access_url: String,
    /// Identifier of its standard; empty for none.
    #[serde(default)]
    pub standard_id: String,
    /// Media type of its answers; empty for unknown.
    #[serde(default)]
    pub content_type: String,
    /// What it is, as a term of the vocabulary `datalink/core`.
    #[serde(default = "processing")]
    pub semantics: String,
    /// The dataset types that it is for; all where none is named.
    #[serde(default)]
    pub dataset_types: Vec<String>,
    /// Its parameters.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
}

/// A parameter of a service.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    name: String,
    /// Its value, with `{id}`, `{did}`, `{dataset_type}`, `{run}` and dimensions in braces; the client chooses one
    /// where there is none.
    #[serde(default)]
    value: String,
    #[serde(default)]
    datatype: Kind,
    #[serde(default)]
    arraysize: String,
    #[serde(default)]
    xtype: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    ucd: String,
    #[serde(default)]
    description: String,
    /// What the client can choose from.
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    min: String,
    #[serde(default)]
    max: String,
}

/// The datatypes that parameters have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Char,
    Int,
    Long,
    Float,
    Double,
    Boolean,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    services: Vec<Declared>,
}

fn processing() -> String {
    "#proc".to_owned()
}

/// Reads the services of a file.
///
/// # Errors
/// S001 when it cannot be read, S003 with its place when it is wrong.
pub fn read(path: &Path) -> Result<Vec<Declared>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Diagnostic::error("S001", format!("the services of {name} cannot be read: {error}"))
    })?;
    let source = Source::new(name, text);
    let file: File = serde_yaml::from_str(source.text()).map_err(|error| {
        let at = error.location().map_or(0, |location| location.index());
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default().to_owned();
        Diagnostic::error("S003", "`datalink.services` cannot be read as a list of services")
            .at(&source, Span::new(at, at + 1), said)
            .help("each has an id, a description and an access_url at least; docs/datalink.md shows some")
    })?;
    for (at, service) in file.services.iter().enumerate() {
        let twin = file.services.iter().take(at).any(|other| other.id == service.id);
        let wrong = service.wrong().or_else(|| twin.then(|| "it is there twice".to_owned()));
        if let Some(wrong) = wrong {
            let earlier = file.services.iter().take(at).filter(|other| other.id == service.id);
            let begin = place(source.text(), &service.id, earlier.count());
            let span = Span::new(begin, begin + service.id.len());
            let message = format!("the service `{}` cannot be offered", service.id);
            return Err(Diagnostic::error("S003", message).at(&source, span, wrong).into());
        }
    }
    Ok(file.services)
}

/// Where the id of a service stands: that of the `nth` with this id; the beginning where it is written in a way
/// that is not seen here.
fn place(text: &str, id: &str, nth: usize) -> usize {
    let keys = text.match_indices("id:").filter(|(at, _)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        before.is_none_or(|before| !before.is_alphanumeric() && before != '_')
    });
    let mut places = keys.filter_map(|(at, key)| {
        let behind = text.get(at + key.len()..)?;
        let value = behind.trim_start_matches([' ', '"', '\'']);
        let own = value.strip_prefix(id)?;
        let ends = own.chars().next().is_none_or(|next| "\"', \n\r}#".contains(next));
        ends.then_some(text.len() - value.len())
    });
    places.nth(nth).unwrap_or_default()
}

impl Declared {
    /// Why it cannot be offered.
    fn wrong(&self) -> Option<String> {
        let mut letters = self.id.chars();
        let begins = letters.next().is_some_and(|first| first.is_ascii_alphabetic());
        if !begins || letters.any(|c| !c.is_ascii_alphanumeric() && !"_-.".contains(c)) {
            return Some("an id is a letter, then letters, digits, `_`, `-` and `.`".to_owned());
        }
        let url = url::Url::parse(&self.access_url);
        if !url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            return Some("its access_url is no http or https URL".to_owned());
        }
        match self.semantics.strip_prefix('#') {
            Some(term) if TERMS.contains(&term) => {}
            Some(_) => return Some(format!("semantics are a URI, or one of {}", all_terms())),
            None if self.semantics.is_ascii() && url::Url::parse(&self.semantics).is_ok() => {}
            None => return Some("its semantics are a term such as #proc, or a URI".to_owned()),
        }
        let odd = self.parameters.iter().find(|one| !are_paired(&one.value))?;
        Some(format!("the value of {} has a brace without its other half", odd.name))
    }

    /// Whether it is for a dataset type.
    pub fn is_for(&self, dataset_type: &str) -> bool {
        self.dataset_types.is_empty() || self.dataset_types.iter().any(|name| name == dataset_type)
    }

    /// Its description with the values of a dataset.
    pub fn descriptor(&self, id: &str, values: &BTreeMap<&str, String>) -> Descriptor {
        let mut params = vec![Param::text("accessURL", self.access_url.as_str())];
        if !self.standard_id.is_empty() {
            params.insert(0, Param::text("standardID", self.standard_id.as_str()));
        }
        if !self.content_type.is_empty() {
            params.push(Param::text("contentType", self.content_type.as_str()));
        }
        Descriptor {
            id: id.to_owned(),
            name: id.to_owned(),
            description: self.description.clone(),
            params,
            inputs: self.parameters.iter().map(|one| one.param(values)).collect(),
        }
    }
}

/// The terms of the vocabulary `datalink/core`.
const TERMS: [&str; 22] = [
    "this",
    "progenitor",
    "derivation",
    "auxiliary",
    "weight",
    "error",
    "noise",
    "calibration",
    "bias",
    "dark",
    "flat",
    "preview",
    "preview-image",
    "preview-plot",
    "thumbnail",
    "proc",
    "cutout",
    "documentation",
    "detached-header",
    "coderived",
    "counterpart",
    "package",
];

fn all_terms() -> String {
    TERMS.map(|term| format!("#{term}")).join(", ")
}

/// Whether each opening brace has a closing one before the next.
fn are_paired(text: &str) -> bool {
    let mut open = false;
    for character in text.chars() {
        match (character, open) {
            ('{', false) | ('}', true) => open = !open,
            ('{', true) | ('}', false) => return false,
            _ => {}
        }
    }
    !open
}

impl Parameter {
    fn param(&self, values: &BTreeMap<&str, String>) -> Param {
        let datatype = match self.datatype {
            Kind::Char => Datatype::Char,
            Kind::Int => Datatype::Int,
            Kind::Long => Datatype::Long,
            Kind::Float => Datatype::Float,
            Kind::Double => Datatype::Double,
            Kind::Boolean => Datatype::Boolean,
        };
        let arraysize = match self.arraysize.as_str() {
            "" if datatype.is_text() => "*",
            given => given,
        };
        let mut param = Param::new(&self.name, datatype, arraysize);
        param.field.xtype.clone_from(&self.xtype);
        param.field.unit.clone_from(&self.unit);
        param.field.ucd.clone_from(&self.ucd);
        param.field.description.clone_from(&self.description);
        param.value = filled(&self.value, values);
        if param.field.datatype == Datatype::Char && !param.value.is_ascii() {
            param.field.datatype = Datatype::UnicodeChar;
        }
        param.options.clone_from(&self.options);
        param.limits = [self.min.clone(), self.max.clone()];
        param
    }
}

/// The values that a dataset gives to parameters, by their names.
pub fn values(dataset: &Dataset) -> BTreeMap<&str, String> {
    let mut values = BTreeMap::new();
    for (name, value) in &dataset.data_id {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        values.insert(name.as_str(), text);
    }
    let did = dataset.text("obs_publisher_did").unwrap_or_default();
    values.insert("did", did.to_owned());
    values.insert("id", dataset.id.to_string());
    values.insert("dataset_type", dataset.dataset_type.clone());
    values.insert("run", dataset.run.clone());
    values
}

/// A text with names in braces replaced; what a dataset does not have is empty.
fn filled(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, behind)) = after.split_once('}') else { break };
        filled.push_str(values.get(name).map_or("", String::as_str));
        rest = behind;
    }
    filled + rest
}
