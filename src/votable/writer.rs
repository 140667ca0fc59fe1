//! The stream.

use std::io::{Error, ErrorKind, Result, Write};

use base64::Engine;
use quick_xml::Writer as Xml;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::binary::{Encoder, null};
use super::{Descriptor, Document, Field, Info, Param, Version, tabledata};

/// Rows are handed on when this many bytes have come together.
const BUFFER: usize = 64 << 10;
/// Bytes in a line of base64; a multiple of three, so that lines need no padding.
const LINE: usize = 3 << 10;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serialization {
    /// TABLEDATA: text.
    TableData,
    /// BINARY: base64 of bytes; NULL integers are numbers that their FIELDs declare.
    Binary,
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
    /// For float fields.
    Float(f32),
    /// For double fields.
    Double(f64),
    /// For text fields; arrays and complex numbers of all fields, as TABLEDATA has them.
    Text(&'a str),
    /// For text fields: microseconds of UTC since 1970, written as DALI's timestamp.
    Instant(i64),
}

/// A VOTable on its way out.
pub struct Writer<W: Write> {
    xml: Xml<W>,
    serialization: Serialization,
    names: Vec<String>,
    encoder: Encoder,
    /// What NULL is in TABLEDATA.
    nulls: Vec<String>,
    rows: Vec<u8>,
    /// Base64 of rows.
    text: String,
    services: Vec<Descriptor>,
    itself: Option<Descriptor>,
}

/// A document without a table, which says why there is none.
///
/// # Errors
/// Those of `out`.
pub fn error_document<W: Write>(out: W, document: &Document, message: &str) -> Result<W> {
    let mut xml = Xml::new(out);
    begin_resource(&mut xml, document, &Info::new("QUERY_STATUS", "ERROR", message))?;
    finish(xml, document.itself.as_ref(), &document.services)
}

/// A document whose table has columns and no data, as VOParquet keeps it beside the data.
///
/// # Errors
/// Those of `out`.
pub fn header_document<W: Write>(out: W, document: &Document, status: Option<&Info>) -> Result<W> {
    let mut xml = Xml::new(out);
    begin_resource(&mut xml, document, &Info::new("QUERY_STATUS", "OK", ""))?;
    begin_table(&mut xml, document, false)?;
    close(&mut xml, "TABLE")?;
    if let Some(status) = status {
        write_info(&mut xml, status)?;
    }
    finish(xml, document.itself.as_ref(), &document.services)
}

fn begin_resource<W: Write>(xml: &mut Xml<W>, document: &Document, status: &Info) -> Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    newline(xml)?;
    let root = BytesStart::new("VOTABLE").with_attributes([
        ("version", if document.version == Version::V1_4 { "1.4" } else { "1.5" }),
        ("xmlns", "http://www.ivoa.net/xml/VOTable/v1.3"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ]);
    xml.write_event(Event::Start(root))?;
    newline(xml)?;
    for info in &document.infos {
        write_info(xml, info)?;
    }
    open(xml, "RESOURCE", &[("type", "results")])?;
    if !document.description.is_empty() {
        text_element(xml, BytesStart::new("DESCRIPTION"), &document.description)?;
    }
    for info in &document.resource_infos {
        write_info(xml, info)?;
    }
    write_info(xml, status)
}

fn begin_table<W: Write>(xml: &mut Xml<W>, document: &Document, nulls: bool) -> Result<()> {
    for system in &document.coosys {
        let position = if document.version == Version::V1_4 { "" } else { &system.refposition };
        let attributes =
            [("ID", system.id.as_str()), ("system", &system.system), ("refposition", position)];
        empty_element(xml, "COOSYS", &attributes)?;
    }
    for system in &document.timesys {
        let attributes = [
            ("ID", system.id.as_str()),
            ("timeorigin", &system.timeorigin),
            ("timescale", &system.timescale),
            ("refposition", &system.refposition),
        ];
        empty_element(xml, "TIMESYS", &attributes)?;
    }
    open(xml, "TABLE", &[("name", &document.table)])?;
    for field in &document.fields {
        write_field(xml, field, nulls)?;
    }
    Ok(())
}

fn finish<W: Write>(
    mut xml: Xml<W>,
    itself: Option<&Descriptor>,
    services: &[Descriptor],
) -> Result<W> {
    close(&mut xml, "RESOURCE")?;
    if let Some(itself) = itself {
        write_descriptor(&mut xml, itself, "adhoc:this")?;
    }
    for service in services {
        write_descriptor(&mut xml, service, "adhoc:service")?;
    }
    close(&mut xml, "VOTABLE")?;
    let mut out = xml.into_inner();
    out.flush()?;
    Ok(out)
}

impl<W: Write> Writer<W> {
    /// Writes everything up to the first row, with a QUERY_STATUS of OK: what was asked for is
    /// being delivered. [`Writer::end`] can say otherwise.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn begin(out: W, document: &Document, serialization: Serialization) -> Result<Self> {
        let mut xml = Xml::new(out);
        begin_resource(&mut xml, document, &Info::new("QUERY_STATUS", "OK", ""))?;
        begin_table(&mut xml, document, serialization == Serialization::Binary)?;
        open(&mut xml, "DATA", &[])?;
        open(&mut xml, serialization.tag(), &[])?;
        if serialization != Serialization::TableData {
            open(&mut xml, "STREAM", &[("encoding", "base64")])?;
        }
        let encoder = Encoder::new(&document.fields, serialization == Serialization::Binary2);
        let names = document.fields.iter().map(|field| field.name.clone()).collect();
        let nulls = document.fields.iter().map(tabledata::null).collect();
        let (services, itself) = (document.services.clone(), document.itself.clone());
        let (rows, text) = (Vec::new(), String::new());
        Ok(Self { xml, serialization, names, encoder, nulls, rows, text, services, itself })
    }

    /// Writes a row: one value for each field, of its kind.
    ///
    /// # Errors
    /// Those of the output; `InvalidData` for a value that its field cannot have, after which the
    /// document can still be ended and has the rows before.
    pub fn row<'a>(&mut self, values: impl IntoIterator<Item = Value<'a>>) -> Result<()> {
        let values = values.into_iter();
        match self.serialization {
            Serialization::TableData => tabledata::row(&self.nulls, values, &mut self.rows),
            Serialization::Binary | Serialization::Binary2 => {
                self.encoder.row(values, &mut self.rows).map_err(|index| {
                    let name = self.names.get(index).map_or("", String::as_str);
                    let message = format!("a value of column `{name}` is not of its type");
                    Error::new(ErrorKind::InvalidData, message)
                })?;
            }
        }
        if self.rows.len() < BUFFER { Ok(()) } else { self.send(false) }
    }

    /// Hands on the rows that wait for more.
    ///
    /// # Errors
    /// Those of the output.
    pub fn flush(&mut self) -> Result<()> {
        self.send(false)?;
        self.xml.get_mut().flush()
    }

    /// Closes the document after any row. `status` is what to say after the table: QUERY_STATUS
    /// with OVERFLOW or ERROR; nothing when all is well.
    ///
    /// # Errors
    /// Those of the output.
    pub fn end(mut self, status: Option<&Info>) -> Result<W> {
        self.send(true)?;
        if self.serialization != Serialization::TableData {
            close(&mut self.xml, "STREAM")?;
        }
        close(&mut self.xml, self.serialization.tag())?;
        close(&mut self.xml, "DATA")?;
        close(&mut self.xml, "TABLE")?;
        if let Some(status) = status {
            write_info(&mut self.xml, status)?;
        }
        if self.serialization == Serialization::Binary {
            for index in self.encoder.ambiguous() {
                let name = self.names.get(index).map_or("", String::as_str);
                let content = "The column has the number that stands for NULL as a value, too; \
                               BINARY2 keeps them apart";
                write_info(&mut self.xml, &Info::new("warning", name, content))?;
            }
        }
        finish(self.xml, self.itself.as_ref(), &self.services)
    }

    /// Hands rows on; base64 in whole lines until the end.
    fn send(&mut self, all: bool) -> Result<()> {
        let out = self.xml.get_mut();
        if self.serialization == Serialization::TableData {
            out.write_all(&self.rows)?;
            self.rows.clear();
            return Ok(());
        }
        let whole = self.rows.len() - self.rows.len() % LINE;
        let end = if all { self.rows.len() } else { whole };
        self.text.clear();
        let base64 = base64();
        for line in self.rows.get(..end).unwrap_or_default().chunks(LINE) {
            base64.encode_string(line, &mut self.text);
            self.text.push('\n');
        }
        out.write_all(self.text.as_bytes())?;
        self.rows.drain(..end);
        Ok(())
    }
}

