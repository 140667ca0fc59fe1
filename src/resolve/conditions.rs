//! temp
use super::branch::Context;
use super::tables::Tables;
use crate::diag::Diagnostic;
use crate::plan::Predicate;
pub fn conditions(
    _c: Context<'_>,
    _n: &str,
    _t: &mut Tables<'_>,
    _s: &mut Vec<Diagnostic>,
) -> Vec<Predicate> {
    Vec::new()
}
