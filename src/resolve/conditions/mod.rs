//! Where-expressions to conditions.
//!
//! In: `where` and `dataset_type_constraints` of a mapping. Out: the alternatives of one dataset
//! type as [`Predicate`]s. Follows `lsst.daf.butler.queries`: names ([`names`]), types
//! ([`compare`]), dimensions that the dataset type lacks ([`scope`]), governors ([`governors`]).

mod compare;
mod constants;
mod governors;
mod kinds;
mod membership;
mod names;
mod scope;
mod wrong;

use super::branch::Context;
use super::tables::Tables;
use crate::diag::Diagnostic;
use crate::mapping::{CollectionRule, WhereBind};
use crate::plan::Predicate;

/// The alternatives of the constraint on dataset type `name`; none means no condition. Errors go to
/// `said`.
pub fn conditions(
    context: Context<'_>,
    name: &str,
    tables: &mut Tables<'_>,
    said: &mut Vec<Diagnostic>,
) -> Vec<Predicate> {
    let mapping = context.mapping;
    // Only the exporter has constraints.
    if mapping.collections.rule != CollectionRule::SearchPath {
        return Vec::new();
    }
    let alternatives = match mapping.dataset_type_constraints.get(name) {
        Some(alternatives) => alternatives.as_slice(),
        None => std::slice::from_ref(&mapping.where_),
    };
    let mut conditions = Vec::new();
    for alternative in alternatives {
        match condition(context, name, tables, alternative) {
            Ok(condition) => conditions.push(condition),
            Err(error) => said.push(*error),
        }
    }
    match conditions.as_slice() {
        [Predicate::Constant(true)] => Vec::new(),
        _ => conditions,
    }
}

fn condition(
    context: Context<'_>,
    name: &str,
    tables: &mut Tables<'_>,
    constraint: &WhereBind,
) -> Result<Predicate, Box<Diagnostic>> {
    let mut scope = scope::Scope::new(context, name, tables, &constraint.extra_dims)?;
    let expression = constraint.expression.as_ref().map(|expression| &expression.value);
    scope.prepare(expression)?;
    let Some(expression) = expression else {
        return Ok(scope.finished(Predicate::Constant(true)));
    };
    let mut converter = compare::Converter::new(scope);
    let predicate = converter.condition(expression)?;
    converter.finished(predicate, context.snapshot)
}
