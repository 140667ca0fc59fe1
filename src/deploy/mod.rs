//! Installing, comparing and removing views in a live database.
//!
//! In: a [`Script`](crate::lower::Script) and an open [`Database`](crate::db::Database). Out:
//! [`apply`] and [`remove`], one transaction each, and what [`check`] finds.

mod applied;
mod apply;
mod catalog;
mod catalog_postgres;
mod catalog_sqlite;
pub mod check;
mod compare;
mod diff;
mod object;
mod obstacles;
mod remove;
mod rights;
mod seal;
mod sidecars;

pub use applied::{Applied, applied};
pub use apply::{Report, Request, apply};
pub use compare::{Action, Difference};
pub use diff::Change;
pub use object::ObjectKind;
pub use remove::{Removed, remove};
pub use seal::is_newer;
pub use sidecars::{Unwatched, Watch};
