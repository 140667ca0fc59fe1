//! Opening a registry's database.
//!
//! In: a [`Target`]. Out: a [`Database`], a small pool of connections. Reading is the default and
//! is enforced by the database itself; writing must be asked for.

use std::ffi::c_int;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Connection};

use super::error;
use super::pooler;
use super::redact::io_text;
use super::server::Server;
use super::session::Session;
use super::stop::Stop;
use super::target::{PostgresTarget, SqliteTarget, Target};
use crate::diag::{Diagnostic, Result};
use crate::sql::Dialect;

/// Numbers of SQLite connections of this process, from 1.
static CONNECTIONS: AtomicU32 = AtomicU32::new(1);

/// For how long a connection is taken to be as it was.
const FRESH: Duration = Duration::from_secs(5);

/// What may be done with a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing can be changed.
    ReadOnly,
    /// For `apply` and `drop`.
    ReadWrite,
}

/// How patient to be, and how wide to connect.
#[derive(Debug, Clone)]
pub struct Options {
    /// For how long to try to connect, and to wait for a lock that another process holds.
    pub patience: Duration,
    /// Longest run of one statement, else the server's own; PostgreSQL only.
    pub statement_timeout: Option<Duration>,
    /// Most connections at a time.
    pub connections: u32,
    /// Whether statements can be stopped from outside of their session; PostgreSQL sessions then have
    /// names of their own.
    pub stoppable: bool,
    /// Whether statements stay prepared on PostgreSQL connections.
    pub prepare: Prepare,
    /// Called with every new SQLite connection: registers functions of this process.
    pub sqlite_setup: Option<SqliteSetup>,
}

/// Whether statements stay prepared on PostgreSQL connections, so that they are planned once. Behind a
/// pooler that gives each transaction another server connection they would not be found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prepare {
    /// They do not.
    #[default]
    Never,
    /// They do.
    Always,
    /// They do unless there is such a pooler.
    Direct,
}

/// Prepares a SQLite connection; anything but `SQLITE_OK` is an error.
///
/// # Safety
/// The caller passes an open connection and uses it for nothing else meanwhile.
pub type SqliteSetup = unsafe fn(*mut libsqlite3_sys::sqlite3) -> c_int;

impl Default for Options {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(30),
            statement_timeout: None,
            connections: 4,
            stoppable: false,
            prepare: Prepare::Never,
            sqlite_setup: None,
        }
    }
}

/// An open database.
#[derive(Debug, Clone)]
pub struct Database {
    pub(super) target: Target,
    pub(super) pool: Pool,
    access: Access,
    options: Options,
    /// Whether statements stay prepared.
    prepared: Arc<AtomicBool>,
}

#[derive(Debug, Clone)]
pub(super) enum Pool {
    /// For sessions; and for stopping them, when all connections for sessions are taken.
    Postgres(PgPool, PgPool),
    Sqlite(SqlitePool),
}

impl Database {
    /// Connects.
    ///
    /// # Errors
    /// R020 to R027, R039 with what is wrong and what to do about it.
    pub async fn open(target: &Target, access: Access, options: &Options) -> Result<Self> {
        let mut prepared = options.prepare == Prepare::Always;
        let pool = match target {
            Target::Postgres(postgres) => {
                let (pool, stops) = open_postgres(postgres, options).await?;
                if options.prepare == Prepare::Direct {
                    let direct = pooler::is_direct(&pool.connect_options()).await;
                    prepared = direct.map_err(|error| error::describe(&error, target))?;
                }
                Pool::Postgres(pool, stops)
            }
            Target::Sqlite(sqlite) => Pool::Sqlite(open_sqlite(sqlite, access, options).await?),
        };
        let (target, options) = (target.clone(), options.clone());
        Ok(Self { target, pool, access, options, prepared: Arc::new(prepared.into()) })
    }

    /// Databases of this process alone, one for each connection: for temporary tables.
    ///
    /// # Errors
    /// R029.
    pub async fn private(options: &Options) -> Result<Self> {
        let target = Target::Sqlite(SqliteTarget { path: ":memory:".into() });
        Self::open(&target, Access::ReadWrite, options).await
    }

