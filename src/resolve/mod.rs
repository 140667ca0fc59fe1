//! From a mapping and a registry snapshot to a view plan.
//!
//! In: a [`Mapping`] and a [`Snapshot`]. Out: a [`ViewPlan`] and warnings, or errors that point
//! into the mapping file. The rules are those of Butler's own ObsCore code
//! (`lsst.daf.butler.registry.obscore` and `lsst.dax.obscore`), with the documented deviations.

mod branch;
mod collections;
mod columns;
mod conditions;
mod fields;
mod footprint;
mod formats;
mod pattern;
mod reach;
pub mod service;
mod tables;
mod values;

pub use formats::{Refusal, refused};

use crate::diag::{Diagnostic, Severity, nearest};
use crate::mapping::Mapping;
use crate::plan::ViewPlan;
use crate::registry::Snapshot;
use crate::sql::Dialect;

/// What else decides how a mapping is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The dialect that the plan will be lowered to.
    pub dialect: Dialect,
    /// Whether every deviation from Butler's answers is switched off.
    pub parity: bool,
}

/// A plan with what is worth saying about it.
pub type Resolved = Result<(ViewPlan, Vec<Diagnostic>), Vec<Diagnostic>>;

/// Compiles `mapping` against `snapshot`. Dataset types that the registry does not have yet give a
/// warning and no branch.
pub fn resolve(mapping: &Mapping, snapshot: &Snapshot, options: Options) -> Resolved {
    let mut mapping = mapping.clone();
    if options.parity {
        mapping.switch_deviations_off();
    }
    let mapping = &mapping;
    let mut said = Vec::new();
    let columns = columns::columns(mapping);
    let search = collections::search(mapping, snapshot, options.dialect, &mut said);
    let mut branches = Vec::new();
    for (name, block) in &mapping.dataset_types {
        let Some(dataset_type) = snapshot.dataset_types.get(name) else {
            said.push(unregistered(mapping, snapshot, name, block.span));
            continue;
        };
        let context = branch::Context { mapping, snapshot, options };
        branches.extend(branch::branch(
            context,
            name,
            dataset_type,
            &block.value,
            &columns,
            &mut said,
        ));
    }
    if said.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(said);
    }
    Ok((ViewPlan { columns, branches, search }, said))
}

fn unregistered(
    mapping: &Mapping,
    snapshot: &Snapshot,
    name: &str,
    span: crate::diag::Span,
) -> Diagnostic {
    let known = snapshot.dataset_types.keys().map(String::as_str);
    let diagnostic = Diagnostic::warning(
        "P001",
        format!("dataset type `{name}` is not registered in this repository"),
    )
    .at(&mapping.source, span, "no rows come from this block yet")
    .help("`check` reports when it has been registered");
    match nearest(name, known) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}
