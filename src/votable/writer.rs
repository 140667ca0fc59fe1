//! The stream.

use std::io::{Result, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Writer as Xml;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Document, Field, Info, binary2, tabledata};

/// Rows are handed on when this many bytes have come together.
const BUFFER: usize = 64 << 10;
/// Bytes in a line of base64; a multiple of three, so that lines need no padding.
const LINE: usize = 57;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serialization {
    /// TABLEDATA: text.
    TableData,
    /// BINARY2: base64 of bytes, with NULL flags.
    Binary2,
}

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// For boolean fields.
    Bool(bool),
    /// For short, int and long fields.
    Int(i64),
    /// For double fields.
    Double(f64),
    /// For text fields.
    Text(&'a str),
}

/// A VOTable on its way out.
pub struct Writer<W: Write> {
    xml: Xml<W>,
    serialization: Serialization,
    fields: Vec<Field>,
    rows: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes everything up to the first row, with a QUERY_STATUS of OK: what was asked for is
    /// being delivered. [`Writer::end`] can say otherwise.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn begin(out: W, document: &Document, serialization: Serialization) -> Result<Self> {
        let mut xml = Xml::new(out);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        newline(&mut xml)?;
        let root = BytesStart::new("VOTABLE").with_attributes([
            ("version", "1.5"),
            ("xmlns", "http://www.ivoa.net/xml/VOTable/v1.3"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ]);
        xml.write_event(Event::Start(root))?;
        newline(&mut xml)?;
        for info in &document.infos {
            write_info(&mut xml, info)?;
        }
        open(&mut xml, "RESOURCE", &[("type", "results")])?;
        if !document.description.is_empty() {
            let tag = BytesStart::new("DESCRIPTION");
            text_element(&mut xml, tag, &document.description)?;
        }
        for info in &document.resource_infos {
            write_info(&mut xml, info)?;
        }
        write_info(&mut xml, &Info::new("QUERY_STATUS", "OK", ""))?;
        for system in &document.coosys {
            let attributes = [
                ("ID", system.id.as_str()),
                ("system", &system.system),
                ("refposition", &system.refposition),
            ];
            empty_element(&mut xml, "COOSYS", &attributes)?;
        }
        for system in &document.timesys {
            let attributes = [
                ("ID", system.id.as_str()),
                ("timeorigin", &system.timeorigin),
                ("timescale", &system.timescale),
                ("refposition", &system.refposition),
            ];
            empty_element(&mut xml, "TIMESYS", &attributes)?;
        }
        open(&mut xml, "TABLE", &[("name", &document.table)])?;
        for field in &document.fields {
            write_field(&mut xml, field)?;
        }
        open(&mut xml, "DATA", &[])?;
        match serialization {
            Serialization::TableData => open(&mut xml, "TABLEDATA", &[])?,
            Serialization::Binary2 => {
                open(&mut xml, "BINARY2", &[])?;
                open(&mut xml, "STREAM", &[("encoding", "base64")])?;
            }
        }
        Ok(Self { xml, serialization, fields: document.fields.clone(), rows: Vec::new() })
    }

