//! What a database holds of a view, on either system.

use super::object::{Deployed, Found, Names};
use super::{catalog_postgres, catalog_sqlite};
use crate::db::Session;
use crate::diag::Result;
use crate::lower::Target;

/// Reads what there is of `target`'s view, and what else has one of `names`.
///
/// # Errors
/// R028 and R029.
pub async fn deployed(session: &mut Session, target: &Target, names: &Names) -> Result<Deployed> {
    if target.dialect.has_schemas() {
        catalog_postgres::deployed(session, target, names).await
    } else {
        catalog_sqlite::deployed(session, target, names).await
    }
}

/// What would be lost or broken without the objects `going`, of which those called `staying` are
/// made again.
///
/// # Errors
/// R028 and R029.
pub async fn dependants(
    session: &mut Session,
    target: &Target,
    going: &[&Found],
    staying: &Names,
) -> Result<Vec<String>> {
    if target.dialect.has_schemas() {
        let oids: Vec<i64> = going.iter().map(|found| found.oid).collect();
        return catalog_postgres::dependants(session, &oids).await;
    }
    let names: Vec<&str> = going.iter().map(|found| found.name.as_str()).collect();
    let staying: Vec<&str> = staying.views.iter().map(String::as_str).collect();
    catalog_sqlite::dependants(session, &names, &staying).await
}
