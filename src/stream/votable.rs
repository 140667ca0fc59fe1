//! VOTable of an export.
//!
//! In: a mapping, its plan and batches. Out: a VOTable with the frames, the data origin (IVOA note
//! DataOrigin) and the column metadata that `ObscoreExporter.to_votable` writes, and those it
//! leaves out: utypes with their prefix, xtypes, `reference_url`.

use std::io::{ErrorKind, Write};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};

use super::frames;
use super::origin::{Provenance, provenance};
use super::sink::unwritable;
use super::text::typed_columns;
use super::{Flow, OutputColumn, Sink, Status};
use crate::diag::{Diagnostic, Result};
use crate::mapping::Mapping;
use crate::obscore::{ColumnType, standard};
use crate::plan::{Scalar, ViewPlan};
use crate::votable::{Datatype, Document, Field, Info, Serialization, Writer, error_document};

/// A VOTable. Every end is legal: an error before the first row leaves a document without a table, one
/// after it a QUERY_STATUS after the rows so far.
pub struct VoTable<W: Write> {
    out: Option<W>,
    document: Document,
    types: Vec<Datatype>,
    serialization: Serialization,
    writer: Option<Writer<W>>,
    first: bool,
}

impl<W: Write> VoTable<W> {
    /// A VOTable about `document`, whose fields are those of the batches to come.
    pub fn new(out: W, document: Document, serialization: Serialization) -> Self {
        let types = document.fields.iter().map(|field| field.datatype).collect();
        Self { out: Some(out), document, types, serialization, writer: None, first: true }
    }
}

impl<W: Write + Send> Sink for VoTable<W> {
    fn start(&mut self, _: &SchemaRef) -> Result<()> {
        if let Some(out) = self.out.take() {
            let writer = Writer::begin(out, &self.document, self.serialization);
            let mut writer = writer.map_err(|error| unwritable(&error))?;
            writer.flush().map_err(|error| unwritable(&error))?;
            self.writer = Some(writer);
        }
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let Some(writer) = &mut self.writer else { return Ok(Flow::Enough) };
        let columns = typed_columns(batch, &self.types);
        for row in 0..batch.num_rows() {
            let done = writer.row(columns.iter().map(|column| column.value(row)));
            if let Err(error) = done {
                return Err(self.broken(&error));
            }
        }
        // What waits for the next line goes with the next batch, but the first rows go at once.
        if std::mem::take(&mut self.first) {
            writer.flush().map_err(|error| unwritable(&error))?;
        }
        Ok(Flow::More)
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        let written = match (self.writer.take(), self.out.take()) {
            (Some(writer), _) => writer.end(said(status).as_ref()),
            // Never begun: there is nothing but the error.
            (None, Some(out)) => match status {
                Status::Error(message) => error_document(out, &self.document, message),
                _ => return Ok(()),
            },
            (None, None) => return Ok(()),
        };
        written.map(drop).map_err(|error| unwritable(&error))
    }
}

impl<W: Write> VoTable<W> {
    /// The diagnostic for a row that cannot be written; a value that does not fit ends the document.
    fn broken(&mut self, error: &std::io::Error) -> Box<Diagnostic> {
        if error.kind() != ErrorKind::InvalidData {
            return unwritable(error);
        }
        let message = error.to_string();
        if let Some(writer) = self.writer.take()
            && let Err(error) = writer.end(said(&Status::Error(message.clone())).as_ref())
        {
            return unwritable(&error);
        }
        Box::new(Diagnostic::error("F002", message))
    }
}

/// What stands after the table.
pub(super) fn said(status: &Status) -> Option<Info> {
    match status {
        Status::Complete => None,
        Status::Overflow => {
            Some(Info::new("QUERY_STATUS", "OVERFLOW", "There are more rows than these"))
        }
        Status::Error(message) => Some(Info::new("QUERY_STATUS", "ERROR", message.as_str())),
    }
}

/// What an export's VOTable is about.
pub fn document(mapping: &Mapping, plan: &ViewPlan, columns: &[OutputColumn]) -> Document {
    let Provenance { infos, resource_infos, description } =
        provenance(mapping.origin.as_ref(), "Date of the export");
    Document {
        infos,
        description,
        resource_infos,
        coosys: vec![frames::sky()],
        timesys: vec![frames::mjd()],
        table: "obscore".to_owned(),
        fields: columns.iter().map(|column| field(plan, column)).collect(),
        ..Document::default()
    }
}

fn field(plan: &ViewPlan, column: &OutputColumn) -> Field {
    let view = &column.view;
    let reference = match view.ucd.as_str() {
        ucd if ucd.starts_with("pos.eq") || ucd.starts_with("pos.outline") => frames::SKY,
        ucd if ucd.starts_with("time.start") || ucd.starts_with("time.end") => frames::MJD,
        _ => "",
    };
    let datatype = match &column.kind {
        // The standard's own widths, where Butler's table has narrower ones.
        DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            match (standard(&view.name), &column.kind) {
                (Some(standard), _) if standard.kind == ColumnType::BigInt => Datatype::Long,
                (Some(_), _) | (_, DataType::Int32) => Datatype::Int,
                (None, DataType::Int16) => Datatype::Short,
                (None, _) => Datatype::Long,
            }
        }
        DataType::Float64 => Datatype::Double,
        DataType::Boolean => Datatype::Boolean,
        DataType::Timestamp(..) => Datatype::Char,
        _ => {
            let mut values = plan.branches.iter().filter_map(|one| one.values.get(column.index));
            if values.all(Scalar::is_ascii) { Datatype::Char } else { Datatype::UnicodeChar }
        }
    };
    let xtype = match (&column.kind, view.name.as_str()) {
        (DataType::Timestamp(..), _) => "timestamp",
        (_, "s_region") => "adql:REGION",
        _ => "",
    };
    Field {
        id: String::new(),
        name: view.name.clone(),
        datatype,
        arraysize: if datatype.is_text() { "*".to_owned() } else { String::new() },
        xtype: xtype.to_owned(),
        unit: view.unit.clone(),
        ucd: view.ucd.clone(),
        utype: view.utype.clone(),
        reference: reference.to_owned(),
        description: view.description.clone(),
    }
}
