//! Whether side tables of regions are in step.
//!
//! In: a [`Sidecar`] and the registry. Out: what is missing, stale or superfluous, counted, with the first
//! few dimension records. Rows are told by a hash of the stored region; nothing is decoded.

use std::collections::BTreeMap;

use futures::StreamExt;

use crate::db::Session;
use crate::diag::{Diagnostic, Result};
use crate::lower::Sidecar;
use crate::value::Cell;

/// Records named in a finding.
const EXAMPLES: usize = 5;

/// Compares a side table with the registry; one that is not there is for others to find.
///
/// # Errors
/// R020 to R029.
pub async fn table(session: &mut Session, sidecar: &Sidecar) -> Result<Vec<Diagnostic>> {
    let sql = "SELECT to_regclass($1) IS NOT NULL, CASE WHEN to_regclass($1) IS NOT NULL THEN \
               has_table_privilege(to_regclass($1), 'SELECT') END";
    let rows = session.rows(sql, &[Cell::Text(sidecar.table.clone())]).await?;
    match rows.first().map(Vec::as_slice) {
        Some([Cell::Bool(true), Cell::Bool(true)]) => {}
        Some([Cell::Bool(true), _]) => {
            let message = format!("{} may not be read, and was not compared", sidecar.table);
            return Ok(vec![
                Diagnostic::note("D037", message)
                    .help(format!("GRANT SELECT ON {} TO …", sidecar.table)),
            ]);
        }
        _ => return Ok(Vec::new()),
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut examples = Vec::new();
    let mut rows = session.stream(&sidecar.wrong(), &[]);
    while let Some(row) = rows.next().await {
        let row = row?;
        let Some((Cell::Text(what), key)) = row.split_first() else { continue };
        *counts.entry(what.clone()).or_default() += 1;
        if examples.len() < EXAMPLES {
            examples.push(record(what, &sidecar.key_names(), key));
        }
    }
    if counts.is_empty() {
        return Ok(Vec::new());
    }
    let all: u64 = counts.values().sum();
    let counts: Vec<String> =
        counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let message =
        format!("{} is out of step with the registry: {}", sidecar.table, counts.join(", "));
    let mut finding = Diagnostic::error("D036", message);
    let more = all - examples.len() as u64;
    for example in examples {
        finding = finding.help(example);
    }
    if more > 0 {
        finding = finding.help(format!("and {more} more"));
    }
    Ok(vec![finding.help("`apply` puts it right")])
}

fn record(what: &str, names: &[&str], key: &[Cell]) -> String {
    let parts: Vec<String> = names
        .iter()
        .zip(key)
        .map(|(name, value)| match value {
            Cell::Text(text) => format!("{name}='{text}'"),
            Cell::Int(number) => format!("{name}={number}"),
            other => format!("{name}={other:?}"),
        })
        .collect();
    format!("{what}: {}", parts.join(", "))
}
