//! The outer world: which database a user means, how to get in, and what is there.
//!
//! In: what a user types as REPO, the environment, and SQL from above. Out: a [`Target`] that never
//! shows its password, an open [`Database`], rows as [`Cell`](crate::value::Cell)s, and the
//! [`Snapshot`](crate::registry::Snapshot) of a live registry. I/O starts here.

mod butler_yaml;
mod catalog;
mod connect;
mod credentials;
mod db_auth;
mod dump;
mod environment;
mod error;
mod introspect;
pub mod jobs;
mod pgpass;
mod pooler;
mod postgres;
mod redact;
mod repo;
mod repo_index;
mod server;
mod session;
mod sqlite;
mod stop;
mod target;
mod tuples;
mod url;

pub use butler_yaml::Configuration;
pub use connect::{Access, Database, Options, Prepare, SqliteSetup};
pub use dump::restore;
pub use environment::Environment;
pub use introspect::introspect;
pub use repo::{Repo, configuration, inspect, resolve};
pub use session::Session;
pub use stop::Stop;
pub use target::{PostgresTarget, Secret, SqliteTarget, Target};
