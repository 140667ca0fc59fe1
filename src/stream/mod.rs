//! Rows on their way out: from a registry to a file, in bounded memory.
//!
//! In: a plan, a session, and the columns that are asked for. Out: Arrow batches, handed to a
//! [`Sink`] (Parquet, CSV, VOTable) between its `start` and its `finish`. Three workers take turns:
//! the database's bytes are received, decoded ([`Decoder`]) and written at the same time, with
//! bounded queues between them.

pub mod answer;
mod columns;
mod csv;
mod decode;
pub mod engine;
mod evaluate;
pub mod frames;
mod gather;
mod hidden;
mod limit;
mod origin;
mod parquet;
mod pipeline;
mod records;
mod regions;
mod run;
mod sink;
mod text;
mod tuples;
mod visits;
mod votable;

pub use columns::{OutputColumn, export_columns, schema};
pub use csv::Csv;
pub use decode::Decoder;
pub use limit::{Limit, Limited};
pub use parquet::Parquet;
pub use run::{Export, Progress, Summary};
pub use sink::{Flow, Sink, Status};
pub use votable::{VoTable, document};
