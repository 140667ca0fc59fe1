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
use super::records::{self, Bound, Store};
use super::regions::Regions;
use super::tuples::Tuples;
use crate::diag::{Diagnostic, Result};
use crate::lower::{Fetch, Recipe, Records};
use crate::region::{RegionColumns, RegionOptions};

/// Whether a row is kept.
pub type Keep = Box<dyn FnMut(&Rows<'_>, usize) -> Result<bool> + Send>;

/// Decodes the tuples of one branch after the other.
pub struct Decoder {
    schema: SchemaRef,
    regions: Regions,
    part: Part,
    store: Store,
    tuples: Tuples,
}

/// The rows of a statement, or several.
pub struct Part {
    /// What rows have, and what is made of it.
    pub fetch: Fetch,
    /// Which of the fields are in the tuples, in their order.
    pub own: Vec<usize>,
    /// Where the others come from.
    pub bounds: Vec<Bound>,
    /// Which of the rows are kept; all if `None`.
    pub keep: Option<Keep>,
}

impl Part {
    /// Rows that the database sends as a whole.
    pub fn whole(fetch: Fetch, keep: Option<Keep>) -> Self {
        let own = (0..fetch.fields.len()).collect();
        Self { fetch, own, bounds: Vec::new(), keep }
    }
}

impl Decoder {
    /// A decoder for batches of `schema`.
    pub fn new(schema: SchemaRef, options: RegionOptions) -> Self {
        let fetch = Fetch { fields: Vec::new(), recipes: Vec::new() };
        let regions = Regions::new(options);
        let (store, tuples) = (Store::default(), Tuples::default());
        Self { schema, regions, part: Part::whole(fetch, None), store, tuples }
    }

    /// Turns to the rows of another branch.
    pub fn turn(&mut self, part: Part) {
        self.part = part;
        self.tuples.clear();
    }

    /// Keeps records, for branches that look into them: as [`Store::load`].
    ///
    /// # Errors
    /// R029 for a broken tuple.
    pub fn load(
        &mut self,
        records: &Records,
        next: impl FnMut() -> Option<Vec<u8>>,
    ) -> Result<Option<usize>> {
        self.store.load(records, next)
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
        let mut data = self.tuples.complete(chunk, self.part.own.len())?;
        let mut records = Vec::new();
        let looks_up = !self.part.bounds.is_empty();
        if looks_up {
            let Part { fetch, own, bounds, .. } = &self.part;
            let joined = self.store.join(&data, &self.tuples.spans, (own, &fetch.fields), bounds);
            let records::Rows { spans, records: found } = joined;
            (self.tuples.spans, records) = (spans, found);
            data = std::mem::take(&mut self.store.bytes);
        }
        let mut regions = self.decode_regions(&data, &records);
        self.leave_out(&data, &mut regions)?;
        let fetch = &self.part.fetch;
        let wires = &fetch.fields;
        let rows = Rows { data: &data, spans: &self.tuples.spans, wires, regions: &regions };
        let columns: Result<Vec<ArrayRef>> = self
            .schema
            .fields()
            .iter()
            .zip(&fetch.recipes)
            .map(|(field, recipe)| array(&rows, recipe, field.name(), field.data_type()))
            .collect();
        if looks_up {
            self.store.bytes = data;
        }
        RecordBatch::try_new(Arc::clone(&self.schema), columns?)
            .map_err(|error| Box::new(Diagnostic::error("X003", error.to_string())))
    }

    /// Leaves rows out that are not to be kept.
    fn leave_out(
        &mut self,
        data: &[u8],
        regions: &mut [Vec<Option<Arc<RegionColumns>>>],
    ) -> Result<()> {
        let Part { fetch, keep: Some(keep), .. } = &mut self.part else { return Ok(()) };
        let wires = &fetch.fields;
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

    /// The decoded regions of every field that a recipe takes one from; those of records once.
    fn decode_regions(
        &mut self,
        data: &[u8],
        records: &[Vec<Option<u32>>],
    ) -> Vec<Vec<Option<Arc<RegionColumns>>>> {
        let Part { fetch, bounds, .. } = &self.part;
        let wires = &fetch.fields;
        let rows = Rows { data, spans: &self.tuples.spans, wires, regions: &[] };
        let mut wanted = vec![false; wires.len()];
        fetch.recipes.iter().for_each(|recipe| mark_regions(recipe, &mut wanted));
        let mut decoded = Vec::with_capacity(wanted.len());
        for (field, wanted) in wanted.into_iter().enumerate() {
            let count = if wanted { rows.count() } else { 0 };
            let mut looked = bounds.iter().zip(records);
            let looked = looked.find(|(bound, _)| bound.lookup.into.contains(&field));
            let columns = |row| {
                let text = rows.str(row, field)?;
                let Some((bound, records)) = looked else {
                    return Some(self.regions.columns(text));
                };
                let record = records.get(row).copied().flatten()?;
                self.store.region(bound.table, record, || self.regions.decode(text))
            };
            decoded.push((0..count).map(columns).collect());
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
