//! The mapping: which dataset types become ObsCore rows, and how.
//!
//! In: YAML text as Rubin's `butler obscore export --config` and live ObsCore manager take it, plus
//! keys of our own. Out: a [`Mapping`] with a [`Span`](crate::diag::Span) on every value that can
//! be wrong later, or diagnostics. No registry is needed here.

mod model;

pub use model::{
    AccessEstsize, CollectionRule, Collections, Column, ColumnType, DatasetTypeBlock, Deviations,
    ExtraColumn, Mapping, Origin, PgSphereColumns, ReleaseDate, Spanned, SpectralRange,
    VisitlessPosition, WhereBind, Winding,
};