/// The encoder of base64: with the processor's wide instructions where the library knows them, which takes a
/// fifth of the time.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn base64() -> impl Engine {
    base64::engine::Simd::standard(base64::engine::general_purpose::PAD)
}

/// The encoder of base64.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn base64() -> impl Engine {
    base64::engine::general_purpose::STANDARD
}

impl Serialization {
    /// Its element.
    fn tag(self) -> &'static str {
        match self {
            Self::TableData => "TABLEDATA",
            Self::Binary => "BINARY",
            Self::Binary2 => "BINARY2",
        }
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

/// A FIELD; `nulls` declares the integer that stands for NULL.
fn write_field<W: Write>(xml: &mut Xml<W>, field: &Field, nulls: bool) -> Result<()> {
    let reference = [("ref", field.reference.as_str())];
    let attributes: Vec<_> = field.attributes().into_iter().chain(reference).collect();
    let null = null(field.datatype).filter(|_| nulls);
    if field.description.is_empty() && null.is_none() {
        return empty_element(xml, "FIELD", &attributes);
    }
    xml.write_event(Event::Start(start("FIELD", &attributes)))?;
    newline(xml)?;
    if !field.description.is_empty() {
        text_element(xml, BytesStart::new("DESCRIPTION"), &field.description)?;
    }
    if let Some(null) = null {
        empty_element(xml, "VALUES", &[("null", &null.to_string())])?;
    }
    close(xml, "FIELD")
}

/// A service that a client can call (DataLink 1.1 section 4).
fn write_descriptor<W: Write>(xml: &mut Xml<W>, service: &Descriptor, utype: &str) -> Result<()> {
    let attributes =
        [("type", "meta"), ("utype", utype), ("ID", service.id.as_str()), ("name", &service.name)];
    open(xml, "RESOURCE", &attributes)?;
    if !service.description.is_empty() {
        text_element(xml, BytesStart::new("DESCRIPTION"), &service.description)?;
    }
    for param in &service.params {
        write_param(xml, param)?;
    }
    open(xml, "GROUP", &[("name", "inputParams")])?;
    for param in &service.inputs {
        write_param(xml, param)?;
    }
    close(xml, "GROUP")?;
    close(xml, "RESOURCE")
}

fn write_param<W: Write>(xml: &mut Xml<W>, param: &Param) -> Result<()> {
    let reference = [("ref", param.field.reference.as_str())];
    let attributes: Vec<_> = param.field.attributes().into_iter().chain(reference).collect();
    let mut tag = start("PARAM", &attributes);
    // The value may be empty, but must be there.
    tag.push_attribute(("value", &*legal(&param.value)));
    let [low, high] = &param.limits;
    let is_limited = !param.options.is_empty() || !low.is_empty() || !high.is_empty();
    if param.field.description.is_empty() && !is_limited {
        xml.write_event(Event::Empty(tag))?;
        return newline(xml);
    }
    xml.write_event(Event::Start(tag))?;
    newline(xml)?;
    if !param.field.description.is_empty() {
        text_element(xml, BytesStart::new("DESCRIPTION"), &param.field.description)?;
    }
    if is_limited {
        open(xml, "VALUES", &[])?;
        for (name, value) in
            [("MIN", low), ("MAX", high)].iter().filter(|(_, value)| !value.is_empty())
        {
            empty_element(xml, name, &[("value", value)])?;
        }
        for option in &param.options {
            empty_element(xml, "OPTION", &[("value", option)])?;
        }
        close(xml, "VALUES")?;
    }
    close(xml, "PARAM")
}
