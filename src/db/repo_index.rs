//! Aliases of repositories.
//!
//! In: `DAF_BUTLER_REPOSITORY_INDEX` (a file) or `DAF_BUTLER_REPOSITORIES` (its content), YAML or
//! JSON, alias → place. Out: the place. Follows `lsst.daf.butler.ButlerRepoIndex`.

use indexmap::IndexMap;

use super::redact::redact;
use super::{Environment, butler_yaml};
use crate::diag::{Diagnostic, Result};

const FILE: &str = "DAF_BUTLER_REPOSITORY_INDEX";
const CONTENT: &str = "DAF_BUTLER_REPOSITORIES";

/// All aliases, empty when no index is defined.
///
/// # Errors
/// R003 when the index cannot be read, or when both variables are set.
pub fn aliases(environment: &Environment) -> Result<IndexMap<String, String>> {
    let value = match (environment.get(FILE), environment.get(CONTENT)) {
        (None, None) => return Ok(IndexMap::new()),
        (Some(_), Some(_)) => {
            let message = format!("both {FILE} and {CONTENT} are set");
            return Err(Box::new(Diagnostic::error("R003", message).help("unset one of them")));
        }
        (Some(file), None) => {
            let path = butler_yaml::local(file, environment)?;
            butler_yaml::load(&path, environment, 0).map_err(|inner| {
                let mut diagnostic = Diagnostic::error(
                    "R003",
                    format!("the repository index cannot be read: {}", inner.message),
                )
                .help(format!("{FILE} names it"));
                diagnostic.labels = inner.labels;
                diagnostic
            })?
        }
        (None, Some(content)) => serde_yaml::from_str(content).map_err(|error| {
            Diagnostic::error(
                "R003",
                format!("{CONTENT} is not valid YAML: {}", redact(&error.to_string())),
            )
        })?,
    };
    serde_yaml::from_value(value).map_err(|error: serde_yaml::Error| {
        let said = redact(&error.to_string());
        Box::new(
            Diagnostic::error("R003", format!("the repository index is not as expected: {said}"))
                .help("it maps aliases to places: `main: /repo/main/butler.yaml`"),
        )
    })
}
