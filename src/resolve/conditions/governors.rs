//! The rule of governor dimensions.
//!
//! A key such as `visit` means something only together with its instrument. As Butler, a condition
//! that names one must compare the governor somewhere; lists of bind values do not count.

use super::names::{Context, Reference};
use crate::diag::{Diagnostic, Result, Span};
use crate::registry::Snapshot;

/// The governors that a condition needs and those that it compares.
#[derive(Debug, Default)]
pub struct Governors {
    needed: Vec<(String, String, Span)>,
    compared: Vec<String>,
}

impl Governors {
    /// Notes a column that the condition reads.
    pub fn reads(&mut self, names: Context<'_>, reference: &Reference, span: Span) {
        let element = match reference {
            Reference::Key(dimension) => dimension,
            Reference::Field(element, field) if is_key(names, element, field) => element,
            _ => return,
        };
        for governor in governors(names, element) {
            let itself = matches!(reference, Reference::Key(_)) && governor == *element;
            if !itself {
                self.needed.push((governor, element.clone(), span));
            }
        }
    }

    /// Notes a column that the condition compares with something else than NULL.
    pub fn compares(&mut self, names: Context<'_>, reference: &Reference) {
        let element = match reference {
            Reference::Key(dimension) => dimension,
            Reference::Field(element, field) if is_key(names, element, field) => element,
            _ => return,
        };
        if names.universe.governors().any(|governor| governor == element) {
            self.compared.push(element.clone());
        }
    }

    /// The error for the first governor that is needed but not compared.
    pub fn check(&self, source: &crate::diag::Source, snapshot: &Snapshot) -> Result<()> {
        let missing = self.needed.iter().find(|(governor, _, _)| !self.compared.contains(governor));
        let Some((governor, element, span)) = missing else { return Ok(()) };
        let values = snapshot.governors.get(governor);
        let example = values.and_then(|values| values.first()).cloned().unwrap_or_default();
        let example = example.replace('\'', "…");
        Err(Box::new(
            Diagnostic::error("W004", format!("the condition does not say which {governor}"))
                .at(source, *span, format!("`{element}` depends on {governor}"))
                .help(format!("add `{governor} = '{example}' AND …`")),
        ))
    }
}

/// Whether a field is another key of a dimension.
fn is_key(names: Context<'_>, element: &str, field: &str) -> bool {
    let found = names.universe.elements.get(element);
    found.is_some_and(|one| one.keys.iter().skip(1).any(|key| key.name == field))
}

fn governors(names: Context<'_>, element: &str) -> Vec<String> {
    let Ok(group) = names.universe.group([element]) else { return Vec::new() };
    let is_governor = |name: &&str| group.names.iter().any(|one| one == *name);
    names.universe.governors().filter(is_governor).map(str::to_owned).collect()
}
