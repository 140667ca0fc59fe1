//! Whether exposures have one visit each.
//!
//! In: a plan that may take regions of exposures from their lowest visits. Out: how exposures define visits in the
//! snapshot of a session, as far as it is worth a question before many rows.

use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Definitions, Target};
use crate::plan::ViewPlan;

/// How exposures define visits now.
///
/// # Errors
/// R028 and R029.
pub async fn definitions(
    session: &mut Session,
    target: &Target,
    plan: &ViewPlan,
) -> Result<Definitions> {
    let Some(question) = target.several_visits(plan) else { return Ok(target.definitions) };
    let several = session.rows_at_once(&question).await?;
    Ok(if several.is_empty() { Definitions::OneVisit } else { target.definitions })
}
