//! Tuples to Arrow batches.
//!
//! In: chunks of tuples of one branch, and its recipes. Out: record batches of the export's
//! schema. A value that a column of Butler's table cannot hold is an error, not another value.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int16Builder, Int32Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::{DataType, SchemaRef};

use super::evaluate::Rows;
use super::regions::Regions;
use super::tuples::Tuples;
use crate::diag::{Diagnostic, Result};
use crate::lower::{Fetch, Recipe};
use crate::region::{RegionColumns, RegionOptions};

/// Whether a row is kept.
pub type Keep = Box<dyn FnMut(&Rows<'_>, usize) -> Result<bool> + Send>;

/// Decodes the tuples of one branch after the other.
pub struct Decoder {
    schema: SchemaRef,
    regions: Regions,
    fetch: Fetch,
    /// Which of its rows are kept; all if `None`.
    keep: Option<Keep>,
    tuples: Tuples,
}

impl Decoder {
    /// A decoder for batches of `schema`.
    pub fn new(schema: SchemaRef, options: RegionOptions) -> Self {
        let fetch = Fetch { fields: Vec::new(), recipes: Vec::new() };
        let regions = Regions::new(options);
        Self { schema, regions, fetch, keep: None, tuples: Tuples::default() }
    }

    /// Turns to another branch, of which some rows may be kept only.
    pub fn branch(&mut self, fetch: Fetch, keep: Option<Keep>) {
        self.fetch = fetch;
        self.keep = keep;
        self.tuples.clear();
    }

    /// Regions so far that could not be decoded.
    pub fn corrupt_regions(&self) -> u64 {
        self.regions.corrupt
    }

    /// The rows of the tuples that are complete now; the rest is kept for the next chunk.
    ///
    /// # Errors
    /// X003 for a value that does not fit its column, R029 for a broken tuple.
    pub fn decode(&mut self, chunk: Vec<u8>) -> Result<RecordBatch> {
        let data = self.tuples.complete(chunk, self.fetch.fields.len())?;
        let mut regions = self.decode_regions(&data);
        self.leave_out(&data, &mut regions)?;
        let rows = Rows {
            data: &data,
            spans: &self.tuples.spans,
            wires: &self.fetch.fields,
            regions: &regions,
        };
        let columns: Result<Vec<ArrayRef>> = self
            .schema
            .fields()
            .iter()
            .zip(&self.fetch.recipes)
            .map(|(field, recipe)| array(&rows, recipe, field.name(), field.data_type()))
            .collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns?)
            .map_err(|error| Box::new(Diagnostic::error("X003", error.to_string())))
    }

    /// Leaves rows out that are not to be kept.
    fn leave_out(
        &mut self,
        data: &[u8],
        regions: &mut [Vec<Option<Arc<RegionColumns>>>],
    ) -> Result<()> {
        let Some(keep) = &mut self.keep else { return Ok(()) };
        let wires = &self.fetch.fields;
        let rows = Rows { data, spans: &self.tuples.spans, wires, regions };
        let kept: Result<Vec<bool>> = (0..rows.count()).map(|row| keep(&rows, row)).collect();
        let kept = kept?;
        let spans = self.tuples.spans.chunks(wires.len()).zip(&kept).filter(|(_, kept)| **kept);
        self.tuples.spans = spans.flat_map(|(row, _)| row).copied().collect();
        for field in regions.iter_mut().filter(|field| !field.is_empty()) {
            let mut kept = kept.iter();
            field.retain(|_| kept.next().copied().unwrap_or_default());
        }
        Ok(())
    }

    /// The decoded regions of every field that a recipe takes one from.
    fn decode_regions(&mut self, data: &[u8]) -> Vec<Vec<Option<Arc<RegionColumns>>>> {
        let wires = &self.fetch.fields;
        let rows = Rows { data, spans: &self.tuples.spans, wires, regions: &[] };
        let mut wanted = vec![false; wires.len()];
        self.fetch.recipes.iter().for_each(|recipe| mark_regions(recipe, &mut wanted));
        let mut decoded = Vec::with_capacity(wanted.len());
        for (field, wanted) in wanted.into_iter().enumerate() {
            let count = if wanted { rows.count() } else { 0 };
            let columns = (0..count)
                .map(|row| rows.str(row, field).map(|text| self.regions.columns(text)))
                .collect();
            decoded.push(columns);
        }
        decoded
    }
}

fn mark_regions(recipe: &Recipe, wanted: &mut [bool]) {
    match recipe {
        Recipe::Region(field, _) => {
            if let Some(wanted) = wanted.get_mut(*field) {
                *wanted = true;
            }
        }
        Recipe::Concat(parts) | Recipe::Coalesce(parts) => {
            for part in parts {
                mark_regions(part, wanted);
            }
        }
        Recipe::Formatted(value) => mark_regions(value, wanted),
        Recipe::Lookup { cases, otherwise } => {
            for (subject, _, _) in cases {
                mark_regions(subject, wanted);
            }
            mark_regions(otherwise, wanted);
        }
        _ => {}
    }
}

/// A column of a batch.
fn array(rows: &Rows<'_>, recipe: &Recipe, name: &str, kind: &DataType) -> Result<ArrayRef> {
    let count = rows.count();
    if matches!(recipe, Recipe::Null) {
        return Ok(new_null_array(kind, count));
    }
    Ok(match kind {
        DataType::Utf8 => Arc::new(texts(rows, recipe)),
        DataType::Float64 => {
            let mut column = Float64Builder::with_capacity(count);
            for row in 0..count {
                column.append_option(rows.float(recipe, row));
            }
            Arc::new(column.finish())
        }
        DataType::Int64 => {
            let mut column = Int64Builder::with_capacity(count);
            for row in 0..count {
                column.append_option(rows.int(recipe, row));
            }
            Arc::new(column.finish())
        }
        DataType::Int32 => {
            let mut column = Int32Builder::with_capacity(count);
            for row in 0..count {
                column.append_option(narrow(rows.int(recipe, row), name, kind)?);
            }
            Arc::new(column.finish())
        }
        DataType::Int16 => {
            let mut column = Int16Builder::with_capacity(count);
            for row in 0..count {
                column.append_option(narrow(rows.int(recipe, row), name, kind)?);
            }
            Arc::new(column.finish())
        }
        DataType::Boolean => {
            let mut column = BooleanBuilder::with_capacity(count);
            for row in 0..count {
                column.append_option(rows.bool(recipe, row));
            }
            Arc::new(column.finish())
        }
        _ => {
            let mut column = TimestampMicrosecondBuilder::with_capacity(count);
            for row in 0..count {
                column.append_option(rows.timestamp(recipe, row));
            }
            Arc::new(column.finish())
        }
    })
}

fn texts(rows: &Rows<'_>, recipe: &Recipe) -> arrow_array::StringArray {
    let count = rows.count();
    let mut column = StringBuilder::with_capacity(count, count * 32);
    let mut text = String::new();
    for row in 0..count {
        text.clear();
        if rows.text(recipe, row, &mut text) {
            column.append_value(&text);
        } else {
            column.append_null();
        }
    }
    column.finish()
}

fn narrow<T: TryFrom<i64>>(value: Option<i64>, name: &str, kind: &DataType) -> Result<Option<T>> {
    let Some(value) = value else { return Ok(None) };
    T::try_from(value).map(Some).map_err(|_| {
        Box::new(
            Diagnostic::error("X003", format!("{value} does not fit the column {name} ({kind})"))
                .help("Butler's table has that type; the mapping or a record gives the value"),
        )
    })
}
