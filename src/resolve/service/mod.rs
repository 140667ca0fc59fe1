//! What a service publishes of a registry.
//!
//! In: view plans with their names, a registry snapshot. Out: the ObsCore tables and Butler's own
//! tables, as schemas of a [`Catalog`](crate::catalog::Catalog), and for each table where its values come
//! from; and tables that only the service asks.

mod applied;
mod inner;
mod keys;
mod metadata;
mod native;
mod obscore;

pub use applied::{AppliedColumn, applied};
pub use inner::{
    CHAINS, LINKS_TYPE, LOCATION, OWN, Prefixes, RECORDS, TRASH, datasets, memberships, own_name,
    relink,
};
pub use native::{Native, native};
pub use obscore::{ObsCore, obscore};
