//! Parquet, as `ObscoreExporter.to_parquet` writes it through pyarrow.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::{Flow, Sink, Status};
use crate::diag::{Diagnostic, Result};

/// Rows of a row group: large enough for readers to skip by, small enough to hold in memory.
const ROW_GROUP: usize = 65_536;

/// Bytes of a row group in memory, after which it ends.
const ROW_GROUP_BYTES: usize = 32 << 20;

/// A Parquet file.
#[derive(Debug)]
pub struct Parquet<W: Write + Send> {
    out: Option<W>,
    writer: Option<ArrowWriter<W>>,
    compression: Compression,
}

impl<W: Write + Send> Parquet<W> {
    /// A file with one of the compressions that pyarrow knows by name: `snappy`, `zstd`, `gzip`,
    /// `lz4`, `brotli`, `none`.
    ///
    /// # Errors
    /// X004 for another name.
    pub fn new(out: W, compression: &str) -> Result<Self> {
        let compression = match compression.to_ascii_lowercase().as_str() {
            "snappy" => Compression::SNAPPY,
            "none" | "uncompressed" => Compression::UNCOMPRESSED,
            "gzip" => Compression::GZIP(GzipLevel::default()),
            "brotli" => Compression::BROTLI(BrotliLevel::default()),
            "lz4" => Compression::LZ4_RAW,
            "zstd" => Compression::ZSTD(ZstdLevel::default()),
            other => {
                let message = format!("there is no Parquet compression `{other}`");
                return Err(Box::new(
                    Diagnostic::error("X004", message)
                        .help("possible: snappy, zstd, gzip, lz4, brotli, none"),
                ));
            }
        };
        Ok(Self { out: Some(out), writer: None, compression })
    }

    /// Adds to the file's key-value metadata; after the start, before the end.
    pub(super) fn note(&mut self, key: &str, value: &str) {
        if let Some(writer) = &mut self.writer {
            writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value.to_owned()));
        }
    }
}

impl<W: Write + Send> Sink for Parquet<W> {
    fn start(&mut self, schema: &SchemaRef) -> Result<()> {
        let properties = WriterProperties::builder()
            .set_compression(self.compression)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by(format!("obscore-view {}", env!("CARGO_PKG_VERSION")))
            .build();
        if let Some(out) = self.out.take() {
            let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties));
            self.writer = Some(writer.map_err(failed)?);
        }
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        if let Some(writer) = &mut self.writer {
            writer.write(batch).map_err(failed)?;
            if writer.in_progress_size() > ROW_GROUP_BYTES {
                writer.flush().map_err(failed)?;
            }
        }
        Ok(Flow::More)
    }

    /// A file that ends in an error gets no footer: no reader takes it for a whole one.
    fn finish(&mut self, status: &Status) -> Result<()> {
        match self.writer.take() {
            Some(writer) if !matches!(status, Status::Error(_)) => {
                let mut out = writer.into_inner().map_err(failed)?;
                out.flush().map_err(|error| super::sink::unwritable(&error))
            }
            _ => Ok(()),
        }
    }
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
#[allow(clippy::needless_pass_by_value)] // as map_err gives it
fn failed(error: ParquetError) -> Box<Diagnostic> {
    if let ParquetError::External(inner) = &error
        && let Some(io) = inner.downcast_ref::<std::io::Error>()
    {
        return super::sink::unwritable(io);
    }
    Box::new(Diagnostic::error("X001", format!("cannot write Parquet: {error}")))
}