    /// Writes a row: one value for each field, of its kind.
    ///
    /// # Errors
    /// Those of the output.
    pub fn row<'a>(&mut self, values: impl IntoIterator<Item = Value<'a>>) -> Result<()> {
        let values = values.into_iter();
        match self.serialization {
            Serialization::TableData => tabledata::row(values, &mut self.rows),
            Serialization::Binary2 => binary2::row(&self.fields, values, &mut self.rows),
        }
        if self.rows.len() < BUFFER { Ok(()) } else { self.send(false) }
    }

    /// Closes the document after any row. `status` is what to say after the table: QUERY_STATUS
    /// with OVERFLOW or ERROR; nothing when all is well.
    ///
    /// # Errors
    /// Those of the output.
    pub fn end(mut self, status: Option<&Info>) -> Result<W> {
        self.send(true)?;
        match self.serialization {
            Serialization::TableData => close(&mut self.xml, "TABLEDATA")?,
            Serialization::Binary2 => {
                close(&mut self.xml, "STREAM")?;
                close(&mut self.xml, "BINARY2")?;
            }
        }
        close(&mut self.xml, "DATA")?;
        close(&mut self.xml, "TABLE")?;
        if let Some(status) = status {
            write_info(&mut self.xml, status)?;
        }
        close(&mut self.xml, "RESOURCE")?;
        close(&mut self.xml, "VOTABLE")?;
        let mut out = self.xml.into_inner();
        out.flush()?;
        Ok(out)
    }

    /// Hands rows on; base64 in whole lines until the end.
    fn send(&mut self, all: bool) -> Result<()> {
        let out = self.xml.get_mut();
        match self.serialization {
            Serialization::TableData => {
                out.write_all(&self.rows)?;
                self.rows.clear();
            }
            Serialization::Binary2 => {
                let whole = self.rows.len() - self.rows.len() % LINE;
                let end = if all { self.rows.len() } else { whole };
                let mut text = String::with_capacity(end * 4 / 3 + end / LINE + 8);
                for line in self.rows.get(..end).unwrap_or_default().chunks(LINE) {
                    STANDARD.encode_string(line, &mut text);
                    text.push('\n');
                }
                out.write_all(text.as_bytes())?;
                self.rows.drain(..end);
            }
        }
        Ok(())
    }
}

fn newline<W: Write>(xml: &mut Xml<W>) -> Result<()> {
    xml.write_event(Event::Text(BytesText::from_escaped("\n")))
}

/// A start tag; attributes that are empty are left out.
fn start<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut tag = BytesStart::new(name);
    for (name, value) in attributes {
        if !value.is_empty() {
            tag.push_attribute((*name, &*legal(value)));
        }
    }
    tag
}

/// Text without the characters that XML 1.0 forbids.
fn legal(text: &str) -> String {
    let forbidden = |c: char| matches!(c, '\0'..='\u{1f}' if !"\t\n\r".contains(c));
    text.replace(|c| forbidden(c) || matches!(c, '\u{fffe}' | '\u{ffff}'), "\u{fffd}")
}

fn open<W: Write>(xml: &mut Xml<W>, name: &str, attributes: &[(&str, &str)]) -> Result<()> {
    xml.write_event(Event::Start(start(name, attributes)))?;
    newline(xml)
}

fn close<W: Write>(xml: &mut Xml<W>, name: &str) -> Result<()> {
    xml.write_event(Event::End(BytesEnd::new(name)))?;
    newline(xml)
}

fn empty_element<W: Write>(
    xml: &mut Xml<W>,
    name: &str,
    attributes: &[(&str, &str)],
) -> Result<()> {
    xml.write_event(Event::Empty(start(name, attributes)))?;
    newline(xml)
}

fn text_element<W: Write>(xml: &mut Xml<W>, tag: BytesStart<'_>, text: &str) -> Result<()> {
    let end = tag.to_end().into_owned();
    xml.write_event(Event::Start(tag))?;
    xml.write_event(Event::Text(BytesText::new(&legal(text))))?;
    xml.write_event(Event::End(end))?;
    newline(xml)
}

fn write_info<W: Write>(xml: &mut Xml<W>, info: &Info) -> Result<()> {
    // The value may be empty, but must be there.
    let mut tag = start("INFO", &[("name", &info.name)]);
    tag.push_attribute(("value", &*legal(&info.value)));
    if info.content.is_empty() {
        xml.write_event(Event::Empty(tag))?;
        return newline(xml);
    }
    text_element(xml, tag, &info.content)
}

fn write_field<W: Write>(xml: &mut Xml<W>, field: &Field) -> Result<()> {
    let attributes = [
        ("name", field.name.as_str()),
        ("datatype", field.datatype.name()),
        ("arraysize", &field.arraysize),
        ("xtype", &field.xtype),
        ("unit", &field.unit),
        ("ucd", &field.ucd),
        ("utype", &field.utype),
        ("ref", &field.reference),
    ];
    if field.description.is_empty() {
        return empty_element(xml, "FIELD", &attributes);
    }
    xml.write_event(Event::Start(start("FIELD", &attributes)))?;
    newline(xml)?;
    text_element(xml, BytesStart::new("DESCRIPTION"), &field.description)?;
    close(xml, "FIELD")
}
