//! VOTable of an export.
//!
//! In: a mapping, its plan and batches. Out: a VOTable with the frames, the data origin (IVOA note
//! DataOrigin) and the column metadata that `ObscoreExporter.to_votable` writes, and those it
//! leaves out: utypes with their prefix, xtypes, `reference_url`.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};

use super::sink::unwritable;
use super::text::{self, columns};
use super::{Flow, OutputColumn, Sink, Status};
use crate::diag::Result;
use crate::mapping::Mapping;
use crate::obscore::{ColumnType, standard};
use crate::plan::{Scalar, ValueKind, ViewPlan};
use crate::time;
use crate::value::Literal;
use crate::votable::{
    Coosys, Datatype, Document, Field, Info, Serialization, Timesys, Value, Writer,
};

const COOSYS: &str = "coosys";
const TIMESYS: &str = "timesys";

/// A VOTable.
pub struct VoTable<W: Write> {
    out: Option<W>,
    document: Document,
    serialization: Serialization,
    writer: Option<Writer<W>>,
}

impl<W: Write> VoTable<W> {
    /// A VOTable about `document`, whose fields are those of the batches to come.
    pub fn new(out: W, document: Document, serialization: Serialization) -> Self {
        Self { out: Some(out), document, serialization, writer: None }
    }
}

impl<W: Write + Send> Sink for VoTable<W> {
    fn start(&mut self, _: &SchemaRef) -> Result<()> {
        if let Some(out) = self.out.take() {
            let writer = Writer::begin(out, &self.document, self.serialization);
            self.writer = Some(writer.map_err(|error| unwritable(&error))?);
        }
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let Some(writer) = &mut self.writer else { return Ok(Flow::Enough) };
        let columns = columns(batch);
        for row in 0..batch.num_rows() {
            let cells: Vec<text::Value<'_>> =
                columns.iter().map(|column| column.value(row)).collect();
            let values = cells.iter().map(|cell| match cell {
                text::Value::Null => Value::Null,
                text::Value::Text(text) => Value::Text(text),
                text::Value::Timestamp(text) => Value::Text(text),
                text::Value::Int(number) => Value::Int(*number),
                text::Value::Double(number) => Value::Double(*number),
                text::Value::Bool(flag) => Value::Bool(*flag),
            });
            writer.row(values).map_err(|error| unwritable(&error))?;
        }
        Ok(Flow::More)
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let status = match status {
            Status::Complete => None,
            Status::Overflow => {
                Some(Info::new("QUERY_STATUS", "OVERFLOW", "There are more rows than these"))
            }
            Status::Error(message) => Some(Info::new("QUERY_STATUS", "ERROR", message.as_str())),
        };
        writer.end(status.as_ref()).map(drop).map_err(|error| unwritable(&error))
    }
}

/// What an export's VOTable is about.
pub fn document(mapping: &Mapping, plan: &ViewPlan, columns: &[OutputColumn]) -> Document {
    let version = concat!("obscore-view version ", env!("CARGO_PKG_VERSION"));
    let mut infos = vec![
        Info::new("server_software", version, "Version of the software"),
        Info::new("request_date", now(), "Date of the export"),
    ];
    let mut resource_infos = Vec::new();
    let mut description = String::new();
    if let Some(origin) = &mapping.origin {
        infos.push(Info::new("publisher", &origin.publisher, ""));
        let date = Some(&origin.publication_date).filter(|date| !date.is_empty());
        let said = [
            ("citation", origin.citation.as_ref(), ""),
            ("publication_date", date, "Date of publication"),
            ("article", origin.article.as_ref(), ""),
            ("reference_url", origin.reference_url.as_ref(), ""),
        ];
        for (name, value, content) in said {
            resource_infos.extend(value.map(|value| Info::new(name, value, content)));
        }
        description = origin.title.clone().unwrap_or_default();
    }
    Document {
        infos,
        description,
        resource_infos,
        coosys: vec![Coosys {
            id: COOSYS.to_owned(),
            system: "ICRS".to_owned(),
            refposition: "TOPOCENTER".to_owned(),
        }],
        timesys: vec![Timesys {
            id: TIMESYS.to_owned(),
            timeorigin: "MJD-origin".to_owned(),
            timescale: "UTC".to_owned(),
            refposition: "TOPOCENTER".to_owned(),
        }],
        table: "obscore".to_owned(),
        fields: columns.iter().map(|column| field(plan, column)).collect(),
    }
}

/// The second of the clock, as DALI writes it.
fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let microseconds = i64::try_from(since.as_micros()).unwrap_or_default();
    time::iso(microseconds).split('.').next().unwrap_or_default().to_owned()
}

fn field(plan: &ViewPlan, column: &OutputColumn) -> Field {
    let view = &column.view;
    let reference = match view.ucd.as_str() {
        ucd if ucd.starts_with("pos.eq") || ucd.starts_with("pos.outline") => COOSYS,
        ucd if ucd.starts_with("time.start") || ucd.starts_with("time.end") => TIMESYS,
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
            if values.all(is_ascii) { Datatype::Char } else { Datatype::UnicodeChar }
        }
    };
    let xtype = match (&column.kind, view.name.as_str()) {
        (DataType::Timestamp(..), _) => "timestamp",
        (_, "s_region") => "adql:REGION",
        _ => "",
    };
    Field {
        name: view.name.clone(),
        datatype,
        xtype: xtype.to_owned(),
        unit: view.unit.clone(),
        ucd: view.ucd.clone(),
        utype: view.utype.clone(),
        reference: reference.to_owned(),
        description: view.description.clone(),
    }
}

/// Whether a text is sure to be ASCII, as the type char promises: nothing in it is a text of the
/// registry, where people give the names.
fn is_ascii(scalar: &Scalar) -> bool {
    let ascii = |value: &Literal| match value {
        Literal::String(text) => text.is_ascii(),
        _ => true,
    };
    match scalar {
        Scalar::Literal(value) => ascii(value),
        Scalar::Column { kind, .. } => *kind != ValueKind::Text,
        Scalar::Run => false,
        Scalar::Lookup { cases, otherwise } => {
            cases.iter().all(|(_, _, value)| value.as_ref().is_none_or(ascii))
                && is_ascii(otherwise)
        }
        Scalar::Concat(parts) | Scalar::Coalesce(parts) => parts.iter().all(is_ascii),
        Scalar::Format { value, spec, conversion } => {
            let escaped = *conversion == Some('a');
            (escaped || is_ascii(value))
                && spec.kind != Some('c')
                && spec.fill.is_none_or(|fill| fill.is_ascii())
        }
        Scalar::Convert { text, .. } => is_ascii(text),
        _ => true,
    }
}
