//! Whether view, mapping and registry are in step, and whether the rows are good ObsCore.
//!
//! In: a compiled mapping, and the registry's database when it is live. Out: findings: diagnostics
//! of the families D (drift) and L (lints), which [`Report`] writes as text, JSON or SARIF.
//! Nothing is changed, and a read-only role is enough.

mod constants;
mod drift;
mod identifiers;
mod lint;
mod regions;
mod report;
mod report_json;
mod report_sarif;
mod report_text;
mod rows;
mod sidecars;
mod spectrum;
mod trixels;
mod ucd;
mod ucd_words;

use std::collections::BTreeSet;
use std::time::Duration;

use super::catalog;
use super::object::{Names, Wanted};
use crate::db::{Database, Session};
use crate::diag::{Diagnostic, Result};
use crate::lower::{Rights, Script, Stamp, Target};
use crate::mapping::Mapping;
use crate::plan::ViewPlan;
use crate::registry::Snapshot;
use crate::time;
use crate::value::Cell;

pub use lint::lint;
pub use report::{Format, Report};
pub use ucd::words as ucd_words;

/// What is checked.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The mapping.
    pub mapping: &'a Mapping,
    /// The registry.
    pub snapshot: &'a Snapshot,
    /// The plan compiled from both.
    pub plan: &'a ViewPlan,
    /// Where the view is.
    pub target: &'a Target,
    /// What would be installed.
    pub script: &'a Script,
    /// What that is made from.
    pub stamp: &'a Stamp,
    /// Who should have which rights.
    pub rights: &'a Rights,
}

/// Compares the script with what is deployed.
///
/// # Errors
/// R020 to R029.
pub async fn deployed(database: &Database, subject: &Subject<'_>) -> Result<Vec<Diagnostic>> {
    let mut session = database.snapshot().await?;
    let names = Names::of(&Wanted::of(subject.script));
    let state = catalog::deployed(&mut session, subject.target, &names).await?;
    session.rollback().await?;
    Ok(drift::drift(subject, &state))
}

/// Looks at rows and regions, each part for at most `limit`. Where the database has a statement
/// timeout of that length, it is left to end the work itself.
///
/// # Errors
/// R020 to R029; running out of time is a finding.
pub async fn contents(
    database: &Database,
    subject: &Subject<'_>,
    limit: Duration,
) -> Result<Vec<Diagnostic>> {
    let by_itself = subject.target.dialect.has_schemas();
    let patience = if by_itself { limit + Duration::from_secs(5) } else { limit };
    let mut found = filters(database, subject).await?;
    let rows = rows::Rows::new(subject);
    for branch in &subject.plan.branches {
        let mut session = database.snapshot().await?;
        let work = tokio::time::timeout(patience, rows.branch(&mut session, branch)).await;
        if !settle(work, &format!("rows of `{}`", branch.dataset_type), limit, &mut found)? {
            return Ok(found);
        }
        close(session).await;
    }
    let mut session = database.snapshot().await?;
    let work = tokio::time::timeout(patience, rows.collisions(&mut session)).await;
    if !settle(work, "identifiers of all rows", limit, &mut found)? {
        return Ok(found);
    }
    close(session).await;
    for table in regions::tables(subject) {
        let mut session = database.snapshot().await?;
        let work =
            tokio::time::timeout(patience, regions::table(&mut session, subject, &table)).await;
        if !settle(work, &format!("regions of {table}"), limit, &mut found)? {
            return Ok(found);
        }
        close(session).await;
    }
    for table in regions::tables(subject) {
        let mut session = database.snapshot().await?;
        let work = async {
            let found = trixels::table(&mut session, subject, &table).await?;
            Ok(found.into_iter().collect())
        };
        let work = tokio::time::timeout(patience, work).await;
        if !settle(work, &format!("trixels of {table}"), limit, &mut found)? {
            return Ok(found);
        }
        close(session).await;
    }
    for sidecar in &subject.script.sidecars {
        let mut session = database.snapshot().await?;
        let work = tokio::time::timeout(patience, sidecars::table(&mut session, sidecar)).await;
        if !settle(work, &format!("rows of {}", sidecar.table), limit, &mut found)? {
            return Ok(found);
        }
        close(session).await;
    }
    Ok(found)
}

async fn close(session: Session) {
    // A statement that ran out of time has ended the transaction already.
    let _ = session.rollback().await;
}

/// Takes what a part found; says so when it ran out of time. False when the connection is still
/// busy with it, so that nothing else should be tried.
fn settle(
    work: std::result::Result<Result<Vec<Diagnostic>>, tokio::time::error::Elapsed>,
    what: &str,
    limit: Duration,
    found: &mut Vec<Diagnostic>,
) -> Result<bool> {
    let late = || {
        let message = format!("{what} could not be looked at within {} s", limit.as_secs());
        Diagnostic::note("D035", message).help("--timeout gives more time, --quick leaves rows out")
    };
    match work {
        Ok(Ok(findings)) => {
            found.extend(findings);
            Ok(true)
        }
        Ok(Err(failure)) if failure.code == "R027" => {
            found.push(late());
            Ok(true)
        }
        Ok(Err(failure)) => Err(failure),
        Err(_) => {
            found.push(late().help("what comes after it was left out"));
            Ok(false)
        }
    }
}

/// Filters that the mapping gives no wavelengths for.
async fn filters(database: &Database, subject: &Subject<'_>) -> Result<Vec<Diagnostic>> {
    if !subject.snapshot.tables.contains_key("physical_filter") {
        return Ok(Vec::new());
    }
    let mut session = database.snapshot().await?;
    let sql =
        format!("SELECT DISTINCT name, band FROM {}", subject.target.table("physical_filter"));
    let rows = session.rows(&sql, &[]).await?;
    session.rollback().await?;
    let pairs: BTreeSet<(String, String)> = rows
        .into_iter()
        .filter_map(|row| match <[Cell; 2]>::try_from(row) {
            Ok([Cell::Text(filter), band]) => {
                Some((filter, band.as_str().unwrap_or_default().to_owned()))
            }
            _ => None,
        })
        .collect();
    Ok(spectrum::without_range(subject.mapping, &pairs).into_iter().collect())
}

/// A schema migration that is under way keeps everything else from being looked at.
pub fn migration(failure: &Diagnostic) -> Option<Diagnostic> {
    if failure.code != "R036" {
        return None;
    }
    let mut finding = Diagnostic::error("D029", failure.message.clone());
    finding.help.clone_from(&failure.help);
    Some(finding.help("the view may fail or show wrong rows until that has ended"))
}

/// Whether the leap seconds that this tool knows are good for what is observed now; `now` is in
/// seconds since 1970, UTC.
pub fn leap_seconds(now: i64) -> Option<Diagnostic> {
    const DAY: i64 = 86_400;
    let expiry = time::parse_iso(&format!("{}T00:00", time::LEAP_SECONDS_EXPIRE))? / time::SECOND;
    let day = time::LEAP_SECONDS_EXPIRE;
    let finding = if now >= expiry {
        let message = format!("leap seconds are known until {day} only, which is past");
        Diagnostic::warning("D030", message)
    } else if now >= expiry - 60 * DAY {
        Diagnostic::note("D030", format!("leap seconds are known until {day} only, which is near"))
    } else {
        return None;
    };
    Some(finding.help("a newer obscore-view knows those of the IERS's latest Bulletin C"))
}
