//! The mapping: which dataset types become ObsCore rows, and how.
//!
//! In: YAML text as Rubin's `butler obscore export --config` and live ObsCore manager take it, plus
//! keys of our own. Out: a [`Mapping`] with a [`Span`](crate::diag::Span) on every value that can
//! be wrong later, or diagnostics. No registry is needed here.

mod columns;
mod constraint;
mod convert;
mod dataset_type;
mod keys;
mod model;
mod own;
mod read;
mod reader;
mod reference;
mod schema;
pub(crate) mod yaml;

pub use model::{
    AccessEstsize, CollectionRule, Collections, Column, ColumnType, DatasetTypeBlock, Deviations,
    ExtraColumn, LiveManager, Mapping, Origin, PgSphereColumns, RegionStrategy, ReleaseDate,
    Spanned, SpectralRange, TypeDeviations, ViewName, VisitlessPosition, WhereBind, Winding,
};
pub use read::read;
pub use reference::reference;
pub use schema::schema;
