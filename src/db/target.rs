//! Where a registry is and how to get in.
//!
//! In: the parts of a database URL, credentials. Out: a value that can be printed anywhere, because
//! it never shows its password.

use std::fmt;
use std::path::PathBuf;

use crate::sql::Dialect;

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that sends it to the server.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A database that holds a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// On a PostgreSQL server.
    Postgres(PostgresTarget),
    /// In a SQLite file.
    Sqlite(SqliteTarget),
}

/// A database on a PostgreSQL server. What is `None` is left to libpq's defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostgresTarget {
    /// Host name, address, or the directory of a socket.
    pub host: Option<String>,
    /// Port.
    pub port: Option<u16>,
    /// Database name.
    pub database: Option<String>,
    /// Role.
    pub user: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// Where the password came from, or why a file that may have it was not used; for messages.
    pub password_from: Option<String>,
    /// The schema that holds the registry; the server's current schema if `None`.
    pub namespace: Option<String>,
    /// `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `application_name`, `options`,
    /// `connect_timeout`, in the order given.
    pub parameters: Vec<(String, String)>,
}

/// A SQLite file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteTarget {
    /// Absolute path.
    pub path: PathBuf,
}

impl Target {
    /// The database system.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Postgres(_) => Dialect::Postgres,
            Self::Sqlite(_) => Dialect::Sqlite,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(target) => target.fmt(f),
            Self::Sqlite(target) => write!(f, "sqlite:///{}", target.path.display()),
        }
    }
}

impl fmt::Display for PostgresTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgresql://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        f.write_str(self.host.as_deref().unwrap_or_default())?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        if let Some(database) = &self.database {
            write!(f, "/{database}")?;
        }
        Ok(())
    }
}
