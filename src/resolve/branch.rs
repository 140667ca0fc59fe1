//! One branch of the view.

use super::Options;
use super::conditions::conditions;
use super::tables::Tables;
use super::values::Values;
use crate::diag::{Diagnostic, Severity};
use crate::mapping::{DatasetTypeBlock, Mapping};
use crate::plan::{Branch, Scalar, ViewColumn};
use crate::registry::{DatasetType, Snapshot};

/// What all branches share.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The mapping.
    pub mapping: &'a Mapping,
    /// The registry.
    pub snapshot: &'a Snapshot,
    /// How it is meant.
    pub options: Options,
}

/// Compiles the block of a registered dataset type; errors go to `said`.
pub fn branch(
    context: Context<'_>,
    name: &str,
    dataset_type: &DatasetType,
    block: &DatasetTypeBlock,
    columns: &[ViewColumn],
    said: &mut Vec<Diagnostic>,
) -> Option<Branch> {
    let required = dataset_type.required.iter().map(String::as_str);
    let group = match context.snapshot.universe.group(required) {
        Ok(group) => group,
        Err(error) => {
            said.push(
                Diagnostic::error("P002", format!("dataset type `{name}`: {error}"))
                    .help("the registry's dimension universe and its dataset types disagree"),
            );
            return None;
        }
    };
    let errors = said.iter().filter(|one| one.severity == Severity::Error).count();
    let mut tables = Tables::new(context.snapshot, group);
    let values = Values::new(context, name, block, said).all(&mut tables);
    let conditions = conditions(context, name, &mut tables, said);
    if said.iter().filter(|one| one.severity == Severity::Error).count() > errors {
        return None;
    }
    Some(Branch {
        dataset_type: name.to_owned(),
        dataset_type_id: dataset_type.id,
        tags_table: dataset_type.tags_table.clone(),
        calibs_table: dataset_type.calibs_table.clone(),
        required: dataset_type.required.clone(),
        joins: tables.joins,
        conditions,
        repeats: !context.mapping.deviations.one_row_per_dataset,
        values: columns
            .iter()
            .map(|column| values.get(&column.name).cloned().unwrap_or(Scalar::Null))
            .collect(),
    })
}
