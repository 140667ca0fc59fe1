//! What somebody wants to have resolved.

use serde_json::Value;

use crate::diag::{Diagnostic, Result, nearest};
use crate::serve::datasets::{Shelf, Wanted};
use crate::serve::parameters::Parameters;

/// Identifiers of one request.
pub const MOST: usize = 500;

/// Parameters that DALI has for all services, and that mean nothing here.
const OTHERS: [&str; 4] = ["MAXREC", "RUNID", "UPLOAD", "FORMAT"];

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// For datasets by identifiers.
    Identifiers(Vec<Wanted>),
    /// For datasets by parts of their data IDs, dataset type and run among them.
    DataId(Vec<(String, Value)>),
}

impl Asked {
    /// Reads the parameters of a request: `ID`s, or else names of dimensions with their values.
    ///
    /// # Errors
    /// S010 and S011 for parameters that are not these, S016 for too many.
    pub fn read(parameters: &Parameters, shelves: &[Shelf]) -> Result<Self> {
        let mut wanted = Vec::new();
        let mut pairs = Vec::new();
        for (name, value) in parameters.entries().filter(|(_, value)| !value.trim().is_empty()) {
            match name {
                "ID" => wanted.push(Wanted::new(value)),
                "RESPONSEFORMAT" => {}
                _ if OTHERS.contains(&name) => {
                    let message = format!("{name} is not a parameter of /resolve");
                    return Err(wrong(&message, shelves));
                }
                _ => pairs.push((name, value)),
            }
        }
        respond(parameters.single("RESPONSEFORMAT")?)?;
        if wanted.len() > MOST {
            let message = format!("{} identifiers in one request", wanted.len());
            let error = Diagnostic::error("S016", message);
            return Err(Box::new(error.help(format!("at most {MOST} can be resolved at a time"))));
        }
        match (wanted.is_empty(), pairs.is_empty()) {
            (false, true) => Ok(Self::Identifiers(wanted)),
            (true, false) => Self::data_id(pairs, shelves),
            (true, true) => Err(wrong("nothing is asked for", shelves)),
            (false, false) => {
                // What is no part of a data ID either is said first.
                Self::data_id(pairs, shelves)?;
                Err(wrong("both an ID and parts of a data ID are given", shelves))
            }
        }
    }

    /// Reads parts of a data ID; the names are in any case of letters.
    ///
    /// # Errors
    /// S010, S011.
    pub fn data_id<'t>(
        pairs: impl IntoIterator<Item = (&'t str, &'t str)>,
        shelves: &[Shelf],
    ) -> Result<Self> {
        let mut values: Vec<(String, Value)> = Vec::new();
        for (name, text) in pairs {
            let known = names(shelves).find(|(known, _)| known.eq_ignore_ascii_case(name));
            let Some((known, is_number)) = known else {
                let name = name.to_lowercase();
                let message = format!("`{name}` is no dimension of any published dataset type");
                let mut error = wrong(&message, shelves);
                if let Some(near) = nearest(&name, names(shelves).map(|(name, _)| name)) {
                    error.help.insert(0, format!("did you mean `{near}`?"));
                }
                return Err(error);
            };
            if values.iter().any(|(name, _)| name == known) {
                let message = format!("`{known}` was given more than once");
                return Err(Box::new(Diagnostic::error("S010", message)));
            }
            let text = text.trim();
            let value = if is_number {
                let number: i64 = text.parse().map_err(|_| {
                    let shown: String = text.chars().take(40).collect();
                    Diagnostic::error("S011", format!("`{known}` is a whole number, not `{shown}`"))
                })?;
                Value::from(number)
            } else {
                if known == "dataset_type" {
                    is_published(text, shelves)?;
                }
                Value::from(text)
            };
            values.push((known.to_owned(), value));
        }
        Ok(Self::DataId(values))
    }
}

/// Refuses formats other than JSON.
fn respond(asked: Option<&str>) -> Result<()> {
    let asked = asked.unwrap_or("json");
    let bare = asked.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if ["json", "application/json"].contains(&bare.as_str()) {
        return Ok(());
    }
    let shown: String = asked.chars().take(40).collect();
    let error = Diagnostic::error("S019", format!("/resolve does not answer as `{shown}`"));
    Err(Box::new(error.help("possible: json, application/json")))
}

/// Refuses the names of dataset types that no table publishes.
fn is_published(name: &str, shelves: &[Shelf]) -> Result<()> {
    let mut known: Vec<&str> = shelves
        .iter()
        .flat_map(|shelf| &shelf.dataset_types)
        .map(|one| one.name.as_str())
        .collect();
    if known.contains(&name) {
        return Ok(());
    }
    known.sort_unstable();
    known.dedup();
    let shown: String = name.chars().take(80).collect();
    let mut error =
        Diagnostic::error("S011", format!("no dataset type `{shown}` is published here"));
    if let Some(near) = nearest(name, known.iter().copied()) {
        error = error.help(format!("did you mean `{near}`?"));
    }
    Err(Box::new(error.help(format!("published: {}", known.join(", ")))))
}

fn names(shelves: &[Shelf]) -> impl Iterator<Item = (&str, bool)> {
    let own = [("dataset_type", false), ("run", false)];
    let dimensions = shelves.iter().flat_map(|shelf| &shelf.dimensions);
    own.into_iter().chain(dimensions.map(|(name, is_number)| (name.as_str(), *is_number)))
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
fn wrong(message: &str, shelves: &[Shelf]) -> Box<Diagnostic> {
    let mut possible: Vec<&str> = Vec::new();
    for (name, _) in names(shelves) {
        if !possible.contains(&name) {
            possible.push(name);
        }
    }
    Box::new(
        Diagnostic::error("S011", message)
            .help("give ID with a DID, butler://label/uuid or a UUID; it can be repeated")
            .help(format!("or parts of a data ID: {}", possible.join(", "))),
    )
}
