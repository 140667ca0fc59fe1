//! The output formats of a service.
//!
//! In: what is asked for ([`Format::parse`]), what the result is about ([`About`]), Arrow batches.
//! Out: a VOTable, CSV, TSV, JSON, Parquet, FITS, HTML or text, written as rows come ([`sink`]); or a
//! document with an error alone ([`ErrorDocument`]). The batches have a column for each of
//! [`About::columns`], with their values as [`crate::catalog::Type`] tells: geometries and arrays are
//! text as in TABLEDATA, times are microseconds of UTC.
//!
//! An error after the first row is told at the end where the format can: VOTable, JSON, HTML, FITS and
//! text do; CSV and TSV just end; Parquet ends without its footer.

mod about;
mod delimited;
mod error;
mod fits;
mod format;
mod html;
mod json;
mod make;
mod output;
mod parquet;
mod text;

pub use about::About;
pub use error::ErrorDocument;
pub use format::{Format, OFFERS, Offer, Requested};
pub use html::STYLE;
pub use make::sink;
