//! obscore-view: live IVOA ObsCore views on Rubin/LSST Butler registries.
//!
//! A compiler. In: a YAML mapping from dataset types to ObsCore, and a registry as the compiler
//! sees it (a [`registry::Snapshot`]). Out: a view plan, and from it the SQL of a view, of a
//! query and of an export. Nothing is copied out of the registry, so nothing can be stale.

pub mod adql;
pub mod artifacts;
pub mod catalog;
pub mod cli;
pub mod cutout;
pub mod db;
pub mod deploy;
pub mod diag;
pub mod expression;
pub mod fits;
pub mod functions;
pub mod geom;
pub mod lower;
pub mod mapping;
pub mod objects;
pub mod obscore;
pub mod plan;
pub mod query;
pub mod region;
pub mod registry;
pub mod resolve;
pub mod serve;
pub mod sql;
pub mod stream;
pub mod template;
pub mod time;
pub mod value;
pub mod votable;
pub mod wcs;