    /// The database system.
    pub fn dialect(&self) -> Dialect {
        self.target.dialect()
    }

    /// Where this is; prints without the password.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Whether statements stay prepared on its connections.
    pub fn keeps_prepared(&self) -> bool {
        self.prepared.load(Ordering::Relaxed)
    }

    /// Begins a read-only transaction that sees one moment of the database.
    ///
    /// # Errors
    /// R020 to R029.
    pub async fn snapshot(&self) -> Result<Session> {
        self.begin(
            // Said per transaction and not per connection: behind pgbouncer a connection is shared
            // with Butlers that write, and a setting would stay with it.
            "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            "BEGIN",
        )
        .await
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// R028 when the database was opened read-only; R020 to R029.
    pub async fn transaction(&self) -> Result<Session> {
        if self.access == Access::ReadOnly {
            return Err(Box::new(Diagnostic::error(
                "R028",
                format!("{} was opened read-only", self.target),
            )));
        }
        self.begin("BEGIN TRANSACTION READ WRITE", "BEGIN IMMEDIATE").await
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Postgres(pool, stops) => {
                pool.close().await;
                stops.close().await;
            }
            Pool::Sqlite(pool) => pool.close().await,
        }
    }

    async fn begin(&self, postgres: &'static str, sqlite: &'static str) -> Result<Session> {
        let failed = |error| error::describe(&error, &self.target);
        match &self.pool {
            Pool::Postgres(pool, _) => {
                let stop = Stop::new();
                // Local settings end with the transaction, for the same reason.
                let limit = self.options.statement_timeout.map(|limit| limit.as_millis());
                let limit = limit.map(|limit| format!("; SET LOCAL statement_timeout = {limit}"));
                // By this name the session can be found and stopped.
                let name = self.options.stoppable.then(|| stop.name().to_owned());
                let name = name.map(|name| format!("; SET LOCAL application_name = '{name}'"));
                // A statement that stays is planned once, not five times for each connection with its
                // parameters; and compiling statements takes longer than most of them run.
                let once = "; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL jit = off";
                let once = if self.keeps_prepared() { once } else { "" };
                let statements = format!(
                    "{postgres}; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'{}{once}{}",
                    name.unwrap_or_default(),
                    limit.unwrap_or_default()
                );
                let server = Server::begin(pool, &statements).await.map_err(failed)?;
                let prepared = Arc::clone(&self.prepared);
                Ok(Session::postgres(server, self.target.clone(), stop, prepared))
            }
            Pool::Sqlite(pool) => {
                let mut transaction = pool.begin_with(sqlite).await.map_err(failed)?;
                let stop = Stop::new();
                if self.options.stoppable {
                    stop.watch(&mut transaction).await.map_err(failed)?;
                }
                Ok(Session::sqlite(transaction, self.target.clone(), stop))
            }
        }
    }
}

