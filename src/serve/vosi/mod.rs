//! What a service says of itself.
//!
//! In: plain data: the catalogue, the formats, the limits. Out: the documents of VOSI 1.1
//! (capabilities with TAPRegExt 1.0, availability, tables with VODataService 1.1) and of DALI
//! examples. The order of elements is that of the schemas.

mod availability;
mod capabilities;
mod examples;
mod features;
mod plain;
mod tables;

pub use availability::{Availability, availability};
pub use capabilities::{Capabilities, Function, Limit, OutputFormat, capabilities};
pub use examples::{Example, examples};
pub use features::FEATURES;
pub use plain::{Parametric, parametric_capabilities, plain_capabilities};
pub use tables::{Detail, table, tables, tables_for_astroquery};

/// Of all documents that have types from other schemas.
const XSI: (&str, &str) = ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
/// VODataService.
const VS: (&str, &str) = ("xmlns:vs", "http://www.ivoa.net/xml/VODataService/v1.1");
