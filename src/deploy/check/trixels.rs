//! Whether regions can be found by their trixels.
//!
//! In: the tables whose regions the plan reads. Out: a finding for each whose regions are not all in Butler's
//! table of trixels. Rows are right without them, but queries by place read all regions then.

use super::Subject;
use crate::db::Session;
use crate::diag::{Diagnostic, Result};
use crate::functions::is_nowhere;
use crate::lower::UNKEPT;
use crate::plan::LEVEL;
use crate::value::Cell;

/// Looks for regions of a table without trixels.
///
/// # Errors
/// R020 to R029.
pub async fn table(
    session: &mut Session,
    subject: &Subject<'_>,
    element: &str,
) -> Result<Option<Diagnostic>> {
    let universe = &subject.snapshot.universe;
    let system = format!("htm{LEVEL}");
    let finding = |what: String| {
        Diagnostic::warning("D038", format!("{what}: queries by place read all of {element}"))
    };
    if universe.common_skypix != system {
        let what = format!("the registry's pixels are {}, not {system}", universe.common_skypix);
        return Ok(Some(finding(what)));
    }
    let overlaps = format!("{element}_skypix_overlap");
    if !subject.snapshot.tables.contains_key(&overlaps) {
        return Ok(Some(finding(format!("there is no table {overlaps}"))));
    }
    let dimensions = universe.required_columns(element);
    let keys: Vec<String> = dimensions
        .iter()
        .map(|dimension| universe.key_column(element, dimension).to_owned())
        .collect();
    let rows = session.rows(&subject.target.unkept(element, &keys), &[]).await?;
    let text = |row: &Vec<Cell>| row.first().and_then(Cell::as_str).map(str::to_owned);
    let some = rows.iter().filter_map(text).filter(|region| !is_nowhere(region)).count();
    Ok((some > 0).then(|| {
        let more = if rows.len() < UNKEPT { "" } else { " or more" };
        finding(format!("{some}{more} regions are not in {overlaps}"))
            .help("Butler writes both in one transaction; what else has filled this registry?")
    }))
}