async fn open_postgres(target: &PostgresTarget, options: &Options) -> Result<(PgPool, PgPool)> {
    let mut patience = options.patience;
    let mut connect = PgConnectOptions::new_without_pgpass().application_name("obscore-view");
    if let Some(host) = &target.host {
        connect = if host.starts_with('/') { connect.socket(host) } else { connect.host(host) };
    }
    if let Some(port) = target.port {
        connect = connect.port(port);
    }
    if let Some(user) = &target.user {
        connect = connect.username(user);
    }
    if let Some(database) = &target.database {
        connect = connect.database(database);
    }
    if let Some(password) = &target.password {
        connect = connect.password(password.reveal());
    }
    let bad = |key: &str, value: &str| {
        Box::new(Diagnostic::error("R006", format!("`{value}` is not a value of `{key}`")))
    };
    for (key, value) in &target.parameters {
        if matches!(key.as_str(), "sslrootcert" | "sslcert" | "sslkey")
            && let Err(error) = std::fs::File::open(value)
        {
            let message = format!("{value}, given as {key}, cannot be read: {}", io_text(&error));
            return Err(Box::new(Diagnostic::error("R025", message)));
        }
        connect = match key.as_str() {
            "sslmode" => connect.ssl_mode(PgSslMode::from_str(value).map_err(|_| {
                let mut diagnostic = bad(key, value);
                diagnostic.help.push(
                    "it is disable, allow, prefer, require, verify-ca or verify-full".to_owned(),
                );
                diagnostic
            })?),
            "sslrootcert" => connect.ssl_root_cert(value),
            "sslcert" => connect.ssl_client_cert(value),
            "sslkey" => connect.ssl_client_key(value),
            "application_name" => connect.application_name(value),
            "options" => add_options(connect, value),
            "statement-cache-capacity" => {
                connect.statement_cache_capacity(value.parse().map_err(|_| bad(key, value))?)
            }
            "connect_timeout" => {
                patience = Duration::from_secs(value.parse().map_err(|_| bad(key, value))?);
                connect
            }
            _ => connect,
        };
    }
    // A first connection outside the pool: a pool tries again and again where nothing listens, and
    // then says only that time ran out.
    let described = |error| error::describe(&error, &Target::Postgres(target.clone()));
    match tokio::time::timeout(patience, PgConnection::connect_with(&connect)).await {
        Ok(Ok(connection)) => connection.close().await.map_err(described)?,
        Ok(Err(error)) => return Err(described(error)),
        Err(_) => return Err(described(sqlx::Error::PoolTimedOut)),
    }
    let stops = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(Duration::from_mins(1))
        .acquire_timeout(patience)
        .connect_lazy_with(connect.clone());
    let pool = PgPoolOptions::new()
        .max_connections(options.connections)
        .acquire_timeout(patience)
        // What broke a moment ago is noticed by the next transaction.
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            let is_fresh = about.idle_for < FRESH;
            Box::pin(async move {
                if !is_fresh {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(connect);
    Ok((pool, stops))
}

/// `-c name=value` pairs, as libpq's `options` has them.
fn add_options(connect: PgConnectOptions, options: &str) -> PgConnectOptions {
    let pairs: Vec<(&str, &str)> =
        options.split("-c").filter_map(|setting| setting.trim().split_once('=')).collect();
    connect.options(pairs)
}

async fn open_sqlite(
    target: &SqliteTarget,
    access: Access,
    options: &Options,
) -> Result<SqlitePool> {
    // Not `immutable`: Butler may write at the same time, with or without a write-ahead log.
    let connect = SqliteConnectOptions::new()
        .filename(&target.path)
        .read_only(access == Access::ReadOnly)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(options.patience);
    let setup = options.sqlite_setup;
    let pool = SqlitePoolOptions::new()
        .max_connections(options.connections)
        .acquire_timeout(options.patience)
        .after_connect(move |connection, _| Box::pin(prepare(connection, setup)))
        .after_release(|connection, _| {
            Box::pin(async move { Stop::unwatch(connection).await.map(|()| true) })
        })
        .connect_lazy_with(connect);
    let described = |error| error::describe(&error, &Target::Sqlite(target.clone()));
    let mut connection = pool.acquire().await.map_err(described)?;
    // SQLite opens lazily: only a read shows whether this is a database.
    sqlx::query("SELECT count(*) FROM sqlite_schema")
        .execute(&mut *connection)
        .await
        .map_err(described)?;
    drop(connection);
    Ok(pool)
}

async fn prepare(
    connection: &mut SqliteConnection,
    setup: Option<SqliteSetup>,
) -> Result<(), sqlx::Error> {
    // By this number a connection knows itself again; temporary databases have their own. Where there is no room
    // for one, it stays 0.
    let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
    let named = format!("PRAGMA temp.user_version = {number}");
    let _ = sqlx::raw_sql(AssertSqlSafe(named)).execute(&mut *connection).await;
    let Some(setup) = setup else { return Ok(()) };
    let mut handle = connection.lock_handle().await?;
    // SAFETY: the handle is that of an open connection, and the lock keeps everyone else off it.
    match unsafe { setup(handle.as_raw_handle().as_ptr()) } {
        libsqlite3_sys::SQLITE_OK => Ok(()),
        code => Err(sqlx::Error::Configuration(
            format!("functions cannot be registered (SQLite code {code})").into(),
        )),
    }
}
