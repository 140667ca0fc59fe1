//! Role and password for a PostgreSQL server.
//!
//! In: what the URL says, `db-auth.yaml`, `PGPASSWORD`, the password file. Out: the target with what
//! was missing. A password in a URL that the user typed wins. One in `butler.yaml` gives way to
//! `db-auth.yaml`, as `lsst.daf.butler.registry.connectionString` has it.

use super::target::{PostgresTarget, Secret};
use super::{Environment, db_auth, pgpass};
use crate::diag::Result;

/// Fills in host, port, database, role and password, in libpq's manner.
///
/// # Errors
/// R010 and R011 for a `db-auth.yaml` that must not or cannot be used.
pub fn complete(
    mut target: PostgresTarget,
    configured: bool,
    environment: &Environment,
) -> Result<PostgresTarget> {
    if target.password.is_none() || configured {
        db_auth::apply(&mut target, environment)?;
    }
    let variable = |name: &str| environment.get(name).map(str::to_owned);
    let host = || variable("PGHOSTADDR").or_else(|| variable("PGHOST"));
    target.host = target.host.or_else(host);
    target.port = target.port.or_else(|| environment.get("PGPORT")?.parse().ok());
    target.database = target.database.or_else(|| variable("PGDATABASE"));
    target.user = target.user.or_else(|| variable("PGUSER"));
    if target.password.is_none()
        && let Some(password) = environment.get("PGPASSWORD")
    {
        target.password = Some(Secret::new(password));
        target.password_from = Some("PGPASSWORD".to_owned());
    }
    if target.password.is_none() {
        pgpass::apply(&mut target, environment);
    }
    Ok(target)
}
