//! Removing a view.
//!
//! In: the name of an ObsCore view. Out: a database without it and without everything else that
//! `apply` made for it, in one transaction.

use super::apply::{begin, drop_functions, drop_keepers, drop_tables, drop_views};
use super::catalog;
use super::object::{Deployed, Found, Names};
use super::obstacles;
use crate::db::{Database, Session};
use crate::diag::Result;
use crate::lower::Target;

/// What was removed, in order, as `view ivoa.obscore`.
pub type Removed = Vec<String>;

/// Removes it, or with `dry_run` does everything and takes it back.
///
/// # Errors
/// D006 when others depend on it; R020 to R029 from the database. Nothing is changed then.
pub async fn remove(database: &Database, target: &Target, dry_run: bool) -> Result<Removed> {
    let mut session = begin(database, target).await?;
    match run(&mut session, target).await {
        Ok(removed) => {
            if dry_run || removed.is_empty() {
                session.rollback().await?;
            } else {
                session.commit().await?;
            }
            Ok(removed)
        }
        Err(mut diagnostic) => {
            let _ = session.rollback().await;
            if diagnostic.code.starts_with('R') {
                diagnostic.help.push("nothing was changed".to_owned());
            }
            Err(diagnostic)
        }
    }
}

async fn run(session: &mut Session, target: &Target) -> Result<Removed> {
    let none = Names::default();
    let deployed = catalog::deployed(session, target, &none).await?;
    // Functions belong to all ObsCore views of the schema: the last one takes them along.
    let last = deployed.siblings.is_empty();
    let functions: Vec<&Found> =
        deployed.functions().filter(|found| last && found.is_shared()).collect();
    let searches: Vec<&Found> = deployed.searches().collect();
    let keepers: Vec<&Found> =
        deployed.functions().filter(|found| !found.is_shared() && !found.is_search()).collect();
    let tables: Vec<&Found> = deployed.tables().collect();
    let mut going: Vec<&Found> = deployed.views().collect();
    going.extend(&searches);
    going.extend(&keepers);
    going.extend(&tables);
    going.extend(&functions);
    obstacles::dependants(&catalog::dependants(session, target, &going, &none).await?)?;
    // Their results are of the view's type.
    drop_functions(session, &searches).await?;
    drop_views(session, target, &deployed).await?;
    drop_keepers(session, &keepers).await?;
    drop_tables(session, &tables).await?;
    drop_functions(session, &functions).await?;
    let mut removed: Removed =
        going.iter().rev().map(|found| format!("{} {}", found.kind, found.reference)).collect();
    if let Some(schema) = &target.view.schema
        && (!going.is_empty() || deployed.schema_is_ours)
        && is_empty_and_ours(session, &deployed, schema).await?
    {
        let name = target.dialect.name(schema);
        session.run(&format!("DROP SCHEMA {name}")).await?;
        removed.push(format!("schema {name}"));
    }
    Ok(removed)
}

/// Whether `apply` made the schema and nothing is in it any more. What an extension or a role's
/// default privileges hold on to is found by the database itself.
async fn is_empty_and_ours(
    session: &mut Session,
    deployed: &Deployed,
    schema: &str,
) -> Result<bool> {
    if !deployed.schema_is_ours {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM pg_catalog.pg_depend d \
               JOIN pg_catalog.pg_namespace n ON d.refobjid = n.oid \
               WHERE d.refclassid = 'pg_namespace'::regclass AND n.nspname = $1::name LIMIT 1";
    let rows = session.rows(sql, &[crate::value::Cell::Text(schema.to_owned())]).await?;
    Ok(rows.is_empty())
}
