//! FITS binary table (FITS 4.0, section 7.3).
//!
//! In: batches. Out: an empty primary HDU and a BINTABLE. Its header needs the number of rows and the
//! length of the longest text before the first row, so rows wait in a nameless temporary file, and
//! nothing is written before the last row is known. Memory stays bounded by one row.
//!
//! Text is ASCII in FITS: other characters become `?`. A text column is as wide as its longest value,
//! or, where that would mostly store padding, variable-length as arrays of variable size are. NULL is
//! NaN, an empty text, a zero byte for truth, and for integers a number that the column does not
//! have (TNULL). How the result ended is in `QSTATUS`, the message of an error in `QERROR`; the rows
//! before it are in the table.

mod column;
mod spool;

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use self::column::{Column, Layout};
use self::spool::Spool;
use super::About;
use crate::catalog::Frame;
use crate::diag::{Diagnostic, Result};
use crate::fits::{BLOCK, Cards};
use crate::stream::sink::unwritable;
use crate::stream::text::typed_columns;
use crate::stream::{Flow, Sink, Status};
use crate::votable::Datatype;
use crate::votable::binary::Encoder;

/// Most columns that a table of FITS has.
const MOST: usize = 999;
/// Most bytes behind the rows that places of 32 bits reach.
const SHORT: u64 = i32::MAX as u64;

/// A FITS file.
pub struct Fits<W> {
    out: Option<W>,
    about: About,
    types: Vec<Datatype>,
    columns: Vec<Column>,
    encoder: Encoder,
    spool: Option<Spool>,
    row: Vec<u8>,
}

impl<W: Write> Fits<W> {
    /// A file about `about`.
    pub fn new(out: W, about: About) -> Self {
        let types = about.types();
        let names = about.distinct_names();
        let columns: Vec<Column> =
            about.columns.iter().zip(names).map(|(one, name)| Column::new(one, name)).collect();
        let fields: Vec<_> = columns.iter().map(Column::spooled).collect();
        let encoder = Encoder::new(&fields, true);
        Self { out: Some(out), about, types, columns, encoder, spool: None, row: Vec::new() }
    }

    fn write(&mut self, mut out: W, status: &Status) -> Result<()> {
        let mut spool = match self.spool.take() {
            Some(spool) => spool,
            None => Spool::new()?,
        };
        let rows = spool.rows();
        for column in &mut self.columns {
            column.decide(rows);
        }
        if self.columns.iter().map(Column::heap).sum::<u64>() > SHORT {
            self.columns.iter_mut().for_each(Column::lengthen);
        }
        let head = self.head(rows, status);
        let failed = |error: std::io::Error| unwritable(&error);
        out.write_all(&head).map_err(failed)?;
        let mut written = 0;
        let mut heap = 0;
        let mut line = Vec::new();
        let columns = &self.columns;
        spool.each(columns.len(), |row| {
            line.clear();
            for (column, cell) in columns.iter().zip(row.cells(columns)) {
                column.write(&cell, &mut heap, &mut line);
            }
            written += line.len();
            out.write_all(&line).map_err(|error| unwritable(&error))
        })?;
        if heap > 0 {
            spool.each(columns.len(), |row| {
                line.clear();
                for (column, cell) in columns.iter().zip(row.cells(columns)) {
                    if matches!(column.layout, Layout::Heap { .. }) && !cell.null {
                        column.data(&cell, &mut line);
                    }
                }
                written += line.len();
                out.write_all(&line).map_err(|error| unwritable(&error))
            })?;
        }
        let padding = vec![0; written.next_multiple_of(BLOCK) - written];
        out.write_all(&padding).map_err(failed)?;
        out.flush().map_err(failed)
    }

    fn head(&self, rows: u64, status: &Status) -> Vec<u8> {
        let mut cards = Cards::default();
        cards.plain("SIMPLE", "T");
        cards.plain("BITPIX", 8);
        cards.plain("NAXIS", 0);
        cards.plain("EXTEND", "T");
        cards.end();
        let width: usize = self.columns.iter().map(Column::width).sum();
        let heap: u64 = self.columns.iter().map(Column::heap).sum();
        cards.text("XTENSION", "BINTABLE");
        cards.plain("BITPIX", 8);
        cards.plain("NAXIS", 2);
        cards.plain("NAXIS1", width);
        cards.plain("NAXIS2", rows);
        cards.plain("PCOUNT", heap);
        cards.plain("GCOUNT", 1);
        cards.plain("TFIELDS", self.columns.len());
        cards.text("EXTNAME", &self.about.table);
        for (index, (column, about)) in self.columns.iter().zip(&self.about.columns).enumerate() {
            let number = index + 1;
            cards.text(&format!("TTYPE{number}"), &column.name);
            cards.text(&format!("TFORM{number}"), &column.form());
            if let Some(null) = column.null() {
                cards.plain(&format!("TNULL{number}"), null);
            }
            let said = [
                ("TUNIT", &about.unit),
                ("TUCD", &about.ucd),
                ("TUTYP", &about.utype),
                ("TCOMM", &about.description),
            ];
            for (key, text) in said.iter().filter(|(_, text)| !text.is_empty()) {
                cards.text(&format!("{key}{number}"), text);
            }
        }
        let has = |frame| self.about.columns.iter().any(|column| column.frame == Some(frame));
        if has(Frame::Sky) {
            cards.text("RADESYS", "ICRS");
        }
        if has(Frame::Mjd) || has(Frame::Utc) {
            cards.text("TIMESYS", "UTC");
        }
        let word = match status {
            Status::Complete => "OK",
            Status::Overflow => "OVERFLOW",
            Status::Error(_) => "ERROR",
        };
        cards.text("QSTATUS", word);
        if let Status::Error(message) = status {
            cards.text("QERROR", message);
        }
        for info in self.about.infos.iter().chain(&self.about.resource_infos) {
            cards.history(&format!("{}: {}", info.name, info.value));
        }
        cards.end();
        cards.bytes()
    }
}

impl<W: Write + Send> Sink for Fits<W> {
    fn start(&mut self, _: &SchemaRef) -> Result<()> {
        if self.columns.len() > MOST {
            let message = format!("a FITS table has no more than {MOST} columns");
            return Err(Box::new(
                Diagnostic::error("F003", message).help("select fewer, or take another format"),
            ));
        }
        self.spool = Some(Spool::new()?);
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let Some(spool) = &mut self.spool else { return Ok(Flow::Enough) };
        let columns = typed_columns(batch, &self.types);
        for row in 0..batch.num_rows() {
            self.row.clear();
            let values = columns.iter().map(|column| column.value(row));
            if let Err(index) = self.encoder.row(values, &mut self.row) {
                let name = self.columns.get(index).map_or("", |column| column.name.as_str());
                let message = format!("a value of column `{name}` is not of its type");
                self.finish(&Status::Error(message.clone()))?;
                return Err(Box::new(Diagnostic::error("F002", message)));
            }
            spool.push(&self.row, &mut self.columns)?;
        }
        Ok(Flow::More)
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        match self.out.take() {
            Some(out) => self.write(out, status),
            None => Ok(()),
        }
    }
}
