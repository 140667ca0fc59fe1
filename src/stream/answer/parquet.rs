//! VOParquet: a Parquet file that holds the VOTable's header beside the data (IVOA note, version 1.0).
//!
//! In: batches. Out: Parquet with the key-value metadata `IVOA.VOTable-Parquet.version` and
//! `IVOA.VOTable-Parquet.content`, a VOTable without DATA. Arrays, geometries and complex numbers
//! become lists of numbers. Row groups end with their rows or their bytes, so memory is bounded.
//!
//! An overflow is said in that VOTable. After an error the file gets no footer: no reader takes it for
//! a whole one.

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Float32Builder, Float64Builder, Int16Builder, Int32Builder,
    Int64Builder, ListBuilder, UInt8Builder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Float32Array, RecordBatch, StringArray, UInt8Array};
use arrow_schema::{ArrowError, Field as ArrowField, Schema, SchemaRef};

use super::About;
use crate::diag::{Diagnostic, Result};
use crate::stream::sink::unwritable;
use crate::stream::votable::said;
use crate::stream::{Flow, Parquet, Sink, Status};
use crate::votable::{Datatype, Document, Field, Shape, Version, element, header_document};

const CONTENT: &str = "IVOA.VOTable-Parquet.content";
const VERSION: &str = "IVOA.VOTable-Parquet.version";

/// A VOParquet file.
#[derive(Debug)]
pub struct VoParquet<W: Write + Send> {
    inner: Parquet<W>,
    document: Document,
    schema: SchemaRef,
}

impl<W: Write + Send> VoParquet<W> {
    /// A file about `about`.
    pub fn new(out: W, about: &About) -> Result<Self> {
        let mut document = about.document(Version::V1_4);
        for (field, name) in document.fields.iter_mut().zip(about.distinct_names()) {
            field.name = name;
            // What stays text in the file must be text in the header.
            if field.datatype == Datatype::Bit {
                field.datatype = Datatype::Char;
                "*".clone_into(&mut field.arraysize);
            }
        }
        let inner = Parquet::new(out, "zstd")?;
        Ok(Self { inner, document, schema: Arc::new(Schema::empty()) })
    }

    fn converted(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let pairs = self.document.fields.iter().zip(batch.columns());
        let done = pairs.map(|(field, array)| {
            convert(field, array).ok_or_else(|| {
                let name = &field.name;
                let message = format!("a value of column `{name}` is not of its type");
                Box::new(Diagnostic::error("F002", message))
            })
        });
        done.collect()
    }
}

impl<W: Write + Send> Sink for VoParquet<W> {
    fn start(&mut self, schema: &SchemaRef) -> Result<()> {
        let nothing = self.converted(&RecordBatch::new_empty(Arc::clone(schema)))?;
        let named = self.document.fields.iter().zip(&nothing);
        let fields: Vec<ArrowField> = named
            .map(|(field, array)| ArrowField::new(&field.name, array.data_type().clone(), true))
            .collect();
        self.schema = Arc::new(Schema::new(fields));
        self.inner.start(&self.schema)
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let columns = self.converted(batch)?;
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        self.inner.batch(&batch.map_err(|error| inconsistent(&error))?)
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        let said = said(status);
        let header = header_document(Vec::new(), &self.document, said.as_ref());
        let header = header.map_err(|error| unwritable(&error))?;
        self.inner.note(VERSION, "1.0");
        self.inner.note(CONTENT, &String::from_utf8_lossy(&header));
        self.inner.finish(status)
    }
}

fn inconsistent(error: &ArrowError) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("F002", format!("the rows are not of their columns: {error}")))
}

/// The column as the file has it; nothing for a text that is not of the field's type.
fn convert(field: &Field, array: &ArrayRef) -> Option<ArrayRef> {
    if let (Datatype::Float, Some(doubles)) =
        (field.datatype, array.as_primitive_opt::<Float64Type>())
    {
        #[expect(clippy::cast_possible_truncation, reason = "the column's precision")]
        let floats: Float32Array = doubles.iter().map(|one| one.map(|one| one as f32)).collect();
        return Some(Arc::new(floats));
    }
    let Some(texts) = array.as_string_opt::<i32>() else { return Some(Arc::clone(array)) };
    let datatype = field.datatype;
    if datatype.is_text() {
        return Some(Arc::clone(array));
    }
    if field.shape() == Shape::One && datatype == Datatype::UnsignedByte {
        let byte = |text: &str| u8::try_from(element::integer(text.trim())?).ok();
        let bytes: Option<Vec<Option<u8>>> =
            texts.iter().map(|text| text.map_or(Some(None), |text| byte(text).map(Some))).collect();
        return Some(Arc::new(UInt8Array::from(bytes?)));
    }
    match datatype {
        Datatype::Boolean => list(texts, BooleanBuilder::new(), |to, word| {
            to.append_option(element::boolean(word)?);
            Some(())
        }),
        Datatype::UnsignedByte => list(texts, UInt8Builder::new(), |to, word| {
            to.append_value(u8::try_from(element::integer(word)?).ok()?);
            Some(())
        }),
        Datatype::Short => list(texts, Int16Builder::new(), |to, word| {
            to.append_value(i16::try_from(element::integer(word)?).ok()?);
            Some(())
        }),
        Datatype::Int => list(texts, Int32Builder::new(), |to, word| {
            to.append_value(i32::try_from(element::integer(word)?).ok()?);
            Some(())
        }),
        Datatype::Long => list(texts, Int64Builder::new(), |to, word| {
            to.append_value(element::integer(word)?);
            Some(())
        }),
        Datatype::Float | Datatype::FloatComplex => {
            list(texts, Float32Builder::new(), |to, word| {
                to.append_value(word.parse().ok()?);
                Some(())
            })
        }
        _ => list(texts, Float64Builder::new(), |to, word| {
            to.append_value(word.parse().ok()?);
            Some(())
        }),
    }
}

fn list<B: ArrayBuilder>(
    texts: &StringArray,
    values: B,
    append: impl Fn(&mut B, &str) -> Option<()>,
) -> Option<ArrayRef> {
    let mut lists = ListBuilder::new(values);
    for text in texts {
        for word in text.unwrap_or_default().split_ascii_whitespace() {
            append(lists.values(), word)?;
        }
        lists.append(text.is_some());
    }
    Some(Arc::new(lists.finish()))
}
